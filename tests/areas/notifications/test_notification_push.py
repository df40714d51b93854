"""Web Push: encrypted for one browser, VAPID-signed, sent in time, with only a type and an id."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from push_service import PushService, SubscribedBrowser, claims
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid, NotFound, TooManyRequests
from unificx.db import Database
from unificx.identity import (
    Identity,
    NewDevice,
    NewExtension,
    NewPerson,
    Principal,
    SignedIn,
    SignInContext,
    Tenant,
)
from unificx.notifications import NewSubscription, PushNotifier, repository
from unificx.notifications.events import PushSeen
from unificx.notifications.models import PushRow
from unificx.notifications.schemas import NoPushSubscription, PushTest
from unificx.privacy import KeyStore

PASSWORD = "correct horse battery"


class Phone:
    """A signed-in device with its SIP device, browser and extension."""

    def __init__(self, principal: Principal, extension_id: str, device_id: str, browser: SubscribedBrowser) -> None:
        self.principal, self.extension_id, self.device_id, self.browser = principal, extension_id, device_id, browser


async def phone(
    people: Identity, push: PushNotifier, tenant: Tenant, service: PushService, *, number: str = "1001"
) -> Phone:
    """Sign in a device; create the person and extension of a new number."""
    email = f"ada{number}@example.com"
    found = people.directory.extension(tenant.id, number)
    if found is None:
        await people.users.create(tenant.id, NewPerson(f"Ada Example {number}", email, password=PASSWORD))
        found = (await people.extensions.create(tenant.id, NewExtension(number, "Ada Example", email))).extension
    signed = await people.sign_in.by_password(email, PASSWORD, SignInContext())
    assert isinstance(signed, SignedIn)
    made = await people.devices.create(tenant.id, NewDevice(found.id, "Ada's browser", "client"))
    browser = SubscribedBrowser(service, f"/push/{made.device.id}")
    await push.subscribe(signed.principal, browser.subscription(), made.device.id)
    return Phone(signed.principal, found.id, made.device.id, browser)


@pytest.mark.promise("U1", "T1")
async def test_a_call_wakes_a_sleeping_device(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService
) -> None:
    ada = await phone(people, push, acme, service)
    assert push.push_devices(ada.extension_id) == (ada.device_id,)
    push.notify_call(push.push_devices(ada.extension_id), "0193-call")
    await push.wait_idle()
    [pushed] = ada.browser.pushes()
    assert ada.browser.read(pushed.body) == {"type": "call", "call": "0193-call"}
    assert pushed.headers["content-encoding"] == "aes128gcm"
    assert (pushed.headers["urgency"], pushed.headers["topic"]) == ("high", "0193call")
    assert 0 < int(pushed.headers["ttl"]) <= 30


async def test_a_device_that_subscribes_while_subscriptions_are_read_again_is_woken(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that signs out meanwhile is not."""
    ada = await phone(people, push, acme, service)
    gone = await phone(people, push, acme, service, number="1002")
    later = list[Phone]()
    list_subscriptions = repository.list_subscriptions

    async def read_slowly(session: AsyncSession) -> Sequence[PushRow]:
        rows = await list_subscriptions(session)
        later.append(await phone(people, push, acme, service, number="1003"))
        await push.unsubscribe(gone.principal)
        return rows

    monkeypatch.setattr(repository, "list_subscriptions", read_slowly)
    await push.start()
    [bob] = later
    found = [push.push_devices(each.extension_id) for each in (ada, gone, bob)]
    assert found == [(ada.device_id,), (), (bob.device_id,)]


@pytest.mark.promise("T3")
async def test_pushes_are_signed_with_the_installation_key(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService, clock: ManualClock
) -> None:
    ada = await phone(people, push, acme, service)
    push.notify_call([ada.device_id], "a")
    await push.wait_idle()
    token, key = claims(ada.browser.pushes()[0])
    assert key == push.public_key
    assert (token["aud"], token["sub"]) == (service.base, "mailto:admin@example.com")
    assert 0 < token["exp"] - clock.now().timestamp() <= 24 * 3600
    clock.advance(13 * 3600)
    push.notify_call([ada.device_id], "b")
    await push.wait_idle()
    later, _ = claims(ada.browser.pushes()[1])
    assert later["exp"] > clock.now().timestamp()


