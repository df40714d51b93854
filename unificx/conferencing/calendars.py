"""Calendar feeds: a read-only calendar of a person's meetings, which calendar programs read by a secret address.

The secret is stored as a digest. The calendar ends with the extension of its person, or when they withdraw it.
"""

from collections.abc import Sequence

from unificx.conferencing import invitation_repository as repository
from unificx.conferencing.guests import secret_digest
from unificx.conferencing.schemas import CalendarFeed, Room
from unificx.conferencing.service import RoomService
from unificx.core.clock import Clock, random_secret
from unificx.core.errors import NotFound
from unificx.db import Database
from unificx.identity import DirectoryCache


class CalendarFeeds:
    """The calendars of all people, at most one each."""

    def __init__(self, database: Database, rooms: RoomService, directory: DirectoryCache) -> None:
        self._database, self._rooms, self._directory = database, rooms, directory
        self._clock: Clock = database.clock

    async def create(self, tenant_id: str, extension_ids: Sequence[str]) -> tuple[CalendarFeed, str]:
        """Create the calendar of a person with these extensions, in place of an earlier one. Return it and its secret,
        which is not stored."""
        secret = random_secret(self._clock)
        feed = CalendarFeed(self._clock.new_id(), tenant_id, extension_ids[0], self._clock.now())
        async with self._database.begin() as uow:
            await repository.delete_feeds(uow.session, tenant_id, extension_ids)
            await repository.insert_feed(uow.session, feed, secret_digest(secret))
        return feed, secret

    async def find(self, tenant_id: str, extension_ids: Sequence[str]) -> CalendarFeed | None:
        """Return the calendar of a person with these extensions."""
        async with self._database.read() as session:
            return next(iter(await repository.feeds_of(session, tenant_id, extension_ids)), None)

    async def withdraw(self, tenant_id: str, extension_ids: Sequence[str]) -> None:
        """Delete the calendar of a person with these extensions: its address stops working."""
        async with self._database.begin() as uow:
            await repository.delete_feeds(uow.session, tenant_id, extension_ids)

    async def read(self, secret: str) -> tuple[CalendarFeed, Sequence[Room]]:
        """Return the calendar with a secret, and the meetings that its person hosts or is invited to, in order.

        Raises NotFound, also while the account is suspended."""
        async with self._database.read() as session:
            feed = await repository.feed_of_secret(session, secret_digest(secret))
        directory = self._directory
        extension = directory.extension_by_id(feed.extension_id) if feed is not None else None
        if feed is None or extension is None or directory.is_suspended(feed.tenant_id, extension.id):
            raise NotFound("There is no calendar at this address.", hint="Create a new address in the app.")
        own = directory.extension_ids_of(extension.person_id or "") or (extension.id,)
        async with self._database.read() as session:
            invited = [self._rooms.by_id(one) for one in await repository.rooms_with(session, feed.tenant_id, own)]
        as_host = self._rooms.meetings_of(feed.tenant_id, own)
        found = {room.id: room for room in (*as_host, *invited) if room is not None}
        return feed, [found[one] for one in sorted(found)]
