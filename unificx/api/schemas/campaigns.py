"""Bodies of campaigns."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.identity import Language

Subject = Annotated[
    str, Field(min_length=1, max_length=150, pattern=r"^[^\r\n]+$", examples=["New telephones in the office"])
]


class CampaignText(Input):
    """The text in one language."""

    subject: Subject
    text: str = Field(min_length=1, max_length=20_000, description="Plain text; blank lines separate paragraphs.")


class NewCampaign(Input):
    texts: dict[Language, CampaignText] = Field(
        min_length=1, description="By language. A recipient whose language is missing gets the other one."
    )


class SentText(Output):
    """The text in one language."""

    subject: str
    text: str


class Campaign(Output):
    """Advertising to the people of a tenant who have agreed to it."""

    id: str
    created: datetime
    sent: datetime | None = Field(description="Null for a draft.")
    recipients: int = Field(description="People who had agreed when it was sent.")
    waiting: int = Field(description="E-mails not yet handed to the mail server.")
    texts: dict[Language, SentText]
