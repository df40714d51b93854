"""Calls of guests to the room of their meeting."""

from unificx.callapps import ADMITTED_GUEST, GUEST
from unificx.calls import InboundCall
from unificx.conferencing import MeetingGuests, RoomService
from unificx.registrar import Caller
from unificx.routing import CONFERENCE_APP, CONFERENCE_SECONDS, CallApp, PathObject, Plan, Step


class GuestCalls:
    """Implements `sip_server.MeetingGuests`. The call leads to one room, whatever its number means, and into its lobby
    until a host has admitted the guest."""

    def __init__(self, guests: MeetingGuests, rooms: RoomService) -> None:
        self._guests = guests
        self._rooms = rooms

    def call_of(self, guest_id: str) -> InboundCall | None:
        """Return the only call that a guest may make; None after the visit."""
        guest = self._guests.by_id(guest_id)
        room = self._rooms.by_id(guest.room_id) if guest is not None else None
        if guest is None or room is None:
            return None
        caller = Caller(guest.tenant_id, "", guest.id, guest.subject, number="", name=guest.name, is_guest=True)
        role = ADMITTED_GUEST if self._guests.is_admitted(guest) else GUEST
        step = Step(CallApp(CONFERENCE_APP, (room.id, role), CONFERENCE_SECONDS))
        return InboundCall(caller, room.number, Plan((step,), path=(PathObject("room", room.number, room.name),)))
