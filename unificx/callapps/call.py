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

from unificx.audio_store import PromptOverrides
from unificx.callapps.clips import Clip
from unificx.callapps.handovers import Handovers, connect_for_each_party
from unificx.callapps.media_session import AppLegParams, AppMediaSession, wait_with_media
from unificx.callapps.ports import AudioSink
from unificx.callapps.schemas import CalledMailbox, CallerInfo, RecordEndReason, RecordResult, SpokenValue
from unificx.callapps.tones import tone
from unificx.core.clock import Clock
from unificx.core.errors import StorageFull
from unificx.media.mixer.messages import DigitPressed, PlayEnded
from unificx.media.sounds import Sound
from unificx.media_worker.client import MediaEngineClient, TapStream
from unificx.routing import FEATURES, DestinationRef, GoTo, Plan, UnansweredOutcome

BEEP = (1000, 0.4)
"""Frequency (Hz) and duration (seconds) of "beep", the tone before a recording."""
MEDIA_SETTLE_SECONDS = 0.4
"""Seconds between answer and first prompt: earlier audio is lost on some phones."""
DRAIN_SECONDS = 2.0
"""Seconds to wait for the last chunks of a recording."""
SPEECH_THRESHOLD = 350
"""Louder samples count as speech: about -40 dBFS."""
PLAYBACK_MARGIN = 5.0
MUSIC = "music/hold"
ALL_DIGITS = "0123456789*#ABCD"


