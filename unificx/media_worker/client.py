"""Client of the media engine: legs, rooms, sounds and recording taps. The engine is a supervised child process."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

from unificx.core.clock import Clock
from unificx.media.errors import MediaUnavailable
from unificx.media.mixer import messages, sdp_negotiation
from unificx.media.mixer.messages import Event, Figures, PlayEnded
from unificx.media.mixer.sdp_negotiation import Agreed, Self
from unificx.media.sounds import Sound
from unificx.media_worker.recording_stream import Recording
from unificx.media_worker.supervisor import Child

PING_EVERY = 2.0
PATIENCE = 3.0
"""Timeout of a request, in seconds."""
PIECE = 48_000
"""Bytes of sound per message."""


class MediaEngine:
    """A supervised media engine.

    The caller chooses the ids of legs, rooms and taps. Commands for a leg, room or tap that is gone have no effect.
    `on_event` receives every event. `on_restarted` is called when a new engine replaced one that died: all legs are
    gone and have to be opened again under the same ids. Sounds and taps have ended with the reason "lost" before that.
    """

    def __init__(self, clock: Clock) -> None:
        self.told: Callable[[Event], None] = lambda _: None
        self.restarted: Callable[[], None] = lambda: None
        self.latest = Figures()
        """Last result of `stats`, at most a few seconds old, because the watchdog polls it."""
        self._clock = clock
        self._child = Child(clock, self._hear, self._forget, self._again)
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[bool]] = {}
        self._pinged: dict[int, asyncio.Future[Figures]] = {}
        self._own: dict[str, Self] = {}
        self._plays: dict[str, tuple[messages.Play, Sound]] = {}
        self._loaded: set[str] = set()
        self._recordings: dict[str, Recording] = {}
        self._watcher: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the running engine."""
        return self._child.pid

    @property
    def port(self) -> int:
        """The port of 127.0.0.1 that legs send to."""
        return self._child.port

    async def start(self) -> None:
        """Start the engine and return when it is running. Raise CannotStart."""
        await self._child.start()
        self._watcher = asyncio.create_task(self._watch())

    async def shut_down(self) -> None:
        """Stop the engine and all its legs, within 2 seconds."""
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        await self._child.close()
        self._forget()

    async def figures(self) -> Figures:
        """Return the engine's statistics. Raise MediaUnavailable if it does not respond."""
        await self._child.running()
        number = next(self._numbers)
        self.latest = found = await self._answer(number, self._pinged, messages.Ping(number))
        return found

    # legs

    async def open(self, leg: str, offer: bytes, *, wideband: bool = True) -> bytes:
        """Open a leg for an offer, or renegotiate an open one; return the answer. Raise MediaUnavailable."""
        await self._child.running()
        own = self._next_self(leg)
        agreed, answer = sdp_negotiation.answer(offer, own, wideband=wideband)
        await self._open(leg, agreed)
        return answer

    async def invite(self, leg: str) -> bytes:
        """Return an offer for a leg, to be opened with the answer to it. Raise MediaUnavailable."""
        await self._child.running()
        return sdp_negotiation.offer(self._next_self(leg))

    async def answered(self, leg: str, answer: bytes) -> None:
        """Open a leg with the answer to the offer made for it. Raise MediaUnavailable."""
        await self._child.running()
        await self._open(leg, sdp_negotiation.agreed(answer))

    def close(self, leg: str) -> None:
        """Close a leg, with its sounds and taps."""
        self._own.pop(leg, None)
        self._child.send(messages.Close(leg))

    # sounds

    def load(self, sound: Sound) -> None:
        """Load a sound into the engine in advance, so that playing it starts at once. `play` loads it if needed."""
        if sound.digest in self._loaded:
            return
        self._loaded.add(sound.digest)
        length = len(sound.pcm) // 2
        for at in range(0, 2 * length, PIECE):
            piece = sound.pcm[at : min(at + PIECE, 2 * length)]
            self._child.send(messages.Load(sound.digest, sound.rate, length, at // 2, piece))

    def play(self, leg: str, sound: Sound, *, loop: bool = False, start: float = 0.0) -> str:
        """Play to a leg from second `start`, replacing its current sound; return the ticket that PlayEnded repeats."""
        return self._play(messages.Play(leg, self._ticket(), sound.digest, loop=loop, start=start), sound)

    def stop(self, leg: str) -> None:
        """Stop the sound that plays to a leg."""
        self._child.send(messages.Stop(leg))

    def room_play(self, room: str, sound: Sound) -> str:
        """Play to all legs of a room, mixed with its other audio; return the ticket."""
        return self._play(messages.Play(room, self._ticket(), sound.digest, to_room=True), sound)

    def beep(self, leg_or_room: str) -> None:
        """Play the recording tone to a leg, or to all legs of the room with this id."""
        self._child.send(messages.Beep(leg_or_room, to_room=leg_or_room not in self._own))

    # rooms

    def join(self, room: str, leg: str, *, muted: bool = False, gain: float = 1.0, agc: bool = False) -> None:
        """Move a leg into a room; a room exists while it has legs.

        `gain` is a factor up to 8; `agc` adapts it so that all legs are about equally loud.
        """
        self._child.send(messages.Join(room, leg, muted, gain, agc))

    def echo(self, leg: str) -> None:
        """Echo a leg's audio back to it, in a room of its own."""
        self._child.send(messages.Join(f"echo/{leg}", leg, echo=True))

    def leave(self, leg: str) -> None:
        self._child.send(messages.Leave(leg))

    def mute(self, leg: str, on: bool) -> None:
        """Mute or unmute a leg in its room."""
        self._child.send(messages.Mute(leg, on))

    # recordings

    def record(self, tap: str, *, leg: str = "", room: str = "") -> Recording:
        """Record a leg's audio, or a room's mix including played sounds, until the tap or its target is closed."""
        recording = Recording(tap)
        if tap in self._recordings:
            recording.end("full")
            return recording
        self._recordings[tap] = recording
        self._child.send(messages.Record(tap, leg or room, of_room=not leg))
        return recording

    def pause(self, tap: str) -> None:
        """Pause a tap until `resume`. Audio recorded so far is delivered at once."""
        self._child.send(messages.Pause(tap, on=True))

    def resume(self, tap: str) -> None:
        self._child.send(messages.Pause(tap, on=False))

    def end(self, tap: str) -> None:
        """End a tap: its stream yields the remaining chunks and stops."""
        self._child.send(messages.End(tap))

    # internal

    async def _open(self, leg: str, agreed: Agreed) -> None:
        number = next(self._numbers)
        order = messages.Open(
            leg, agreed.port, agreed.control, agreed.codec, agreed.payload, agreed.digits, agreed.listens, number
        )
        if not await self._answer(number, self._asked, order):
            raise MediaUnavailable("full")
        if leg in self._own:
            self._own[leg] = replace(self._own[leg], codec=agreed.codec)

    async def _answer(self, number: int, waiting: "dict[int, asyncio.Future[Any]]", order: messages.Order) -> Any:
        answer = waiting[number] = asyncio.get_running_loop().create_future()
        self._child.send(order)
        try:
            return await asyncio.wait_for(answer, PATIENCE)
        except TimeoutError:
            raise MediaUnavailable("silent") from None
        finally:
            waiting.pop(number, None)

    def _next_self(self, leg: str) -> Self:
        """Return the local side of a leg's next SDP: same session id, version incremented (RFC 3264 section 8)."""
        own = self._own.get(leg)
        if own is None:
            own = Self(self.port, int.from_bytes(self._clock.random_bytes(6), "big"), 0)
        self._own[leg] = own = replace(own, port=self.port, version=own.version + 1)
        return own

    def _ticket(self) -> str:
        return f"play-{next(self._numbers)}"

    def _play(self, order: messages.Play, sound: Sound) -> str:
        self._plays[order.ticket] = (order, sound)
        self.load(sound)
        self._child.send(order)
        return order.ticket

    async def _watch(self) -> None:
        """Kill an engine that runs but does not respond, so that it is restarted."""
        while True:
            await asyncio.sleep(PING_EVERY)
            pid = self.pid
            try:
                await self.figures()
            except MediaUnavailable:
                if pid == self.pid:
                    self._child.kill()

    def _hear(self, message: Any) -> None:
        match message:
            case messages.Chunk():
                if (recording := self._recordings.get(message.tap)) is not None:
                    recording.take(message)
            case messages.TapEnded():
                if (recording := self._recordings.pop(message.tap, None)) is not None:
                    recording.end(message.reason)
            case messages.PlayEnded():
                self._play_ended(message)
            case messages.Evicted():
                self._loaded.discard(message.digest)
            case messages.Opened():
                _settle(self._asked, message.number, message.done)
            case messages.Pong():
                _settle(self._pinged, message.number, message.figures)
            case _:
                self.told(message)

    def _play_ended(self, ended: PlayEnded) -> None:
        order, sound = self._plays.pop(ended.ticket, (None, None))
        if ended.reason == "missing" and order is not None and sound is not None and sound.digest not in self._loaded:
            # The sound was evicted before the engine processed this command: load and play it again.
            self._play(order, sound)
            return
        self.told(ended)

    def _again(self) -> None:
        self.restarted()

    def _forget(self) -> None:
        """Reset all state after the engine died."""
        self._loaded.clear()
        for number in [*self._asked, *self._pinged]:
            for waiting in (self._asked, self._pinged):
                future = waiting.get(number)
                if future is not None and not future.done():
                    future.set_exception(MediaUnavailable("silent"))
        recordings, self._recordings = self._recordings, {}
        for recording in recordings.values():
            recording.end("lost")
        plays, self._plays = self._plays, {}
        for order, _ in plays.values():
            self.told(PlayEnded(order.target, order.ticket, "lost"))


def _settle(waiting: "dict[int, asyncio.Future[Any]]", number: int, answer: object) -> None:
    future = waiting.get(number)
    if future is not None and not future.done():
        future.set_result(answer)
