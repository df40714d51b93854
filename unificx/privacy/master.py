"""Master key: 32 bytes at the root of all keys, stored outside the home directory and outside every backup.

While it is rotated there are two: the first wraps, and the others open what is not wrapped anew yet.
"""

import hmac
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from unificx.core.errors import Conflict, ServiceUnavailable
from unificx.privacy.key_wrapping import unwrap, wrap
from unificx.privacy.master_source import (
    KEY_SIZE,
    MASTER_KEY_FILE_VARIABLE,
    encode_keys,
    read_master,
    replace_file,
)

FILE_CONTEXT = "file"


class MasterKeyReplaced(ServiceUnavailable):
    """Another process has replaced the master key, and the new one is not where the former one came from."""

    def __init__(self) -> None:
        super().__init__(
            "The master key was replaced since this program read it.", hint="Start it again with the present key."
        )


class MasterKey:
    """Master keys in memory, the present one first. `file` contains them if this process may change them. `source`
    reads them again where they came from, as another process may replace them; without it they cannot change there."""

    def __init__(
        self, *keys: bytes, file: Path | None = None, source: Callable[[], tuple[bytes, ...]] | None = None
    ) -> None:
        self._keys, self._file, self._source = keys, file, source

    @property
    def id(self) -> str:
        """Public id of the key that wraps."""
        return _id(self._keys[0])

    @property
    def ids(self) -> frozenset[str]:
        """Ids of all keys that unwrap."""
        return frozenset(map(_id, self._keys))

    def require(self, key_id: str) -> None:
        """Read the keys again unless one of them has this id, which is stored beside what it wraps; "" for a key of a
        former version of this program, which had no ids. Raise MasterKeyReplaced, StartupError."""
        if key_id and key_id not in self.ids and (not self.read_again() or key_id not in self.ids):
            raise MasterKeyReplaced

    def read_again(self) -> bool:
        """Read the keys again where they came from; return whether they have changed. Raise StartupError."""
        former = self._keys
        if self._source is not None:
            self._keys = self._source()
        return self._keys != former

    def wrap(self, key: bytes, *context: str) -> bytes:
        return wrap(_key_for(self._keys[0], context), key, *context)

    def unwrap(self, wrapped: bytes, *context: str) -> bytes:
        """Raise cryptography's InvalidTag for a wrong key or context, or damage."""
        return self._open(wrapped, context)[1]

    def derivation_root(self, proof: bytes, *context: str) -> bytes:
        """Return the secret of which a key store derives others; `proof` was wrapped by its master key.

        It is the extracted key of HKDF-SHA-256 (RFC 5869 section 2.2) without a salt: it unwraps nothing."""
        return hmac.digest(bytes(KEY_SIZE), self._open(proof, context)[0], "sha256")

    @property
    def is_rotating(self) -> bool:
        """Whether there are former keys."""
        return len(self._keys) > 1

    @property
    def can_change(self) -> bool:
        """Whether this process may replace the key, which is in a file then."""
        return self._file is not None

    def begin_rotation(self) -> None:
        """Put a new key before the present one, in the file first; nothing if there are former keys already.

        Raise Conflict if the key comes from elsewhere, or the file cannot be written."""
        if not self.is_rotating:
            self._replace(os.urandom(KEY_SIZE), *self._keys)

    def end_rotation(self) -> bool:
        """Destroy former keys, when nothing is wrapped by them any more. Return False if they come from elsewhere and
        have to be removed there. Raise Conflict if the file cannot be written."""
        if self._file is None:
            return False
        self._replace(self._keys[0])
        return True

    def _replace(self, *keys: bytes) -> None:
        if self._file is None:
            raise Conflict(
                "The master key does not come from a file, so that it cannot be replaced here.",
                hint="Put a new key in the line before it where it comes from, and restart the server.",
            )
        try:
            replace_file(self._file, encode_keys(keys))
        except OSError as fault:
            raise Conflict(
                f"The master key {self._file} cannot be written: {fault.strerror}.",
                hint=f"Make its directory writable, or set {MASTER_KEY_FILE_VARIABLE}.",
            ) from None
        self._keys = keys

    def _open(self, wrapped: bytes, context: tuple[str, ...]) -> tuple[bytes, bytes]:
        """Return the key that opens `wrapped`, and its content."""
        for key in self._keys[:-1]:
            try:
                return key, unwrap(_key_for(key, context), wrapped, *context)
            except InvalidTag:
                continue
        return self._keys[-1], unwrap(_key_for(self._keys[-1], context), wrapped, *context)


def load_master(home: Path, environ: Mapping[str, str], *, create: bool) -> MasterKey:
    """Return the configured master key. See `master_source.read_master`."""
    found = read_master(home, environ, create=create)
    return MasterKey(*found.keys, file=found.file, source=lambda: read_master(home, environ, create=False).keys)


def derive_secret(root: bytes, purpose: str) -> bytes:
    """Return a 32-byte secret for a purpose (HKDF-SHA-256, RFC 5869 section 2.3), the same at every start."""
    return HKDFExpand(SHA256(), KEY_SIZE, info=f"unificx {purpose}".encode()).derive(root)


def _id(key: bytes) -> str:
    return hmac.digest(key, b"unificx key id", "sha256")[:8].hex()


def _key_for(key: bytes, context: tuple[str, ...]) -> AESGCM:
    """Return a derived key for each sealed file, separate from the key that wraps tenant keys."""
    if context[0] == FILE_CONTEXT:
        return AESGCM(hmac.digest(key, ":".join(context).encode(), "sha256"))
    return AESGCM(key)
