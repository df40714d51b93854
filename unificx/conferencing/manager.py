"""Live meetings. Held in memory: a meeting ends with its calls."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from unificx.conferencing import tones
from unificx.conferencing.events import ConferenceChanged, ConferenceEnded, ParticipantAdmitted, ParticipantRemoved
from unificx.conferencing.live_meeting import (
    ROOM_PREFIX,
    Connection,
    LiveMeeting,
    NameAnnouncement,
    QueuedPrompt,
    RequiredNotice,
    to_recording_participant,
    to_status,
)
from unificx.conferencing.machine import events_and_actions
from unificx.conferencing.machine import meeting as machine
from unificx.conferencing.machine.meeting_state import Meeting, MemberState
from unificx.conferencing.ports import ConferenceDialer, ConferenceLeg, MeetingCaptioner, MeetingRecorder
from unificx.conferencing.schemas import CallerIdentity, MeetingStatus, RecordingParticipant, Room
from unificx.core.clock import TIMER_RESOLUTION, Clock
from unificx.core.errors import DomainError, Forbidden, NotFound
from unificx.media_worker.client import MediaEngineClient

MAX_NAMED_PARTICIPANTS = 20
"""In larger meetings, tones replace names, which would leave no time to talk."""


class ParticipantSession:
    """A participant's connection to a meeting, for the call app: prompts to play, DTMF commands to send."""

    def __init__(self, manager: "ConferenceManager", connection: "Connection") -> None:
        self._manager = manager
        self._connection = connection

    @property
    def id(self) -> str:
        """Id of the participant; another one in each room."""
        return self._connection.id

    @property
    def room(self) -> Room:
        """The room of the participant, who may be moved to another one of the meeting."""
        return self._connection.room

    async def next_prompt(self) -> QueuedPrompt:
        """Return the next prompt or instruction. Also used while a prompt is playing."""
        _, _, prompt = await self._connection.prompts.get()
        return prompt

    def entered(self) -> None:
        """Report that the entry prompts have been played."""
        self._manager.handle_event(self.room.id, events_and_actions.Entered(self.id))

    def media_updated(self) -> None:
        """Report a new SDP from the phone: hold state or recording preference may have changed."""
        self._manager.media_updated(self.room.id)

    def leave(self) -> None:
        """Report that the call has ended."""
        self._manager.handle_event(self.room.id, events_and_actions.Left(self.id))

    def dtmf_answer(self, digit: str) -> None:
        """Handle a DTMF digit without the star, which may answer a question."""
        self._manager.dtmf_answer(self.room.id, self.id, digit)

    def dtmf_command(self, digit: str) -> None:
        """Handle a star command (`*` and a digit). A prompt is played if it is not permitted."""
        self._manager.dtmf_command(self.room.id, self.id, digit)


