"""Live events about conference rooms, for their participants and administrators."""

import asyncio

from unificx.api import Hub
from unificx.conferencing import Meetings, Room
from unificx.identity import Action, DirectoryCache

AT_MOST_EVERY = 0.5
"""Minimum interval in seconds between events, however often the active speaker changes."""


class RoomNews:
    """Subscribes to conference changes."""

    def __init__(self, hub: Hub, directory: DirectoryCache, meetings: Meetings) -> None:
        self._hub = hub
        self._directory = directory
        self._meetings = meetings
        self._changed: dict[str, Room] = {}
        self._later: asyncio.TimerHandle | None = None
        meetings.changed = self._note

    def close(self) -> None:
        """Cancel pending events."""
        if self._later is not None:
            self._later.cancel()

    def _note(self, room: Room) -> None:
        self._changed[room.id] = room
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(AT_MOST_EVERY, self._tell)

    def _tell(self) -> None:
        self._later = None
        changed, self._changed = self._changed, {}
        for room in changed.values():
            meeting = self._meetings.meeting(room)
            there = meeting.participants if meeting is not None else ()
            persons = {self._person(one.extension_id) for one in there} - {""}
            message = {
                "type": "room",
                "id": room.id,
                "participants": len(there),
                "speaking": next((one.id for one in there if one.speaking), None),
                "recorded": meeting is not None and meeting.recorded,
                "paused": meeting is not None and meeting.paused,
                "locked": meeting.locked if meeting is not None else room.settings.locked,
            }
            self._hub.concerned(room.tenant_id, Action.CALLS_CONTROL, persons, message)

    def _person(self, extension_id: str) -> str:
        extension = self._directory.extension_by_id(extension_id)
        return extension.person_id or "" if extension is not None else ""
