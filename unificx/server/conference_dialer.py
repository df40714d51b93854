"""Calls from conference rooms to participants, and conversion of calls to conferences."""

import asyncio
from collections.abc import Collection

from unificx.callapps import INVITED, MERGED
from unificx.calls import CallControl, Origination
from unificx.cluster import EventBus
from unificx.conferencing import CallerIdentity, ConferenceManager, Room, RoomService
from unificx.conferencing.events import ConferenceEnded
from unificx.core.errors import DomainError, Forbidden
from unificx.identity import DirectoryCache
from unificx.registrar import Caller
from unificx.routing import CONFERENCE_APP, CONFERENCE_SECONDS, CallApp

MOVE_SECONDS = 30.0
"""Seconds after which the participants moved to a new room must have arrived."""


class InvitedParticipants:
    """Implements `conferencing.ConferenceDialer` by calls. The caller is the room, with its number and
    name, on behalf of its host; for a room without a number it is the host."""

    def __init__(self, calls: CallControl, directory: DirectoryCache) -> None:
        self._calls, self._directory = calls, directory

    def dial(self, room: Room, host: CallerIdentity | None, number: str, participants: int) -> str:
        extension_id, subject = (host.extension_id, host.subject) if host is not None else ("", None)
        caller = Caller(room.tenant_id, extension_id, "", subject or "", room.number, room.name)
        host_caller = self._host_caller(room) if room.ad_hoc else None
        others = participants - 1 if host_caller is not None else participants
        return self._calls.originate(
            Origination(
                host_caller or caller, CONFERENCE_APP, (room.id, INVITED), number, conference_others=max(0, others)
            )
        )

    def _host_caller(self, room: Room) -> Caller | None:
        host = self._directory.extension_by_id(room.hosts[0])
        if host is None:
            return None
        return Caller.of(host, name=self._directory.display_name(host))


class CallConverter:
    """Converts calls to conference rooms, which are deleted when the last participant leaves."""

    def __init__(self, calls: CallControl, rooms: RoomService, conferences: ConferenceManager, bus: EventBus) -> None:
        self._calls = calls
        self._rooms = rooms
        self._conferences = conferences
        bus.subscribe(ConferenceEnded, self._on_ended)

    def _on_ended(self, event: ConferenceEnded) -> None:
        if not event.room.parent:  # breakout rooms are kept while they are empty
            self._rooms.close_ad_hoc(event.room)

    def move_to_room(self, call_id: str, extensions: Collection[str]) -> Room:
        """Move both participants of a call into a new room hosted by one of these extensions. Raise NotFound,
        Conflict."""
        room = self._rooms.open_ad_hoc(*self._calls.tenant_and_extension(call_id, extensions))
        try:
            self._calls.move_to_app(call_id, extensions, _merged_into(room), room.number)
        except DomainError:
            self._rooms.close_ad_hoc(room)
            raise
        asyncio.get_running_loop().call_later(MOVE_SECONDS, self._delete_if_empty, room)
        return room

    def add_to_room(self, call_id: str, extensions: Collection[str], room_id: str) -> None:
        """Move the other participant of a call into a room that the extension in the call hosts; the call ends for it.
        Raise NotFound, Forbidden, Conflict."""
        tenant_id, extension = self._calls.tenant_and_extension(call_id, extensions)
        room = self._rooms.find(tenant_id, room_id)
        if extension not in room.hosts:
            raise Forbidden("Only hosts may add participants.")
        self._calls.transfer_to_app(call_id, extensions, _merged_into(room), room.number)

    def _delete_if_empty(self, room: Room) -> None:
        if self._conferences.status(room) is None:
            self._rooms.close_ad_hoc(room)


def _merged_into(room: Room) -> CallApp:
    """Return the app by which a party of a call joins a room."""
    return CallApp(CONFERENCE_APP, (room.id, MERGED), CONFERENCE_SECONDS)
