"""A test bench for call apps: a scripted caller, and a media engine without audio."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from unificx.callapps import App, AppRunner, Call
from unificx.callapps import call as verbs
from unificx.calls import AppCallContext, AppEvent, ConnectRequest
from unificx.calls.events import Outcome
from unificx.core.clock import ManualClock
from unificx.identity import Extension
from unificx.media import MediaUnavailable
from unificx.media.mixer.messages import Chunk, DigitPressed, PlayEnded
from unificx.media.sounds import Sound
from unificx.media.tones import sine
from unificx.prompts import PromptNotFound
from unificx.registrar import Caller
from unificx.sip.legs import Answered, ByeReceived, OfferAnswered, OfferReceived, OfferRejected, Rejected

PIECE = 0.2
LOUD, QUIET = sine(500, 8000, 1600).tobytes(), bytes(3200)
ANNA = Extension("e-anna", "acme", "1001", "p-anna", "s-anna", 30, 3600, "Anna Example")
HANG_UP = "hang up"


class ScriptedTap:
    """The caller's script: "speak 2", "silence 3", "press #", "hang up", "lost" in sequence."""

    def __init__(self, stage: "AppHarness", leg: str, script: Sequence[str]) -> None:
        self.reason: str | None = None
        self.ended = asyncio.Event()
        self._stage, self._leg, self._script = stage, leg, script

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        at = 0
        for line in self._script:
            what, _, more = line.partition(" ")
            if what == "press":
                self._stage.press(more)
            elif line == HANG_UP:
                self._stage.hang_up()
            elif what == "lost":
                return
            else:
                for _ in range(round(float(more) / PIECE)):
                    if self.ended.is_set():
                        return
                    yield Chunk("", at, 8000, LOUD if what == "speak" else QUIET)
                    at += 1600
                    await asyncio.sleep(0)
        await self.ended.wait()


class FakePrompts:
    """Each prompt is its own name; those of `missing` do not exist."""

    def __init__(self) -> None:
        self.missing = set[str]()

    async def named(self, name: str, language: str, tenant_id: str) -> Sequence[Sound]:
        if name in self.missing:
            raise PromptNotFound(name)
        return (Sound(f"{name}!".encode()),)

    async def number(self, value: int, language: str, tenant_id: str) -> Sequence[Sound]:
        return (Sound(f"number {value}!".encode()),)

    async def moment(self, moment: datetime, now: datetime, language: str, tenant_id: str) -> Sequence[Sound]:
        return (Sound(b"a moment!"),)


