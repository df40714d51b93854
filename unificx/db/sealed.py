"""Encrypts the personal part of a row with its subject's key and decrypts it for a declared purpose only: the one that
the boundary has stated (`core.access`).

AES-256-GCM. Format: mark (1 byte), key version (2), nonce (12), ciphertext of the padded text, tag. Associated data,
length-prefixed: tenant, subject, table, column, row and key version, so that a part copied to another row, column,
person or tenant does not decrypt.
"""

import json
import os
import struct
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import NoneType
from typing import Any, Generic, Protocol, TypeVar, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError
from sqlalchemy import Table

from unificx.core.access import current_access
from unificx.db.base import SEAL_MARK, declared_fields, sealed_part

P = TypeVar("P")

_NONCE = 12
_BLOCK = 64
"""Sealed texts are filled with spaces to a multiple of this many bytes, so that their length says little about what is
in them; JSON ignores the spaces."""
_HEAD = struct.Struct(">1sH")
_NONCE_AT = _HEAD.size
_SEALED_AT = _NONCE_AT + _NONCE


class WrongPurpose(RuntimeError):
    """The declaration of a sealed part does not allow the stated purpose."""


class UnsealError(ValueError):
    """A sealed part is damaged or does not belong to this tenant, subject, table, column and row."""


class ErasedSubject(LookupError):
    """Sealing was requested for an erased person. An erased key is never created again."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Placeholder for a part whose subject was erased. Interfaces must show "an erased person"."""


@dataclass(frozen=True, slots=True)
class Key:
    """A subject's unwrapped key. Its bytes are never shown."""

    version: int
    aead: AESGCM


class Keys(Protocol):
    """Key access for a codec. Answers from a cache, so it may be called from a coroutine."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Return each subject's key; None if erased or, unless `create`, unknown."""
        ...


def length_prefixed(*parts: str) -> bytes:
    """Join length-prefixed parts: different lists never give the same bytes. Each has at most 65,535 bytes."""
    return b"".join([len(raw).to_bytes(2) + raw for raw in map(str.encode, parts)])


_scope = lru_cache(maxsize=256)(length_prefixed)
"""Beginning of the associated data of a tenant's parts."""


