"""Bodies of the privacy policy and of the record of processing."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.identity import Language, PolicyAnswer, PolicyStanding
from unificx.privacy import ConsentMethod, ConsentState, ObjectionPurpose, OptionalPurpose


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


class HeldData(Output):
    """One kind of data, as the policy describes it."""

    key: str
    title: str
    text: str
    categories: list[str]
    purposes: list[str]
    retention: list[str]
    recipients: list[str] = Field(description="Third parties that may receive some of it.")


class ProcessingRecord(Output):
    """Record of processing activities, generated from the policy and the declarations of the data."""

    version: str = Field(description="Version of the policy.")
    in_force: date
    data: list[HeldData]
    activities: list[ProcessingActivity]
    measures: list[str] = Field(description="Technical and organisational measures.")


class OwnPolicyState(Output):
    """Whether the policy has changed since the user accepted it."""

    standing: PolicyStanding
    version: str = Field(description="The version in force.")
    changes: list[PolicyVersion] = Field(description="Versions since the accepted one, oldest first.")


class PolicyAcceptance(Input):
    version: str = Field(min_length=1, max_length=20, description="The version that was shown.")
    answer: PolicyAnswer = Field(description="`continued`: the user has seen the notice and goes on.")
    language: Language = Field(description="Language in which it was shown.")


class ConsentPurpose(Output):
    """A purpose that users decide on; not allowed until they agree."""

    purpose: OptionalPurpose
    allowed: bool


class ConsentReceipt(Output):
    """A decision as the ledger has it, in the shape of ISO/IEC TS 27560. An objection is `refused`, its end `given`."""

    id: str
    purpose: Literal["terms", "marketing", "analytics", "contact_sync", "directory", "statistics"]
    state: ConsentState
    notice: str = Field(description="Version of the privacy policy that was shown.")
    method: ConsentMethod
    locale: str = Field(description="Language in which it was shown; empty if unknown.")
    at: datetime
    expires: datetime | None


class OwnObjection(Output):
    """A processing for a legitimate interest, allowed until the user objects. `directory`: colleagues find you by name,
    in lists and in phone books. `statistics`: figures about your work in queues, and when you usually answer."""

    purpose: ObjectionPurpose
    objects: bool


class OwnConsents(Output):
    """The decisions of a user."""

    purposes: list[ConsentPurpose]
    objections: list[OwnObjection]
    ledger: list[ConsentReceipt] = Field(description="All decisions, newest first.")


class ConsentDecision(Input):
    purpose: OptionalPurpose
    given: bool
    language: Language = Field(description="Language in which the purpose was shown.")


class ObjectionDecision(Input):
    purpose: ObjectionPurpose
    objects: bool
    language: Language = Field(description="Language in which the purpose was shown.")


class OwnAccess(Output):
    """Within the hour from `at` on, an administrator has opened data about you, once or more."""

    at: datetime
    purpose: str = Field(examples=["administration"])
    kind: str = Field(description="Kind of the data, as in the inventory of personal data.", examples=["person"])
    operator: bool = Field(description="Whether it was the operator's console.")
    person_id: str
    name: str = Field(description="Empty for the console, and for a closed or erased account.")
