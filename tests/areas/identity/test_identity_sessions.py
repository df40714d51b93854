"""Sessions: access tokens, refresh token rotation, theft detection, and deletion of dependent devices."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from failing import fail_first
from fake_notifier import FakeAccountNotifier
from sqlalchemy import text, update
from structlog.testing import capture_logs
from sweeping import SweptTenant, retention_of

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import NotFound, Unauthenticated
from unificx.db import Database, lock_scope
from unificx.identity import (
    Identity,
    NewDevice,
    NewExtension,
    NewPerson,
    Person,
    PersonChange,
    SignedIn,
    SignInContext,
    SignInDevice,
    Source,
    Tenant,
    TenantChange,
    session_expiries,
)
from unificx.identity.errors import SessionExpired
from unificx.identity.events import DeviceRevoked, SessionEnded
from unificx.identity.models import SessionRow
from unificx.identity.policies import token_rotation
from unificx.identity.repository import sessions
from unificx.identity.session_opener import ACCESS_LIFETIME, SESSION_LIFETIME
from unificx.privacy import KeyStore

EMAIL, PASSWORD = "ada@acme.example", "correct horse battery"
PROGRAM = SignInContext(Source("203.0.113.1", "Program/1"))
PHONE = SignInContext(Source("203.0.113.2", "Phone/2"), SignInDevice("Ada's phone", "mobile"), "cookie")
LAPTOP = SignInContext(Source("203.0.113.3", "Laptop/3"), SignInDevice("Ada's laptop", "desktop"), "cookie")


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", EMAIL, password=PASSWORD))


async def sign_in(people: Identity, context: SignInContext = PHONE) -> SignedIn:
    signed = await people.sign_in.by_password(EMAIL, PASSWORD, context)
    assert isinstance(signed, SignedIn)
    return signed


async def assert_signed_out(people: Identity, signed: SignedIn) -> None:
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(signed.token)
    with pytest.raises(SessionExpired):
        await people.sessions.refresh(signed.refresh, "token")


async def count(database: Database, table: str) -> int:
    async with database.read() as session:
        return await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0


@pytest.mark.promise("T3")
@pytest.mark.parametrize("context", [PROGRAM, PHONE])
async def test_access_token_is_short_lived_and_refreshed(
    people: Identity, ada: Person, clock: ManualClock, context: SignInContext
) -> None:
    first = await sign_in(people, context)
    assert first.expires == clock.now() + ACCESS_LIFETIME[context.token_delivery]
    clock.advance(ACCESS_LIFETIME[context.token_delivery].total_seconds() - 1)
    assert await people.sessions.authenticate(first.token)
    clock.advance(1)
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(first.token)
    second = await people.sessions.refresh(first.refresh, context.token_delivery)
    assert second.principal == first.principal
    assert second.expires == clock.now() + ACCESS_LIFETIME[context.token_delivery]
    assert await people.sessions.authenticate(second.token) == first.principal
    assert len({first.token, second.token, first.refresh, second.refresh}) == 4


@pytest.mark.promise("T3")
async def test_refresh_invalidates_the_previous_access_token(people: Identity, ada: Person) -> None:
    first = await sign_in(people)
    second = await people.sessions.refresh(first.refresh, "cookie")
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(first.token)
    assert await people.sessions.authenticate(second.token)


async def test_session_expiry_slides_with_each_refresh(
    people: Identity, ada: Person, clock: ManualClock, database: Database, bus: EventBus
) -> None:
    ended: list[SessionEnded] = []
    bus.subscribe(SessionEnded, ended.append)
    signed = await sign_in(people)
    for _ in range(3):
        clock.advance(timedelta(days=29).total_seconds())
        signed = await people.sessions.refresh(signed.refresh, "cookie")
    clock.advance(SESSION_LIFETIME.total_seconds())
    with pytest.raises(SessionExpired):
        await people.sessions.refresh(signed.refresh, "cookie")
    assert not await people.sessions.of_person(ada.tenant_id, ada.id)
    await people.clean_up()
    assert await count(database, "session") == 0
    assert [(one.session_id, one.person_id) for one in ended] == [(signed.principal.session_id, ada.id)]


@pytest.mark.promise("T2")
async def test_only_digests_of_tokens_are_stored(people: Identity, ada: Person, database: Database) -> None:
    signed = await sign_in(people)
    async with database.read() as session:
        row = (await session.execute(text("SELECT access_digest, refresh_digest FROM session"))).one()
        everything = str((await session.execute(text("SELECT * FROM session"))).one())
    assert tuple(row) == tuple(hashlib.sha256(one.encode()).hexdigest() for one in (signed.token, signed.refresh))
    assert signed.token not in everything
    assert signed.refresh not in everything
    for secret in (signed.token, signed.refresh):
        assert secret not in repr(signed)


@pytest.mark.promise("U9", "T3")
async def test_refresh_token_reuse_ends_the_session_and_notifies_the_owner(
    open_people: Callable[[], Identity],
    people: Identity,
    ada: Person,
    clock: ManualClock,
    emails: FakeAccountNotifier,
    bus: EventBus,
) -> None:
    ended: list[SessionEnded] = []
    bus.subscribe(SessionEnded, ended.append)
    other = await sign_in(people, LAPTOP)
    stolen = await sign_in(people, PHONE)
    mine = await people.sessions.refresh(stolen.refresh, "cookie")
    another_node = open_people()
    await another_node.start()
    assert await another_node.sessions.authenticate(mine.token)
    clock.advance(token_rotation.RETRY_GRACE.total_seconds())
    with pytest.raises(SessionExpired):
        await people.sessions.refresh(stolen.refresh, "token")
    await assert_signed_out(people, mine)
    await people.join_background_tasks()
    assert emails.of_kind("session_theft") == [(EMAIL, "")]
    assert [one.session_id for one in ended] == [stolen.principal.session_id]
    assert await people.sessions.authenticate(other.token)


@pytest.mark.promise("U9", "T3")
async def test_theft_is_detected_when_the_attacker_refreshes_first(
    people: Identity, ada: Person, clock: ManualClock
) -> None:
    mine = await sign_in(people)
    attacker = await people.sessions.refresh(mine.refresh, "token")
    clock.advance(3600)
    attacker = await people.sessions.refresh(attacker.refresh, "token")
    with pytest.raises(SessionExpired):
        await people.sessions.refresh(mine.refresh, "cookie")
    await assert_signed_out(people, attacker)


async def test_lost_response_is_repeated_until_one_arrives(
    people: Identity, ada: Person, clock: ManualClock, emails: FakeAccountNotifier
) -> None:
    first = await sign_in(people)
    lost = await people.sessions.refresh(first.refresh, "cookie")
    for _ in range(2):
        clock.advance(timedelta(hours=8).total_seconds())
        again = await people.sessions.refresh(first.refresh, "cookie")
        assert again == replace(lost, expires=clock.now() + ACCESS_LIFETIME["cookie"])
    assert await people.sessions.authenticate(lost.token)
    assert await people.sessions.refresh(lost.refresh, "cookie")
    assert not emails.of_kind("session_theft")


async def test_refresh_is_repeated_within_seconds_for_another_page_even_if_the_first_uses_its_response(
    people: Identity, ada: Person, clock: ManualClock
) -> None:
    first = await sign_in(people)
    second = await people.sessions.refresh(first.refresh, "cookie")
    assert await people.sessions.authenticate(second.token)
    clock.advance(token_rotation.RETRY_GRACE.total_seconds() - 1)
    again = await people.sessions.refresh(first.refresh, "cookie")
    assert (again.token, again.refresh) == (second.token, second.refresh)


async def test_late_note_of_the_use_of_a_former_token_does_not_concern_the_present_one(
    people: Identity, ada: Person, clock: ManualClock, database: Database
) -> None:
    first = await sign_in(people)
    lost = await people.sessions.refresh(first.refresh, "cookie")
    async with database.begin() as uow:
        await sessions.mark_pair_used(uow.session, first.principal, token_rotation.digest(first.token))
    clock.advance(token_rotation.RETRY_GRACE.total_seconds())
    assert (await people.sessions.refresh(first.refresh, "cookie")).refresh == lost.refresh


async def test_a_use_that_cannot_be_noted_refuses_no_request_and_is_noted_by_the_next(
    people: Identity, ada: Person, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await sign_in(people)
    lost = await people.sessions.refresh(first.refresh, "cookie")
    clock.advance(token_rotation.RETRY_GRACE.total_seconds())
    fail_first(monkeypatch, sessions, "mark_pair_used")
    with capture_logs() as logs:
        assert await people.sessions.authenticate(lost.token) == first.principal
    assert [(each["event"], each["fault"]) for each in logs] == [("use_of_session_not_stored", "ValueError")]
    assert (await people.sessions.refresh(first.refresh, "cookie")).refresh == lost.refresh
    await people.sessions.authenticate(lost.token)
    with pytest.raises(SessionExpired):
        await people.sessions.refresh(first.refresh, "cookie")


async def test_the_first_use_of_a_pair_does_not_wait_for_other_changes(
    people: Identity, ada: Person, database: Database
) -> None:
    first = await sign_in(people)
    second = await people.sessions.refresh(first.refresh, "cookie")
    if database.dialect == "postgresql":  # SQLite has one writer at a time
        async with database.begin() as uow:
            await lock_scope(uow.session, "identity")
            assert await asyncio.create_task(people.sessions.authenticate(second.token)) == first.principal


async def test_repeating_a_response_does_not_prolong_the_session(
    people: Identity, ada: Person, clock: ManualClock, emails: FakeAccountNotifier
) -> None:
    first = await sign_in(people)
    await people.sessions.refresh(first.refresh, "cookie")
    clock.advance(SESSION_LIFETIME.total_seconds() - 1)
    await people.sessions.refresh(first.refresh, "cookie")
    clock.advance(1)
    with pytest.raises(SessionExpired):
        await people.sessions.refresh(first.refresh, "cookie")
    await people.join_background_tasks()
    assert not emails.of_kind("session_theft")


async def test_concurrent_refreshes_get_the_same_pair(people: Identity, ada: Person) -> None:
    first = await sign_in(people)
    answers = await asyncio.gather(*(people.sessions.refresh(first.refresh, "cookie") for _ in range(5)))
    assert len({one.refresh for one in answers}) == len({one.token for one in answers}) == 1
    assert await people.sessions.authenticate(answers[0].token)


@pytest.mark.promise("T3")
async def test_response_is_not_repeated_after_the_next_refresh(people: Identity, ada: Person) -> None:
    first = await sign_in(people)
    second = await people.sessions.refresh(first.refresh, "cookie")
    third = await people.sessions.refresh(second.refresh, "cookie")
    with pytest.raises(SessionExpired):
        await people.sessions.refresh(first.refresh, "cookie")
    await assert_signed_out(people, third)


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 63, "A" * 64, "A" * 65, "=" * 64, "\x00" * 64])
async def test_malformed_refresh_token_is_rejected(people: Identity, ada: Person, token: str) -> None:
    signed = await sign_in(people)
    with pytest.raises(SessionExpired):
        await people.sessions.refresh(token, "token")
    with pytest.raises(SessionExpired):
        await people.sessions.refresh(signed.token, "token")
    assert await people.sessions.authenticate(signed.token)


async def test_suspended_user_cannot_refresh(people: Identity, ada: Person, acme: Tenant) -> None:
    signed = await sign_in(people)
    await people.users.update(acme.id, ada.id, PersonChange(state="suspended"))
    await assert_signed_out(people, signed)
    await people.users.update(acme.id, ada.id, PersonChange(state="active"))
    signed = await sign_in(people)
    await people.tenants.update(acme.id, TenantChange(state="suspended"))
    await assert_signed_out(people, signed)


async def test_a_node_that_knows_of_no_active_tenant_opens_no_session(
    people: Identity, ada: Person, acme: Tenant
) -> None:
    signed = await sign_in(people)
    people.directory.put_tenant(replace(acme, state="suspended"))
    with pytest.raises(SessionExpired):
        await people.sessions.refresh(signed.refresh, "cookie")
    people.directory.put_tenant(acme)
    assert await people.sessions.refresh(signed.refresh, "cookie")
    people.directory.drop_tenant(acme.id, ())
    with pytest.raises(Unauthenticated):
        await people.sessions.open(acme.id, ada.id, PHONE, stepped_up=True)


@pytest.mark.promise("C6", "T3")
async def test_session_list_identifies_devices(people: Identity, ada: Person, database: Database) -> None:
    await sign_in(people, PHONE)
    await sign_in(people, LAPTOP)
    found = await people.sessions.of_person(ada.tenant_id, ada.id)
    assert [(one.name, one.kind, one.agent) for one in found] == [
        ("Ada's laptop", "desktop", "Laptop/3"),
        ("Ada's phone", "mobile", "Phone/2"),
    ]
    async with database.read() as session:
        raw = b"".join((await session.scalars(text("SELECT sealed FROM session"))).all())
    assert b"Ada's" not in raw


@pytest.mark.promise("C6", "T3")
async def test_ending_a_session_deletes_its_sip_device(
    people: Identity, ada: Person, acme: Tenant, database: Database, bus: EventBus
) -> None:
    gone: list[object] = []
    bus.subscribe(SessionEnded, gone.append)
    bus.subscribe(DeviceRevoked, gone.append)
    made = await people.extensions.create(acme.id, NewExtension("1001", "Ada Example", EMAIL))
    for end in ("revoke", "sign out", "others"):
        gone.clear()
        signed, here = await sign_in(people, PHONE), await sign_in(people, LAPTOP)
        device = (await people.devices.create(acme.id, NewDevice(made.extension.id, "Ada's phone", "client"))).device
        await _bind(database, acme, signed.principal.session_id, device.id)
        if end == "revoke":
            await people.sessions.revoke(acme.id, ada.id, signed.principal.session_id)
        elif end == "sign out":
            await people.sessions.sign_out(signed.token)
        else:
            await people.sessions.revoke_others(here.principal)
        assert people.directory.device(device.id) is None
        with pytest.raises(NotFound):
            await people.devices.get(acme.id, device.id)
        ended = next(one for one in gone if isinstance(one, SessionEnded) and one.device_id is not None)
        revoked = next(one for one in gone if isinstance(one, DeviceRevoked))
        assert (ended.session_id, ended.person_id) == (signed.principal.session_id, ada.id)
        assert ended.device_id == revoked.device_id == device.id
        await assert_signed_out(people, signed)
        assert await people.sessions.authenticate(here.token)
    assert people.directory.device(made.device.id) is not None


async def test_deleting_a_device_keeps_its_session(
    people: Identity, ada: Person, acme: Tenant, database: Database
) -> None:
    made = await people.extensions.create(acme.id, NewExtension("1001", "Ada Example", EMAIL))
    signed = await sign_in(people)
    await _bind(database, acme, signed.principal.session_id, made.device.id)
    await people.devices.delete(acme.id, made.device.id)
    assert [one.device_id for one in await people.sessions.of_person(acme.id, ada.id)] == [None]


async def _bind(database: Database, tenant: Tenant, session_id: str, device_id: str) -> None:
    async with database.begin() as uow:
        await uow.session.execute(
            update(SessionRow)
            .where(SessionRow.tenant_id == tenant.id, SessionRow.id == session_id)
            .values(device_id=device_id)
        )


@pytest.mark.promise("U2", "U9")
async def test_first_sign_in_of_a_device_is_notified(
    people: Identity, ada: Person, emails: FakeAccountNotifier
) -> None:
    for context in (PHONE, PHONE, PROGRAM, PROGRAM):
        await people.sessions.sign_out((await sign_in(people, context)).token)
    await sign_in(people, LAPTOP)
    await people.join_background_tasks()
    reported = sorted(emails.of_kind("new_device"))  # written concurrently
    assert reported == [(EMAIL, "Ada's laptop"), (EMAIL, "Ada's phone"), (EMAIL, "Program/1")]


@pytest.mark.promise("U9")
@pytest.mark.parametrize("elsewhere", [Source("198.51.100.9", "Phone/2"), Source("203.0.113.2", "Another/1")])
async def test_known_device_name_alone_does_not_suppress_the_notice(
    people: Identity, ada: Person, emails: FakeAccountNotifier, elsewhere: Source
) -> None:
    await sign_in(people, PHONE)
    await sign_in(people, replace(PHONE, source=elsewhere))
    await people.join_background_tasks()
    assert emails.of_kind("new_device") == [(EMAIL, "Ada's phone")] * 2


async def test_signed_in_device_is_known_after_a_restart(
    open_people: Callable[[], Identity], people: Identity, ada: Person, emails: FakeAccountNotifier
) -> None:
    await sign_in(people, PHONE)
    await people.join_background_tasks()
    again = open_people()
    await again.start()
    await sign_in(again, PHONE)
    await again.join_background_tasks()
    assert emails.of_kind("new_device") == [(EMAIL, "Ada's phone")]


async def test_closed_account_has_no_sessions(people: Identity, ada: Person, database: Database) -> None:
    signed = await sign_in(people)
    await people.users.close(ada.tenant_id, ada.id)
    await assert_signed_out(people, signed)
    assert await count(database, "session") == 0


@pytest.mark.promise("C13")
async def test_address_and_browser_of_a_sign_in_are_truncated_after_their_period(
    people: Identity, ada: Person, acme: Tenant, database: Database, keys: KeyStore, clock: ManualClock
) -> None:
    signed = await sign_in(people)
    swept = SweptTenant(acme.id), SweptTenant("another")
    retention = retention_of(database, session_expiries(database, keys), *swept)
    await retention.periods.change(acme.id, {"address": "P3D"})

    async def shown() -> list[tuple[str, str, str]]:
        found = await people.sessions.of_person(acme.id, ada.id)
        return [(each.name, each.address, each.agent) for each in found]

    clock.advance(timedelta(days=3).total_seconds())
    await retention.sweep(clock.now())
    assert await shown() == [("Ada's phone", "203.0.113.2", "Phone/2")]
    clock.advance(1)
    for _ in range(2):
        await retention.sweep(clock.now())
        assert await shown() == [("Ada's phone", "203.0.113.0/24", "")]
    assert (retention.status.stalled, retention.lags) == ((), {"address": 0.0})
    assert await people.sessions.refresh(signed.refresh, "cookie"), "the session itself goes on"
