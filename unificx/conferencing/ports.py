"""Ports of conferencing, implemented by call apps, calls, the recorder and notifications."""

from collections.abc import Sequence
from typing import Protocol

from unificx.conferencing.schemas import CallerIdentity, MeetingEmail, RecordingParticipant, Room
from unificx.db import UnitOfWork
from unificx.identity import Person


class MeetingRecorder(Protocol):
    """Records meetings. Methods do not block."""

    def start(self, room: Room, by: str, *, video: bool) -> None:
        """Start recording for a host or administrator, with or without video. Raises Forbidden, Conflict."""
        ...

    def stop(self, room: Room) -> None:
        """Stop recording."""
        ...

    def pause(self, room: Room, *, on: bool, card: bool) -> None:
        """Pause or resume recording. Raises Conflict if the room is not recorded."""
        ...

    def update_participants(self, room: Room, participants: Sequence[RecordingParticipant]) -> None:
        """Update the participants, including those about to enter. Called after each event of the meeting, on hold and
        resume, and when a phone changes its recording preference. Empty: the meeting is over."""
        ...

    def on_speaker_changed(self, room_id: str, participant_id: str) -> None:
        """Another participant speaks; "" for none."""
        ...

    def on_dtmf(self, room_id: str, participant_id: str, digit: str) -> None:
        """Handle a DTMF digit that is not a meeting command."""
        ...

    def consent_of(self, room_id: str, participant_id: str) -> str | None:
        """Return the consent state of a participant; None if the room is not recorded."""
        ...


class MeetingCaptioner(Protocol):
    """Live captions of meetings. Methods do not block."""

    def requirement(self, tenant_id: str) -> str:
        """Return what is missing for captions in meetings of a tenant; "" if a host can switch them on."""
        ...

    def is_on(self, room_id: str) -> bool:
        """Whether a meeting has captions."""
        ...

    def consent_of(self, room_id: str, participant_id: str) -> str | None:
        """Return the consent state of a participant; None if the meeting has no captions."""
        ...

    def start(self, room: Room, by: str) -> None:
        """Switch captions on for a host or administrator. Raises Forbidden, Conflict."""
        ...

    def stop(self, room: Room, by: str) -> None:
        """Switch captions off for a host or administrator. Raises Forbidden."""
        ...

    def update_participants(self, room: Room) -> None:
        """Follow the participants. Called as `MeetingRecorder.update_participants`, also when the meeting is over."""
        ...

    def on_dtmf(self, room_id: str, participant_id: str, digit: str) -> None:
        """Handle a DTMF digit that is not a meeting command."""
        ...


class InvitationSender(Protocol):
    """Queues e-mails about meetings."""

    @property
    def can_send(self) -> bool:
        """Whether there is a mail server."""
        ...

    async def send_meeting(self, recipient: Person, email: MeetingEmail, uow: UnitOfWork) -> bool:
        """Queue an e-mail within `uow`, sealed under `recipient.subject`; return False if the recipient has too many.
        Raises ErasedSubject."""
        ...


class ConferenceDialer(Protocol):
    """Dials extensions into a room."""

    def dial(self, room: Room, host: CallerIdentity | None, number: str, participants: int) -> str:
        """Ring an extension for a host or administrator; the callee is asked whether to join. `participants` are in the
        room at present. Returns the call id. Raises NotFound if the number is not an extension; StorageFull."""
        ...


class ConferenceLeg(Protocol):
    """Call leg of a participant. Methods do not block."""

    @property
    def leg(self) -> str:
        """Name of the leg in the media engine."""
        ...

    @property
    def call_id(self) -> str:
        """Id of its call."""
        ...

    @property
    def receives_audio(self) -> bool:
        """Whether the participant receives audio, that is, has not put the call on hold."""
        ...

    def join(self, room: str, *, muted: bool, listener: str | None = None) -> None:
        """Connect to the mixer of a room, and reconnect after a restart of the media engine. `listener`: the only leg
        that hears this one, None for all."""
        ...

    def leave(self) -> None:
        """Disconnect from the mixer."""
        ...

    def mute(self, on: bool) -> None:
        """Mute or unmute the participant in the mixer."""
        ...