class SealedCodec(Generic[P]):
    """Reads and writes one sealed column. `row` is a mapped class, `part` the class that one of its columns seals."""

    def __init__(self, row: type[Any], part: type[P]) -> None:
        table: Table = row.__table__
        columns = [c for c in table.columns if (held := sealed_part(c)) is not None and held.part is part]
        if len(columns) != 1:
            raise TypeError(f"{table.name} must seal {part.__name__} in exactly one column, not {len(columns)}")
        self.table, self.column, self.part = table.name, columns[0].name, part
        self.purposes = frozenset.intersection(*(field.uses for field in declared_fields(part).values()))
        if not self.purposes:
            raise TypeError(f"{part.__name__}: its fields share no purpose, so it can never be opened")
        self._adapter: TypeAdapter[P] = TypeAdapter(part)
        self._validate: Callable[[bytes], P] = self._adapter.validator.validate_json
        self._optional_fields = [
            name for name, kind in typing.get_type_hints(part).items() if NoneType in get_args(kind)
        ]
        self._column_binding = length_prefixed(self.table, self.column)
        # Owner: this process, which can compute them again.
        self._ends: dict[int, bytes] = {}
        """End of the associated data, by version of the key."""

    def seal(self, keys: Keys, tenant: str, items: Sequence[tuple[str, str, P]]) -> list[bytes]:
        """Seal each (subject, row id, part). Creates a key for a new subject; raises ErasedSubject if erased."""
        found = keys.get(tenant, {subject for subject, _, _ in items}, create=True)
        sealed: list[bytes] = []
        for subject, row, part in items:
            key = found[subject]
            if key is None:
                raise ErasedSubject(f"{self.table}.{self.column}: the subject was erased")
            sealed.append(self.seal_with(key, tenant, subject, row, part))
        return sealed

    def seal_with(self, key: Key, tenant: str, subject: str, row: str, part: P) -> bytes:
        """Seal one part with the key of its subject, for a caller that seals several parts of one person."""
        # From the OS, never from an injected source: a repeated nonce would break AES-GCM.
        nonce = os.urandom(_NONCE)
        bound = self._associated_data(_scope(tenant), subject, row, key.version)
        body = key.aead.encrypt(nonce, self._encode(part), bound)
        return _HEAD.pack(SEAL_MARK, key.version) + nonce + body

    def open(self, keys: Keys, tenant: str, items: Sequence[tuple[str, str, bytes]]) -> list[P | Erased]:
        """Open each (subject, row id, sealed part), in order, with `Erased` for erased subjects.

        Raises NoPurpose if the boundary has stated no purpose, WrongPurpose unless every field of the part may be used
        for it; UnsealError for a part that is damaged or was sealed for another row or column.
        """
        access = current_access()
        if not access.allows(self.purposes):
            raise WrongPurpose(f"{self.table}.{self.column} may not be used for {access.purpose!r}")
        found = keys.get(tenant, {subject for subject, _, _ in items})
        if access.witness is not None:
            access.witness(access, self.table, tenant, found.keys())
        return [Erased() if part is None else part for part in self._open(found, tenant, items)]

    def open_by_row(self, keys: Keys, tenant: str, items: Sequence[tuple[str, str, bytes]]) -> dict[str, P | Erased]:
        """As `open`, by row id."""
        opened = self.open(keys, tenant, items)
        return {row: part for (_, row, _), part in zip(items, opened, strict=True)}

    def open_exported(
        self, keys: Keys, tenant: str, items: Sequence[tuple[str, str, bytes]]
    ) -> list[Mapping[str, Any]]:
        """Open parts for the access copy of their subject (GDPR Art. 15): JSON values of the fields declared with
        `export=True`, in order, and none for an erased subject. Raises NoPurpose, UnsealError."""
        current_access()  # work that has stated nothing may not open anything
        names = {name for name, declared in declared_fields(self.part).items() if declared.export}
        found = keys.get(tenant, {subject for subject, _, _ in items})
        return [
            {} if part is None else self._adapter.dump_python(part, mode="json", include=names)
            for part in self._open(found, tenant, items)
        ]

    def _open(
        self, keys: Mapping[str, Key | None], tenant: str, items: Iterable[tuple[str, str, bytes]]
    ) -> list[P | None]:
        """Open each part with the key of its subject; None without one. All in one loop: without calls for each part,
        lists in which subjects repeat take a tenth less."""
        scope, opened = _scope(tenant), list[P | None]()
        prepared = {
            subject: None if key is None else self._prepared(key, scope, subject) for subject, key in keys.items()
        }
        try:
            for subject, row, blob in items:
                if (known := prepared[subject]) is None:
                    opened.append(None)
                    continue
                decrypt, head, begin, end = known
                if blob[:_NONCE_AT] != head:
                    raise ValueError("unknown format or key version")
                name = row.encode()
                bound = begin + len(name).to_bytes(2) + name + end
                text = decrypt(blob[_NONCE_AT:_SEALED_AT], blob[_SEALED_AT:], bound)
                try:
                    opened.append(self._validate(text))
                except ValidationError:
                    opened.append(self._decode_older(text))
        except (InvalidTag, ValueError, TypeError, OverflowError):
            # From None: the original error may quote the value.
            raise UnsealError(f"{self.table}.{self.column}: the sealed part cannot be opened") from None
        return opened

    def _decode_older(self, text: bytes) -> P:
        """Decode what an older version of the part has sealed: newer optional fields are None."""
        values: dict[str, Any] = json.loads(text)
        return self._adapter.validator.validate_python(dict.fromkeys(self._optional_fields) | values)

    def _encode(self, part: P) -> bytes:
        try:
            if type(part) is not self.part:
                raise TypeError("wrong class")
            text = self._adapter.serializer.to_json(part, warnings="error")
        except (PydanticSerializationError, TypeError):
            raise TypeError(f"{self.table}.{self.column}: not a well-typed {self.part.__name__}") from None
        return text + b" " * (-len(text) % _BLOCK)

    def _prepared(self, key: Key, scope: bytes, subject: str) -> tuple[Callable[..., bytes], bytes, bytes, bytes]:
        """Return what all parts of a subject share: decryption, mark and version, and what the associated data of each
        has before and after its row."""
        version, owner = key.version, subject.encode()
        begin = scope + len(owner).to_bytes(2) + owner
        return key.aead.decrypt, _HEAD.pack(SEAL_MARK, version), begin, self._end(version)

    def _associated_data(self, scope: bytes, subject: str, row: str, version: int) -> bytes:
        """Return the length-prefixed tenant (`scope`), subject, row, version and column."""
        owner, name = subject.encode(), row.encode()
        return b"".join((scope, len(owner).to_bytes(2), owner, len(name).to_bytes(2), name, self._end(version)))

    def _end(self, version: int) -> bytes:
        """Return the end of the associated data, which is the same for all parts."""
        end = self._ends.get(version)
        if end is None:
            end = self._ends[version] = length_prefixed(str(version)) + self._column_binding
        return end