class Call:
    """`caller` is the caller, `mailbox` the mailbox whose phones rang before, if any; `arguments` come from routing."""

    def __init__(self, leg: AppLegParams, engine: MediaEngineClient, prompts: PromptOverrides, clock: Clock) -> None:
        self.id = ""
        self.caller = CallerInfo("", "", None, "", "")
        self.mailbox: CalledMailbox | None = None
        self.arguments: tuple[str, ...] = ()
        self.started: datetime = clock.now()
        self.handovers = Handovers()
        """How often another party has taken the place of `caller`."""
        self.last_recording: RecordResult | None = None
        """The last recording result, for an app cancelled while recording."""
        self.language = "en"
        """Language of prompts; an app may set it."""
        self.time_zone: tzinfo | None = None
        """Time zone of spoken times; None for the server's."""
        self.clock = clock
        self._engine = engine
        self._prompts = prompts
        # Owner: the node that holds the call.
        self._digits: deque[str] = deque(maxlen=64)
        self._changed = asyncio.Event()
        self._played: dict[str, str] = {}
        self._playback_ended = ""
        """Why the last playback ended; "" if unknown."""
        self._tap_numbers = count(1)
        self._joined: tuple[str, bool, str | None] | None = None
        """The room the caller is in, whether the caller is muted there, and the only leg that hears the caller."""
        self._on_remote_sdp: Callable[[], None] = lambda: None
        self.session = AppMediaSession(
            engine, leg, self._on_digit, on_media_open=self._rejoin, on_remote_sdp=self._remote_sdp_changed
        )

    @property
    def leg(self) -> str:
        """The caller's leg in the media engine."""
        return self.session.leg

    @property
    def call_id(self) -> str:
        """The call id used in call detail records."""
        return self.id

    @property
    def was_connected(self) -> bool:
        """Whether the app was cancelled because `connect` was answered."""
        return self.session.was_connected

    @property
    def receives_audio(self) -> bool:
        """Whether the caller receives audio: the call is not on hold."""
        return self.session.receives_audio

    def on_remote_sdp(self, callback: Callable[[], None]) -> None:
        """Set a callback for each new SDP from the caller's phone."""
        self._on_remote_sdp = callback

    # ---- verbs

    async def answer(self) -> None:
        """Answer the call. Every other verb does so implicitly."""
        if not self.session.media_up.is_set():
            await self.session.answer()
            await asyncio.sleep(MEDIA_SETTLE_SECONDS)

    async def play(self, *items: str | Sound | Clip | SpokenValue, escape_digits: str = "") -> str:
        """Play prompts by name, spoken values, sounds and clips in sequence. "beep" is a tone.

        If one of `escape_digits` is pressed, or was before, playback stops and the digit is returned, else "". Other
        digits are then discarded; without `escape_digits` they stay queued.
        """
        await self.answer()
        for sound in [each for one in items for each in await _sounds_of(self._prompts, one, self)]:
            digit = await self._play(sound, escape_digits)
            if digit:
                return digit
        return ""

    async def play_notice(self, *items: str | Sound) -> bool | None:
        """Play a notice that must be heard completely. Return whether it was played to its end; None if the caller was
        on hold meanwhile and has missed it."""
        await self.answer()
        missed = self.session.hold_count
        played = True
        for sound in [each for one in items for each in await _sounds_of(self._prompts, one, self)]:
            if played and self.session.receives_audio:
                await self._play(sound, "")
                played = self._playback_ended == "end"
        return played if self.session.receives_audio and self.session.hold_count == missed else None

    async def play_until_digit(self, *items: str | Sound | Clip | SpokenValue) -> None:
        """Play until any DTMF digit is pressed; the digit stays queued."""
        await self.answer()
        for sound in [each for one in items for each in await _sounds_of(self._prompts, one, self)]:
            if self._digits:
                return
            await self._play(sound, ALL_DIGITS, peek=True)

    async def say(self, value: int | datetime, escape_digits: str = "") -> str:
        """Speak a number, or a date and time."""
        return await self.play(SpokenValue(value), escape_digits=escape_digits)

    async def read_digits(self, max_digits: int, timeout_seconds: float = 5.0, terminator: str = "#") -> str:
        """Read up to `max_digits` DTMF digits, until `terminator` is pressed or no digit follows for `timeout`
        seconds."""
        await self.answer()
        found = ""
        while len(found) < max_digits:
            digit = await self._next_digit(timeout_seconds)
            if digit in ("", *terminator):
                break
            found += digit
        return found

    async def record(
        self,
        sink: AudioSink,
        *,
        max_seconds: float = 120.0,
        stop_digits: str = "#",
        silence_seconds: float = 5.0,
    ) -> RecordResult:
        """Record the caller until one of the digits `stop_digits`, `silence_seconds` seconds of silence, or
        `max_seconds` seconds. After a hang-up, the remaining audio is written before the app is cancelled."""
        await self.answer()
        tap = f"{self.session.leg}/{next(self._tap_numbers)}"
        pump = _RecordingPump(self._engine.record(tap, leg=self.session.leg), sink, self._changed.set)
        ended, digit = "lost", ""
        try:
            ended, digit = await self._wait_recorded(pump, max_seconds, stop_digits, silence_seconds)
        finally:
            self._engine.end(tap)
            try:
                await pump.finish()
            finally:
                self.last_recording = pump.result(ended, digit)
        return self.last_recording

    async def read_digit(self, timeout_seconds: float | None = None) -> str:
        """Read the next DTMF digit; "" if none is pressed for `timeout` seconds."""
        await self.answer()
        return await self._next_digit(timeout_seconds)

    async def music(self) -> None:
        """Play hold music until cancelled."""
        await self.repeat(MUSIC)

    async def repeat(self, *items: str | Sound) -> None:
        """Play sounds again and again until cancelled."""
        try:
            while True:
                await self.play(*items)
        finally:
            self._engine.stop(self.session.leg)

    def join(self, room: str, *, muted: bool = False, listener: str | None = None) -> None:
        """Put the answered caller into a room of the mixer, until `leave` or `hang_up`, also across restarts of the
        media engine. Prompts are mixed in. `listener`: the only leg that hears the caller, None for all."""
        self._joined = (room, muted, listener)
        self._rejoin()

    def mute(self, on: bool) -> None:
        """Mute or unmute the caller in the room."""
        if self._joined is not None:
            self._joined = (self._joined[0], on, self._joined[2])
            self._engine.mute(self.session.leg, on)

    def leave(self) -> None:
        """Remove the caller from the room."""
        self._joined = None
        self._engine.leave(self.session.leg)

    async def echo(self) -> None:
        """Echo the caller's audio until the call ends."""
        await self.answer()
        self._engine.echo(self.session.leg)
        await wait_with_media(self.session, asyncio.Event())

    async def connect(
        self, destination: DestinationRef | Plan, *, displayed_name: str | Callable[[], str] = ""
    ) -> UnansweredOutcome:
        """Ring a destination while the caller stays with the app, and return why it did not answer.

        If it answers, as an app does too, the caller is connected to it and the app is cancelled as at a hang-up, with
        `was_connected` set. Cancelling this ends the ringing. `displayed_name` is shown in place of the caller's name;
        a function returns it, as it is asked again if another party takes the caller's place and it rings anew.
        """
        await self.answer()
        plan = destination if isinstance(destination, Plan) else GoTo(destination).plan()
        outcome = await connect_for_each_party(self.session, plan, displayed_name, self.handovers)
        return "failed" if outcome in ("answered", "cancelled") else outcome

    async def hang_up(self) -> None:
        """Hang up and end the app."""
        self.session.hang_up()
        await asyncio.Event().wait()

    async def start_again(self) -> None:
        """Forget what the party before has heard and pressed, until the one that took its place has media."""
        self._engine.stop(self.session.leg)
        if self._joined is not None:
            self.leave()
        self._digits.clear()
        self.last_recording = None
        await asyncio.sleep(MEDIA_SETTLE_SECONDS)

    # ---- media engine events

    def handle_event(self, event: object) -> None:
        """Process an event of this leg."""
        match event:
            case DigitPressed(_, digit, _, tones):
                (self.session.tones_detected if tones else self._on_digit)(digit)
            case PlayEnded(_, ticket, reason):
                self._played[ticket] = reason
                self._changed.set()
            case _:
                pass

    # ---- inside

    def _rejoin(self) -> None:
        """Enter the room again after the engine has (re)created the leg."""
        if self._joined is not None:
            room, muted, listener = self._joined
            self._engine.join(room, self.session.leg, muted=muted, agc=True, listener=listener)

    def _remote_sdp_changed(self) -> None:
        self._on_remote_sdp()

    def _on_digit(self, digit: str) -> None:
        self._digits.append(digit)
        self._changed.set()

    async def _play(self, sound: Sound, escape_digits: str, *, peek: bool = False) -> str:
        """Play one sound; repeated from its start if the engine was lost meanwhile. Hang up if no media returns."""
        while True:
            await self.session.wait_for_media()
            if escape_digits and (digit := self._next_matching_digit(escape_digits, peek=peek)):
                return digit
            ticket = self._engine.play(self.session.leg, sound)
            digit = await self._wait_played(ticket, sound.seconds + PLAYBACK_MARGIN, escape_digits, peek=peek)
            self._playback_ended = self._played.pop(ticket, "")
            if digit or self._playback_ended != "lost":
                return digit

    async def _wait_played(self, ticket: str, timeout_seconds: float, escape_digits: str, *, peek: bool) -> str:
        try:
            async with asyncio.timeout(timeout_seconds):
                while ticket not in self._played:
                    self._changed.clear()
                    await self._changed.wait()
                    if escape_digits and (digit := self._next_matching_digit(escape_digits, peek=peek)):
                        self._engine.stop(self.session.leg)
                        return digit
        except TimeoutError:
            self._engine.stop(self.session.leg)
        return ""

    def _next_matching_digit(self, accepted: str, *, peek: bool = False) -> str:
        """The first queued digit that is one of these; earlier digits are discarded."""
        while self._digits:
            if peek and self._digits[0] in accepted:
                return self._digits[0]
            digit = self._digits.popleft()
            if digit in accepted:
                return digit
        return ""

    async def _next_digit(self, timeout_seconds: float | None) -> str:
        try:
            async with asyncio.timeout(timeout_seconds):
                while not self._digits:
                    self._changed.clear()
                    await wait_with_media(self.session, self._changed)
        except TimeoutError:
            return ""
        return self._digits.popleft()

    async def _wait_recorded(
        self, pump: "_RecordingPump", max_seconds: float, stop_digits: str, silence_seconds: float
    ) -> tuple[RecordEndReason, str]:
        try:
            async with asyncio.timeout(max_seconds):
                while not pump.finished:
                    if digit := self._next_matching_digit(stop_digits):
                        return "key", digit
                    if pump.silent >= silence_seconds:
                        return "silence", ""
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return "longest", ""
        return "lost", ""


