"""Live events about conference rooms, for their participants, guests and administrators."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import blake2b
from typing import Any

from unificx.api import MEETING_CHANGED, EventHub
from unificx.captions.events import CaptionRecognized, CaptionsBehind
from unificx.cluster import EventBus
from unificx.conferencing import (
    BreakoutStatus,
    MeetingBreakouts,
    MeetingGuests,
    MeetingVideos,
    ParticipantStatus,
    Room,
)
from unificx.conferencing.events import ConferenceChanged
from unificx.identity import Action, DirectoryCache
from unificx.server.collecting_timer import CollectingTimer

MIN_INTERVAL = 0.5
"""Minimum interval in seconds between events, however often the active speaker changes."""


class RoomEvents:
    """Subscribes to changes of conferences."""

    def __init__(
        self,
        hub: EventHub,
        bus: EventBus,
        directory: DirectoryCache,
        videos: MeetingVideos,
        breakouts: MeetingBreakouts,
        *,
        guests: MeetingGuests,
    ) -> None:
        self._hub = hub
        self._directory = directory
        self._meetings = videos.meetings
        self._videos = videos
        self._guests = guests
        self._breakouts = breakouts
        # Owner: this node, until the end of the current step.
        self._changed: dict[str, Room] = {}
        self._timer = CollectingTimer(MIN_INTERVAL, self._send)
        bus.subscribe(ConferenceChanged, lambda event: self._schedule(event.room))
        bus.subscribe(CaptionRecognized, self._send_caption)
        bus.subscribe(CaptionsBehind, self._send_caption)

    def close(self) -> None:
        """Cancel pending events."""
        self._timer.close()

    def _schedule(self, room: Room) -> None:
        self._changed[room.id] = room
        self._timer.start()

    def _send(self) -> None:
        changed, self._changed = self._changed, {}
        for room in changed.values():
            meeting = self._meetings.status(room)
            participants = meeting.participants if meeting is not None else ()
            persons = {self._person(one.extension_id) for one in participants} - {""}
            message = {
                "type": "room",
                "id": room.id,
                "participants": len(participants),
                "speaking": next((one.id for one in participants if one.speaking), None),
                "recorded": meeting is not None and meeting.recorded,
                "video_recorded": meeting is not None and meeting.video_recorded,
                "captioned": meeting is not None and meeting.captioned,
                "paused": meeting is not None and meeting.paused,
                "locked": meeting.locked if meeting is not None else room.settings.locked,
                "raised_hand": [one.id for one in participants if one.hand],
                "reactions": {one.id: one.reaction for one in participants if one.reaction is not None},
                "videos": [asdict(one) for one in self._videos.list(room)],
                "roster": _roster_mark(participants, meeting is not None and meeting.all_muted),
                "breakouts": _breakouts_mark(self._breakouts.status(room)) if self._breakouts.are_open(room) else None,
            }
            self._send_to_guests(room, message, participants)
            self._hub.send_to_persons_or_permitted(room.tenant_id, Action.CALLS_CONTROL, persons, message)

    def _send_to_guests(
        self, room: Room, message: Mapping[str, Any], participants: Sequence[ParticipantStatus]
    ) -> None:
        """Send a mark of what guests fetch; to those who were admitted also what changes all the time, so that they do
        not fetch for it."""
        fetched = (
            message["roster"],
            message["recorded"],
            message["video_recorded"],
            message["captioned"],
            message["paused"],
            message["locked"],
            message["breakouts"],
        )
        mark = {**MEETING_CHANGED, "roster": _mark(fetched)}
        inside = {one.id for one in participants if one.state == "in"}
        lively = {
            "speaking": message["speaking"] if message["speaking"] in inside else None,
            "raised_hand": [each for each in message["raised_hand"] if each in inside],
            "reactions": {each: reaction for each, reaction in message["reactions"].items() if each in inside},
            "videos": message["videos"],
        }
        elsewhere = {each.id for each in self._guests.guests_of(room) if self._is_elsewhere(room, each.subject)}
        self._hub.send_to_guests(room.parent or room.id, mark, self._admitted(room, inside), lively, but=elsewhere)

    def _send_caption(self, event: CaptionRecognized | CaptionsBehind) -> None:
        """Send a caption to those who are in the meeting only, not to administrators or in the lobby."""
        room, meeting = event.room, self._meetings.status(event.room)
        inside = [one for one in meeting.participants if one.state == "in"] if meeting is not None else []
        message: dict[str, Any] = {"type": "caption", "room": room.id}
        if isinstance(event, CaptionRecognized):
            message |= {"participant": event.participant_id, "text": event.text}
        self._hub.send_to_persons({self._person(one.extension_id) for one in inside} - {""}, message)
        self._hub.send_to_admitted_guests(
            room.parent or room.id, self._admitted(room, {one.id for one in inside}), message
        )

    def _admitted(self, room: Room, inside: Collection[str]) -> set[str]:
        """Return the ids of the guests who are in the meeting, that is, among these participants."""
        return {guest.id for guest in self._guests.guests_of(room) if self._own(room, guest.subject) in inside}

    def _is_elsewhere(self, room: Room, subject: str) -> bool:
        """Return whether a guest is in another room of the meeting."""
        rooms = self._breakouts.rooms_of(room)
        return any(one.id != room.id and self._own(one, subject) is not None for one in rooms)

    def _own(self, room: Room, subject: str) -> str | None:
        return self._meetings.find_own_member(room, lambda caller: caller.subject == subject)

    def _person(self, extension_id: str) -> str:
        extension = self._directory.extension_by_id(extension_id)
        return extension.person_id or "" if extension is not None else ""


def _roster_mark(participants: Sequence[ParticipantStatus], all_muted: bool) -> str:
    """Return a mark of what is in the list of participants and not in the event: clients fetch the list only if it has
    changed, and not with every change of the speaker."""
    listed = [asdict(replace(one, speaking=False, hand=False, reaction=None)) for one in participants]
    return _mark((all_muted, listed))


def _breakouts_mark(status: BreakoutStatus) -> str:
    """Return a mark of the breakout rooms: clients fetch them if it has changed."""
    present = [
        [(each.id, each.name, each.hand, each.state == "lobby") for each in one.present]
        for one in (status.main, *status.rooms)
    ]
    return _mark((status.text, status.seconds_left is not None, present))


def _mark(content: object) -> str:
    return blake2b(repr(content).encode(), digest_size=8).hexdigest()