@pytest.mark.promise("T3", "S3")
async def test_messages_contain_no_personal_data_and_have_equal_length(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService, clock: ManualClock
) -> None:
    ada = await phone(people, push, acme, service)
    push.notify_call([ada.device_id], clock.new_id())
    await push.wait_idle()
    push.notify_end([ada.device_id], clock.new_id())
    push.send_test(ada.principal)
    push.send_notice(ada.principal.person_id, "new_device")
    push.session_ended(ada.principal.session_id)
    await push.wait_idle()
    messages = ada.browser.messages()
    assert {message["type"] for message in messages} == {"call", "test", "notice", "signed_out"}
    assert all(message.keys() <= {"type", "call", "id"} for message in messages)
    assert not any(word in str(messages) for word in ("Ada", "1001", "example.com", "Acme"))
    assert len({len(one.body) for one in ada.browser.pushes()}) == 1


async def test_a_call_answered_elsewhere_sends_a_stop_push(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService
) -> None:
    first = await phone(people, push, acme, service)
    second = await phone(people, push, acme, service)
    devices = push.push_devices(first.extension_id)
    assert set(devices) == {first.device_id, second.device_id}
    push.notify_call(devices, "call-1")
    await push.wait_idle()
    push.notify_end([second.device_id], "call-1")
    await push.wait_idle()
    assert [m["type"] for m in first.browser.messages()] == ["call"]
    assert [m["type"] for m in second.browser.messages()] == ["call", "stop"]
    assert len({one.headers["topic"] for one in second.browser.pushes()}) == 1
    push.notify_end([second.device_id], "call-1")
    await push.wait_idle()
    assert len(second.browser.pushes()) == 2


async def test_a_stop_push_never_overtakes_the_call_push(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService
) -> None:
    ada = await phone(people, push, acme, service)
    service.gate = asyncio.Event()
    push.notify_call([ada.device_id], "call-1")
    await service.arrived.wait()
    push.notify_end([ada.device_id], "call-1")
    await asyncio.sleep(0)
    assert len(service.received) == 1
    service.gate.set()
    await push.wait_idle()
    assert [m["type"] for m in ada.browser.messages()] == ["call", "stop"]


async def test_a_call_that_ends_before_the_first_attempt_is_not_sent(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService
) -> None:
    ada = await phone(people, push, acme, service)
    push.notify_call([ada.device_id], "call-1")
    push.notify_end([ada.device_id], "call-1")
    await push.wait_idle()
    assert service.received == []


@pytest.mark.parametrize("status", [404, 410])
async def test_an_expired_subscription_is_deleted(
    people: Identity,
    push: PushNotifier,
    acme: Tenant,
    service: PushService,
    database: Database,
    status: int,
    delays: list[float],
) -> None:
    ada = await phone(people, push, acme, service)
    service.responses = [(status, {})]
    push.notify_call([ada.device_id], "call-1")
    await push.wait_idle()
    assert (push.push_devices(ada.extension_id), delays) == ((), [])
    async with database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM push_subscription"))).scalar() == 0


async def test_a_renewed_subscription_is_kept(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService
) -> None:
    ada = await phone(people, push, acme, service)
    service.gate, service.responses = asyncio.Event(), [(410, {})]
    push.notify_call([ada.device_id], "call-1")
    await service.arrived.wait()
    again = SubscribedBrowser(service, "/push/renewed")
    await push.subscribe(ada.principal, again.subscription(), ada.device_id)
    service.gate.set()
    await push.wait_idle()
    assert push.push_devices(ada.extension_id) == (ada.device_id,)
    push.notify_call([ada.device_id], "call-2")
    await push.wait_idle()
    assert [m["call"] for m in again.messages()] == ["call-2"]


