"""Records of the ledger, in the shape of ISO/IEC TS 27560:2023, and the purposes that people decide on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

OptionalPurpose = Literal["marketing", "analytics", "contact_sync"]
OPTIONAL_PURPOSES: tuple[OptionalPurpose, ...] = get_args(OptionalPurpose)
"""Purposes that are not allowed until the person agrees. Recordings and transcripts have switches of their own: at the
call and at the mailbox."""

ObjectionPurpose = Literal["directory", "statistics"]
OBJECTION_PURPOSES: tuple[ObjectionPurpose, ...] = get_args(ObjectionPurpose)
"""Processing for a legitimate interest, which a person may end by an objection (GDPR Art. 21): being found by name in
the directory, and figures about one's own work in queues and when one usually answers. Security is not among them: it
has compelling grounds."""

ConsentPurpose = Literal["terms", "marketing", "analytics", "contact_sync", "directory", "statistics"]
ConsentState = Literal["given", "withdrawn", "refused"]
ConsentMethod = Literal["form", "continued_use", "objection", "unsubscribe", "complaint"]


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One decision. `notice`: version of the policy that was shown; `locale`: its language, "" if unknown; `expires`:
    None for no end."""

    id: str
    purpose: ConsentPurpose
    state: ConsentState
    notice: str
    method: ConsentMethod
    locale: str
    at: datetime
    expires: datetime | None = None
