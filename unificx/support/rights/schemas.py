"""Input and output types of requests. Personal values are excluded from `repr`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal[
    "access",
    "correction",
    "deletion",
    "objection",
    "portability",
    "complaint",
    "inquiry",
    "technical",
    "abuse",
    "authority",
    "minor",
    "breach",
    "review",
    "sign_up",
]
"""`inquiry`, `technical` and `abuse` are not about the sender's data.

`review`: of a suspension; `sign_up`: approval of a new organisation."""
StaffKind = Literal[
    "access",
    "correction",
    "deletion",
    "objection",
    "portability",
    "complaint",
    "inquiry",
    "technical",
    "abuse",
    "authority",
    "minor",
    "breach",
]
"""Kinds that administrators enter."""
OwnKind = Literal[
    "access",
    "correction",
    "deletion",
    "objection",
    "portability",
    "complaint",
    "inquiry",
    "technical",
    "abuse",
    "minor",
]
"""Kinds that users send."""
OpenKind = Literal[
    "access", "correction", "deletion", "objection", "portability", "complaint", "inquiry", "technical", "abuse"
]
"""Kinds of the public form. A request of one of them can become one of another, and its sender can write again."""
PROVIDER_KINDS: frozenset[Kind] = frozenset({"inquiry", "technical", "complaint", "abuse"})
"""Kinds that administrators of a tenant send to the operator, their provider."""
Recipient = Literal["organisation", "provider"]
"""The administrators of the sender's own tenant, or the operator."""
GENERAL_KINDS: frozenset[Kind] = frozenset({"inquiry", "technical", "abuse"})
"""Kinds that are not about the sender's data: with general time limits, and without proof of identity."""
State = Literal["received", "proved", "in_work", "extended", "answered", "refused", "withdrawn"]
Band = Literal["unknown", "1-9", "10-99", "100-999", "1000+"]
"""Order of magnitude of the people affected by a breach."""
DisclosureState = Literal["proposed", "approved", "rejected"]
DisclosedCategory = Literal["account", "sign_ins", "calls", "voicemail", "recordings", "messages"]
"""Data that an authority can get. All but `account` has a period."""
Origin = Literal["public", "account", "staff", "mail"]
"""The public form, a signed-in user, an administrator who received it by other means, or an e-mail."""
Proof = Literal["", "account", "email", "phone", "staff"]
"""How the identity was proved; "" if it was not."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request to enter. `person_id` is the account it is about, if any; `due` overrides the time limit by law."""

    kind: Kind
    text: str = field(repr=False)
    topic: str = field(default="", repr=False)
    attachment: str = field(default="", repr=False)
    """A report of the sender's device."""
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    basis: str = field(default="", repr=False)
    """Legal basis that an authority names."""
    person_id: str = ""
    due: datetime | None = None
    sender_tenant: str = ""
    """Tenant of `person_id`, if the request is to the operator."""
    found: datetime | None = None
    """Discovery of a breach."""


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """A request with its time limits. The texts are "" once they are erased."""

    id: str
    tenant_id: str
    kind: Kind
    regime: str
    origin: Origin
    state: State
    proof: Proof
    received: datetime
    confirm_due: datetime | None
    confirmed: datetime | None
    due: datetime
    """Until when it has to be answered, to the extended time limit if it is extended."""
    extendable: datetime | None
    """Extended time limit; None if there is none."""
    closed: datetime | None
    reminded: datetime | None
    person_id: str | None
    about: str | None
    """Data subject whose data it is about, if known."""
    subject: str
    """Subject whose key seals the texts."""
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    basis: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)
    """Answer, or the reasons of a refusal."""
    topic: str = field(default="", repr=False)
    """Subject line; "" for requests about personal data, whose kind says it."""
    assigned: str | None = None
    """Administrator who works on it."""
    corrected: str = field(default="", repr=False)
    """Right name of the sender, from the answer to a correction."""
    sender_tenant: str | None = None
    """Tenant of the sender; None if the request is in its queue."""

    @property
    def to(self) -> Recipient:
        """The side that answers it."""
        return "provider" if self.sender_tenant else "organisation"

    @property
    def home(self) -> str:
        """Tenant of the account that sent it or that it is about."""
        return self.sender_tenant or self.tenant_id

    def overdue(self, now: datetime) -> bool:
        """Whether a request whose sender was proved, or need not be, has passed its time limit without an answer."""
        return self.closed is None and (bool(self.proof) or self.state != "received") and now >= self.due


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step that was taken. `by` is the id of the person; "" for the operator's console and the person concerned."""

    at: datetime
    step: str
    by: str
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestHistory:
    """A request and its steps, oldest first."""

    request: RightsRequest
    steps: tuple[StepRecord, ...]


