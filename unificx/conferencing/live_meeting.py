"""A running meeting: its state, and the connections of its participants with the prompts that their calls will play."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Literal, TypeAlias

from unificx.conferencing.machine import events_and_actions
from unificx.conferencing.machine.meeting_state import Meeting, Member, MemberState
from unificx.conferencing.ports import ConferenceLeg
from unificx.conferencing.schemas import CallerIdentity, ParticipantStatus, RecordingParticipant, Room
from unificx.media.sounds import Sound

ROOM_PREFIX = "room/"
"""Prefix of our room names in the media engine."""
MAX_QUEUED_PROMPTS = 8
"""Maximum number of queued prompts per participant; further ones are dropped."""


@dataclass(frozen=True, slots=True)
class RequiredNotice:
    """A notice that must be played. `on_played` is called with the result, unless the call was on hold meanwhile."""

    sounds: tuple[Sound, ...]
    on_played: Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class NameAnnouncement:
    """Announcement of a join or leave by name; a generic prompt is used without a name."""

    caller: CallerIdentity
    joined: bool


QueuedPrompt: TypeAlias = (
    events_and_actions.RejectEntry
    | events_and_actions.StartWaiting
    | events_and_actions.Admit
    | events_and_actions.PlayPrompt
    | events_and_actions.PlayParticipantCount
    | events_and_actions.PlayHelp
    | events_and_actions.RemoveParticipant
    | NameAnnouncement
    | RequiredNotice
)


_ALWAYS_QUEUED = (
    events_and_actions.RejectEntry,
    events_and_actions.StartWaiting,
    events_and_actions.Admit,
    events_and_actions.RemoveParticipant,
    RequiredNotice,
)
"""Prompts that are queued in any case; the others are limited by MAX_QUEUED_PROMPTS."""
_PRIORITIES: dict[type[QueuedPrompt], int] = {events_and_actions.RemoveParticipant: 0, RequiredNotice: 1}
"""Priorities of prompts that are played before others."""


@dataclass(slots=True)
class Connection:
    room: Room
    id: str
    caller: CallerIdentity
    leg: ConferenceLeg
    joined_at: datetime
    prompts: asyncio.PriorityQueue[tuple[int, int, QueuedPrompt]] = field(
        default_factory=asyncio.PriorityQueue[tuple[int, int, QueuedPrompt]]
    )
    """Ordered by priority, then by sequence number."""
    sequence: Iterator[int] = field(default_factory=count)


@dataclass(slots=True)
class LiveMeeting:
    room: Room
    state: Meeting
    since: datetime
    connections: dict[str, Connection] = field(default_factory=dict[str, Connection])
    speaking: str = ""
    timer: asyncio.TimerHandle | None = None

    def connect(self, id_: str, *, muted: bool) -> None:
        """Connect a participant, possibly for one listener, and those who whisper to this participant."""
        name, connection = ROOM_PREFIX + self.room.id, self.connections[id_]
        listener = connection.caller.whispers_to
        legs = {each.caller.extension_id: each.leg.leg for each in self.connections.values() if each is not connection}
        connection.leg.join(name, muted=muted, listener=legs.get(listener, "") if listener else None)
        for member in self.state.members:
            other = self.connections[member.id]
            whispers = other.caller.whispers_to != "" and other.caller.whispers_to == connection.caller.extension_id
            if whispers and member.state is MemberState.INSIDE:
                other.leg.join(name, muted=member.is_muted, listener=connection.leg.leg)

    def queue_prompt(self, id_: str, prompt: QueuedPrompt) -> None:
        connection = self.connections[id_]
        if isinstance(prompt, _ALWAYS_QUEUED) or connection.prompts.qsize() < MAX_QUEUED_PROMPTS:
            connection.prompts.put_nowait(
                (_PRIORITIES.get(type(prompt), len(_PRIORITIES)), next(connection.sequence), prompt)
            )


def to_recording_participant(connection: Connection, member: Member) -> RecordingParticipant:
    return RecordingParticipant(
        member.id,
        connection.caller,
        member.state is MemberState.AWAITING_CONSENT,
        connection.leg.call_id,
        connection.leg.receives_audio,
        connection.leg.leg,
    )


_STATES: dict[MemberState, Literal["waiting", "lobby", "entering", "in"]] = {
    MemberState.WAITING: "waiting",
    MemberState.LOBBY: "lobby",
    MemberState.AWAITING_CONSENT: "entering",
    MemberState.ENTERING: "entering",
    MemberState.INSIDE: "in",
}


def to_status(live: LiveMeeting, member: Member, consents: Sequence[str | None]) -> ParticipantStatus:
    """Return the status of a member. `consents`: to the recording, and to captions."""
    connection = live.connections[member.id]
    return ParticipantStatus(
        id=member.id,
        extension_id=connection.caller.extension_id,
        since=connection.joined_at,
        host=member.host,
        state=_STATES[member.state],
        muted=member.is_muted,
        muted_by_host=member.muted_by_host,
        hand=member.hand_raised,
        reaction=member.reaction,
        speaking=member.id == live.speaking and not member.is_muted,
        consent=consents[0],
        captions_consent=consents[1],
        number=connection.caller.number,
        name=connection.caller.name,
    )