async def test_a_subscription_that_is_being_renewed_is_kept(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService, database: Database
) -> None:
    ada = await phone(people, push, acme, service)
    service.gate, service.responses = asyncio.Event(), [(410, {})]
    push.notify_call([ada.device_id], "call-1")
    await service.arrived.wait()
    again = SubscribedBrowser(service, "/push/renewed")
    async with database.begin():  # both wait for the database, the renewal first
        renewal = asyncio.create_task(push.subscribe(ada.principal, again.subscription(), ada.device_id))
        await asyncio.sleep(0)
        service.gate.set()
        async with asyncio.timeout(5):
            while push.push_devices(ada.extension_id) and not renewal.done():
                await asyncio.sleep(0)
    await renewal
    await push.wait_idle()
    await push.start()  # reads what is stored
    assert push.push_devices(ada.extension_id) == (ada.device_id,)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(429, {"Retry-After": "3"}), (503, {})], [3.0, 1.0]),
        ([(500, {})] * 9, [0.5, 1.0, 2.0]),
        ([(429, {"Retry-After": "3600"})], []),
        ([(400, {})], []),
        ([(302, {"Location": "http://127.0.0.1:1/"})], []),
    ],
)
async def test_a_busy_service_is_retried_within_limits(
    people: Identity,
    push: PushNotifier,
    acme: Tenant,
    service: PushService,
    delays: list[float],
    answers: list[tuple[int, dict[str, str]]],
    expected: list[float],
) -> None:
    ada = await phone(people, push, acme, service)
    service.responses = list(answers)
    push.notify_call([ada.device_id], "call-1")
    await push.wait_idle()
    assert delays == expected
    assert len(service.received) == len(expected) + 1
    assert push.push_devices(ada.extension_id) == (ada.device_id,)


async def test_an_unreachable_service_is_retried_three_times(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService, delays: list[float]
) -> None:
    ada = await phone(people, push, acme, service)
    elsewhere = replace(ada.browser.subscription(), endpoint="http://127.0.0.1:1/nobody")
    await push.subscribe(ada.principal, elsewhere, ada.device_id)
    push.notify_call([ada.device_id], "call-1")
    await push.wait_idle()
    assert delays == [0.5, 1.0, 2.0]


async def test_subscriptions_are_loaded_at_start(
    people: Identity,
    push: PushNotifier,
    acme: Tenant,
    service: PushService,
    open_push: Callable[[], Awaitable[PushNotifier]],
) -> None:
    ada = await phone(people, push, acme, service)
    reopened = await open_push()
    assert reopened.push_devices(ada.extension_id) == (ada.device_id,)
    reopened.notify_call([ada.device_id], "call-1")
    await reopened.wait_idle()
    assert ada.browser.messages() == [{"type": "call", "call": "call-1"}]


async def test_the_sip_device_can_be_linked_later(
    people: Identity,
    push: PushNotifier,
    acme: Tenant,
    service: PushService,
    open_push: Callable[[], Awaitable[PushNotifier]],
) -> None:
    ada = await phone(people, push, acme, service)
    await push.subscribe(ada.principal, ada.browser.subscription(), None)
    assert push.push_devices(ada.extension_id) == ()
    await push.bind_device(acme.id, ada.principal.session_id, ada.device_id)
    assert push.push_devices(ada.extension_id) == (ada.device_id,)
    assert (await open_push()).push_devices(ada.extension_id) == (ada.device_id,)


@pytest.mark.promise("T3")
async def test_a_signed_out_device_is_notified_and_dropped(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService, database: Database
) -> None:
    ada = await phone(people, push, acme, service)
    other = await phone(people, push, acme, service)
    who = ada.principal
    await people.sessions.revoke(who.tenant_id, who.person_id, who.session_id)
    push.session_ended(who.session_id)
    await push.wait_idle()
    assert ada.browser.messages() == [{"type": "signed_out"}]
    assert other.browser.messages() == []
    async with database.read() as session:
        left = (await session.execute(text("SELECT id FROM push_subscription"))).scalars().all()
    assert left == [other.principal.session_id]
    assert push.count == 1


async def test_start_drops_subscriptions_deleted_from_the_database(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService
) -> None:
    ada = await phone(people, push, acme, service)
    who = ada.principal
    await people.sessions.revoke(who.tenant_id, who.person_id, who.session_id)
    await push.start()
    assert push.count == 0


@pytest.mark.promise("D3", "R4")
async def test_nothing_is_sent_to_an_erased_person(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService, keys: KeyStore, database: Database
) -> None:
    ada, ben = await phone(people, push, acme, service), await phone(people, push, acme, service, number="1002")
    subject = people.directory.person_subject(ada.principal.person_id)
    assert subject is not None
    push.notify_call([ada.device_id, ben.device_id], "call-1")
    keys.destroy(acme.id, subject)
    await push.wait_idle()
    assert (ada.browser.pushes(), len(ben.browser.pushes())) == ([], 1)
    await push.erase(acme.id, subject)
    await push.erase(acme.id, subject)
    async with database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM push_subscription"))).scalar() == 1
    assert push.count == 1


