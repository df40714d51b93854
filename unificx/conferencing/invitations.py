"""Invitations to meetings by e-mail: to colleagues, and to people outside, who may get a guest link each.

Each invitation is one e-mail to one person, with an entry for the calendar. A change of the meeting and its end are
sent to all. A person outside is one data subject of the tenant, found by the address, so that they can be erased.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from unificx.cluster import Count, CounterKind, Counters
from unificx.conferencing import invitation_repository as repository
from unificx.conferencing.calendars import CalendarFeeds
from unificx.conferencing.guests import MAX_LINK_DAYS, OVERRUN, MeetingGuests
from unificx.conferencing.machine.calendar_entry import (
    CalendarParty,
    Joining,
    Scheduling,
    calendar_entry,
    joining_lines,
    planned_time,
)
from unificx.conferencing.ports import InvitationSender
from unificx.conferencing.schemas import (
    Booking,
    Invitation,
    MeetingEmail,
    NewInvitations,
    OutsideAddress,
    Room,
    RoomChange,
)
from unificx.conferencing.service import lock_room
from unificx.core.errors import Conflict, DomainError, Invalid, NotFound, TooManyRequests
from unificx.core.names import check_name
from unificx.core.phrases import Phrase
from unificx.core.rate_limit import SlidingWindow
from unificx.db import Database, UnitOfWork
from unificx.identity import Identity, Person, PinCaller, checked_email, email_key, outside_recipient
from unificx.identity.events import ExtensionDeleted
from unificx.privacy import KeyStore

MAX_INVITATIONS = 200
"""Invitations to one meeting."""
MAX_AT_ONCE = 50
DAY = 86_400.0
OUTSIDE_PER_DAY = 50
"""E-mails to people outside that the invitations and changes of one user may cause in a day."""
ALIAS = "invited_email"
"""Kind of alias that leads from the address of a person outside to their subject."""


@dataclass(frozen=True, slots=True)
class InvitationDependencies:
    """Dependencies of MeetingInvitations. `sender`: queues e-mails."""

    database: Database
    keys: KeyStore
    identity: Identity
    guests: MeetingGuests
    sender: InvitationSender
    counters: Counters


@dataclass(frozen=True, slots=True)
class Inviter:
    """The user who invites: `join_url` of the meeting for colleagues; `guest_url` makes one of a secret; `dial_in`:
    public numbers of the room."""

    person_id: str
    join_url: str
    guest_url: Callable[[str], str]
    dial_in: Sequence[str]


class MeetingInvitations:
    """Invitations of all meetings."""

    def __init__(self, deps: InvitationDependencies) -> None:
        self._deps, self.guests = deps, deps.guests
        self._database, self._rooms, self._clock = deps.database, deps.guests.rooms, deps.database.clock
        self._limit = _OutsideLimit(deps.counters)
        self._rooms.before_deletion.append(self._cancel_all)
        self.calendars = CalendarFeeds(deps.database, self._rooms, deps.identity.directory)

    async def list(self, room: Room) -> Sequence[Invitation]:
        """Return the invitations to a meeting in order."""
        async with self._database.read() as session:
            return await repository.invitations(session, self._deps.keys, room.tenant_id, room.id)

    async def invite(self, room: Room, new: NewInvitations, by: Inviter) -> Sequence[Invitation]:
        """Invite people who are not invited yet, all or none, and return their invitations.

        Raises Invalid that names the field; Conflict without a mail server, for too many or for a person outside who
        could not join; TooManyRequests for too many e-mails."""
        if not self._deps.sender.can_send:
            raise Conflict("There is no mail server.", hint="Share the link instead, or ask your administrator.")
        if len(new.colleagues) + len(new.outside) > MAX_AT_ONCE:
            raise Invalid(Phrase("Invite at most {} people at once.", MAX_AT_ONCE), field="colleagues")
        if new.outside and not new.guest_links and not by.dial_in:
            raise Conflict("No public number leads to this meeting.", hint="Allow guests to join by a link.")
        await self._check_pin(room, new.pin, by)
        present = {each.subject for each in await self.list(room)}
        colleagues = [self._colleague(room, one) for one in new.colleagues]
        outside = [self._outside(room, one, new) for one in new.outside]
        added = {each.subject: each for each in (*colleagues, *outside) if each.subject not in present}
        await self._limit.take(by.person_id, sum(not each.extension_id for each in added.values()))
        async with self._database.begin() as uow:
            await lock_room(uow, room)
            count = await repository.count_invitations(uow.session, room.tenant_id, room.id)
            if count + len(added) > MAX_INVITATIONS:
                raise Conflict(Phrase("A meeting has at most {} invitations.", MAX_INVITATIONS))
            return [await self._add(uow, room, each, new, by) for each in added.values()]

    async def change(self, room: Room, change: RoomChange, by: Inviter) -> Room:
        """Change name and planned time of a meeting, and notify all who are invited. Raises as `RoomService.update`;
        TooManyRequests for too many e-mails."""
        if change.name is None and change.booking is None:
            return await self._rooms.update(room, change)
        invited = await self.list(room)
        await self._limit.take(by.person_id, sum(not each.extension_id for each in invited))
        changed = await self._rooms.update(room, change)
        if changed.revision == room.revision:
            return changed
        async with self._database.begin() as uow:
            expires = self._link_expiry(changed)
            await repository.prolong_links(uow.session, room.tenant_id, room.id, expires)
            for each in invited:
                await self._send(uow, changed, each, "meeting_changed", self._joining(each, by, pin=""))
        return changed

    async def withdraw(self, room: Room, invitation_id: str) -> None:
        """Delete an invitation with its guest link, and cancel it by e-mail. Raises NotFound."""
        found = next((each for each in await self.list(room) if each.id == invitation_id), None)
        if found is None:
            raise NotFound("Invitation not found.")
        async with self._database.begin() as uow:
            await repository.delete_invitation(uow.session, room.tenant_id, invitation_id)
            await self._send(uow, room, found, "meeting_cancelled", Joining(inside=False))

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the invitations of an erased person."""
        async with self._database.begin() as uow:
            await repository.delete_of_subject(uow.session, tenant_id, subject)

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Delete the invitations and the calendar of a deleted extension. Outbox handler."""
        await repository.delete_of_extension(uow.session, event.tenant, event.extension_id)

    # ---- inside

    async def _check_pin(self, room: Room, pin: str, by: Inviter) -> None:
        """Raise Invalid unless the PIN admits participants, not hosts: it is stated in the e-mails."""
        inviter = PinCaller(f"invitation/{by.person_id}", is_authenticated=True)
        if pin and (not room.has_pin or await self._rooms.role_for_pin(room, inviter, pin) != "guest"):
            raise Invalid("This is not the PIN for participants.", field="pin")

    def _colleague(self, room: Room, extension_id: str) -> Invitation:
        directory = self._deps.identity.directory
        extension = directory.extension_by_id(extension_id)
        if extension is None or extension.tenant_id != room.tenant_id or extension.person_id is None:
            raise Invalid("A colleague must be an extension of a user of the same tenant.", field="colleagues")
        language = directory.language(room.tenant_id, extension.person_id)
        id_, now = self._clock.new_id(), self._clock.now()
        return Invitation(id_, room.id, extension_id, extension.subject, now, language, "", extension.name)

    def _outside(self, room: Room, person: OutsideAddress, new: NewInvitations) -> Invitation:
        address = checked_email(person.address)
        name = check_name(person.name) if person.name else ""
        subject = self._deps.keys.find_or_create(room.tenant_id, ALIAS, email_key(address))
        return Invitation(
            self._clock.new_id(), room.id, "", subject, self._clock.now(), new.language, address=address, name=name
        )

    async def _add(
        self, uow: UnitOfWork, room: Room, new: Invitation, asked: NewInvitations, by: Inviter
    ) -> Invitation:
        if not new.extension_id and asked.guest_links:
            secret = await self.guests.add_invitation_link(uow, room, new.id, self._link_expiry(room))
            new = replace(new, link=by.guest_url(secret))
        if new.extension_id:
            account = await self._recipient(room, new)
            if account is None or not account.email:
                raise Invalid(Phrase("{} has no e-mail address.", new.name), field="colleagues")
            new = replace(new, address=account.email, name=account.name)
        await repository.insert_invitation(uow.session, self._deps.keys, room.tenant_id, new)
        if not await self._send(uow, room, new, "meeting_invitation", self._joining(new, by, asked.pin)):
            raise TooManyRequests(
                Phrase("Too many invitations were sent to {} in the last hour.", new.address), retry_after=3600
            )
        return new

    def _link_expiry(self, room: Room) -> datetime:
        booking = room.booking or Booking()
        if booking.ends is not None:
            return booking.ends + OVERRUN
        if booking.starts is not None:
            return booking.starts + timedelta(days=1)
        return self._clock.now() + timedelta(days=MAX_LINK_DAYS)

    def _joining(self, invitation: Invitation, by: Inviter, pin: str) -> Joining:
        inside = bool(invitation.extension_id)
        return Joining(by.join_url if inside else invitation.link, by.dial_in, inside, pin)

    async def _cancel_all(self, uow: UnitOfWork, room: Room) -> None:
        """Cancel the invitations to a meeting that is deleted before its end."""
        booking = room.booking or Booking()
        end = booking.ends or booking.starts
        if end is None or end < self._clock.now():
            return
        for each in await repository.invitations(uow.session, self._deps.keys, room.tenant_id, room.id):
            await self._send(uow, room, each, "meeting_cancelled", Joining(inside=False))

    async def _send(
        self,
        uow: UnitOfWork,
        room: Room,
        invitation: Invitation,
        kind: Literal["meeting_invitation", "meeting_changed", "meeting_cancelled"],
        joining: Joining,
    ) -> bool:
        """Queue an e-mail; return False if its recipient has too many."""
        recipient = await self._recipient(room, invitation)
        if recipient is None:
            return True
        organizer = await self._organizer(room)
        address = organizer.email if organizer is not None else ""
        zone = self._deps.identity.directory.time_zone(room.tenant_id)
        cancelled = kind == "meeting_cancelled"
        by = [organizer.name] if organizer is not None else []
        lines = [] if cancelled else joining_lines(room, replace(joining, url=""), invitation.language)
        text = [*by, planned_time(room, zone, invitation.language), *lines]
        scheduling = Scheduling(
            "CANCEL" if cancelled else "REQUEST",
            CalendarParty(address, organizer.name if organizer is not None else ""),
            CalendarParty(recipient.email, recipient.name),
        )
        dated = bool(address) and room.booking is not None and room.booking.starts is not None
        entry = calendar_entry(room, joining, self._clock.now(), invitation.language, scheduling) if dated else ""
        shown = tuple(filter(None, text))
        email = MeetingEmail(kind, invitation.language, room.name, shown, joining.url, calendar=entry, reply_to=address)
        return await self._deps.sender.send_meeting(recipient, email, uow)

    async def _recipient(self, room: Room, invitation: Invitation) -> Person | None:
        """Return the account of a colleague, None if it was closed, or a person outside as the recipient."""
        if invitation.extension_id:
            return await self._account(room.tenant_id, invitation.extension_id)
        return outside_recipient(
            invitation.id,
            room.tenant_id,
            invitation.subject,
            invitation.invited,
            name=invitation.name,
            email=invitation.address,
        )

    async def _organizer(self, room: Room) -> Person | None:
        """Return the first host with an account."""
        for extension_id in room.hosts:
            account = await self._account(room.tenant_id, extension_id)
            if account is not None:
                return account
        return None

    async def _account(self, tenant_id: str, extension_id: str) -> Person | None:
        """Return the account that owns an extension; None without one."""
        extension = self._deps.identity.directory.extension_by_id(extension_id)
        if extension is None or extension.person_id is None:
            return None
        try:
            return await self._deps.identity.users.get(tenant_id, extension.person_id)
        except DomainError:  # closed meanwhile
            return None


class _OutsideLimit:
    """Limits e-mails to people outside, so that a user cannot send spam through the server."""

    _WINDOW = SlidingWindow(limit=OUTSIDE_PER_DAY, seconds=DAY)
    _SENT = CounterKind("invitations outside", 10_000)
    """Each count is the times of the e-mails of the window."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    async def take(self, person_id: str, number: int) -> None:
        """Count e-mails. Raises TooManyRequests, and then counts none."""
        if number and not await self._counters.update(self._SENT, [person_id], _Take(self._WINDOW, number)):
            raise TooManyRequests(
                Phrase("You can send {} invitations to people outside in a day.", OUTSIDE_PER_DAY), retry_after=DAY
            )


@dataclass(frozen=True, slots=True)
class _Take:
    window: SlidingWindow
    number: int

    def __call__(self, before: Sequence[Count], now: float) -> tuple[Sequence[Count], bool]:
        times: Count = before[0]
        for _ in range(self.number):
            times, allowed = self.window.add(times, now)
            if not allowed:
                return before, False
        return [times], True