@dataclass(frozen=True, slots=True)
class RequestNote:
    """An internal note on a request. `by` is the id of the administrator; "" for the operator's console."""

    at: datetime
    by: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests are listed. `assigned`: id of the administrator, "" for those without one; None for all."""

    closed: bool = False
    kind: Kind | None = None
    assigned: str | None = None


@dataclass(frozen=True, slots=True)
class DisclosedData:
    """The limits of a disclosure: categories, a period (`since` inclusive, `until` exclusive), and whether
    the other parties of calls and messages are named and heard."""

    categories: tuple[DisclosedCategory, ...]
    since: datetime | None = None
    until: datetime | None = None
    others: bool = False


@dataclass(frozen=True, slots=True)
class NewDisclosure:
    """Data to disclose of an account, or of a caller without one by `number` (E.164 or as dialled in the country of the
    tenant). `scope`: the wording of the request. `silent_until`: the person must not know before."""

    person_id: str
    scope: str = field(repr=False)
    data: DisclosedData
    silent_until: datetime | None = None
    number: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A disclosure to an authority, with the ids of those who have proposed and decided it."""

    id: str
    tenant_id: str
    request_id: str
    person_id: str
    state: DisclosureState
    proposed: datetime
    proposed_by: str
    decided: datetime | None
    decided_by: str | None
    silent_until: datetime | None
    data: DisclosedData
    """No categories: one that was decided before categories were recorded."""
    subject: str
    authority: str = field(repr=False)
    basis: str = field(repr=False)
    scope: str = field(repr=False)
    about: str | None = None
    """Data subject of a caller without an account, who is meant instead of `person_id`."""
    number: str = field(default="", repr=False)
    """Number of that caller; "" once it is erased."""

    def wording(self) -> str:
        """Return the whole scope in one text: as the request words it, and as the file is limited."""
        limits = ", ".join(self.data.categories)
        if self.data.since is not None and self.data.until is not None:
            limits += f"; {self.data.since.isoformat()} to {self.data.until.isoformat()}"
        return f"{self.scope} [{limits}; {'with' if self.data.others else 'without'} other parties]"


@dataclass(frozen=True, slots=True)
class Handover:
    """A file that was handed over for a disclosure. `by`: id of the administrator who downloaded it. `logged`: whether
    the audit log of this installation has this entry exactly as it is here; None once its texts are deleted."""

    id: str
    tenant_id: str
    request_id: str
    disclosure_id: str
    person_id: str
    at: datetime
    by: str
    size: int
    sha256: str
    logged: bool | None
    authority: str = field(repr=False)
    basis: str = field(repr=False)
    scope: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Breach:
    """Record of a breach. Its text, the time when it was found and the time limit are those of the request."""

    request_id: str
    categories: tuple[str, ...] = ()
    band: Band = "unknown"
    high_risk: bool = False
    authority_informed: datetime | None = None
    people_informed: datetime | None = None
    informed: int = 0


@dataclass(frozen=True, slots=True)
class BreachChange:
    """Changed values of a breach; None leaves one as it is."""

    categories: tuple[str, ...] | None = None
    band: Band | None = None
    high_risk: bool | None = None
    authority_informed: datetime | None = None
    authority_not_informed: bool = False
    """Removes the time when the authority was informed."""
