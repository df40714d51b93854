"""A call as an app has it: verbs to await, one after the other.

Whoever is called hears what is played, and what he presses is kept until it is asked for. When he hangs up the app is
cancelled where it stands, as asyncio cancels any task; what still has to be done then goes into `finally`.
"""

import asyncio
from array import array
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import count

from unificx.apps.beeps import tone
from unificx.apps.clips import Clip
from unificx.apps.contracts import Ended, Mailbox, Party, Said, Spoken
from unificx.apps.end import Line
from unificx.apps.ports import Engine, Prompts, Sink, Tap
from unificx.kernel.clock import Clock
from unificx.kernel.errors import NoRoom
from unificx.media.mixer.messages import DigitPressed, PlayEnded
from unificx.media.sounds import Sound

BEEP = (1000, 0.4)
"""The tone after which one speaks, "beep": hertz and seconds."""
SETTLE = 0.4
"""Seconds between the answer and the first word: until then a caller's phone is not ready to hear it."""
LAST_WORDS = 2.0
"""Seconds a recording that was ended is waited for."""
QUIET = 350
"""A sample louder than this is somebody speaking: about 40 dB below the loudest there is."""
PLAYED_LATE = 5.0
MUSIC = "music/hold"
EVERY_KEY = "0123456789*#ABCD"


