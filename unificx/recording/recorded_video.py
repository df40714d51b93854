"""The video of a recording that is being made: sound and frames by their times, into clusters of a sealed file."""

import asyncio

from unificx.audio_store import SealedFileWriter
from unificx.core.clock import Clock
from unificx.db import shield_until_done
from unificx.media import webm
from unificx.media.opus import Encoder
from unificx.media.vp8 import Frame

PACKET_MS = 20
SOUND_BIT_RATE = 24_000
MAX_WAITING_BYTES = 8 << 20
"""Size of the frames that wait for the sound of their time; further ones are dropped until the next key frame."""
_FLUSH_MS = 1000
"""Sound in milliseconds that is collected before it is encoded and written, in one go and in a thread."""


class RecordedVideo:
    """Receives the sound of a recording and the frames that were shown with it.

    The sound is the clock: a frame has the position of the sound that arrives with it. So a pause, which has no sound,
    takes no time in the video either.
    """

    def __init__(self, file: SealedFileWriter, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._writer = webm.ClusterWriter()
        self._encoder: Encoder | None = None
        self._rate = 0
        self._sound = bytearray()
        self._packets = 0
        """Packets of sound that were encoded."""
        self._received = 0
        """Bytes of sound received."""
        self._ahead: float | None = None
        """Position of the sound minus the time of its arrival; of the piece with the least delay."""
        self._frames: list[tuple[int, Frame]] = []
        self._waiting = 0
        """Size of these frames in bytes."""
        self._last = -1
        self._needs_key_frame = True
        self._lock = asyncio.Lock()

    def begin_segment(self) -> None:
        """Sound and frames follow after a pause, or at the beginning."""
        self._ahead = None
        self._needs_key_frame = True

    def add_frame(self, frame: Frame) -> None:
        """Take a frame that is shown now. Dropped if there is no sound yet, or without the key frame it depends on."""
        if self._ahead is None or (self._needs_key_frame and not frame.key):
            return
        if self._waiting + len(frame.data) > MAX_WAITING_BYTES:
            self._needs_key_frame = True
            return
        self._needs_key_frame = False
        at = max(round((self._clock.monotonic() + self._ahead) * 1000), self._last + 1, 0)
        self._last = at
        self._waiting += len(frame.data)
        self._frames.append((at, frame))

    async def add_sound(self, pcm: bytes, rate: int) -> None:
        """Take 16-bit samples of one channel, all of one rate. Raises StorageFull."""
        self._rate = rate
        self._sound += pcm
        self._received += len(pcm)
        ahead = self._received / (2 * rate) - self._clock.monotonic()
        self._ahead = ahead if self._ahead is None else max(self._ahead, ahead)
        if len(self._sound) * 500 // rate >= _FLUSH_MS:
            await self._write()

    async def finish(self) -> None:
        """Write the rest; the file is closed by its owner. Raises StorageFull."""
        await self._write(last=True)

    async def _write(self, *, last: bool = False) -> None:
        async with self._lock:
            if last:
                self._sound += bytes(-len(self._sound) % self._packet_bytes)
            whole = len(self._sound) - len(self._sound) % self._packet_bytes
            sound = bytes(self._sound[:whole])
            del self._sound[:whole]
            end = (self._packets + whole // self._packet_bytes) * PACKET_MS
            due = [each for each in self._frames if last or each[0] < end]
            self._frames = self._frames[len(due) :]
            self._waiting -= sum(len(frame.data) for _, frame in due)
            if sound:
                await shield_until_done(asyncio.to_thread(self._write_clusters, sound, due))
            if last:
                await shield_until_done(asyncio.to_thread(self._file.write, self._writer.finish()))

    @property
    def _packet_bytes(self) -> int:
        return 2 * (self._rate or 8000) * PACKET_MS // 1000

    def _write_clusters(self, sound: bytes, frames: list[tuple[int, Frame]]) -> None:
        """Encode the sound and write it with these frames, in the order of their times."""
        if self._encoder is None:
            self._encoder = Encoder(self._rate, 1, SOUND_BIT_RATE)
        blocks = [webm.Block(webm.VIDEO, at, frame.data, frame.key) for at, frame in frames]
        for start in range(0, len(sound), self._packet_bytes):
            packet = self._encoder.encode(sound[start : start + self._packet_bytes])
            blocks.append(webm.Block(webm.SOUND, self._packets * PACKET_MS, packet))
            self._packets += 1
        blocks.sort(key=lambda each: each.at)
        self._file.write(b"".join(self._writer.add(each) for each in blocks))
