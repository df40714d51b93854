"""Calls people into conference rooms, and makes rooms of calls."""

import asyncio
from collections.abc import Collection

from unificx.apps import CONFERENCE, INVITED, LONGEST, MOVED
from unificx.calls import Commands, Conductor, Origin
from unificx.kernel.errors import Refused
from unificx.meetings import Meetings, Room, Rooms, Who
from unificx.presence import Caller
from unificx.routing import Hosted

MOVING = 30.0
"""Seconds after which those who are moved into a room of their own are there, or never will be."""


class RoomDials:
    """Fills `meetings.Dials` from the conductor. The room is who calls, by its number and name, for its host; for one
    that has no number its host calls himself."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor

    def ring(self, room: Room, host: Who | None, number: str) -> str:
        extension_id, subject = (host.extension_id, host.subject) if host is not None else ("", None)
        caller = Caller(room.tenant_id, extension_id, "", subject or "", room.number, room.name)
        leader = self._leader(room) if room.ad_hoc else None
        return self._conductor.originate(Origin(leader or caller, CONFERENCE, (room.id, INVITED), number))

    def _leader(self, room: Room) -> Caller | None:
        directory = self._conductor.parts.directory
        leads = directory.extension_by_id(room.hosts[0])
        if leads is None:
            return None
        return Caller(room.tenant_id, leads.id, "", leads.subject, leads.number, directory.display_name(leads))


class CallRooms:
    """Makes rooms of calls, which are gone with the last who is in them."""

    def __init__(self, conductor: Conductor, rooms: Rooms, meetings: Meetings) -> None:
        self._commands = Commands(conductor)
        self._rooms = rooms
        self._meetings = meetings
        meetings.over = rooms.shut

    def open(self, call_id: str, extensions: Collection[str]) -> Room:
        """Move both in a call that one of these extensions is in into a room it leads. Raises NotFound, Conflict."""
        room = self._rooms.open(*self._commands.who(call_id, extensions))
        try:
            app = Hosted(CONFERENCE, (room.id, MOVED), longest=LONGEST)
            self._commands.into_app(call_id, extensions, app, room.number)
        except Refused:
            self._rooms.shut(room)
            raise
        asyncio.get_running_loop().call_later(MOVING, self._look, room)
        return room

    def _look(self, room: Room) -> None:
        if self._meetings.meeting(room) is None:
            self._rooms.shut(room)
