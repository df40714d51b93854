"""Streaming Ogg Opus encoder and decoder; decoding can start at any sample."""

from collections.abc import Sequence

from unificx.media.ogg import CLOCK, PACKET_MS, PACKETS_PER_PAGE, PAGE_TICKS, PageReader, PageWriter
from unificx.media.opus import Decoder, Encoder

BITS = {8000: 16_000, 16000: 24_000}
"""Bit rate per channel by sample rate; transparent for telephone speech."""


class Coding:
    """Encodes samples to the bytes of an Ogg Opus file. `chapters`: see `PageWriter.header_pages`."""

    def __init__(self, rate: int, channels: int, chapters: Sequence[tuple[float, str]] = ()) -> None:
        self._encoder = Encoder(rate, channels, BITS[rate] * channels)
        self._pages = PageWriter(rate, channels, self._encoder.pre_skip)
        self._packet = 2 * channels * rate * PACKET_MS // 1000
        self._sample = 2 * channels
        self._waiting = bytearray()
        self._packets: list[bytes] = []
        self._length = 0
        self._ready = bytearray(self._pages.header_pages(chapters))

    def feed(self, pcm: bytes) -> bytes:
        self._length += len(pcm)
        self._take(pcm)
        return self._pop()

    def end(self) -> bytes:
        """Encode the rest, padded with silence so that the decoder outputs all samples."""
        rest = self._encoder.pre_skip * self._sample
        whole = -(-(len(self._waiting) + rest) // self._packet) * self._packet
        self._take(bytes(whole - len(self._waiting)))
        self._ready += self._pages.last_page(self._packets, self._length // self._sample)
        return self._pop()

    def _take(self, pcm: bytes) -> None:
        """Encode packets, and write out every full page but the last."""
        self._waiting += pcm
        while len(self._waiting) >= self._packet:
            if len(self._packets) == PACKETS_PER_PAGE:
                self._ready += self._pages.page(self._packets)
                self._packets = []
            self._packets.append(self._encoder.encode(bytes(self._waiting[: self._packet])))
            del self._waiting[: self._packet]

    def _pop(self) -> bytes:
        ready = bytes(self._ready)
        self._ready.clear()
        return ready


class Decoding:
    """Decodes the samples between the byte positions `start` and `end` of the PCM stream. Feed it file bytes beginning
    at a position allowed by `preroll_start(start)`."""

    def __init__(self, rate: int, channels: int, start: int, end: int) -> None:
        self._decoder = Decoder(rate, channels)
        self._reading = PageReader()
        self._sample = 2 * channels
        self._scale = CLOCK // rate
        self._skip = Encoder(rate, channels, BITS[rate]).pre_skip * self._sample
        self._start, self._end = start, end
        self._from = back_from(start, rate, channels)
        self._at: int | None = None
        """Position of the next packet's samples, in bytes of PCM."""

    def feed(self, data: bytes) -> bytes:
        found: list[bytes] = []
        for page in self._reading.feed(data):
            if page.position <= self._from or self.over:
                continue
            if self._at is None:
                self._at = page.start // self._scale * self._sample - self._skip
            found += [self._between(self._decoder.decode(packet)) for packet in page.packets]
        return b"".join(found)

    @property
    def over(self) -> bool:
        return self._at is not None and self._at >= self._end

    def _between(self, pcm: bytes) -> bytes:
        """Cut the samples to the requested range."""
        at = self._at or 0
        self._at = at + len(pcm)
        return pcm[max(self._start - at, 0) : max(self._end - at, 0)]


def back_from(start: int, rate: int, channels: int) -> int:
    """The position on the Ogg clock (48 kHz) where decoding has to begin for exact output at `start`: one page earlier,
    because each packet depends on the previous ones (RFC 7845 section 4.6 requires 80 ms)."""
    return max(start // (2 * channels) * (CLOCK // rate) - PAGE_TICKS, 0)