class Call:
    """`caller` is who calls, `mailbox` whose phones rang before, if any did; `arguments` come with the app's choice."""

    def __init__(self, line: Line, engine: Engine, prompts: Prompts, clock: Clock) -> None:
        self.id = ""
        self.caller = Party("", "", None, "", "")
        self.mailbox: Mailbox | None = None
        self.arguments: tuple[str, ...] = ()
        self.started: datetime = clock.now()
        self.recorded: Said | None = None
        """What was recorded last: for an app that is cancelled while it records."""
        self.language = "en"
        """In which prompts are said; an app may set it."""
        self.zone: tzinfo | None = None
        """Whose times are told; None for the server's own."""
        self.clock = clock
        self._line = line
        self._engine = engine
        self._prompts = prompts
        self._keys: deque[str] = deque(maxlen=64)
        self._news = asyncio.Event()
        self._played: dict[str, str] = {}
        self._ended = ""
        """Why what was played last ended; "" if nobody has said."""
        self._numbers = count(1)
        self._joined: tuple[str, bool] | None = None
        """The room the caller is in, and whether he is unheard there."""
        line.key = self._press
        line.opened = self._join_again

    @property
    def leg(self) -> str:
        """What the media engine calls the caller."""
        return self._line.leg

    @property
    def call_id(self) -> str:
        """The call this is, as the history knows it."""
        return self.id

    @property
    def hears(self) -> bool:
        """Whether the caller hears anything just now: he has not put us on hold."""
        return self._line.hears

    def when_described(self, do: Callable[[], None]) -> None:
        """Do something whenever the caller's phone has said anew how it wants its media."""
        self._line.described = do

    # ---- verbs

    async def answer(self) -> None:
        """Take the call. Every other verb does so too."""
        if not self._line.up.is_set():
            await self._line.answer()
            await asyncio.sleep(SETTLE)

    async def play(self, *what: str | Sound | Clip | Spoken, keys: str = "") -> str:
        """Say prompts by name, numbers and moments, or play sounds, one after the other. "beep" is a tone.

        If one of `keys` is pressed, or was before, that is the end of it: gives back the key, else "". Other keys are
        then passed over; without `keys` they are kept for later.
        """
        await self.answer()
        for sound in [each for one in what for each in await self._sounds(one)]:
            key = await self._play(sound, keys)
            if key:
                return key
        return ""

    async def tell(self, *what: str | Sound) -> bool | None:
        """Say something he has to know, all of it: whether it was played to its end; None if he had us on hold
        meanwhile, and so has missed it."""
        await self.answer()
        missed = self._line.missed
        played = True
        for sound in [each for one in what for each in await self._sounds(one)]:
            if played and self._line.hears:
                await self._play(sound, "")
                played = self._ended == "end"
        return played if self._line.hears and self._line.missed == missed else None

    async def play_until_pressed(self, *what: str | Sound | Clip | Spoken) -> None:
        """Say something until any key is pressed, which is kept for whoever asks for it next."""
        await self.answer()
        for sound in [each for one in what for each in await self._sounds(one)]:
            if self._keys:
                return
            await self._play(sound, EVERY_KEY, keep=True)

    async def say(self, value: int | datetime, keys: str = "") -> str:
        """Say a number, or a day and a time."""
        return await self.play(Spoken(value), keys=keys)

    async def digits(self, most: int, wait: float = 5.0, end: str = "#") -> str:
        """What is pressed: up to `most` keys, until `end` is pressed or nothing is for `wait` seconds."""
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
        """Record what the caller says, until one of the keys `stop_on` or so many seconds of silence.

        If he hangs up, what he said until then is in the sink before the app is cancelled.
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
        """The next key, or "" if none is pressed for `wait` seconds."""
        await self.answer()
        return await self._next_key(wait)

    async def music(self) -> None:
        """Play music, until this is cancelled."""
        try:
            while True:
                await self.play(MUSIC)
        finally:
            self._engine.stop(self._line.leg)

    def join(self, room: str, *, muted: bool = False) -> None:
        """Put the caller, who must have been answered, into a room with others; what is played he hears beside them.
        He stays until `leave` or `hang_up`, through every mishap of the media engine."""
        self._joined = (room, muted)
        self._join_again()

    def mute(self, on: bool) -> None:
        """Whether nobody in the room hears the caller."""
        if self._joined is not None:
            self._joined = (self._joined[0], on)
            self._engine.mute(self._line.leg, on)

    def leave(self) -> None:
        """Take the caller out of the room he is in."""
        self._joined = None
        self._engine.leave(self._line.leg)

    async def echo(self) -> None:
        """Let the caller hear himself, for as long as he likes."""
        await self.answer()
        self._engine.echo(self._line.leg)
        await asyncio.Event().wait()

    async def hang_up(self) -> None:
        """End the call, and with it the app."""
        self._line.hang_up()
        await asyncio.Event().wait()

    # ---- what is told

    def told(self, event: object) -> None:
        """What the media engine tells of this leg."""
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
        whose = self.language, self.caller.tenant_id
        match one:
            case "beep":
                return (tone(*BEEP),)
            case str():
                return await self._prompts.named(one, *whose)
            case Clip():
                return [one.sound]
            case Sound():
                return [one]
            case Spoken(int(value)):
                return await self._prompts.number(value, *whose)
            case Spoken(value):
                assert isinstance(value, datetime)
                return await self._prompts.moment(value, self.clock.now().astimezone(self.zone), *whose)

    async def _play(self, sound: Sound, keys: str, *, keep: bool = False) -> str:
        """Play one sound; once more from its beginning if the engine was lost meanwhile."""
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
        """The first pressed key that is one of these; what was pressed before it is passed over."""
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
    """A call app: the coroutine that takes a call, and the feature codes it is reached by.

    `tenants` are the short names of the organisations it is for; none: it is for all. `numbered`: digits may follow a
    code, and are the app's argument.
    """

    name: str
    run: Callable[[Call], Awaitable[None]]
    codes: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    numbered: bool = False


class _Pump:
    """Carries a recording into its sink, and notes how long it has been silent."""

    def __init__(self, tap: Tap, into: Sink, news: Callable[[], None]) -> None:
        self.seconds = 0.0
        self.silent = 0.0
        """Seconds since something was said."""
        self.over = False
        self.full = False
        self._tap = tap
        self._into = into
        self._news = news
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def finish(self) -> None:
        """Wait for the last pieces."""
        await asyncio.wait((self._task,), timeout=LAST_WORDS)
        self._task.cancel()
        await asyncio.wait((self._task,))
        if not self._task.cancelled():
            self._task.result()

    async def _run(self) -> None:
        try:
            async for piece in self._tap:
                await self._into.write(piece.pcm, piece.rate)
                long = len(piece.pcm) / 2 / piece.rate
                self.seconds += long
                self.silent = 0.0 if _speaks(piece.pcm) else self.silent + long
                self._news()
        except NoRoom:
            self.full = True
        finally:
            self.over = True
            self._news()


def _speaks(pcm: bytes) -> bool:
    samples: Iterable[int] = array("h", pcm)
    return max(map(abs, samples), default=0) > QUIET