@dataclass
class AppHarness:
    """`digits` are pressed during a prompt, each once; `audio_scripts` is the audio of each recording."""

    app: App
    digits: dict[str, list[str]] = field(default_factory=dict)
    audio_scripts: list[list[str]] = field(default_factory=list)
    mailbox: Extension | None = ANNA
    caller: Extension | None = None
    number: str = "+491511"
    """The number of a caller from outside, and the one that an extension shows."""
    device: str = "d-1"
    reason: str = "missed"
    arguments: tuple[str, ...] = ()
    offer: bytes = b"offer"
    answers_at_once: bool = True
    """Whether the party takes the offer of the app as it is sent; it does not while it rings."""
    call_id: str = "call-1"
    played: list[str] = field(default_factory=list)
    """Sounds that the caller heard; recorded audio is "sound 2.0"."""
    events: list[AppEvent] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    media_error: str = ""
    """The engine's error for the next SDP."""
    unplayable: str = ""
    """Sounds the engine fails to play."""
    taps: dict[str, ScriptedTap] = field(default_factory=dict)
    clock: ManualClock = field(default_factory=ManualClock)
    playback_seconds: float = 0.0
    """Seconds until a prompt has been played; needed in virtual time, where music is repeated."""
    outcomes: list[Outcome] = field(default_factory=list)
    """How the connections that the app requests end, in order; without one, the destination rings."""

    def __post_init__(self) -> None:
        self.prompts = FakePrompts()
        self.host = AppRunner(
            self,
            self.prompts,
            self.clock,
            {self.app.name: self.app},
            language=lambda context: "en",
            time_zone=lambda context: None,
        )
        self.digits = {prompt: list(keys) for prompt, keys in self.digits.items()}
        self._tickets = 0
        self.running = asyncio.Event()
        self.running.set()

    def begin(self) -> None:
        """Start the call."""
        who = self.caller
        tenant, subject = (who.tenant_id, who.subject) if who else ("acme", "s-carl")
        caller = Caller(tenant, who.id if who else "", self.device, subject, self.number, "Carl")
        context = AppCallContext(
            self.call_id,
            "leg-1",
            self.app.name,
            self.arguments,
            caller,
            self.mailbox,
            datetime(2026, 1, 5, tzinfo=UTC),
            self.reason,
            "x",
        )
        self.line = self.host.host(context, self.offer, self._on_event)

    async def run(self) -> None:
        """Run the call to the end of its app. Waits without work of its own: a loop here would take the time from the
        threads that the app waits for."""
        others = asyncio.all_tasks()
        self.begin()
        await asyncio.wait(asyncio.all_tasks() - others)

    async def settle(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)

    async def until(self, reached: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not reached():
                await asyncio.sleep(0)

    def press(self, keys: str) -> None:
        for key in keys:
            self.host.handle_event(DigitPressed("leg-1", key, 100))

    def hang_up(self) -> None:
        self.line.ended()

    def _on_event(self, event: AppEvent) -> None:
        self.events.append(event)
        if isinstance(event, ConnectRequest) and self.outcomes:
            outcome = self.outcomes.pop(0)
            self.line.connect_ended(outcome)
            if outcome == "answered":
                self.hang_up()
        if isinstance(event, ByeReceived | Rejected):
            asyncio.get_running_loop().call_soon(self.line.ended)
        if isinstance(event, Answered) and not self.offer and self.answers_at_once:
            self.line.acknowledged(b"their answer")

    # ---- the engine

    async def wait_until_running(self) -> None:
        await self.running.wait()

    async def open(self, leg: str, offer: bytes) -> bytes:
        return self._negotiate(f"open {offer.decode()}")

    async def create_offer(self, leg: str) -> bytes:
        return self._negotiate("invite")

    async def accept_answer(self, leg: str, answer: bytes) -> None:
        self._negotiate(f"answered {answer.decode()}")

    def _negotiate(self, order: str) -> bytes:
        self.orders.append(order)
        fault, self.media_error = self.media_error, ""
        if fault:
            raise MediaUnavailable(fault)  # type: ignore[arg-type]
        return b"ours"

    def close(self, leg: str) -> None:
        self.orders.append("close")

    def play(self, leg: str, sound: Sound) -> str:
        self._tickets += 1
        ticket = f"t{self._tickets}"
        name = sound.pcm[:-1].decode() if sound.pcm.endswith(b"!") else f"sound {sound.seconds}"
        self.played.append(name)
        keys = self.digits.get(name, [])
        loop = asyncio.get_running_loop()
        if keys:
            pressed = keys.pop(0)
            loop.call_soon(self.hang_up if pressed == HANG_UP else lambda: self.press(pressed))
        reason = "full" if self.unplayable and name == self.unplayable else "end"
        loop.call_soon(loop.call_later, self.playback_seconds, self.end_playback, ticket, reason)
        return ticket

    def end_playback(self, ticket: str, reason: Any = "end") -> None:
        self.host.handle_event(PlayEnded("leg-1", ticket, reason))

    def stop(self, leg: str) -> None:
        self.orders.append("stop")

    def record(self, tap: str, *, leg: str) -> ScriptedTap:
        self.taps[tap] = made = ScriptedTap(self, leg, self.audio_scripts.pop(0) if self.audio_scripts else [])
        return made

    def end(self, tap: str) -> None:
        self.taps[tap].reason = "ended"
        self.taps[tap].ended.set()

    def echo(self, leg: str) -> None:
        self.orders.append("echo")

    def join(self, room: str, leg: str, *, muted: bool = False, agc: bool = False, listener: str | None = None) -> None:
        self.orders.append(f"join {'muted' if muted else 'heard'}{f' by {listener}' if listener else ''}")

    def leave(self, leg: str) -> None:
        self.orders.append("leave")

    def mute(self, leg: str, on: bool) -> None:
        self.orders.append("mute" if on else "unmute")


def harness_for(run: Callable[[Call], Any], **stage: Any) -> AppHarness:
    """A test bench for one coroutine."""
    return AppHarness(App("test", run), **stage)


def without_prompts(played: Iterable[str], *groups: str) -> list[str]:
    """Heard prompts without menus."""
    return [one for one in played if not one.startswith(groups)]


__all__ = [
    "HANG_UP",
    "AppHarness",
    "OfferAnswered",
    "OfferReceived",
    "OfferRejected",
    "harness_for",
    "verbs",
    "without_prompts",
]