@dataclass(frozen=True, slots=True)
class App:
    """A call app: the coroutine that handles a call, and its feature codes.

    `tenants` restricts it to tenants by slug; empty: all tenants. `numbered`: digits may follow a code and become the
    app's argument. `is_feature`: it is entered by the code that each tenant has for the feature of this name; `codes`
    has the default one. `goes_on`: by an attended transfer another party may take the caller's place in it; other apps
    begin again then, since the new party has not heard, chosen or agreed to anything yet.
    """

    name: str
    run: Callable[[Call], Awaitable[None]]
    codes: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    numbered: bool = False
    is_feature: bool = False
    goes_on: bool = False

    @staticmethod
    def of_feature(name: str, run: Callable[[Call], Awaitable[None]], *, goes_on: bool = False) -> "App":
        """Return the app of a feature of this system."""
        feature = FEATURES[name]
        numbered = feature.argument is not None
        return App(name, run, (feature.code,), numbered=numbered, is_feature=True, goes_on=goes_on)


class _RecordingPump:
    """Writes a recording into its sink and measures silence."""

    def __init__(self, tap: TapStream, sink: AudioSink, on_change: Callable[[], None]) -> None:
        self.seconds = 0.0
        self.silent = 0.0
        """Seconds since the last speech."""
        self.finished = False
        self.disk_full = False
        self._tap = tap
        self._sink = sink
        self._on_change = on_change
        self._task = asyncio.get_running_loop().create_task(self._run())

    def result(self, ended: RecordEndReason, digit: str) -> RecordResult:
        silent = self.silent >= self.seconds
        return RecordResult(self.seconds, "full" if self.disk_full else ended, digit, silent)

    async def finish(self) -> None:
        """Wait for the last chunks, also if the caller hangs up meanwhile: they belong to the message."""
        drained = asyncio.ensure_future(self._drain())
        try:
            await asyncio.shield(drained)
        except asyncio.CancelledError:
            await drained
            raise
        if not self._task.cancelled():
            self._task.result()

    async def _drain(self) -> None:
        await asyncio.wait((self._task,), timeout=DRAIN_SECONDS)
        self._task.cancel()
        await asyncio.wait((self._task,))

    async def _run(self) -> None:
        try:
            async for piece in self._tap:
                await self._sink.write(piece.pcm, piece.rate)
                duration = len(piece.pcm) / 2 / piece.rate
                self.seconds += duration
                self.silent = 0.0 if _has_speech(piece.pcm) else self.silent + duration
                self._on_change()
        except StorageFull:
            self.disk_full = True
        finally:
            self.finished = True
            self._on_change()


async def _sounds_of(prompts: PromptOverrides, one: str | Sound | Clip | SpokenValue, call: Call) -> Sequence[Sound]:
    """Return the sounds of a prompt, in the language of the call."""
    locale = call.language, call.caller.tenant_id
    match one:
        case "beep":
            return (tone(*BEEP),)
        case str():
            return await prompts.named(one, *locale)
        case Clip():
            return [one.sound]
        case Sound():
            return [one]
        case SpokenValue(int(value)):
            return await prompts.number(value, *locale)
        case SpokenValue(value):
            assert isinstance(value, datetime)
            return await prompts.moment(value, call.clock.now().astimezone(call.time_zone), *locale)


def _has_speech(pcm: bytes) -> bool:
    samples: Iterable[int] = array("h", pcm)
    return max(map(abs, samples), default=0) > SPEECH_THRESHOLD
