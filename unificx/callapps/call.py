"""The call API of call apps: awaitable verbs.

The caller hears what is played, and DTMF digits are queued until they are read. When the caller hangs up, the app's
task is cancelled; use `finally` for cleanup.
"""

import asyncio
from array import array
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import count

from unificx.callapps.clips import Clip
from unificx.callapps.media_session import Line
from unificx.callapps.ports import Engine, Prompts, Sink, Tap
from unificx.callapps.schemas import Ended, Mailbox, Party, Said, Spoken
from unificx.callapps.tones import tone
from unificx.core.clock import Clock
from unificx.core.errors import StorageFull
from unificx.media.mixer.messages import DigitPressed, PlayEnded
from unificx.media.sounds import Sound

BEEP = (1000, 0.4)
"""Frequency (Hz) and duration (seconds) of "beep", the tone before a recording."""
SETTLE = 0.4
"""Seconds between answer and first prompt: earlier audio is lost on some phones."""
LAST_WORDS = 2.0
"""Seconds to wait for the last chunks of a recording."""
QUIET = 350
"""Louder samples count as speech: about -40 dBFS."""
PLAYED_LATE = 5.0
MUSIC = "music/hold"
EVERY_KEY = "0123456789*#ABCD"


class Call:
    """`caller` is the caller, `mailbox` the mailbox whose phones rang before, if any; `arguments` come from routing."""

    def __init__(self, line: Line, engine: Engine, prompts: Prompts, clock: Clock) -> None:
        self.id = ""
        self.caller = Party("", "", None, "", "")
        self.mailbox: Mailbox | None = None
        self.arguments: tuple[str, ...] = ()
        self.started: datetime = clock.now()
        self.recorded: Said | None = None
        """The last recording result, for an app cancelled while recording."""
        self.language = "en"
        """Language of prompts; an app may set it."""
        self.zone: tzinfo | None = None
        """Time zone of spoken times; None for the server's."""
        self.clock = clock
        self._line = line
        self._engine = engine
        self._prompts = prompts
        self._keys: deque[str] = deque(maxlen=64)
        self._news = asyncio.Event()
        self._played: dict[str, str] = {}
        self._ended = ""
        """Why the last playback ended; "" if unknown."""
        self._numbers = count(1)
        self._joined: tuple[str, bool] | None = None
        """The room the caller is in, and whether the caller is muted there."""
        line.key = self._press
        line.opened = self._join_again

    @property
    def leg(self) -> str:
        """The caller's leg in the media engine."""
        return self._line.leg

    @property
    def call_id(self) -> str:
        """The call id used in call detail records."""
        return self.id

    @property
    def hears(self) -> bool:
        """Whether the caller receives audio: the call is not on hold."""
        return self._line.hears

    def when_described(self, do: Callable[[], None]) -> None:
        """Set a callback for each new SDP from the caller's phone."""
        self._line.described = do

    # ---- verbs

    async def answer(self) -> None:
        """Answer the call. Every other verb does so implicitly."""
        if not self._line.up.is_set():
            await self._line.answer()
            await asyncio.sleep(SETTLE)

    async def play(self, *what: str | Sound | Clip | Spoken, keys: str = "") -> str:
        """Play prompts by name, spoken values, sounds and clips in sequence. "beep" is a tone.

        If one of `escape_digits` is pressed, or was before, playback stops and the digit is returned, else "". Other
        digits are then discarded; without `escape_digits` they stay queued.
        """
        await self.answer()
        for sound in [each for one in what for each in await self._sounds(one)]:
            key = await self._play(sound, keys)
            if key:
                return key
        return ""

    async def tell(self, *what: str | Sound) -> bool | None:
        """Play a notice that must be heard completely. Return whether it was played to its end; None if the caller was
        on hold meanwhile and has missed it."""
        await self.answer()
        missed = self._line.missed
        played = True
        for sound in [each for one in what for each in await self._sounds(one)]:
            if played and self._line.hears:
                await self._play(sound, "")
                played = self._ended == "end"
        return played if self._line.hears and self._line.missed == missed else None

    async def play_until_pressed(self, *what: str | Sound | Clip | Spoken) -> None:
        """Play until any DTMF digit is pressed; the digit stays queued."""
        await self.answer()
        for sound in [each for one in what for each in await self._sounds(one)]:
            if self._keys:
                return
            await self._play(sound, EVERY_KEY, keep=True)

    async def say(self, value: int | datetime, keys: str = "") -> str:
        """Speak a number, or a date and time."""
        return await self.play(Spoken(value), keys=keys)

    async def digits(self, most: int, wait: float = 5.0, end: str = "#") -> str:
        """Read up to `max_digits` DTMF digits, until `terminator` is pressed or no digit follows for `timeout`
        seconds."""
        await self.answer()
        found = ""
        while len(found) < most:
            key = await self._next_key(wait)
            if key in ("", *end):
                break
            found += key
        return found

    async def record(
        self,
        into: Sink,
        *,
        longest: float = 120.0,
        stop_on: str = "#",
        silence: float = 5.0,
    ) -> Said:
        """Record the caller until one of the digits `stop_digits`, `silence_seconds` seconds of silence, or
        `max_seconds` seconds.

        After a hang-up, the remaining audio is written before the app is cancelled.
        """
        await self.answer()
        tap = f"{self._line.leg}/{next(self._numbers)}"
        pump = _Pump(self._engine.record(tap, leg=self._line.leg), into, self._news.set)
        ended, key = "lost", ""
        try:
            ended, key = await self._recorded(pump, longest, stop_on, silence)
        finally:
            self._engine.end(tap)
            await pump.finish()
            silent = pump.silent >= pump.seconds
            self.recorded = Said(pump.seconds, "full" if pump.full else ended, key, silent)
        return self.recorded

    async def key(self, wait: float | None = None) -> str:
        """Read the next DTMF digit; "" if none is pressed for `timeout` seconds."""
        await self.answer()
        return await self._next_key(wait)

    async def music(self) -> None:
        """Play hold music until cancelled."""
        try:
            while True:
                await self.play(MUSIC)
        finally:
            self._engine.stop(self._line.leg)

    def join(self, room: str, *, muted: bool = False) -> None:
        """Put the answered caller into a room of the mixer, until `leave` or `hang_up`, also across restarts of the
        media engine. Prompts are mixed in."""
        self._joined = (room, muted)
        self._join_again()

    def mute(self, on: bool) -> None:
        """Mute or unmute the caller in the room."""
        if self._joined is not None:
            self._joined = (self._joined[0], on)
            self._engine.mute(self._line.leg, on)

    def leave(self) -> None:
        """Remove the caller from the room."""
        self._joined = None
        self._engine.leave(self._line.leg)

    async def echo(self) -> None:
        """Echo the caller's audio until the call ends."""
        await self.answer()
        self._engine.echo(self._line.leg)
        await asyncio.Event().wait()

    async def hang_up(self) -> None:
        """Hang up and end the app."""
        self._line.hang_up()
        await asyncio.Event().wait()

    # ---- media engine events

    def told(self, event: object) -> None:
        """Process an event of this leg."""
        match event:
            case DigitPressed(_, digit):
                self._press(digit)
            case PlayEnded(_, ticket, reason):
                self._played[ticket] = reason
                self._news.set()
            case _:
                pass

    # ---- inside

    def _join_again(self) -> None:
        if self._joined is not None:
            room, muted = self._joined
            self._engine.join(room, self._line.leg, muted=muted, agc=True)

    def _press(self, key: str) -> None:
        self._keys.append(key)
        self._news.set()

    async def _sounds(self, one: str | Sound | Clip | Spoken) -> Sequence[Sound]:
        locale = self.language, self.caller.tenant_id
        match one:
            case "beep":
                return (tone(*BEEP),)
            case str():
                return await self._prompts.named(one, *locale)
            case Clip():
                return [one.sound]
            case Sound():
                return [one]
            case Spoken(int(value)):
                return await self._prompts.number(value, *locale)
            case Spoken(value):
                assert isinstance(value, datetime)
                return await self._prompts.moment(value, self.clock.now().astimezone(self.zone), *locale)

    async def _play(self, sound: Sound, keys: str, *, keep: bool = False) -> str:
        """Play one sound; repeated from its start if the engine was lost meanwhile."""
        while True:
            await self._line.up.wait()
            if keys and (key := self._wanted(keys, keep=keep)):
                return key
            ticket = self._engine.play(self._line.leg, sound)
            key = await self._played_to_end(ticket, sound.seconds + PLAYED_LATE, keys, keep=keep)
            self._ended = self._played.pop(ticket, "")
            if key or self._ended != "lost":
                return key

    async def _played_to_end(self, ticket: str, wait: float, keys: str, *, keep: bool) -> str:
        try:
            async with asyncio.timeout(wait):
                while ticket not in self._played:
                    self._news.clear()
                    await self._news.wait()
                    if keys and (key := self._wanted(keys, keep=keep)):
                        self._engine.stop(self._line.leg)
                        return key
        except TimeoutError:
            self._engine.stop(self._line.leg)
        return ""

    def _wanted(self, keys: str, *, keep: bool = False) -> str:
        """The first queued digit that is one of these; earlier digits are discarded."""
        while self._keys:
            if keep and self._keys[0] in keys:
                return self._keys[0]
            key = self._keys.popleft()
            if key in keys:
                return key
        return ""

    async def _next_key(self, wait: float | None) -> str:
        try:
            async with asyncio.timeout(wait):
                while not self._keys:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return ""
        return self._keys.popleft()

    async def _recorded(self, pump: "_Pump", longest: float, stop_on: str, silence: float) -> tuple[Ended, str]:
        try:
            async with asyncio.timeout(longest):
                while not pump.over:
                    if key := self._wanted(stop_on):
                        return "key", key
                    if pump.silent >= silence:
                        return "silence", ""
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return "longest", ""
        return "lost", ""


