"""Ports of conferencing, implemented by the key store, call apps, media engine and recorder."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from unificx.conferencing.schemas import CallerIdentity, RecordingParticipant, Room
from unificx.db import Key
from unificx.media.sounds import Sound


class KeyRing(Protocol):
    """Keys of subjects. Every room is a subject, so that its PINs are sealed."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Return each subject's key; None if erased or, unless `create`, unknown."""
        ...


class ConferenceMixer(Protocol):
    """Audio mixer. Methods do not block."""

    def play_to_room(self, room: str, sound: Sound) -> object:
        """Play to all participants of a room."""
        ...


class MeetingRecorder(Protocol):
    """Records meetings. Methods do not block."""

    def start(self, room: Room, by: str) -> None:
        """Start recording for a host or administrator. Raises Forbidden, Conflict."""
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

    def on_dtmf(self, room_id: str, participant_id: str, digit: str) -> None:
        """Handle a DTMF digit that is not a meeting command."""
        ...

    def consent_of(self, room_id: str, participant_id: str) -> str | None:
        """Return the consent state of a participant; None if the room is not recorded."""
        ...


class ConferenceDialer(Protocol):
    """Dials extensions into a room."""

    def dial(self, room: Room, host: CallerIdentity | None, number: str) -> str:
        """Ring an extension for a host or administrator; the callee is asked whether to join. Returns the call id.
        Raises NotFound if the number is not an extension; StorageFull."""
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

    def join(self, room: str, *, muted: bool) -> None:
        """Connect to the mixer of a room, and reconnect after a restart of the media engine."""
        ...

    def leave(self) -> None:
        """Disconnect from the mixer."""
        ...

    def mute(self, on: bool) -> None:
        """Mute or unmute the participant in the mixer."""
        ...