class ConferenceManager:
    """All meetings of this process. Every method is called from the event loop and none blocks.

    `mixer` plays the entry and exit tones. `recorder` and `captions` build what follows the participants, and sees the
    meetings in turn. `publish` receives the signals `ConferenceChanged` and `ConferenceEnded`.
    """

    def __init__(
        self,
        clock: Clock,
        publish: Callable[[object], None] = lambda event: None,
        dialer: ConferenceDialer | None = None,
        mixer: MediaEngineClient | None = None,
        *,
        recorder: "Callable[[ConferenceManager], MeetingRecorder] | None" = None,
        captions: "Callable[[ConferenceManager], MeetingCaptioner] | None" = None,
    ) -> None:
        self._publish, self._clock, self._dialer, self._mixer = publish, clock, dialer, mixer
        # Owner: the node that holds the meeting: all participants of a room are on one node.
        self._live: dict[str, LiveMeeting] = {}
        self._legs: dict[str, tuple[str, str]] = {}
        self.recorder = recorder(self) if recorder is not None else None
        self.captions = captions(self) if captions is not None else None

    # ---- called for participants

    def join(
        self,
        room: Room,
        caller_identity: CallerIdentity,
        leg: ConferenceLeg,
        *,
        host: bool,
        invited: bool = False,
        lobby: bool = False,
    ) -> ParticipantSession:
        """Let an authorized participant join, first into the `lobby` if a host has to admit them; the session returns
        the prompts that follow."""
        connection = Connection(room, self._clock.new_id(), caller_identity, leg, self._clock.now())
        self._enter(connection, events_and_actions.JoinRequested(connection.id, host, invited, lobby))
        return ParticipantSession(self, connection)

    def move(self, room: Room, id_: str, target: Room, prompt: str) -> None:
        """Move a participant with their call to another room of the meeting, where they hear the prompt first. Raises
        NotFound if they are not in the room, or still about to enter it."""
        live = self._live.get(room.id)
        member = live.state.member(id_) if live is not None else None
        if live is None or member is None or member.state is not MemberState.INSIDE:
            raise NotFound("The participant is not in this room.")
        connection = live.connections[id_]
        connection.leg.leave()
        while not connection.prompts.empty():  # those of the room that is left
            connection.prompts.get_nowait()
        self.handle_event(room.id, events_and_actions.Left(id_, moved=True))
        connection.room, connection.id, connection.joined_at = target, self._clock.new_id(), self._clock.now()
        self._enter(
            connection,
            events_and_actions.JoinRequested(connection.id, member.host, moved=prompt, muted=member.muted),
        )

    def dtmf_command(self, room_id: str, id_: str, digit: str) -> None:
        """See `ParticipantSession.dtmf_command`."""
        live = self._live.get(room_id)
        event = machine.command_event(live.state, id_, digit) if live is not None else None
        if live is None or event is None:
            return
        prompts = [rejection.prompt for rejection in self.handle_event(room_id, event)]
        if isinstance(event, events_and_actions.RecordingRequested | events_and_actions.PauseRequested) and not prompts:
            try:
                self.control_recording(live.room, event)
            except DomainError:
                prompts = ["general/unavailable"]
        for prompt in prompts:
            live.queue_prompt(id_, events_and_actions.PlayPrompt(id_, prompt))

    def dtmf_answer(self, room_id: str, id_: str, digit: str) -> None:
        """See `ParticipantSession.dtmf_answer`."""
        for each in (self.recorder, self.captions):
            if each is not None:
                each.on_dtmf(room_id, id_, digit)

    def media_updated(self, room_id: str) -> None:
        """See `ParticipantSession.media_updated`."""
        live = self._live.get(room_id)
        if live is not None:
            _notify_followers(self, live.room)

    # ---- called by the API

    def status(self, room: Room) -> MeetingStatus | None:
        """Return the status of the meeting in a room; None if the room is empty."""
        live = self._live.get(room.id)
        if live is None or not live.state.members:
            return None
        followers = self.recorder, self.captions
        participants = tuple(
            to_status(live, one, [each.consent_of(room.id, one.id) if each is not None else None for each in followers])
            for one in live.state.present
        )
        state = live.state
        flags = state.locked, state.all_muted, state.recorded, state.paused, state.video_recorded
        captioned = self.captions is not None and self.captions.is_on(room.id)
        return MeetingStatus(room.id, live.since, *flags, captioned, participants=participants)

    def find_own_member(self, room: Room, is_own: Callable[[CallerIdentity], bool]) -> str | None:
        """Return the member whose identity matches `is_own`, preferring a host over a guest."""
        live = self._live.get(room.id)
        own_members = [one for one in live.state.present if is_own(live.connections[one.id].caller)] if live else []
        return max(own_members, key=lambda one: one.host).id if own_members else None

    def state_of(self, room_id: str) -> Meeting | None:
        """Return the state of the meeting in a room; None if there is none. It may have no members, if there are some
        in its breakout rooms."""
        live = self._live.get(room_id)
        return live.state if live is not None else None

    def has_host_rights(self, room: Room, by: str) -> bool:
        """Return whether a member has host rights."""
        live = self._live.get(room.id)
        return live is not None and live.state.has_host_rights(by)

    def apply(self, room: Room, event: events_and_actions.Event) -> None:
        """Apply a request from outside the call. Raises NotFound if the participant is not in the room; Forbidden."""
        live = self._live.get(room.id)
        target = getattr(event, "id", None)
        if live is None or (target is not None and live.state.member(target) is None):
            raise NotFound("The participant is not in this room.")
        if self.handle_event(room.id, event):
            raise _host_required()

    def invite(self, room: Room, by: str, number: str) -> str:
        """Ring an extension for a host; the callee can join. Returns the call id.

        Raises Forbidden; NotFound if the number is not an extension; StorageFull while no call can start.
        """
        live = self._live.get(room.id)
        state = live.state if live is not None else machine.new_meeting(room.settings)
        _, actions = machine.step(state, events_and_actions.InvitationRequested(by, number), self._clock.monotonic())
        if self._dialer is None or not any(isinstance(one, events_and_actions.DialNumber) for one in actions):
            raise _host_required()
        connections = live.connections if live is not None else {}
        host = connections[by].caller if by in connections else None
        return self._dialer.dial(room, host, number, len(connections))

    def control_recording(
        self, room: Room, event: events_and_actions.RecordingRequested | events_and_actions.PauseRequested
    ) -> None:
        """Start, stop, pause or resume recording for a host. Raises Forbidden, Conflict, NotFound."""
        live = self._live.get(room.id)
        if live is None or not live.state.members or self.recorder is None:
            raise NotFound("This room is empty.")
        _, actions = machine.step(live.state, event, self._clock.monotonic())
        match actions:
            case [events_and_actions.SetRecording(by, True, video)]:
                self.recorder.start(live.room, by, video=video)
            case [events_and_actions.SetRecording()]:
                self.recorder.stop(live.room)
            case [events_and_actions.SetRecordingPaused(on, card)]:
                self.recorder.pause(live.room, on=on, card=card)
            case _:
                raise (
                    _host_required()
                    if not live.state.has_host_rights(event.by)
                    else Forbidden("Recording is disabled in this room.")
                )

    def recording_participants(self, room: Room) -> tuple[RecordingParticipant, ...]:
        """Return the participants of a room, including those about to enter."""
        live = self._live.get(room.id)
        members = live.state.present if live is not None else ()
        return tuple(
            to_recording_participant(live.connections[one.id], one)
            for one in members
            if live is not None and one.state not in (MemberState.WAITING, MemberState.LOBBY)
        )

    def notify(self, room: Room, id_: str, notice: RequiredNotice | events_and_actions.PlayPrompt) -> None:
        """Queue a required notice, or a prompt, for one participant."""
        live = self._live.get(room.id)
        if live is not None and id_ in live.connections:
            live.queue_prompt(id_, notice)

    # ---- events of other components

    def on_media_event(self, event: object) -> None:
        """Handle a media engine event: update the active speaker."""
        name = getattr(event, "room", "")
        live = self._live.get(name.removeprefix(ROOM_PREFIX)) if name.startswith(ROOM_PREFIX) else None
        if live is None:
            return
        _, speaking = self._legs.get(getattr(event, "leg", None) or "", ("", ""))
        if speaking != live.speaking:
            live.speaking = speaking
            if self.recorder is not None:
                self.recorder.on_speaker_changed(live.room.id, speaking)
            self._publish(ConferenceChanged(live.room))

    def room_changed(self, room: Room) -> None:
        """Apply new settings to the running meeting."""
        live = self._live.get(room.id)
        if live is not None:
            live.room, live.state = room, replace(live.state, settings=room.settings)
            self._publish(ConferenceChanged(room))

    def anonymize(self, tenant_id: str, subject: str) -> None:
        """Remove the name and number of an erased person."""
        for live in self._live.values():
            for connection in live.connections.values():
                if live.room.tenant_id == tenant_id and connection.caller.subject == subject:
                    connection.caller = CallerIdentity(None, connection.caller.extension_id, "", "")
                    self._publish(ConferenceChanged(live.room))

    # ---- inside

    def _enter(self, connection: Connection, event: events_and_actions.JoinRequested) -> None:
        room = connection.room
        live = self._live.get(room.id)
        if live is None:
            live = self._live[room.id] = LiveMeeting(room, machine.new_meeting(room.settings), self._clock.now())
        live.connections[connection.id] = connection
        self._legs[connection.leg.leg] = (room.id, connection.id)
        self.handle_event(room.id, event)

    def handle_event(self, room_id: str, event: events_and_actions.Event) -> list[events_and_actions.NotAllowed]:
        """Process an event and execute its actions; return `NotAllowed` actions."""
        live = self._live.get(room_id)
        if live is None:
            return []
        lobby = live.state.lobby
        live.state, actions = machine.step(live.state, event, self._clock.monotonic())
        for action in actions:
            self._execute(live, action)
        for one in lobby:
            if live.state.has_admitted(one.id):
                self._publish(ParticipantAdmitted(live.room, live.connections[one.id].caller.subject))
        if isinstance(event, events_and_actions.Left) or any(
            isinstance(one, events_and_actions.RejectEntry) for one in actions
        ):
            self._remove_connection(live, event)
        if live.state.is_over:
            self._end(live)
        self._reset_timer(live)
        _notify_followers(self, live.room)
        self._publish(ConferenceChanged(live.room))
        return [one for one in actions if isinstance(one, events_and_actions.NotAllowed)]

    def _execute(self, live: LiveMeeting, action: events_and_actions.Action) -> None:
        match action:
            case events_and_actions.ConnectAudio(id_, muted):
                live.connect(id_, muted=muted)
            case events_and_actions.SetMuted(id_, on):
                live.connections[id_].leg.mute(on)
            case events_and_actions.AnnounceParticipant(id_, came):
                self._announce(live, id_, joined=came)
            case (
                events_and_actions.NotAllowed()
                | events_and_actions.DialNumber()
                | events_and_actions.SetRecording()
                | events_and_actions.SetRecordingPaused()
            ):
                pass
            case events_and_actions.RemoveParticipant(id_):
                live.connections[id_].leg.leave()
                live.queue_prompt(id_, action)
                self._publish(ParticipantRemoved(live.room, live.connections[id_].caller.subject))
            case _:
                live.queue_prompt(action.id, action)

    def _announce(self, live: LiveMeeting, id_: str, *, joined: bool) -> None:
        announce = live.state.settings.announce
        if announce == "names" and len(live.state.present) <= MAX_NAMED_PARTICIPANTS:
            announcement = NameAnnouncement(live.connections[id_].caller, joined)
            for one in live.state.members:
                if one.id != id_ and one.state is MemberState.INSIDE:
                    live.queue_prompt(one.id, announcement)
        elif announce != "nothing" and self._mixer is not None:
            self._mixer.play_to_room(ROOM_PREFIX + live.room.id, tones.JOIN_TONES if joined else tones.LEAVE_TONES)

    def _remove_connection(self, live: LiveMeeting, event: events_and_actions.Event) -> None:
        connection = live.connections.pop(getattr(event, "id", ""), None)
        if connection is not None:
            self._legs.pop(connection.leg.leg, None)

    def _end(self, live: LiveMeeting) -> None:
        if live.timer is not None:
            live.timer.cancel()
        self._live.pop(live.room.id, None)
        self._publish(ConferenceEnded(live.room))

    def _reset_timer(self, live: LiveMeeting) -> None:
        if live.timer is not None:
            live.timer.cancel()
            live.timer = None
        at = machine.deadline(live.state)
        if at is not None and not live.state.is_over:
            delay = max(at - self._clock.monotonic(), TIMER_RESOLUTION)
            loop = asyncio.get_running_loop()
            live.timer = loop.call_later(delay, self.handle_event, live.room.id, events_and_actions.DeadlineReached())


def _notify_followers(meetings: ConferenceManager, room: Room) -> None:
    """Notify the components that follow the participants of a meeting."""
    if meetings.recorder is not None:
        meetings.recorder.update_participants(room, meetings.recording_participants(room))
    if meetings.captions is not None:
        meetings.captions.update_participants(room)


def _host_required() -> Forbidden:
    return Forbidden("Only a host can do this.")
