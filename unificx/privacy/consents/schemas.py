"""Records of the ledger, in the shape of ISO/IEC TS 27560:2023, and the purposes that people decide on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

OptionalPurpose = Literal["marketing", "analytics", "contact_sync"]
OPTIONAL_PURPOSES: tuple[OptionalPurpose, ...] = get_args(OptionalPurpose)
"""Purposes that are not allowed until the person agrees. Recordings and transcripts have switches of their own: at the
call and at the mailbox."""

ConsentPurpose = Literal["terms", "marketing", "analytics", "contact_sync"]
ConsentState = Literal["given", "withdrawn", "refused"]
ConsentMethod = Literal["form", "continued_use", "objection"]


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