async def test_a_closed_account_and_a_deleted_tenant(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService
) -> None:
    ada, ben = await phone(people, push, acme, service), await phone(people, push, acme, service, number="1002")
    push.person_closed(ada.principal.person_id)
    await push.wait_idle()
    assert (ada.browser.messages(), ben.browser.messages()) == ([{"type": "signed_out"}], [])
    push.tenant_deleted("another")
    assert push.count == 1
    push.tenant_deleted(acme.id)
    assert push.count == 0


@pytest.mark.promise("T2")
async def test_endpoint_and_keys_are_sealed_in_the_database(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService, database: Database
) -> None:
    ada = await phone(people, push, acme, service)
    new = ada.browser.subscription()
    async with database.read() as session:
        stored = repr(tuple((await session.execute(text("SELECT * FROM push_subscription"))).one()))
    assert not any(value in stored for value in (new.endpoint, new.p256dh, new.auth, "127.0.0.1"))
    assert new.endpoint not in repr(new)


async def test_a_deleted_device_gets_no_push(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService
) -> None:
    ada = await phone(people, push, acme, service)
    await people.devices.delete(acme.id, ada.device_id)
    assert push.push_devices(ada.extension_id) == ()


async def test_nothing_is_sent_after_unsubscribing(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService
) -> None:
    ada = await phone(people, push, acme, service)
    await push.unsubscribe(ada.principal)
    await push.unsubscribe(ada.principal)
    push.notify_call([ada.device_id], "call-1")
    push.send_notice(ada.principal.person_id, "new_device")
    await push.wait_idle()
    assert service.received == []
    with pytest.raises(NoPushSubscription):
        push.send_test(ada.principal)


async def test_a_test_push_is_sent_and_seen(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService, bus: EventBus, clock: ManualClock
) -> None:
    ada, ben = await phone(people, push, acme, service), await phone(people, push, acme, service, number="1002")
    events: list[PushSeen] = []
    bus.subscribe(PushSeen, events.append)
    test_id = push.send_test(ada.principal)
    assert push.get_test(ada.principal, test_id) == PushTest()
    with pytest.raises(TooManyRequests):
        push.send_test(ada.principal)
    await push.wait_idle()
    assert ada.browser.messages() == [{"type": "test", "id": test_id}]
    assert push.get_test(ada.principal, test_id) == PushTest(sent=True)
    with pytest.raises(NotFound):
        push.mark_seen(ben.principal, test_id)
    push.mark_seen(ada.principal, test_id)
    assert push.get_test(ada.principal, test_id) == PushTest(sent=True, seen=True)
    assert events == [PushSeen(acme.id, ada.principal.session_id, test_id)]
    clock.advance(601)
    with pytest.raises(NotFound):
        push.get_test(ada.principal, test_id)


@pytest.mark.parametrize(
    ("answers", "problem"), [([(410, {})], "gone"), ([(403, {})], "refused"), ([(503, {})] * 4, "unreachable")]
)
async def test_a_failed_test_push_reports_the_problem(
    people: Identity,
    push: PushNotifier,
    acme: Tenant,
    service: PushService,
    answers: list[tuple[int, dict[str, str]]],
    problem: str,
) -> None:
    ada = await phone(people, push, acme, service)
    service.responses = list(answers)
    test_id = push.send_test(ada.principal)
    await push.wait_idle()
    assert push.get_test(ada.principal, test_id) == PushTest(problem=problem)


async def test_an_invalid_subscription_is_rejected(
    people: Identity, push: PushNotifier, acme: Tenant, service: PushService
) -> None:
    ada = await phone(people, push, acme, service)
    good = ada.browser.subscription()
    off_curve = "BA" + good.p256dh[2:-4] + "AAAA"
    for bad in (
        NewSubscription("http://push.example.com/x", good.p256dh, good.auth),
        NewSubscription(good.endpoint, off_curve, good.auth),
        NewSubscription(good.endpoint, good.p256dh[:-4], good.auth),
        NewSubscription(good.endpoint, good.p256dh, "short"),
        NewSubscription(good.endpoint, good.p256dh, "*" * 22),
    ):
        with pytest.raises(Invalid):
            await push.subscribe(ada.principal, bad, None)
    with pytest.raises(NotFound):
        await push.subscribe(Principal("", acme.id, ada.principal.role), good, None)
    assert push.push_devices(ada.extension_id) == (ada.device_id,)


async def test_a_notifier_without_subscriptions_is_truthy(push: PushNotifier) -> None:
    """`notifier or default` must return the notifier."""
    assert (bool(push), push.count) == (True, 0)
