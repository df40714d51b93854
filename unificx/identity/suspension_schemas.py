"""Suspensions of accounts and of whole tenants."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

GivenReason = Literal["terms", "security", "fraud", "payment", "absence", "minor", "other"]
"""Reasons that administrators give."""
SuspensionReason = Literal[
    "terms", "security", "fraud", "payment", "absence", "minor", "approval", "identity_provider", "closing", "other"
]
"""`terms`: against the terms of use; `security`: others may use the account; `absence`: for the time being;
`approval`: a new organisation that waits for the operator's approval; `identity_provider`: deactivated there (SCIM);
`closing`: a tenant that is closed, and erased at `erases`."""
ReviewState = Literal["none", "open", "refused"]
MAX_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class NewSuspension:
    """Reason of a suspension. `by`: id of the person who suspends, or `CONSOLE`. Without `until` it has no end."""

    reason: SuspensionReason = "other"
    text: str = field(default="", repr=False)
    until: datetime | None = None
    by: str = "console"
    erases: datetime | None = None
    """When the suspended tenant is erased."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """Suspension in force. `review_id`: the request for a review, if any."""

    id: str
    tenant_id: str
    person_id: str
    """"" for that of the whole tenant."""
    reason: SuspensionReason
    by: str
    since: datetime
    until: datetime | None
    review: ReviewState
    review_id: str | None
    subject: str
    text: str = field(repr=False)
    erases: datetime | None = None
    """When the suspended tenant is erased."""


@dataclass(frozen=True, slots=True)
class SuspendedAccount:
    """The owner of a suspended account, and the suspension in force; None if it began without a reason."""

    tenant_id: str
    person_id: str
    whole_tenant: bool
    suspension: Suspension | None
    is_administrator: bool

    @property
    def may_reopen(self) -> bool:
        """Whether this person may take the closing of their tenant back."""
        return self.whole_tenant and self.is_administrator and self.is_closing

    @property
    def is_closing(self) -> bool:
        """Whether the tenant is closed and will be erased."""
        return self.suspension is not None and self.suspension.reason == "closing"

    @property
    def may_ask(self) -> bool:
        """Whether this person may ask for a review: of their own suspension, as administrator of their tenant's."""
        found = self.suspension
        if self.is_closing:
            return False
        return found is not None and found.review == "none" and (self.is_administrator or not self.whole_tenant)
