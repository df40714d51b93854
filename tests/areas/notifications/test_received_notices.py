"""The list of notices of a person: bounded, read to a mark, sealed, and erased with the person."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sweeping import retention_of

from unificx.cluster import EventBus
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox
from unificx.identity import Identity, NewPerson, Person, Role, Tenant
from unificx.notifications import NoticePreferences, NotificationService, PushNotifier, ReceivedNotices
from unificx.notifications.events import NoticesChanged, NoticeSent
from unificx.notifications.models import NoticeRow
from unificx.notifications.received import MAX_NOTICES
from unificx.privacy import KeyStore


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", "ada@example.com", Role.TENANT_ADMIN))


@pytest.fixture
def received(
    database: Database, keys: KeyStore, people: Identity, preferences: NoticePreferences, bus: EventBus
) -> ReceivedNotices:
    return ReceivedNotices(database, keys, people.directory, preferences, bus)


async def subjects(received: ReceivedNotices, person: Person) -> list[str]:
    page = await received.page(person, "en", cursor=None, limit=200)
    return [each.text.subject for each in page.items]


@pytest.mark.promise("U2")
async def test_a_notice_is_listed_in_the_language_of_the_reader_and_read_up_to_a_mark(
    received: ReceivedNotices, ada: Person, clock: ManualClock, bus: EventBus
) -> None:
    signals: list[NoticesChanged] = []
    bus.subscribe(NoticesChanged, signals.append)
    await received.add(ada, "new_device", "Phone of Ada")
    clock.advance(1)
    await received.add(ada, "access_copy", "")
    german = await received.page(ada, "de", cursor=None, limit=1)
    assert german.next is not None
    older = await received.page(ada, "de", cursor=german.next, limit=1)
    assert "Phone of Ada" in older.items[0].text.lines[0]
    assert older.items[0].text.subject == "Neues Gerät angemeldet"
    assert (await received.count_unread(ada), older.next) == (2, None)
    assert await received.mark_read(ada, older.items[0].id) == 1
    assert await received.mark_read(ada, older.items[0].id) == 1
    assert [each.person_id for each in signals] == [ada.id] * 3, "two notices and one mark"
    page = await received.page(ada, "en", cursor=None, limit=20)
    assert [each.read is None for each in page.items] == [True, False]


@pytest.mark.promise("U2")
async def test_choices_of_a_person_count_for_list_and_webhooks(
    received: ReceivedNotices, ada: Person, preferences: NoticePreferences, outbox: Outbox
) -> None:
    reported: list[str] = []

    async def report(event: NoticeSent, uow: object) -> None:
        reported.append(event.kind)

    outbox.subscribe(NoticeSent, report)
    await preferences.switch(ada.tenant_id, ada.subject, "storage_low", "app", on=False)
    await received.add(ada, "storage_low", "90 %")
    await preferences.switch(ada.tenant_id, ada.subject, "storage_low", "webhook", on=False)
    await received.add(ada, "storage_low", "91 %")
    await preferences.switch(ada.tenant_id, ada.subject, "storage_low", "app", on=True)
    await received.add(ada, "storage_low", "92 %")
    await received.add(ada, "new_device", "a phone of a person, which is no matter of the tenant")
    await received.add(ada, "calls_stopped", "")
    await outbox.deliver()
    assert reported == ["storage_low", "calls_stopped"]
    assert len(await subjects(received, ada)) == 3


@pytest.mark.promise("U2")
async def test_the_list_is_bounded_and_notices_end_after_90_days(
    received: ReceivedNotices, ada: Person, clock: ManualClock, database: Database, people: Identity
) -> None:
    for number in range(MAX_NOTICES + 5):
        clock.advance(1)
        await received.add(ada, "new_device", f"phone {number}")
    page = await received.page(ada, "en", cursor=None, limit=200)
    assert len(page.items) == MAX_NOTICES
    assert "phone 104" in page.items[0].text.lines[0]
    assert "phone 5" in page.items[-1].text.lines[0]
    retention = retention_of(database, received.expiries, *people.directory.tenants())
    for days, left in ((89, MAX_NOTICES), (2, 0)):
        clock.advance(timedelta(days=days).total_seconds())
        with stating(Access("administration", "test")):
            await retention.sweep(clock.now())
        assert len(await subjects(received, ada)) == left


@pytest.mark.promise("U2")
async def test_notices_of_an_erased_person_are_unreadable_and_deleted(
    received: ReceivedNotices, ada: Person, keys: KeyStore, push: PushNotifier, database: Database
) -> None:
    service = NotificationService()
    service.configure(None, push, received)
    await service.send_notice(ada, "new_device", "Phone of Ada")
    async with database.read() as session:
        [row] = (await session.scalars(select(NoticeRow))).all()
    assert b"Phone" not in row.sealed
    keys.destroy(ada.tenant_id, ada.subject)
    assert await subjects(received, ada) == []
    await push.erase(ada.tenant_id, ada.subject)
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(NoticeRow)) == 0
