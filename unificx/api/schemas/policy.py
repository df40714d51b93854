"""Bodies of the privacy policy and of the record of processing."""

from datetime import date
from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import Output


class LocalizedText(Output):
    """A text in each language."""

    en: str
    de: str


class PolicyVersion(Output):
    """A released version of the privacy policy."""

    number: int
    version: str = Field(description="Start of the SHA-256 of the content.", examples=["5eb2b2fa19b6"])
    in_force: date
    significant: bool = Field(description="Users must consent before they go on.")
    summary: LocalizedText = Field(description="Description of the change.")


class ProcessingActivity(Output):
    """Processing of personal data for one purpose (GDPR Art. 30)."""

    purpose: str = Field(description="Key of the vocabulary.")
    text: str
    basis: Literal["a", "b", "c", "d", "e", "f"] = Field(description="Legal basis: letter of GDPR Art. 6(1).")
    categories: list[str] = Field(description="Keys of the categories of data.")
    retention: list[str]
    recipients: list[str]


class ProcessingRecord(Output):
    """Record of processing activities, generated from the policy and the declarations of the data."""

    version: str = Field(description="Version of the policy.")
    in_force: date
    activities: list[ProcessingActivity]
    measures: list[str] = Field(description="Technical and organisational measures.")
