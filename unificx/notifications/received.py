"""The list of notices of each person: what the bell of the app and of the portal shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from unificx.cluster import EventBus
from unificx.db import Database, Erased, Keys, Page, PageById, UnitOfWork
from unificx.identity import DirectoryCache, Person
from unificx.notifications import received_repository as repository
from unificx.notifications.catalogue import CATALOGUE, EmailKind
from unificx.notifications.email_composer import NoticeText, notice_text
from unificx.notifications.events import NoticesChanged, NoticeSent
from unificx.notifications.models import NoticePart, NoticeRow
from unificx.notifications.policies.emails import Language
from unificx.notifications.preferences import NoticePreferences
from unificx.privacy import Expiry, Period

MAX_NOTICES: Final = 100
"""Per person; the oldest are deleted."""
_STORED = Period(days=90)


@dataclass(frozen=True, slots=True)
class ReceivedNotice:
    """A notice in the list of a person. `read`: None until it is marked as read."""

    id: str
    kind: EmailKind
    at: datetime
    read: datetime | None
    text: NoticeText = field(repr=False)


class ReceivedNotices:
    """The lists of all people."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        directory: DirectoryCache,
        preferences: NoticePreferences,
        bus: EventBus,
    ) -> None:
        self._database, self._keys, self._directory = database, keys, directory
        self._preferences, self._bus = preferences, bus

    async def add(self, person: Person, kind: EmailKind, detail: str, uow: UnitOfWork | None = None) -> None:
        """Add a notice to the list of a person, and report it to the webhooks of the tenant, as the catalogue and the
        choices of the person say. Raises ErasedSubject."""
        channels = CATALOGUE[kind].channels
        listed, reported = (
            each in channels and self._preferences.allows(person.subject, kind, each) for each in ("app", "webhook")
        )
        if not listed and not reported:
            return
        if uow is None:
            async with self._database.begin() as own:
                await self._add(own, person, kind, detail if listed else None, reported=reported)
        else:
            await self._add(uow, person, kind, detail if listed else None, reported=reported)

    async def _add(
        self, uow: UnitOfWork, person: Person, kind: EmailKind, detail: str | None, *, reported: bool
    ) -> None:
        clock, tenant_id = self._database.clock, person.tenant_id
        if reported:
            uow.publish(NoticeSent(clock.new_id(), tenant_id, person.id, kind))
        if detail is None:
            return
        row_id = clock.new_id()
        [sealed] = repository.NOTICE_CODEC.seal(self._keys, tenant_id, [(person.subject, row_id, NoticePart(detail))])
        await repository.delete_oldest(uow.session, tenant_id, person.subject, MAX_NOTICES - 1)
        uow.session.add(
            NoticeRow(
                id=row_id,
                tenant_id=tenant_id,
                subject_id=person.subject,
                kind=kind,
                at=clock.now(),
                read=None,
                sealed=sealed,
            )
        )
        uow.after_commit.append(lambda: self._bus.publish(NoticesChanged(tenant_id, person.id)))

    async def page(self, person: Person, language: Language, *, cursor: str | None, limit: int) -> Page[ReceivedNotice]:
        """Return a page of the notices of a person, newest first. Raises Invalid for an invalid cursor."""
        request = PageById.parse(cursor, limit)
        async with self._database.read() as session:
            rows = await repository.notices(session, person.tenant_id, person.subject, request)
        page = request.of_rows(rows, lambda each: each.id)
        sealed = [(row.subject_id, row.id, row.sealed) for row in page.items]
        parts = repository.NOTICE_CODEC.open(self._keys, person.tenant_id, sealed)
        tenant = self._directory.tenant(person.tenant_id)
        organisation = tenant.name if tenant is not None else ""
        found = [
            ReceivedNotice(
                row.id,
                (kind := cast("EmailKind", row.kind)),
                row.at,
                row.read,
                notice_text(kind, language, organisation=organisation, detail=part.detail),
            )
            for row, part in zip(page.items, parts, strict=True)
            if not isinstance(part, Erased)
        ]
        return Page(tuple(found), page.next)

    async def count_unread(self, person: Person) -> int:
        """Return how many notices of a person are not read."""
        async with self._database.read() as session:
            return await repository.count_unread(session, person.tenant_id, person.subject)

    async def mark_read(self, person: Person, newest: str) -> int:
        """Mark the notices of a person as read, up to the one with this id; return how many are left. Idempotent."""
        async with self._database.begin() as uow:
            now, owner = self._database.clock.now(), (person.tenant_id, person.subject)
            if await repository.mark_read(uow.session, owner, newest, now):
                changed = NoticesChanged(person.tenant_id, person.id)
                uow.after_commit.append(lambda: self._bus.publish(changed))
            return await repository.count_unread(uow.session, *owner)

    @property
    def expiries(self) -> tuple[Expiry, ...]:
        """Notices of the last months."""
        return (Expiry("account", "notices", repository.rows_of_tenant, self._delete, lambda _: _STORED),)

    async def _delete(self, tenant_id: str, notice_ids: Sequence[str]) -> None:
        async with self._database.begin() as uow:
            await repository.delete_notices(uow.session, tenant_id, notice_ids)
