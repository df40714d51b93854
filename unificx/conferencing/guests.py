"""Guests of meetings: links that need no account, and the visits of those who open them.

A link is stored as the digest of its secret. A visit gives access to one room. It is held in memory only, and ends with
the validity of its link, with the room, or when a host removes the guest.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from unificx.cluster import Counters
from unificx.conferencing import repository
from unificx.conferencing.events import ParticipantAdmitted, ParticipantRemoved
from unificx.conferencing.schemas import Guest, GuestLink, Room
from unificx.conferencing.service import RoomService, lock_room
from unificx.core.clock import Clock, random_id, random_secret
from unificx.core.errors import Conflict, Invalid, NotFound, TooManyRequests
from unificx.core.names import check_name
from unificx.core.phrases import Phrase
from unificx.db import Database, UnitOfWork
from unificx.identity import PinThrottle, source_key

MAX_LINKS = 20
"""Links of one meeting."""
LINK_DAYS, MAX_LINK_DAYS = 7, 30
OVERRUN = timedelta(hours=2)
"""How long after its planned end a meeting can still be joined by link."""
MAX_GUESTS = 200
"""Visits to one room at a time."""
VISIT = timedelta(hours=12)
IDLE_SECONDS = 600.0
"""A visit whose page is gone ends after this time."""
GUEST_MARK = "guest_"
"""Prefix of the tokens of guests."""


class MeetingGuests:
    """Guest links, and the guests who are visiting meetings now."""

    def __init__(self, database: Database, rooms: RoomService, clock: Clock, counters: Counters) -> None:
        self._database = database
        self.rooms = rooms
        self._clock = clock
        self._attempts = PinThrottle(counters, "guest link")
        # Owner: this node, which holds the pages of its guests. By digest of their token.
        self._guests: dict[str, Guest] = {}
        self._seen: dict[str, float] = {}
        self._admitted: set[str] = set()

    # ---- links

    async def create_link(self, room: Room, days: int = LINK_DAYS) -> tuple[GuestLink, str]:
        """Create a link to a meeting, valid for some days, at most until its planned end. Return it and its secret,
        which is not stored. Raises Invalid, NotFound; Conflict for a meeting that is over, or with too many links."""
        if not 1 <= days <= MAX_LINK_DAYS:
            raise Invalid(Phrase("Must be between 1 and {}.", MAX_LINK_DAYS), field="days")
        now = self._clock.now()
        expires = now + timedelta(days=days)
        if room.booking is not None and room.booking.ends is not None:
            expires = min(expires, room.booking.ends + OVERRUN)
        if expires <= now:
            raise Conflict("The meeting is over.", hint="Create a new one.")
        async with self._database.begin() as uow:
            await lock_room(uow, room)
            await repository.delete_expired_guest_links(uow.session, now)
            if len(await repository.guest_links(uow.session, room.tenant_id, room.id)) >= MAX_LINKS:
                raise Conflict(
                    Phrase("This meeting has {} guest links.", MAX_LINKS), hint="Withdraw them and create a new one."
                )
            return await self._add_link(uow, room, expires)

    async def add_invitation_link(self, uow: UnitOfWork, room: Room, invitation_id: str, expires: datetime) -> str:
        """Create the link of an invitation within `uow`. Return its secret."""
        _, secret = await self._add_link(uow, room, expires, invitation_id)
        return secret

    async def _add_link(
        self, uow: UnitOfWork, room: Room, expires: datetime, invitation_id: str | None = None
    ) -> tuple[GuestLink, str]:
        secret = random_secret(self._clock)
        link = GuestLink(self._clock.new_id(), room.tenant_id, room.id, self._clock.now(), expires, invitation_id)
        await repository.insert_guest_link(uow.session, link, secret_digest(secret))
        return link, secret

    async def links(self, room: Room) -> Sequence[GuestLink]:
        """Return the valid links of a room in order of creation."""
        async with self._database.read() as session:
            found = await repository.guest_links(session, room.tenant_id, room.id)
        return [one for one in found if one.expires > self._clock.now()]

    async def withdraw_links(self, room: Room) -> None:
        """Delete the links of a room: no further visit begins."""
        async with self._database.begin() as uow:
            await repository.delete_guest_links(uow.session, room.tenant_id, room.id)

    def guests_of(self, room: Room) -> Sequence[Guest]:
        """Return the guests of the meeting in a room, in the order in which they came."""
        return [one for one in self._guests.values() if one.room_id == (room.parent or room.id)]

    # ---- visits

    async def enter(self, secret: str, name: str, address: str) -> tuple[Guest, str]:
        """Begin a visit by a link. Return the guest and the token of the visit. `address`: of the guest.

        Raises Invalid for the name; NotFound, always with the same text, for a link that does not lead to a meeting
        now; TooManyRequests."""
        shown, source = check_name(name), source_key(address)
        retry_after = await self._attempts.attempt(source)
        if retry_after:
            raise TooManyRequests("Too many attempts.", retry_after=retry_after)
        async with self._database.read() as session:
            link = await repository.guest_link_of_secret(session, secret_digest(secret))
        room = self.rooms.by_id(link.room_id) if link is not None else None
        now = self._clock.now()
        if link is None or room is None or link.expires <= now:
            raise _no_meeting()
        await self._attempts.record_success(source)
        self._end_idle()
        if len(self.guests_of(room)) >= MAX_GUESTS:
            raise TooManyRequests("This meeting has too many guests now.", retry_after=IDLE_SECONDS)
        token = GUEST_MARK + random_secret(self._clock)
        expires, subject = min(link.expires, now + VISIT), random_id(self._clock)
        guest = Guest(self._clock.new_id(), room.tenant_id, room.id, link.id, subject, expires, shown)
        self._guests[secret_digest(token)] = guest
        self._seen[guest.id] = self._clock.monotonic()
        return guest, token

    def find(self, token: str) -> Guest | None:
        """Return the guest with a token; None after the visit."""
        guest = self._guests.get(secret_digest(token))
        return guest if guest is not None and self._is_current(guest) else None

    def by_id(self, guest_id: str) -> Guest | None:
        """Return a guest by id; None after the visit."""
        guest = next((one for one in self._guests.values() if one.id == guest_id), None)
        return guest if guest is not None and self._is_current(guest) else None

    def is_admitted(self, guest: Guest) -> bool:
        """Return whether a host has admitted the guest: after a reload of the page, they need not wait again."""
        return guest.id in self._admitted

    def on_admitted(self, event: ParticipantAdmitted) -> None:
        """Note a guest who was admitted. Bus handler."""
        self._admitted.update(one.id for one in self.guests_of(event.room) if one.subject == event.subject)

    def leave(self, guest: Guest) -> None:
        """End a visit."""
        self._end([key for key, one in self._guests.items() if one.id == guest.id])

    def on_removed(self, event: ParticipantRemoved) -> None:
        """End the visit of a guest, removed or refused by a host. Bus handler."""
        if event.subject is not None:
            self._end([key for key, one in self._guests.items() if one.subject == event.subject])

    async def sweep(self) -> None:
        """Delete expired links and visits."""
        self._end_idle()
        async with self._database.begin() as uow:
            await repository.delete_expired_guest_links(uow.session, self._clock.now())

    # ---- inside

    def _is_current(self, guest: Guest) -> bool:
        if guest.expires <= self._clock.now() or self.rooms.by_id(guest.room_id) is None:
            return False
        self._seen[guest.id] = self._clock.monotonic()
        return True

    def _end_idle(self) -> None:
        now, limit = self._clock.now(), self._clock.monotonic() - IDLE_SECONDS
        self._end([key for key, one in self._guests.items() if one.expires <= now or self._seen[one.id] < limit])

    def _end(self, keys: Sequence[str]) -> None:
        for key in keys:
            guest = self._guests.pop(key)
            self._seen.pop(guest.id, None)
            self._admitted.discard(guest.id)


def _no_meeting() -> NotFound:
    """Return the same error for a link that never existed, has ended, or was withdrawn."""
    return NotFound("This link does not lead to a meeting.", hint="Ask the host for a new link.")


def secret_digest(secret: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
