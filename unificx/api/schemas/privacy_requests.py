"""Bodies of requests about personal data."""

from datetime import datetime

from pydantic import Field

from unificx.api.schemas.core import REFERENCE, Input, Output
from unificx.api.schemas.times import Time
from unificx.support.rights import (
    Band,
    DisclosedCategory,
    DisclosureState,
    Kind,
    OpenKind,
    OwnKind,
    Recipient,
    Regime,
    StaffKind,
    State,
    Step,
)

MAX_TEXT = 10_000


class NewOwnRequest(Input):
    """A request of a user."""

    kind: OwnKind
    text: str = Field(default="", max_length=MAX_TEXT)
    topic: str = Field(default="", max_length=200, description="Subject line.")
    to: Recipient = Field(default="organisation", description="`provider`: the operator; only for administrators.")
    attachment: str = Field(default="", max_length=64 << 10, description="A diagnostics report, as shown to you.")


class RequestMessage(Input):
    text: str = Field(min_length=1, max_length=MAX_TEXT)


class RequestKind(Input):
    kind: OpenKind


class NewPrivacyRequest(Input):
    """A request that an administrator has received by post, telephone or otherwise."""

    kind: StaffKind
    text: str = Field(default="", max_length=MAX_TEXT, description="The request; for a breach, what happened.")
    topic: str = Field(default="", max_length=200, description="Subject line.")
    name: str = Field(default="", max_length=200, description="Sender, or the authority.")
    email: str = Field(default="", max_length=320)
    number: str = Field(default="", max_length=16, pattern=r"^(\+[1-9][0-9]{4,14})?$", examples=["+49301234567"])
    basis: str = Field(default="", max_length=2_000, description="Legal basis that an authority names.")
    person_id: str = Field(
        default="", max_length=64, pattern=rf"^$|{REFERENCE}", description="The account that it is about."
    )
    due: Time | None = Field(default=None, description="Time limit that is set by an authority.")
    found: Time | None = Field(default=None, description="When a breach was found.")


class Assignee(Input):
    person_id: str | None = Field(max_length=64, pattern=REFERENCE, description="An administrator; null for no one.")


class NewNote(Input):
    text: str = Field(min_length=1, max_length=5_000)


class RequestStep(Input):
    """A step of a request."""

    step: Step
    note: str = Field(default="", max_length=MAX_TEXT, description="Answer, reasons, or how the identity was proved.")
    corrected_name: str = Field(
        default="",
        max_length=100,
        description="With the answer to a correction: the right name, carried into every record of the person.",
    )


class OwnRequest(Output):
    """A request of a user, as they see it."""

    id: str
    kind: Kind
    state: State
    received: datetime
    due: datetime = Field(description="Until when it is answered.")
    closed: datetime | None
    topic: str
    text: str
    answer: str = Field(description="Answer, or the reasons of a refusal.")
    to: Recipient = Field(description="The side whose administrators answer it.")


class VisibleStep(Output):
    """A step as the sender sees it: a message, a reply or a change of state."""

    at: datetime
    step: str
    own: bool = Field(description="Whether it was taken by the sender.")
    text: str


class OwnRequestHistory(OwnRequest):
    """A request of a user with its steps, oldest first."""

    history: list[VisibleStep]


class PrivacyRequest(Output):
    """A request as administrators see it. The texts are empty once they are erased."""

    id: str
    kind: Kind
    state: State
    received: datetime
    due: datetime = Field(description="Until when it has to be answered.")
    closed: datetime | None
    topic: str
    text: str
    answer: str = Field(description="Answer, or the reasons of a refusal.")
    regime: Regime = Field(description="Law whose time limits apply; `general`: none.")
    origin: str = Field(description="`public` form, `account` or `staff`.")
    proof: str = Field(description="How the identity was proved; empty if it was not.")
    confirm_due: datetime | None = Field(description="Until when the receipt has to be confirmed.")
    confirmed: datetime | None
    extendable: datetime | None = Field(description="Time limit after an extension.")
    overdue: bool
    person_id: str | None
    known: bool = Field(description="Whether data about the sender is held here.")
    name: str
    email: str
    number: str
    basis: str
    organisation: str = Field(description="Of a request to the operator: name of the sender's tenant; else empty.")
    steps: list[Step] = Field(description="Steps that are possible now.")
    assigned: str | None = Field(description="Id of the administrator who works on it.")


