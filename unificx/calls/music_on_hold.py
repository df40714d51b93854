"""Music on hold: played to a held participant until the call is resumed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from unificx.calls.schemas import Conversation, ConversationLeg
from unificx.core.clock import Clock
from unificx.core.faults import describe_fault
from unificx.media import MediaUnavailable
from unificx.media.sounds import Sound
from unificx.rtpengine.supervisor import RtpEngine

log = structlog.get_logger()
MAX_REPETITIONS = 1000
"""Repetitions of the music, more than any call lasts."""
INTERRUPTED = -1
"""Value of `media_generation` after another sound replaced the music: the media is unchanged."""


def _held_leg(conversation: Conversation) -> ConversationLeg | None:
    """Return the held participant; None if both or neither hold. A participant held with `a=inactive` must answer with
    `a=inactive` (RFC 3264 section 6.1), so both hold and no music is sent."""
    if conversation.caller.is_holding == conversation.callee.is_holding:
        return None
    return conversation.callee if conversation.caller.is_holding else conversation.caller


MusicSource = Callable[[str], Awaitable[Sound | None]]
"""Returns the music of a tenant by its id; None for silence."""


@dataclass(frozen=True, slots=True)
class _HeldLeg:
    """A held leg; `sdps` and `media_generation` change when media is renegotiated or re-anchored."""

    tenant_id: str
    anchor: str
    tag: str
    sdps: tuple[bytes, bytes]
    media_generation: int


@dataclass(slots=True)
class _CallState:
    """State per call. `wanted`: the leg that should hear music; `playing`: the leg that does."""

    wanted: _HeldLeg | None = None
    playing: _HeldLeg | None = None
    since: float = 0.0
    resume: asyncio.TimerHandle | None = None
    task: asyncio.Task[None] | None = None


class MusicOnHold:
    """A `CallObserver`. Serializes its requests per call, so that a stop does not overtake its play."""

    def __init__(self, media: RtpEngine, music: MusicSource, clock: Clock) -> None:
        self._media = media
        self._music = music
        self._clock = clock
        # Owner: the node that holds the call.
        self._states: dict[str, _CallState] = {}

    def __len__(self) -> int:
        """Number of calls with a leg that is on hold, or was a moment ago."""
        return len(self._states)

    def conversation_changed(self, conversation: Conversation) -> None:
        leg = _held_leg(conversation)
        sdps = conversation.caller.sdp, conversation.callee.sdp
        self._set_wanted(
            conversation.call_id,
            _HeldLeg(conversation.tenant_id, conversation.anchor, leg.tag, sdps, conversation.media_generation)
            if leg is not None
            else None,
        )

    def conversation_suspended(self, call_id: str) -> None:
        self._set_wanted(call_id, None)

    def dtmf_received(self, call_id: str, tag: str, digit: str) -> None:
        """Ignore DTMF."""

    def call_ended(self, call_id: str) -> bool:
        """Drop the call; its music ends with its media."""
        state = self._states.pop(call_id, None)
        if state is not None and state.task is not None:
            state.task.cancel()
        if state is not None and state.resume is not None:
            state.resume.cancel()
        return False

    def interrupted(self, call_id: str, tag: str, seconds: float) -> None:
        """Another sound of `seconds` replaces the music of a leg; resume the music afterwards."""
        state = self._interrupt(call_id, tag)
        if state is not None:
            state.resume = asyncio.get_running_loop().call_later(seconds, self._resume, call_id, state)

    def tone_begun(self, call_id: str, tag: str) -> None:
        """A tone of digits replaces the music of a leg, or another sound, until the end of the tones."""
        self._interrupt(call_id, tag)

    def tones_played(self, call_id: str, tag: str) -> None:
        """Tones of digits have ended; resume the music, unless another sound has begun meanwhile."""
        state = self._states.get(call_id)
        if state is not None and state.resume is None:
            self.interrupted(call_id, tag, 0.0)

    def _interrupt(self, call_id: str, tag: str) -> _CallState | None:
        """Return the state of a leg that hears music, which no longer resumes at the end of an earlier sound."""
        state = self._states.get(call_id)
        if state is None or state.wanted is None or state.wanted.tag != tag:
            return None
        if state.resume is not None:
            state.resume.cancel()
            state.resume = None
        return state

    def _resume(self, call_id: str, state: _CallState) -> None:
        state.resume = None
        if state.playing is not None:
            state.playing = replace(state.playing, media_generation=INTERRUPTED)
            self._set_wanted(call_id, state.wanted)

    def _set_wanted(self, call_id: str, wanted: _HeldLeg | None) -> None:
        state = self._states.get(call_id)
        if state is None:
            if wanted is None:
                return
            state = self._states[call_id] = _CallState()
        state.wanted = wanted
        if state.task is None:
            state.task = asyncio.get_running_loop().create_task(self._update_playback(call_id, state))

    async def _update_playback(self, call_id: str, state: _CallState) -> None:
        """Update playback until it matches the wanted state."""
        while state.playing != state.wanted:
            wanted = state.wanted
            try:
                await self._play_or_stop(state, wanted)
            except MediaUnavailable:  # a call goes on without music
                pass
            except Exception as fault:
                log.error("hold_music_failed", **describe_fault(fault))
            state.playing = wanted
        state.task = None
        if state.wanted is None and self._states.get(call_id) is state:
            del self._states[call_id]

    async def _play_or_stop(self, state: _CallState, wanted: _HeldLeg | None) -> None:
        previous = state.playing
        if previous is not None and (wanted is None or (previous.anchor, previous.tag) != (wanted.anchor, wanted.tag)):
            await self._media.stop(previous.anchor, previous.tag)
        if wanted is None:
            return
        sound = await self._music(wanted.tenant_id)
        if sound is None:
            return
        now = self._clock.monotonic()
        if previous is None or previous.tag != wanted.tag:
            state.since = now
        start = (now - state.since) % sound.seconds
        await self._media.play(wanted.anchor, wanted.tag, sound, times=MAX_REPETITIONS, start=start)
