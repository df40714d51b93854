"""Inventory of the personal data."""

from datetime import date
from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import Output, Schema


class PersonalField(Schema):
    """One database field with personal data."""

    table: str
    column: str
    field: str
    subject: str = Field(description="Column that identifies the data subject.")
    category: str
    uses: list[str] = Field(description="Purposes for which the field may be decrypted.")
    retention: str
    on_erase: Literal["delete", "keep"]
    export: bool = Field(description="Included in the data export for the data subject.")
    rectifiable: bool = Field(description="The data subject can have it corrected.")
    text: str = Field(description="Summary in one sentence.")


class NeutralColumn(Schema):
    """One column without personal data."""

    table: str
    column: str
    why: str


class Recipient(Output):
    """A third party that receives personal data. Carriers are not listed here: they receive the calls themselves."""

    key: str
    text: str
    categories: list[str]
    purposes: list[str] = Field(description="Purposes for which data is handed over.")
    agreement_ends: date | None = Field(description="Last day of the agreement; afterwards nothing is handed over.")
    disclosures: dict[date, int] = Field(description="Hand-overs by day (UTC), of the last 30 days.")


class PrivacyMap(Schema):
    """Inventory of the personal data, with purposes, retention and recipients."""

    held: list[PersonalField]
    neutral: list[NeutralColumn]
    recipients: list[Recipient]
