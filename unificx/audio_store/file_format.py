"""File format of sealed audio: a header, then individually encrypted chunks.

    header  "UFXA", version 1, encoding, channels, a zero, rate and size, big-endian
    chunk   nonce (12), ciphertext, tag (16)

Encoding 1: 16-bit little-endian samples, half a second per chunk; `size` is the chunk size. Encoding 2: Ogg Opus, in
chunks of 16 KiB; `size` is the number of samples per channel. Encoding 3: any file, in chunks of 64 KiB; rate and size
are zero.

AES-256-GCM under the recording's content key. The associated data of each chunk: the recording, the header, the chunk
number and whether it is the last. So chunks cannot be moved, removed or copied to another recording. The last chunk
may be empty; it is missing only in a truncated recording: `AudioHeader.full_chunks` then tells what is readable.
"""

import os
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.db.sealed import length_prefixed

_HEADER = struct.Struct(">4sBBBxII")
_MAGIC, _VERSION = b"UFXA", 1
ENCODING_LINEAR, ENCODING_OPUS, ENCODING_FILE = 1, 2, 3
HEADER_SIZE = _HEADER.size
_NONCE, _TAG = 12, 16
CHUNK_OVERHEAD = _NONCE + _TAG
_CHUNKS_PER_SECOND = 2
"""Chunks of samples in a second."""
_OPUS_CHUNK, _FILE_CHUNK = 16_384, 65_536


class CorruptAudio(ValueError):
    """The bytes are not sealed audio, or not the expected part of it."""


@dataclass(frozen=True, slots=True)
class AudioHeader:
    """The file header. Sizes are in bytes of plaintext. `samples` per channel: set for Opus only."""

    rate: int
    channels: int = 1
    encoding: int = ENCODING_LINEAR
    samples: int = 0

    @property
    def chunk(self) -> int:
        if self.encoding == ENCODING_LINEAR:
            return 2 * self.channels * self.rate // _CHUNKS_PER_SECOND
        return _FILE_CHUNK if self.encoding == ENCODING_FILE else _OPUS_CHUNK

    def __bytes__(self) -> bytes:
        size = self.chunk if self.encoding == ENCODING_LINEAR else self.samples
        return _HEADER.pack(_MAGIC, _VERSION, self.encoding, self.channels, self.rate, size)

    @classmethod
    def parse(cls, data: bytes) -> "AudioHeader":
        """Parse a header. Raises CorruptAudio."""
        try:
            magic, version, encoding, channels, rate, size = _HEADER.unpack(data[:HEADER_SIZE])
        except struct.error:
            raise CorruptAudio("too short") from None
        header = cls(rate, channels, encoding, size if encoding == ENCODING_OPUS else 0)
        rates = (0,) if encoding == ENCODING_FILE else (8000, 16000)
        if (magic, version) != (_MAGIC, _VERSION) or rate not in rates or channels not in (1, 2):
            raise CorruptAudio("invalid header")
        if encoding not in (ENCODING_LINEAR, ENCODING_OPUS, ENCODING_FILE) or (
            encoding == ENCODING_LINEAR and size != header.chunk
        ):
            raise CorruptAudio("invalid header")
        return header

    def chunk_offset(self, number: int) -> int:
        """File offset of a chunk."""
        return HEADER_SIZE + number * (self.chunk + CHUNK_OVERHEAD)

    def full_chunks(self, size: int) -> int:
        """Number of full chunks in a file of this size."""
        return max(0, size - HEADER_SIZE) // (self.chunk + CHUNK_OVERHEAD)

    def plain_length(self, size: int) -> int:
        """Plaintext length of a finished file of this size."""
        full, rest = divmod(max(0, size - HEADER_SIZE), self.chunk + CHUNK_OVERHEAD)
        return full * self.chunk + max(0, rest - CHUNK_OVERHEAD)

    def last_chunk(self, size: int) -> int:
        """Number of the last, partially filled chunk of a finished file of this size."""
        return self.full_chunks(size)

    def seconds(self, length: int) -> float:
        """Duration of this many bytes of samples."""
        return length / (2 * self.channels * self.rate)


FILE_HEADER = AudioHeader(0, encoding=ENCODING_FILE)
"""Header of a file that is not sound of a call."""


@dataclass(frozen=True, slots=True)
class ChunkCipher:
    """Encrypts and decrypts the chunks of one recording. `recording` identifies it: tenant and id."""

    aead: AESGCM
    header: AudioHeader
    recording: tuple[str, ...]

    def seal(self, number: int, plain: bytes, *, last: bool = False) -> bytes:
        # From the operating system, never from an injected generator: a repeated nonce breaks AES-GCM.
        nonce = os.urandom(_NONCE)
        return nonce + self.aead.encrypt(nonce, plain, self._associated_data(number, last))

    def open(self, number: int, sealed: bytes | memoryview, *, last: bool = False) -> bytes:
        """Decrypt a chunk. Raises CorruptAudio for a chunk of another position, recording or key."""
        try:
            return self.aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._associated_data(number, last))
        except (InvalidTag, ValueError):
            raise CorruptAudio("chunk decryption failed") from None

    def _associated_data(self, number: int, last: bool) -> bytes:
        fields = ("audio", *self.recording, bytes(self.header).hex(), str(number), "last" if last else "more")
        return length_prefixed(*fields)
