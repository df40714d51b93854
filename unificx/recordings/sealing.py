"""The form of sealed audio: a header, then chunks, each sealed by itself.

    header  "UFXA", version 1, encoding, channels, a zero, rate and size, big-endian
    chunk   nonce (12), ciphertext, tag (16)

Encoding 1: 16-bit little-endian samples, a chunk each half second, `size` that of a chunk. Encoding 2: Opus in Ogg, in
chunks of 16 KiB, `size` how many samples a channel it stands for.

AES-256-GCM under the recording's own content key. Bound to each chunk: whose recording it is, the header, the chunk's
number and whether it is the last. So no chunk can be moved, left out or put into another recording; the last one may
be empty and is not there only where a recording was torn off: `Header.whole` then says what can still be read.
"""

import os
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.store.sealed import bound

_WORDS = struct.Struct(">4sBBBxII")
_MAGIC, _VERSION = b"UFXA", 1
LINEAR, OPUS = 1, 2
SIZE = _WORDS.size
_NONCE, _TAG = 12, 16
EXTRA = _NONCE + _TAG
_PARTS = 2
"""Chunks of samples in a second."""
_OPUS_CHUNK = 16_384


class Damaged(ValueError):
    """Bytes that are no sealed audio, or not the part of it they were taken for."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file begins with. Sizes in bytes of what is sealed. `samples` of a channel: known of Opus alone."""

    rate: int
    channels: int = 1
    encoding: int = LINEAR
    samples: int = 0

    @property
    def chunk(self) -> int:
        return 2 * self.channels * self.rate // _PARTS if self.encoding == LINEAR else _OPUS_CHUNK

    def __bytes__(self) -> bytes:
        size = self.chunk if self.encoding == LINEAR else self.samples
        return _WORDS.pack(_MAGIC, _VERSION, self.encoding, self.channels, self.rate, size)

    @classmethod
    def read(cls, data: bytes) -> "Header":
        """Raises Damaged."""
        try:
            magic, version, encoding, channels, rate, size = _WORDS.unpack(data[:SIZE])
        except struct.error:
            raise Damaged("too short") from None
        header = cls(rate, channels, encoding, size if encoding == OPUS else 0)
        if (magic, version) != (_MAGIC, _VERSION) or rate not in (8000, 16000) or channels not in (1, 2):
            raise Damaged("not of this form")
        if encoding not in (LINEAR, OPUS) or (encoding == LINEAR and size != header.chunk):
            raise Damaged("not of this form")
        return header

    def place(self, number: int) -> int:
        """Where a chunk begins in the file."""
        return SIZE + number * (self.chunk + EXTRA)

    def whole(self, size: int) -> int:
        """How many chunks of full length a file of this size holds."""
        return max(0, size - SIZE) // (self.chunk + EXTRA)

    def length(self, size: int) -> int:
        """How much a finished file of this size holds."""
        full, rest = divmod(max(0, size - SIZE), self.chunk + EXTRA)
        return full * self.chunk + max(0, rest - EXTRA)

    def last(self, size: int) -> int:
        """The number of the last chunk of a finished file of this size: the one that is not full."""
        return self.whole(size)

    def seconds(self, length: int) -> float:
        """How long so many bytes of samples are."""
        return length / (2 * self.channels * self.rate)


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens the chunks of one recording. `place` is whose it is: tenant and id."""

    aead: AESGCM
    header: Header
    place: tuple[str, ...]

    def seal(self, number: int, plain: bytes, *, last: bool = False) -> bytes:
        # Straight from the machine, never from an injected clock: a repeated nonce would open the lock.
        nonce = os.urandom(_NONCE)
        return nonce + self.aead.encrypt(nonce, plain, self._bound(number, last))

    def open(self, number: int, sealed: bytes | memoryview, *, last: bool = False) -> bytes:
        """Raises Damaged for another chunk, another recording or another key."""
        try:
            return self.aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound(number, last))
        except (InvalidTag, ValueError):
            raise Damaged("a chunk does not open") from None

    def _bound(self, number: int, last: bool) -> bytes:
        words = ("audio", *self.place, bytes(self.header).hex(), str(number), "last" if last else "more")
        return bound(*words)