@dataclass(frozen=True, slots=True)
class App:
    """A call app: the coroutine that handles a call, and its feature codes.

    `tenants` restricts it to tenants by slug; empty: all tenants. `numbered`: digits may follow a code and become the
    app's argument.
    """

    name: str
    run: Callable[[Call], Awaitable[None]]
    codes: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    numbered: bool = False


class _Pump:
    """Writes a recording into its sink and measures silence."""

    def __init__(self, tap: Tap, into: Sink, news: Callable[[], None]) -> None:
        self.seconds = 0.0
        self.silent = 0.0
        """Seconds since the last speech."""
        self.over = False
        self.full = False
        self._tap = tap
        self._into = into
        self._news = news
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def finish(self) -> None:
        """Wait for the last chunks."""
        await asyncio.wait((self._task,), timeout=LAST_WORDS)
        self._task.cancel()
        await asyncio.wait((self._task,))
        if not self._task.cancelled():
            self._task.result()

    async def _run(self) -> None:
        try:
            async for piece in self._tap:
                await self._into.write(piece.pcm, piece.rate)
                duration = len(piece.pcm) / 2 / piece.rate
                self.seconds += duration
                self.silent = 0.0 if _speaks(piece.pcm) else self.silent + duration
                self._news()
        except StorageFull:
            self.full = True
        finally:
            self.over = True
            self._news()


def _speaks(pcm: bytes) -> bool:
    samples: Iterable[int] = array("h", pcm)
    return max(map(abs, samples), default=0) > QUIET
