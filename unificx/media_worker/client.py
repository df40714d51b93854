"""Client of the media engine: legs, rooms, sounds and recording taps. The engine is a supervised child process."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from unificx.core.clock import Clock
from unificx.media.errors import MediaUnavailable
from unificx.media.mixer import messages, sdp_negotiation
from unificx.media.mixer.messages import EngineStats, Event, PlayEnded
from unificx.media.mixer.sdp_negotiation import LocalSession, NegotiatedMedia
from unificx.media.sounds import Sound
from unificx.media_worker.recording_stream import TapStream
from unificx.media_worker.supervisor import EngineSupervisor

PING_INTERVAL = 2.0
REQUEST_TIMEOUT = 3.0
"""Timeout of a request, in seconds."""
CHUNK_BYTES = 48_000
"""Bytes of sound per message."""


@dataclass(frozen=True, slots=True)
class EngineRestarted:
    """A new engine replaced one that died: all legs are gone and have to be opened again under the same ids. Sounds and
    taps have ended with the reason "lost" before that."""


class MediaEngineClient:
    """A supervised media engine.

    The caller chooses the ids of legs, rooms and taps. Commands for a leg, room or tap that is gone have no effect.
    `publish` receives every event, and `EngineRestarted`.
    """

    def __init__(self, clock: Clock, publish: Callable[[Event | EngineRestarted], None] = lambda event: None) -> None:
        self._publish = publish
        self._clock = clock
        self._supervisor = EngineSupervisor(clock, self._receive, self._reset, self._restarted)
        self._numbers = count(1)
        # Owner: the node that started the engine.
        self._pending_opens: dict[int, asyncio.Future[bool]] = {}
        self._pending_pings: dict[int, asyncio.Future[EngineStats]] = {}
        self._sessions: dict[str, LocalSession] = {}
        self._plays: dict[str, tuple[messages.PlaySound, Sound]] = {}
        self._loaded: set[str] = set()
        self._recordings: dict[str, TapStream] = {}
        self._watchdog_task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the running engine."""
        return self._supervisor.pid

    @property
    def port(self) -> int:
        """The port of 127.0.0.1 that legs send to."""
        return self._supervisor.port

    async def start(self) -> None:
        """Start the engine and return when it is running. Raise StartupError."""
        await self._supervisor.start()
        self._watchdog_task = asyncio.create_task(self._watchdog())

    async def shut_down(self) -> None:
        """Stop the engine and all its legs, within 2 seconds."""
        if self._watchdog_task is not None:
            self._watchdog_task.cancel()
            await asyncio.gather(self._watchdog_task, return_exceptions=True)
        await self._supervisor.close()
        self._reset()

    async def wait_until_running(self) -> None:
        """Wait until an engine is running. After a restart, `EngineRestarted` has then been published."""
        await self._supervisor.wait_until_running()

    async def stats(self) -> EngineStats:
        """Return the engine's statistics. Raise MediaUnavailable if it does not respond."""
        await self._supervisor.wait_until_ready()
        number = next(self._numbers)
        return await self._request(number, self._pending_pings, messages.Ping(number))

    # legs

    async def open(self, leg: str, offer: bytes, *, wideband: bool = True) -> bytes:
        """Open a leg for an offer, or renegotiate an open one; return the answer. Raise MediaUnavailable."""
        await self._supervisor.wait_until_ready()
        local = self._next_session(leg)
        negotiated, answer = sdp_negotiation.answer(offer, local, wideband=wideband)
        await self._open(leg, negotiated)
        return answer

    async def create_offer(self, leg: str) -> bytes:
        """Return an offer for a leg, to be opened with the answer to it. Raise MediaUnavailable."""
        await self._supervisor.wait_until_ready()
        return sdp_negotiation.offer(self._next_session(leg))

    async def accept_answer(self, leg: str, answer: bytes) -> None:
        """Open a leg with the answer to the offer made for it. Raise MediaUnavailable."""
        await self._supervisor.wait_until_ready()
        await self._open(leg, sdp_negotiation.parse_answer(answer))

    def close(self, leg: str) -> None:
        """Close a leg, with its sounds and taps."""
        self._sessions.pop(leg, None)
        self._supervisor.send(messages.CloseLeg(leg))

    # sounds

    def load(self, sound: Sound) -> None:
        """Load a sound into the engine in advance, so that playing it starts at once. `play` loads it if needed."""
        if sound.digest in self._loaded:
            return
        length = len(sound.pcm) // 2
        for at in range(0, 2 * length, CHUNK_BYTES):
            chunk = sound.pcm[at : min(at + CHUNK_BYTES, 2 * length)]
            if not self._supervisor.send(messages.LoadSound(sound.digest, sound.rate, length, at // 2, chunk)):
                return
        self._loaded.add(sound.digest)

    def play(self, leg: str, sound: Sound, *, loop: bool = False, start: float = 0.0) -> str:
        """Play to a leg from second `start`, replacing its current sound; return the ticket that PlayEnded repeats.

        While no engine runs, it ends with the reason "lost" at once.
        """
        return self._play(messages.PlaySound(leg, self._new_ticket(), sound.digest, loop=loop, start=start), sound)

    def stop(self, leg: str) -> None:
        """Stop the sound that plays to a leg."""
        self._supervisor.send(messages.StopSound(leg))

    def play_to_room(self, room: str, sound: Sound) -> str:
        """Play to all legs of a room, mixed with its other audio; return the ticket."""
        return self._play(messages.PlaySound(room, self._new_ticket(), sound.digest, to_room=True), sound)

    def beep(self, leg_or_room: str) -> None:
        """Play the recording tone to a leg, or to all legs of the room with this id."""
        self._supervisor.send(messages.PlayBeep(leg_or_room, to_room=leg_or_room not in self._sessions))

    # rooms

    def join(
        self,
        room: str,
        leg: str,
        *,
        muted: bool = False,
        gain: float = 1.0,
        agc: bool = False,
        listener: str | None = None,
    ) -> None:
        """Move a leg into a room; a room exists while it has legs.

        `gain` is a factor up to 8; `agc` adapts it so that all legs are about equally loud. `listener`: the only leg
        that hears it, None for all.
        """
        self._supervisor.send(messages.JoinRoom(room, leg, muted, gain, agc, listener=listener))

    def echo(self, leg: str) -> None:
        """Echo a leg's audio back to it, in a room of its own."""
        self._supervisor.send(messages.JoinRoom(f"echo/{leg}", leg, echo=True))

    def leave(self, leg: str) -> None:
        self._supervisor.send(messages.LeaveRoom(leg))

    def mute(self, leg: str, on: bool) -> None:
        """Mute or unmute a leg in its room."""
        self._supervisor.send(messages.MuteLeg(leg, on))

    # recordings

    def record(self, tap: str, *, leg: str = "", room: str = "") -> TapStream:
        """Record a leg's audio, or a room's mix including played sounds, until the tap or its target is closed.

        While no engine runs, the stream ends with the reason "lost" at once, as if the engine had died afterwards.
        """
        recording = TapStream(tap)
        if tap in self._recordings:
            recording.end("full")
            return recording
        if self._supervisor.send(messages.StartTap(tap, leg or room, of_room=not leg)):
            self._recordings[tap] = recording
        else:
            recording.end("lost")
        return recording

    def pause(self, tap: str) -> None:
        """Pause a tap until `resume`. Audio recorded so far is delivered at once."""
        self._supervisor.send(messages.PauseTap(tap, on=True))

    def resume(self, tap: str) -> None:
        self._supervisor.send(messages.PauseTap(tap, on=False))

    def end(self, tap: str) -> None:
        """End a tap: its stream yields the remaining chunks and stops."""
        self._supervisor.send(messages.EndTap(tap))

    # internal

    async def _open(self, leg: str, negotiated: NegotiatedMedia) -> None:
        number = next(self._numbers)
        command = messages.OpenLeg(
            leg,
            negotiated.port,
            negotiated.rtcp_port,
            negotiated.codec,
            negotiated.payload_type,
            negotiated.dtmf_payload_type,
            negotiated.receives,
            number,
        )
        if not await self._request(number, self._pending_opens, command):
            raise MediaUnavailable("full")
        if leg in self._sessions:
            self._sessions[leg] = replace(self._sessions[leg], codec=negotiated.codec)

    async def _request(self, number: int, pending: "dict[int, asyncio.Future[Any]]", command: messages.Command) -> Any:
        answer = pending[number] = asyncio.get_running_loop().create_future()
        self._supervisor.send(command)
        try:
            return await asyncio.wait_for(answer, REQUEST_TIMEOUT)
        except TimeoutError:
            raise MediaUnavailable("silent") from None
        finally:
            pending.pop(number, None)

    def _next_session(self, leg: str) -> LocalSession:
        """Return the local side of a leg's next SDP: same session id, version incremented (RFC 3264 section 8)."""
        session = self._sessions.get(leg)
        if session is None:
            session = LocalSession(self.port, int.from_bytes(self._clock.random_bytes(6), "big"), 0)
        self._sessions[leg] = session = replace(session, port=self.port, version=session.version + 1)
        return session

    def _new_ticket(self) -> str:
        return f"play-{next(self._numbers)}"

    def _play(self, command: messages.PlaySound, sound: Sound) -> str:
        self.load(sound)
        if self._supervisor.send(command):
            self._plays[command.ticket] = (command, sound)
        else:
            ended = PlayEnded(command.target, command.ticket, "lost")
            asyncio.get_running_loop().call_soon(self._publish, ended)  # the caller does not know the ticket yet
        return command.ticket

    async def _watchdog(self) -> None:
        """Kill an engine that runs but does not respond, so that it is restarted."""
        while True:
            await asyncio.sleep(PING_INTERVAL)
            pid = self.pid
            try:
                await self.stats()
            except MediaUnavailable:
                if pid == self.pid:
                    self._supervisor.kill()

    def _receive(self, message: Any) -> None:
        match message:
            case messages.Chunk():
                if (recording := self._recordings.get(message.tap)) is not None:
                    recording.put(message)
            case messages.TapEnded():
                if (recording := self._recordings.pop(message.tap, None)) is not None:
                    recording.end(message.reason)
            case messages.PlayEnded():
                self._play_ended(message)
            case messages.SoundEvicted():
                self._loaded.discard(message.digest)
            case messages.LegOpened():
                _resolve(self._pending_opens, message.number, message.accepted)
            case messages.Pong():
                _resolve(self._pending_pings, message.number, message.stats)
            case _:
                self._publish(message)

    def _play_ended(self, ended: PlayEnded) -> None:
        command, sound = self._plays.pop(ended.ticket, (None, None))
        if ended.reason == "missing" and command is not None and sound is not None and sound.digest not in self._loaded:
            # The sound was evicted before the engine processed this command: load and play it again.
            self._play(command, sound)
            return
        self._publish(ended)

    def _restarted(self) -> None:
        self._publish(EngineRestarted())

    def _reset(self) -> None:
        """Reset all state after the engine died."""
        self._loaded.clear()
        for number in [*self._pending_opens, *self._pending_pings]:
            for pending in (self._pending_opens, self._pending_pings):
                future = pending.get(number)
                if future is not None and not future.done():
                    future.set_exception(MediaUnavailable("silent"))
        recordings, self._recordings = self._recordings, {}
        for recording in recordings.values():
            recording.end("lost")
        plays, self._plays = self._plays, {}
        for order, _ in plays.values():
            self._publish(PlayEnded(order.target, order.ticket, "lost"))


def _resolve(pending: "dict[int, asyncio.Future[Any]]", number: int, answer: object) -> None:
    future = pending.get(number)
    if future is not None and not future.done():
        future.set_result(answer)