class TakenStep(Output):
    """A step that was taken."""

    at: datetime
    step: str
    by: str = Field(description="Id of the administrator.")
    note: str


class InternalNote(Output):
    """An internal note."""

    at: datetime
    by: str = Field(description="Id of the administrator.")
    text: str


class PrivacyRequestHistory(PrivacyRequest):
    """A request with the steps that were taken, and internal notes."""

    history: list[TakenStep]
    notes: list[InternalNote] = Field(description="For administrators only.")


class NewDisclosure(Input):
    """Data of an account, or of a caller without one, that an authority is to get."""

    person_id: str | None = Field(default=None, max_length=64, pattern=REFERENCE, description="The account.")
    number: str = Field(
        default="", max_length=40, description="Number of a caller without an account, in the place of `person_id`."
    )
    scope: str = Field(min_length=1, max_length=5_000, description="The request of the authority, in its words.")
    categories: list[DisclosedCategory] = Field(min_length=1, max_length=10, description="Data that the file has.")
    since: Time | None = Field(default=None, description="Begin of the period; required except for `account` alone.")
    until: Time | None = Field(default=None, description="End of the period, exclusive.")
    other_parties: bool = Field(
        default=False, description="Whether other people in calls and messages are named and heard."
    )
    silent_until: Time | None = Field(default=None, description="The person must not know before.")


class DisclosureDecision(Input):
    approve: bool


class Handover(Output):
    """A file that was handed over to an authority: one entry of a log that is only added to."""

    id: str
    request_id: str
    disclosure_id: str
    person_id: str = Field(description="The account; empty for a caller without one.")
    at: datetime
    by: str = Field(description="Id of the administrator who downloaded it.")
    size: int = Field(description="Length of the file in bytes.")
    sha256: str = Field(description="Digest of the file, in hexadecimal.")
    authority: str
    basis: str
    scope: str = Field(description="The wording of the request, and the limits of the file.")
    logged: bool | None = Field(
        description="Whether the audit log has it exactly like this; null once its texts are deleted."
    )


class Disclosure(Output):
    """A disclosure to an authority."""

    id: str
    person_id: str = Field(description="The account; empty for a caller without one.")
    number: str = Field(description="Number of a caller without an account; empty once it is erased.")
    state: DisclosureState
    proposed: datetime
    proposed_by: str = Field(description="Id of the administrator.")
    decided: datetime | None
    decided_by: str | None
    silent_until: datetime | None
    authority: str
    basis: str
    scope: str
    categories: list[DisclosedCategory] = Field(description="Empty for one from before categories were recorded.")
    since: datetime | None
    until: datetime | None
    other_parties: bool
    handovers: list[Handover] = Field(description="Files that were handed over for it, oldest first.")


class OwnHandover(Output):
    """A file with data of a user that was handed over to an authority."""

    at: datetime
    size: int = Field(description="Length of the file in bytes.")
    sha256: str = Field(description="Digest of the file, in hexadecimal.")


class OwnDisclosure(Output):
    """A disclosure of the data of a user, as they see it."""

    id: str
    decided: datetime
    authority: str
    basis: str
    scope: str
    categories: list[DisclosedCategory]
    since: datetime | None
    until: datetime | None
    other_parties: bool
    handovers: list[OwnHandover]


class BreachChange(Input):
    """Changed values of a breach."""

    categories: list[str] | None = Field(default=None, max_length=50, description="Keys of `/privacy/map`.")
    band: Band | None = Field(default=None, description="Order of magnitude of the number of people.")
    high_risk: bool | None = Field(default=None, description="Then the people have to be informed.")
    authority_informed: Time | None = Field(default=None, description="Not in the future; null: it was not informed.")


class Breach(Output):
    """Record of a breach. The request has its text and its time limit of 72 hours."""

    request_id: str
    categories: list[str]
    band: Band
    high_risk: bool
    authority_informed: datetime | None
    people_informed: datetime | None = Field(description="When the last notice was sent.")
    informed: int = Field(description="Number of notices sent.")


class BreachNotice(Input):
    """A notice to the people affected: what happened, what it means for them, what to do."""

    text: str = Field(min_length=1, max_length=2_000)
    people: list[str] = Field(default=[], max_length=1_000, description="Ids of accounts; empty: all of the tenant.")
