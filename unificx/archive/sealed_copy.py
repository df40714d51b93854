"""The sealed file of an access copy: chunks, each encrypted, under a content key of its own.

    header  "UFXC", version 1
    chunk   nonce (12), ciphertext of at most 64 KiB, tag (16)

AES-256-GCM. The associated data of each chunk: tenant, copy, number of the chunk and whether it is the last, so that
chunks cannot be moved, removed or taken from another copy. The content key is wrapped under the copy's own key and
those of the subject and the requester: destroying any of them makes the copy unreadable.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.archive.schemas import AccessCopy
from unificx.db.sealed import length_prefixed
from unificx.privacy import KeyStore, create_content_key, open_content_key

_HEADER = b"UFXC\x01"
CHUNK = 64 << 10
_NONCE, _TAG = 12, 16


class CorruptCopy(ValueError):
    """The file is damaged, or not that of this copy."""


class CopyDeleted(Exception):
    """The copy was deleted while it was written."""


def own_subject(copy_id: str) -> str:
    """Return the subject of a copy's own key in the key store."""
    return f"copy-{copy_id}"


def open_key(keys: KeyStore, copy: AccessCopy, wrapped: bytes) -> AESGCM | None:
    """Return the content key; None if one of the keys that wrap it is destroyed."""
    return open_content_key(keys, copy.owner.tenant_id, copy.id, _key_names(copy), wrapped)


def _key_names(copy: AccessCopy) -> list[tuple[str, str]]:
    owners = sorted({copy.owner.subject, copy.requester.subject} - {""})
    return [(copy.owner.tenant_id, subject) for subject in (own_subject(copy.id), *owners)]


class SealedCopyWriter:
    """The new file `path`, to which an archive is written. Blocking: call from a thread. Every method raises OSError.

    `wrapped` is the wrapped content key; `size` and `digest` are those of the archive. Raises ErasedSubject."""

    def __init__(self, path: Path, keys: KeyStore, copy: AccessCopy) -> None:
        self._aead, self.wrapped = create_content_key(keys, copy.owner.tenant_id, copy.id, _key_names(copy))
        self._keys, self._copy = keys, copy
        self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")
        self._file.write(_HEADER)
        self._pending = bytearray()
        self._number = self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write bytes; return their number. Raise CopyDeleted."""
        self.digest.update(data)
        self.size += len(data)
        self._pending += data
        if len(self._pending) > CHUNK and self._keys.is_destroyed(
            self._copy.owner.tenant_id, own_subject(self._copy.id)
        ):
            raise CopyDeleted
        while len(self._pending) > CHUNK:
            self._seal(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """Do nothing: a chunk is written when it is full."""

    def finish(self) -> None:
        """Write the last chunk to disk."""
        self._seal(bytes(self._pending), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _seal(self, plain: bytes, *, last: bool) -> None:
        # From the operating system, never from an injected generator: a repeated nonce breaks AES-GCM.
        nonce = os.urandom(_NONCE)
        bound = _associated_data(self._copy, self._number, last=last)
        self._file.write(nonce + self._aead.encrypt(nonce, plain, bound))
        self._number += 1


def read_copy(path: Path, aead: AESGCM, copy: AccessCopy) -> Iterator[bytes]:
    """Yield the decrypted chunks. Blocking: call from a thread. Raise CorruptCopy, OSError."""
    left, number = copy.size, 0
    with path.open("rb") as file:
        if file.read(len(_HEADER)) != _HEADER:
            raise CorruptCopy("not a sealed access copy")
        while True:
            last = left <= CHUNK
            sealed = file.read(_NONCE + min(left, CHUNK) + _TAG)
            try:
                bound = _associated_data(copy, number, last=last)
                yield aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
            except (InvalidTag, ValueError):
                raise CorruptCopy("a chunk cannot be decrypted") from None
            if last:
                return
            left, number = left - CHUNK, number + 1


def _associated_data(copy: AccessCopy, number: int, *, last: bool) -> bytes:
    return length_prefixed("access copy", copy.owner.tenant_id, copy.id, str(number), "last" if last else "more")
