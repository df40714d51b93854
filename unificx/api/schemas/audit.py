"""Schemas of the audit log."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import Output

_HASH = "SHA-256, in hexadecimal."


class AuditPerson(Output):
    """A person in an entry. After an erasure only `erased` is left."""

    erased: bool
    person_id: str = Field(description="Random id of the account; empty if erased, or for a shared phone.")
    name: str = Field(description="Empty if the account is closed or was erased.")
    role: str = Field(description="Role at that time; empty for the person that the act was about.")
    key_id: str = Field(description="API key with which the person has acted; empty for a session.")
    by: str = Field(description="Id of the person who has made the session, if another one.")


class AuditEntry(Output):
    """An administrative or privacy act."""

    position: int = Field(description="Index in the log of the installation.")
    time: datetime
    action: str = Field(examples=["create_trunk"], description="Operation of this API, or `sign_in`.")
    object: str = Field(examples=["trunk:0198c2a4"], description="Type and id or name of what was changed.")
    result: Literal["done", "failed"] = Field(description="`failed`: the rest failed after a first change.")
    leaf: str = Field(description=f"Leaf of the tree: {_HASH}")
    actor: AuditPerson | None = Field(description="Null: the operator on the server itself.")
    about: AuditPerson | None = Field(description="The person that it was about, if any.")


class AuditHead(Output):
    """Signed head of the log. The signature (Ed25519, base64) covers the canonical JSON (RFC 8785) of all others."""

    format: Literal["unificx audit head 1"]
    installation: str
    size: int = Field(description="Number of entries.")
    root: str = Field(description=f"Root of the Merkle tree (RFC 9162): {_HASH}")
    time: str
    public_key: str
    signature: str


class AuditContent(Output):
    """An entry as it is in the tree: persons are salted commitments."""

    action: str
    object: str
    parties: dict[str, str] = Field(description="Commitments to `actor` and `about`, in hexadecimal.")
    result: str
    salt: str
    tenant: str
    time: str


class AuditProof(Output):
    """Proof that a signed head includes an entry (RFC 9162 section 2.1.3)."""

    entry: AuditContent
    index: int
    path: list[str]
    head: AuditHead


class ExportedEntry(Output):
    """An entry for verification without a server."""

    position: int
    leaf: str
    entry: AuditContent | None = Field(description="Null if the tenant was deleted.")


class AuditExport(Output):
    """A part of the log. `heads` are in the first one."""

    heads: list[AuditHead]
    entries: list[ExportedEntry]
    next: int | None = Field(description="Pass as `first` to get the following entries; null at the end.")


class AuditFault(Output):
    """A part of the log that does not fit, with the reason."""

    what: str = Field(examples=["entry 7"])
    why: str


class AuditReport(Output):
    """Result of the verification of the whole log."""

    ok: bool
    entries: int
    signed: int = Field(description="Entries included in the last valid head.")
    erased: int = Field(
        description="Entries with a person who was erased or whose period has ended, or of a deleted tenant."
    )
    heads: int
    fingerprints: list[str] = Field(description="SHA-256 of the public keys that have signed heads.")
    faults: list[AuditFault]
