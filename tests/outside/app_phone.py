"""A phone for calls that end in the system: plays a tone, sends DTMF, and records what it hears with timestamps."""

import asyncio
from array import array
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from server import Login, Server

from unificx.cli.audio import SoftPhoneAudio
from unificx.cli.softphone import Account, SoftPhone
from unificx.core.clock import SystemClock
from unificx.media import tones
from unificx.sdp import Direction
from unificx.sip.flow import Flow
from unificx.sip.legs import IncomingLeg

SAMPLES_PER_SECOND = 8000
AUDIBLE = 50.0
"""RMS level above which something is heard."""
_ROWS, _LOW, _HIGH = ("123", "456", "789", "*0#"), (697, 770, 852, 941), (1209, 1336, 1477)


class AppPhone(SoftPhone):
    """Plays a tone of `hertz` while it is not 0."""

    def hold(self, *, yes: bool = True, way: Direction = Direction.SENDONLY) -> None:
        """Put the remote party on hold, or resume."""
        assert self.leg is not None
        self.leg.offer(self._sdp(way if yes else Direction.SENDRECV), self._clock.monotonic())
        self._flush()

    def play_tone(self, hertz: float) -> None:
        self.audio._tone = hertz

    def tone_level(self, hertz: float, seconds: float = 0.5) -> float:
        """Level of a tone during the last seconds received; half the amplitude counts as detected."""
        return tones.level(self.audio.received[-round(seconds * SAMPLES_PER_SECOND) :], hertz)

    def loudness(self, seconds: float = 0.5) -> float:
        """Overall level of the last seconds received."""
        return tones.rms(self.audio.received[-round(seconds * SAMPLES_PER_SECOND) :])

    async def wait_for_audio(self, seconds: float, *, within: float = 25) -> None:
        """Wait until this much more audio is received."""
        enough = len(self.audio.received) + round(seconds * SAMPLES_PER_SECOND)
        async with asyncio.timeout(within):
            while len(self.audio.received) < enough:
                await asyncio.sleep(0.05)

    async def wait_for_sound(self, *, within: float = 10) -> None:
        """Wait until a prompt or music is heard."""
        async with asyncio.timeout(within):
            while self.loudness(0.2) < AUDIBLE:
                await asyncio.sleep(0.05)

    async def wait_for_beep(self, hertz: float, *, within: float = 20) -> None:
        """Wait until nothing but this tone is heard for 0.2 seconds: speech has the same frequencies.

        Looks at all that comes from now on: a loop that is busy for a moment gets a short beep and what follows at
        once."""
        length, step = SAMPLES_PER_SECOND // 5, SAMPLES_PER_SECOND // 20
        start = max(len(self.audio.received) - length, 0)
        async with asyncio.timeout(within):
            while True:
                while len(window := self.audio.received[start : start + length]) == length:
                    if tones.level(window, hertz) >= max(1500, tones.rms(window)):
                        return
                    start += step
                await asyncio.sleep(0.03)

    async def wait_for_tone(
        self, hertz: float, *, least: float = 1500, within: float = 10, seconds: float = 0.3
    ) -> None:
        """Wait until the tone is heard."""
        async with asyncio.timeout(within):
            while self.tone_level(hertz, seconds) < least:
                await asyncio.sleep(0.05)


class _Keypad(SoftPhoneAudio):
    """In-band DTMF: two tones for 100 ms each, followed by equal silence (ITU-T Q.23, Q.24)."""

    frames: "deque[array[int]]"

    def _tone_frame(self, at: int) -> "array[int]":
        return self.frames.popleft() if self.frames else super()._tone_frame(at)


class TonePhone(AppPhone):
    """Does not support telephone events: DTMF is in-band or not at all."""

    def __init__(self, *how: Any) -> None:
        super().__init__(*how)
        self.audio = self._keypad = _Keypad(how[1], how[2])
        self._keypad.frames = deque()

    def _sdp(self, media_direction: Direction = Direction.SENDRECV) -> bytes:
        lines = super()._sdp(media_direction).replace(b"RTP/AVP 0 101\r\n", b"RTP/AVP 0\r\n").split(b"\r\n")
        return b"\r\n".join(line for line in lines if b":101 " not in line)

    async def dial(self, keys: str) -> None:
        """Return once the digits have been sent."""
        for key in keys:
            row = next(place for place, row in enumerate(_ROWS) if key in row)
            pair = _LOW[row], _HIGH[_ROWS[row].index(key)]
            low, high = (tones.sine(hertz, 5000, 800) for hertz in pair)
            samples = array("h", map(sum, zip(low, high, strict=True))) + array("h", bytes(1600))
            self._keypad.frames.extend(samples[at : at + 160] for at in range(0, 1600, 160))
        while self._keypad.frames:
            await asyncio.sleep(0.02)


class RingingPhone(AppPhone):
    """Rings and answers nothing."""

    def _answer(self, leg: IncomingLeg, now: float) -> None:
        leg.progress(180, b"", now)


P = TypeVar("P", bound=AppPhone)


@asynccontextmanager
async def app_phone(server: Server, login: Login, hertz: float = 0, kind: type[P] = AppPhone) -> AsyncIterator[P]:
    """A registered phone."""
    host, port = server.address("udp")
    account = Account(login.username, login.password, login.domain, login.number, Flow("udp", host, port))
    phone = kind(account, hertz, SystemClock(), lambda words, out: None)
    await phone.start(server.host)
    try:
        yield phone
    finally:
        phone.hang_up()
        await phone.stop()
