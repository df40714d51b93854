"""Streaming Ogg Opus encoder and decoder; decoding can start at any sample."""

from collections.abc import Sequence

from unificx.media.ogg import CLOCK, PACKET_MS, PACKETS_PER_PAGE, PAGE_TICKS, PageReader, PageWriter
from unificx.media.opus import Decoder, Encoder

BIT_RATES = {8000: 16_000, 16000: 24_000}
"""Bit rate per channel by sample rate; transparent for telephone speech."""


class OggOpusEncoder:
    """Encodes samples to the bytes of an Ogg Opus file. `chapters`: see `PageWriter.header_pages`."""

    def __init__(self, rate: int, channels: int, chapters: Sequence[tuple[float, str]] = ()) -> None:
        self._encoder = Encoder(rate, channels, BIT_RATES[rate] * channels)
        self._pages = PageWriter(rate, channels, self._encoder.pre_skip)
        self._packet_bytes = 2 * channels * rate * PACKET_MS // 1000
        self._frame_bytes = 2 * channels
        self._buffer = bytearray()
        self._packets: list[bytes] = []
        self._length = 0
        self._output = bytearray(self._pages.header_pages(chapters))

    def feed(self, pcm: bytes) -> bytes:
        self._length += len(pcm)
        self._encode(pcm)
        return self._take_output()

    def finish(self) -> bytes:
        """Encode the rest, padded with silence so that the decoder outputs all samples."""
        rest = self._encoder.pre_skip * self._frame_bytes
        whole = -(-(len(self._buffer) + rest) // self._packet_bytes) * self._packet_bytes
        self._encode(bytes(whole - len(self._buffer)))
        self._output += self._pages.last_page(self._packets, self._length // self._frame_bytes)
        return self._take_output()

    def _encode(self, pcm: bytes) -> None:
        """Encode packets, and write out every full page but the last."""
        self._buffer += pcm
        while len(self._buffer) >= self._packet_bytes:
            if len(self._packets) == PACKETS_PER_PAGE:
                self._output += self._pages.page(self._packets)
                self._packets = []
            self._packets.append(self._encoder.encode(bytes(self._buffer[: self._packet_bytes])))
            del self._buffer[: self._packet_bytes]

    def _take_output(self) -> bytes:
        ready = bytes(self._output)
        self._output.clear()
        return ready


class OggOpusDecoder:
    """Decodes the samples between the byte positions `start` and `end` of the PCM stream. Feed it file bytes beginning
    at a position allowed by `preroll_start(start)`."""

    def __init__(self, rate: int, channels: int, start: int, end: int) -> None:
        self._decoder = Decoder(rate, channels)
        self._pages = PageReader()
        self._frame_bytes = 2 * channels
        self._clock_per_sample = CLOCK // rate
        self._pre_skip = Encoder(rate, channels, BIT_RATES[rate]).pre_skip * self._frame_bytes
        self._start, self._end = start, end
        self._preroll = preroll_start(start, rate, channels)
        self._position: int | None = None
        """Position of the next packet's samples, in bytes of PCM."""

    def feed(self, data: bytes) -> bytes:
        found: list[bytes] = []
        for page in self._pages.feed(data):
            if page.position <= self._preroll or self.finished:
                continue
            if self._position is None:
                self._position = page.start // self._clock_per_sample * self._frame_bytes - self._pre_skip
            found += [self._clip(self._decoder.decode(packet)) for packet in page.packets]
        return b"".join(found)

    @property
    def finished(self) -> bool:
        return self._position is not None and self._position >= self._end

    def _clip(self, pcm: bytes) -> bytes:
        """Cut the samples to the requested range."""
        at = self._position or 0
        self._position = at + len(pcm)
        return pcm[max(self._start - at, 0) : max(self._end - at, 0)]


def preroll_start(start: int, rate: int, channels: int) -> int:
    """The position on the Ogg clock (48 kHz) where decoding has to begin for exact output at `start`: one page earlier,
    because each packet depends on the previous ones (RFC 7845 section 4.6 requires 80 ms)."""
    return max(start // (2 * channels) * (CLOCK // rate) - PAGE_TICKS, 0)
