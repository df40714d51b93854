"""Entries of the audit log, without I/O.

An entry is a JSON object in canonical form (RFC 8785) whose hash is a leaf of the tree. Its persons are commitments:
the SHA-256 of a random salt and the canonical JSON of a person's details. Salt and details are stored apart, sealed
under the person's key: erasing them leaves the entry and the tree valid.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, Protocol

from unificx.privacy.audit import merkle
from unificx.privacy.audit.models import AuditPartyPart
from unificx.privacy.retention import Period
from unificx.privacy.signing import canonical

PartyKind = Literal["actor", "about"]
Outcome = Literal["done", "failed"]
PERIOD = Period(years=3)
"""From the act on: how long its persons can be named."""
SALT_BYTES = 16
MAX_OBJECT = 200


@dataclass(frozen=True, slots=True)
class AuditParty:
    """A person in an entry: `subject` is the id of the sealing key in the tenant of the person."""

    tenant_id: str
    subject: str
    person_id: str
    role: str = ""
    key_id: str = ""
    """API key with which the person has acted; "" for a session."""
    by: str = ""
    """Person who has made the session, if another one."""

    def sealed_part(self, salt: bytes) -> AuditPartyPart:
        return AuditPartyPart(salt.hex(), self.person_id, self.role, self.key_id, self.by)


@dataclass(frozen=True, slots=True)
class NewAuditEntry:
    """An act to record. `object` is a type and an id or name of the tenant's own, such as `trunk:0198…`; never a person
    or an extension number."""

    tenant_id: str
    action: str
    object: str = ""
    actor: AuditParty | None = None
    """None: the operator on the control socket."""
    about: AuditParty | None = None
    result: Outcome = "done"

    def parties(self) -> dict[PartyKind, AuditParty]:
        found: dict[PartyKind, AuditParty | None] = {"actor": self.actor, "about": self.about}
        return {kind: party for kind, party in found.items() if party is not None}

    def failed(self) -> "NewAuditEntry":
        return replace(self, result="failed")


class RecordedAct(Protocol):
    """Act of an entry: a new one, or a row with its columns."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def object(self) -> str: ...
    @property
    def result(self) -> str: ...


def commitment(part: AuditPartyPart) -> str:
    """Return the commitment to the details of a person, in hexadecimal."""
    details = {"by": part.by, "key": part.key, "person": part.person, "role": part.role}
    return sha256(bytes.fromhex(part.salt) + canonical(details)).hexdigest()


def entry_content(
    entry: RecordedAct, time: datetime, salt: str, commitments: Mapping[PartyKind, str]
) -> dict[str, Any]:
    """Return the entry as the JSON object whose hash is the leaf. `salt` keeps an entry without a person from being
    found by trying."""
    return {
        "action": entry.action,
        "object": entry.object,
        "parties": dict(commitments),
        "result": entry.result,
        "salt": salt,
        "tenant": entry.tenant_id,
        "time": time.isoformat(timespec="seconds"),
    }


def leaf_of(content: Mapping[str, Any]) -> bytes:
    """Return the hash of the leaf of an entry. Raise Invalid for content that has no canonical form."""
    return merkle.leaf_hash(canonical(dict(content)))
