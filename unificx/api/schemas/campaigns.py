"""Bodies of campaigns."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.identity import Language
from unificx.notifications import CampaignObstacle

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


class CampaignProgress(Output):
    """E-mails of a campaign. Those of people who have withdrawn their consent before it left are not counted."""

    waiting: int = Field(description="Not yet handed to the mail server.")
    delivered: int = Field(description="Accepted by the mail server.")
    failed: int = Field(description="Rejected, returned later, or not sent in time.")
    complained: int = Field(description="Called spam by their recipients.")
    unsubscribed: int = Field(description="Recipients who have unsubscribed since, within seven days.")


class CampaignAudience(Output):
    """How many people a campaign would reach now."""

    recipients: int = Field(description="People who agree to `marketing` and whose address works.")
    people: int = Field(description="All active accounts of the tenant.")
    obstacle: CampaignObstacle | None = Field(description="Why no campaign can be sent now; null if one can.")


class CampaignPreview(Output):
    """A campaign as e-mails to an invented person, in plain text."""

    texts: dict[Language, SentText]


class Campaign(Output):
    """Advertising to the people of a tenant who have agreed to it."""

    id: str
    created: datetime
    sent: datetime | None = Field(description="Null for a draft.")
    recipients: int = Field(description="People who had agreed when it was sent.")
    progress: CampaignProgress
    texts: dict[Language, SentText]
