"""Bodies of the erasure of a person."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from unificx.api.schemas.audit import AuditProof
from unificx.api.schemas.core import Input, Output


class HeldKind(Output):
    """How much is held of one kind."""

    area: str = Field(examples=["cdr"])
    kind: str = Field(examples=["party of calls"])
    count: int


class NothingHeld(Output):
    """A kind of which nothing was found before the erasure."""

    area: str
    kind: str


class KeptKind(HeldKind):
    """Data that stays after the erasure."""

    what: str
    why: str
    until: str


class ErasureReceipt(Output):
    """Signed receipt. The signature (Ed25519, base64) covers the canonical JSON (RFC 8785) of all other fields."""

    format: Literal["unificx erasure receipt 1"]
    id: str
    installation: str = Field(description="Random id of the installation.")
    tenant: str
    person: str = Field(description="Random id of the erased account, or of the data subject of a number outside.")
    requested: str
    finished: str
    plan: str = Field(description="Digest of the plan that was confirmed.")
    removed: list[HeldKind]
    nothing_held: list[NothingHeld]
    kept: list[KeptKind]
    failed: list[HeldKind] = Field(description="Data that is left. It is unreadable, and the erasure is repeated.")
    audit: AuditProof | None = Field(
        default=None, description="Proof that the audit log includes the erasure; older receipts have none."
    )
    public_key: str
    signature: str


class ErasurePlan(Output):
    """Result that the erasure of a person would have."""

    person_id: str = Field(description="Id of the account, or of the data subject of a number outside.")
    held: list[HeldKind]
    kept: list[KeptKind]
    digest: str = Field(description="Confirms exactly these counts.")
    fingerprint: str = Field(description="SHA-256 of the public key that signs receipts of this installation.")
    receipt: ErasureReceipt | None = Field(description="Present if the person is erased already.")
    scheduled: datetime | None = Field(default=None, description="When a scheduled erasure begins.")
    leading_nowhere: list[str] = Field(
        default=[],
        description="For administrators: destinations that lead to an extension of the person, and nowhere afterwards.",
    )


class ErasureConfirmation(Input):
    digest: str = Field(description="The digest of the plan.", pattern=r"^[0-9a-f]{64}$")


class ErasureSchedule(ErasureConfirmation):
    days: int = Field(ge=1, le=90, description="Days until it begins, in which it can be cancelled.")


class ScheduledErasure(Output):
    """An erasure that begins later."""

    person_id: str
    due: datetime


class ListedErasure(ScheduledErasure):
    """A scheduled erasure, and who has scheduled it."""

    requested: datetime
    requested_by: str = Field(description="Id of the person who scheduled it; empty for the operator's console.")
    own: bool = Field(description="Whether people have closed their own account.")


class OutsideNumber(Input):
    number: str = Field(
        min_length=3, max_length=40, description="Telephone number outside, international or as it is dialled here."
    )


class OutsideErasure(OutsideNumber):
    digest: str = Field(description="The digest of the plan.", pattern=r"^[0-9a-f]{64}$")
