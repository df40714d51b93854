"""Encryption of a moved tenant for its receiver, as a stream: X25519, HKDF-SHA256 and ChaCha20-Poly1305.

    header  "UFXT", version 1, public key of the file (32 bytes)
    chunk   ciphertext of at most 64 KiB, tag (16); all but the last have 64 KiB

The private key of the file is discarded, so that only the receiver can read it, not even its sender. The nonce of a
chunk is its number (11 bytes) and whether it is the last, so that chunks cannot be moved, removed or cut off.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unificx.core.archives import ANOTHER_COPY
from unificx.core.errors import Invalid

MAGIC = b"UFXT\x01"
CHUNK = 64 << 10
_KEY, _TAG = 32, 16


class TransferKey:
    """The private key of a receiver, made from 32 secret bytes."""

    def __init__(self, secret: bytes) -> None:
        self._private = X25519PrivateKey.from_private_bytes(secret)

    @property
    def public(self) -> str:
        """The public key as text, for the sender."""
        return base64.urlsafe_b64encode(self._private.public_key().public_bytes_raw()).decode().rstrip("=")

    def open(self, file: BinaryIO) -> BinaryIO:
        """Return the decrypted stream of a file, from its beginning. It raises Invalid for a damaged one."""
        file.seek(0)
        header = file.read(len(MAGIC) + _KEY)
        if not header.startswith(MAGIC) or len(header) != len(MAGIC) + _KEY:
            raise Invalid("The file is not a tenant of UnifiCX.", hint="Use the file as it was exported.")
        sender = header[len(MAGIC) :]
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(sender))
        except ValueError:
            raise _unreadable() from None
        mine = self._private.public_key().public_bytes_raw()
        return cast("BinaryIO", _Decrypting(file, _cipher(shared, sender, mine)))


def parse_public_key(text: str) -> bytes:
    """Return the bytes of a public key. Raise Invalid."""
    try:
        key = base64.b64decode(f"{text.strip()}=", altchars=b"-_", validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY:
        raise Invalid(
            "This is not a transfer key.",
            field="to",
            hint="Use the key that `unificx privacy transfer-key` shows at the receiver.",
        )
    return key


@contextmanager
def encrypting(file: BinaryIO, receiver: bytes) -> Iterator[BinaryIO]:
    """Return a stream that encrypts for a receiver what is written; it is complete at the end of the block. Raise
    Invalid for a key that is none."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(receiver))
    except ValueError:
        raise Invalid("This is not a transfer key.", field="to") from None
    file.write(MAGIC + public)
    sink = _Encrypting(file, _cipher(shared, public, receiver))
    yield cast("BinaryIO", sink)
    sink.finish()


class _Encrypting:
    def __init__(self, file: BinaryIO, cipher: ChaCha20Poly1305) -> None:
        self._file, self._cipher = file, cipher
        self._pending, self._number = bytearray(), 0

    def write(self, data: bytes) -> int:
        self._pending += data
        while len(self._pending) > CHUNK:
            self._seal(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(data)

    def finish(self) -> None:
        self._seal(bytes(self._pending), last=True)

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), plain, MAGIC))
        self._number += 1


class _Decrypting:
    def __init__(self, file: BinaryIO, cipher: ChaCha20Poly1305) -> None:
        self._file, self._cipher = file, cipher
        self._ready, self._number = b"", 0
        self._next = file.read(CHUNK + _TAG)

    def read(self, size: int) -> bytes:
        """Return `size` bytes, fewer at the end. Raise Invalid."""
        parts: list[bytes] = []
        while size and (self._ready or self._next):
            if not self._ready:
                self._open_next()
            parts.append(self._ready[:size])
            self._ready = self._ready[size:]
            size -= len(parts[-1])
        return b"".join(parts)

    def _open_next(self) -> None:
        sealed, self._next = self._next, self._file.read(CHUNK + _TAG)
        try:
            self._ready = self._cipher.decrypt(_nonce(self._number, last=not self._next), sealed, MAGIC)
        except (InvalidTag, ValueError):
            raise _unreadable() from None
        self._number += 1


def _cipher(shared: bytes, sender: bytes, receiver: bytes) -> ChaCha20Poly1305:
    """Return the cipher of one file: its key pair is new, so no nonce is ever used twice."""
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=sender + receiver, info=b"unificx transfer 1").derive(shared))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _unreadable() -> Invalid:
    return Invalid(
        "The file is damaged or cut off, or was made for another installation.",
        hint=f"{ANOTHER_COPY} It must have been made with the key that `unificx privacy transfer-key` shows here.",
    )
