"""Spool records of binding changes: one line each, with personal values already sealed.

    hold ID TENANT EXTENSION DEVICE SUBJECT EXPIRES SEALED      a new or changed binding
    extend ID EXPIRES                                           a later expiry
    drop ID                                                     a removed binding

EXPIRES is the expiry in the journal in seconds since 1970, SEALED is base64.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class StoredBinding:
    """A binding as stored."""

    id: str
    tenant_id: str
    extension_id: str
    device_id: str
    subject_id: str
    expires: int
    sealed: bytes = field(repr=False)

    @property
    def until(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)


@dataclass(slots=True)
class BindingChanges:
    """The net changes of a batch, each binding once; applying them is idempotent."""

    stored: dict[str, StoredBinding] = field(default_factory=dict[str, StoredBinding])
    extended: dict[str, datetime] = field(default_factory=dict[str, datetime])
    removed: set[str] = field(default_factory=set[str])


def hold_record(binding: StoredBinding) -> bytes:
    fields = (
        binding.id,
        binding.tenant_id,
        binding.extension_id,
        binding.device_id,
        binding.subject_id,
        str(binding.expires),
    )
    return b"hold %b %b" % (" ".join(fields).encode(), b64encode(binding.sealed))


def extend_record(binding_id: str, expires: int) -> bytes:
    return f"extend {binding_id} {expires}".encode()


def drop_record(binding_id: str) -> bytes:
    return f"drop {binding_id}".encode()


def fold(records: Iterable[bytes]) -> BindingChanges:
    """Fold the records of a batch, in order, into one set of changes."""
    changes = BindingChanges()
    for record in records:
        verb, binding_id, *rest = record.decode().split(" ")
        if verb == "hold":
            tenant, extension, device, subject, expires, sealed = rest
            changes.stored[binding_id] = StoredBinding(
                binding_id, tenant, extension, device, subject, int(expires), b64decode(sealed)
            )
            changes.removed.discard(binding_id)
            changes.extended.pop(binding_id, None)
        elif verb == "extend":
            if binding_id in changes.stored:
                changes.stored[binding_id] = replace(changes.stored[binding_id], expires=int(rest[0]))
            else:
                changes.extended[binding_id] = datetime.fromtimestamp(int(rest[0]), UTC)
        else:
            changes.stored.pop(binding_id, None)
            changes.extended.pop(binding_id, None)
            changes.removed.add(binding_id)
    return changes
