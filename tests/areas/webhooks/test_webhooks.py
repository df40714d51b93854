"""Webhooks on both databases: messages, signatures, retries, pauses and dead letters."""

import asyncio
import base64
import hmac
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from webhook_setup import URL, WebhookSetup

from unificx.core.clock import SystemClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.identity.events import PersonClosed, PersonCreated, TenantDeleted
from unificx.integrations.local_ca import ensure_certificates, server_context
from unificx.integrations.webhook_client import WebhookClient
from unificx.voicemail.events import MessageLeft
from unificx.webhooks import (
    NewWebhook,
    WebhookChange,
    WebhookSender,
    WebhookUnreachable,
    repository,
    schedule,
    sender,
    service,
    values,
)
from unificx.webhooks.models import DeliveryRow, WebhookRow
from unificx.webhooks.signature import headers_of, secret_text

DAY = 86_400


async def publish(setup: WebhookSetup, *events: PersonCreated | PersonClosed | MessageLeft) -> None:
    async with setup.database.begin() as uow:
        for event in events:
            uow.publish(event)


def person_created(number: int = 1, tenant_id: str = "acme") -> PersonCreated:
    return PersonCreated(f"event-{tenant_id}-{number}", tenant_id, f"person-{number}")


def verified(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Check a signature like a receiver, independently of our own code."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return expected in headers["webhook-signature"].split(" ")


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the Standard Webhooks libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    signed = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    assert "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode() == expected
    headers = headers_of(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}', [secret]
    )
    assert headers["webhook-signature"] == expected


async def test_webhooks_created_at_the_same_time_do_not_exceed_the_limit(
    setup: WebhookSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_WEBHOOKS", 2)
    results = await asyncio.gather(*(setup.create("person.created") for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in results) == 2
    assert len(setup.service.of_tenant("acme")) == 2


@pytest.mark.parametrize("events", [(), ("call.ended", "call.dreamt")])
async def test_events_of_a_webhook_are_checked(setup: WebhookSetup, events: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        await setup.create(*events)
    assert refused.value.field == "events"
    assert len(setup.service.of_tenant("acme")) == 0


async def test_a_webhook_that_was_deleted_meanwhile_is_not_changed(setup: WebhookSetup) -> None:
    made, other = await setup.create("call.ended"), setup.reopen()
    await other.start()
    await setup.service.delete(made)
    with pytest.raises(NotFound):
        await other.update(made, WebhookChange(name="Desk"))
    assert len(setup.service.of_tenant("acme")) == 0


async def test_an_event_is_reported_once_to_the_webhooks_of_its_tenant(setup: WebhookSetup) -> None:
    made = await setup.service.create("acme", NewWebhook("Helpdesk", ("person.created",), URL))
    await setup.create("person.created", tenant_id="globex")
    await setup.create("voicemail.left")
    await publish(setup, person_created())
    await setup.deliver()
    await setup.deliver()
    [(url, headers, body)] = setup.receiver.requests
    assert url == URL
    assert verified(made.secret, headers, body)
    assert not verified(made.secret, headers, body + b" ")
    [message] = setup.receiver.messages()
    assert (message["type"], message["tenant_id"], message["data"]) == (
        "person.created",
        "acme",
        {"person_id": "person-1"},
    )
    assert await setup.service.deliveries(made.webhook) == []


async def test_data_subjects_are_not_reported(setup: WebhookSetup) -> None:
    await setup.create("person.closed")
    await publish(setup, PersonClosed("e", "acme", "person-1", "subject-1"))
    await setup.deliver()
    assert [one["data"] for one in setup.receiver.messages()] == [{"person_id": "person-1"}]


async def test_a_queued_message_survives_a_restart(setup: WebhookSetup) -> None:
    made = await setup.create("person.created")
    await publish(setup, person_created())
    await setup.outbox.deliver()
    again = setup.reopen()
    await again.start()
    assert again.find("acme", made.id) == made
    await WebhookSender(setup.database, again, setup.receiver).deliver()
    assert len(setup.receiver.requests) == 1


@pytest.mark.promise("T2")
async def test_address_and_secret_are_sealed(setup: WebhookSetup) -> None:
    made = await setup.service.create("acme", NewWebhook("Helpdesk", ("person.created",), URL))
    async with setup.database.read() as session:
        row = (await session.scalars(select(WebhookRow))).one()
    stored = b"".join(str(value).encode() for value in row.__dict__.values())
    assert b"secret-in-url" not in stored
    assert made.secret.removeprefix("whsec_").encode() not in stored
    assert "secret-in-url" not in repr(made.webhook)


async def test_a_failed_message_is_tried_for_a_day_and_its_webhook_then_paused(setup: WebhookSetup) -> None:
    made = await setup.create("person.created")
    setup.receiver.status = 0
    await publish(setup, person_created(1), person_created(2))
    await setup.deliver()
    assert len(setup.receiver.requests) == 1, "the second message waits for the next attempt"
    first, second = await setup.service.deliveries(made)
    assert (first.attempts, second.attempts, second.due) == (1, 0, first.due)
    assert (first.status, first.failure, second.failure) == (0, "no_connection", None)
    assert setup.service.find("acme", made.id).failing_since == setup.clock.now()
    while setup.service.find("acme", made.id).state == "active":
        await publish(setup, person_created(len(setup.receiver.requests) + 10))
        setup.clock.advance(3600)
        await setup.deliver()
    assert DAY // 3600 >= len(setup.receiver.requests) >= 8
    paused = setup.service.find("acme", made.id)
    assert paused.pause_reason == "failing"
    assert all(one.dead for one in await setup.service.deliveries(made))
    tried = len(setup.receiver.requests)
    await publish(setup, person_created(5))
    await setup.deliver()
    assert len(setup.receiver.requests) == tried


async def test_a_webhook_that_works_again_is_not_paused_for_its_next_failure(setup: WebhookSetup) -> None:
    """It had failed for a day, and both attempts are of one run."""
    made = await setup.create("person.created", "voicemail.left")
    setup.receiver.status = 0
    await publish(setup, person_created(1))
    await setup.deliver()
    setup.clock.advance(DAY - 3600)
    await publish(setup, person_created(2), MessageLeft("e-2", "acme", "extension-1", "message-1"))
    await setup.deliver()
    setup.clock.advance(7200)
    setup.receiver.status, setup.receiver.statuses["voicemail.left"] = 204, 500
    await setup.deliver()
    now = setup.service.find("acme", made.id)
    assert (now.state, now.failing_since) == ("active", setup.clock.now())
    assert [one.event for one in await setup.service.deliveries(made, dead=False)] == ["voicemail.left"]


async def test_a_webhook_that_is_resumed_while_its_receiver_answers_has_another_day(
    setup: WebhookSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await setup.create("person.created")
    setup.receiver.status = 0
    await publish(setup, person_created(1))
    await setup.deliver()
    setup.clock.advance(DAY - 3600)
    await publish(setup, person_created(2))
    setup.clock.advance(7200)
    post = setup.receiver.post

    async def resume_and_post(url: str, headers: Mapping[str, str], body: bytes) -> int:
        await setup.service.update(made, WebhookChange(state="active"))
        return await post(url, headers, body)

    monkeypatch.setattr(setup.receiver, "post", resume_and_post)
    await setup.deliver()
    now = setup.service.find("acme", made.id)
    assert (now.state, now.failing_since) == ("active", setup.clock.now())


async def test_a_webhook_may_be_deleted_while_its_receiver_answers(
    setup: WebhookSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await setup.create("person.created")
    setup.receiver.status = 0
    await publish(setup, person_created())
    await setup.deliver()
    post = setup.receiver.post

    async def delete_and_post(url: str, headers: Mapping[str, str], body: bytes) -> int:
        await setup.service.delete(made)
        return await post(url, headers, body)

    monkeypatch.setattr(setup.receiver, "post", delete_and_post)
    setup.receiver.status = 204
    setup.clock.advance(schedule.FIRST_DELAY.total_seconds())
    await setup.sender.deliver()
    assert len(setup.receiver.requests) == 2


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_a_webhook_that_is_paused_or_deleted_while_its_receiver_answers_gets_no_further_message(
    setup: WebhookSetup, monkeypatch: pytest.MonkeyPatch, is_deleted: bool
) -> None:
    made = await setup.create("person.created")
    await publish(setup, person_created(1), person_created(2))
    post = setup.receiver.post

    async def end_and_post(url: str, headers: Mapping[str, str], body: bytes) -> int:
        if is_deleted:
            await setup.service.delete(made)
        else:
            await setup.service.update(made, WebhookChange(state="paused"))
        return await post(url, headers, body)

    monkeypatch.setattr(setup.receiver, "post", end_and_post)
    await setup.deliver()
    assert len(setup.receiver.requests) == 1


async def test_a_run_with_a_fault_lasts_until_the_other_receivers_have_answered(
    setup: WebhookSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next run would send them the same messages again at the same time."""
    await setup.create("person.created")
    other = await setup.create("person.created", tenant_id="other")
    await publish(setup, person_created(), person_created(tenant_id="other"))
    await setup.outbox.deliver()
    answered, failed = asyncio.Event(), asyncio.Event()
    delete_delivery, post = repository.delete_delivery, setup.receiver.post

    async def fail_for_acme(session: AsyncSession, tenant_id: str, delivery_id: str) -> None:
        if tenant_id == "acme":
            failed.set()
            raise OSError("the database is away")
        await delete_delivery(session, tenant_id, delivery_id)

    async def answer_others_later(url: str, headers: Mapping[str, str], body: bytes) -> int:
        if b'"other"' in body:
            await answered.wait()
        return await post(url, headers, body)

    monkeypatch.setattr(repository, "delete_delivery", fail_for_acme)
    monkeypatch.setattr(setup.receiver, "post", answer_others_later)
    run = asyncio.create_task(setup.sender.deliver())
    await failed.wait()
    done, _ = await asyncio.wait({run}, timeout=0.2)
    assert not done
    answered.set()
    with pytest.raises(OSError, match="is away"):
        await run
    assert await setup.service.deliveries(other) == []


async def test_a_secret_is_replaced_while_events_are_dropped(
    setup: WebhookSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_QUEUED", 0)
    made = await setup.create("person.created")
    for number in range(8):
        await publish(setup, person_created(number))
        new, _ = await asyncio.gather(setup.service.rotate_secret(made), setup.outbox.deliver())
        again = setup.reopen()
        await again.start()
        for each in (setup.service, again):
            stored = each.with_secrets(made.id)
            assert stored is not None
            assert (secret_text(stored[1][0]), stored[0].dropped) == (new.secret, number + 1)


async def test_a_message_that_was_given_up_can_be_sent_again(setup: WebhookSetup) -> None:
    made = await setup.create("person.created")
    setup.receiver.status = 410
    await publish(setup, person_created())
    await setup.deliver()
    paused = setup.service.find("acme", made.id)
    assert (paused.state, paused.pause_reason) == ("paused", "gone")
    [dead] = await setup.service.deliveries(made, dead=True)
    assert (dead.status, dead.attempts) == (410, 1)
    with pytest.raises(Conflict):
        await setup.service.redeliver(paused, dead.id)
    setup.receiver.status = 200
    resumed = await setup.service.update(paused, WebhookChange(state="active"))
    assert (resumed.state, resumed.pause_reason, resumed.failing_since) == ("active", "", None)
    await setup.service.redeliver(resumed, dead.id)
    await setup.deliver()
    first, second = (headers["webhook-id"] for _, headers, _ in setup.receiver.requests)
    assert first == second, "receivers recognize a repeated message"
    with pytest.raises(NotFound):
        await setup.service.redeliver(resumed, dead.id)


async def test_a_rejected_message_does_not_hold_up_others(setup: WebhookSetup) -> None:
    made = await setup.create("person.created", "voicemail.left")
    setup.receiver.statuses["person.created"] = 422
    await publish(setup, person_created(), MessageLeft("e-2", "acme", "extension-1", "message-1"))
    await setup.deliver()
    assert [one["type"] for one in setup.receiver.messages()] == ["person.created", "voicemail.left"]
    assert [one.event for one in await setup.service.deliveries(made)] == ["person.created"]


async def test_a_retry_does_not_wait_until_no_more_messages_arrive(
    setup: WebhookSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    await setup.create("person.created", "voicemail.left")
    setup.receiver.statuses["person.created"] = 422
    post = setup.receiver.post

    async def post_slowly(url: str, headers: Mapping[str, str], body: bytes) -> int:
        setup.clock.advance(schedule.FIRST_DELAY.total_seconds())
        if (number := len(setup.receiver.requests)) < 20:
            await publish(setup, MessageLeft(f"e-{number}", "acme", "extension-1", "message-1"))
            await setup.outbox.deliver()
        return await post(url, headers, body)

    monkeypatch.setattr(setup.receiver, "post", post_slowly)
    await publish(setup, person_created())
    for _ in range(3):
        await setup.deliver()
    types = [each["type"] for each in setup.receiver.messages()]
    assert "person.created" in types[1:5], types


async def test_a_run_sends_a_limited_number_of_messages(setup: WebhookSetup) -> None:
    """So that those of other webhooks do not wait for all messages of one with a slow receiver."""
    await setup.create("person.created")
    await publish(setup, *(person_created(number) for number in range(sender.BATCH_SIZE + 1)))
    await setup.deliver()
    assert len(setup.receiver.requests) == sender.BATCH_SIZE
    await setup.sender.deliver()
    assert len(setup.receiver.requests) == sender.BATCH_SIZE + 1


async def test_a_run_does_not_wait_for_many_answers_of_a_slow_receiver(
    setup: WebhookSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    await setup.create("person.created")
    await publish(setup, *(person_created(number) for number in range(5)))
    post = setup.receiver.post

    async def post_slowly(url: str, headers: Mapping[str, str], body: bytes) -> int:
        setup.clock.advance(sender.BATCH_TIME.total_seconds() / 2)
        return await post(url, headers, body)

    monkeypatch.setattr(setup.receiver, "post", post_slowly)
    await setup.deliver()
    assert len(setup.receiver.requests) == 2
    await setup.sender.deliver()
    assert len(setup.receiver.requests) == 4


async def test_the_queue_is_bounded(setup: WebhookSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_QUEUED", 2)
    made = await setup.create("person.created")
    await publish(setup, *(person_created(number) for number in range(5)))
    await setup.outbox.deliver()
    assert len(await setup.service.deliveries(made)) == 2
    assert setup.service.find("acme", made.id).dropped == 3


async def test_both_secrets_sign_for_a_day_after_a_rotation(setup: WebhookSetup) -> None:
    old = await setup.service.create("acme", NewWebhook("Helpdesk", ("person.created",), URL))
    new = await setup.service.rotate_secret(old.webhook)
    await publish(setup, person_created(1))
    await setup.deliver()
    setup.clock.advance(DAY)
    await publish(setup, person_created(2))
    await setup.deliver()
    during, after = setup.receiver.requests
    assert verified(old.secret, *during[1:])
    assert verified(new.secret, *during[1:])
    assert not verified(old.secret, *after[1:])
    assert verified(new.secret, *after[1:])


@pytest.mark.promise("D3")
async def test_a_deleted_webhook_or_tenant_leaves_nothing(setup: WebhookSetup) -> None:
    for how in ("webhook", "tenant"):
        made = await setup.create("person.created")
        await publish(setup, PersonCreated(f"event-{how}", "acme", "person-1"))
        await setup.outbox.deliver()
        if how == "webhook":
            await setup.service.delete(made)
        else:
            async with setup.database.begin() as uow:
                uow.publish(TenantDeleted("e-9", "acme"))
            await setup.outbox.deliver()
        async with setup.database.read() as session:
            assert not (await session.scalars(select(WebhookRow))).all()
            assert not (await session.scalars(select(DeliveryRow))).all()
        with pytest.raises(NotFound):
            setup.service.find("acme", made.id)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://",
        "https://user:password@hooks.example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "https://printer.local/",
        "https://hooks.example.com/#x",
        "https://hooks.example.com/\nx",
        "https://hooks.example.com:99999/",
    ],
)
def test_addresses_inside_and_plain_http_are_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        values.check_url(url)
    assert refused.value.field == "url"


async def test_a_new_address_is_checked_like_the_first(setup: WebhookSetup) -> None:
    with pytest.raises(Invalid):
        await setup.service.create("acme", NewWebhook("x", ("person.created",), "https://10.0.0.1/"))
    made = await setup.create("person.created")
    with pytest.raises(Invalid):
        await setup.service.update(made, WebhookChange(url="https://10.0.0.1/"))


def test_attempts_end_after_a_day() -> None:
    now = created = SystemClock().now()
    attempts = 1
    while (due := schedule.next_attempt(now, attempts, created)) is not None:
        assert due > now
        now, attempts = due, attempts + 1
    assert 8 <= attempts <= 20
    assert now < created + schedule.LIFETIME


async def test_messages_reach_a_real_receiver_and_no_address_inside(
    setup: WebhookSetup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTPS with a verified certificate. Without the exception for tests, this machine is not connected to."""
    received: list[bytes] = []
    is_hanging = False

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        received.append(head + await reader.readexactly(length))
        if is_hanging:
            await reader.read()
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    files = ensure_certificates(tmp_path / "tls", ["127.0.0.1"], SystemClock())
    trusting = ssl.create_default_context(cafile=str(files.authority))
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_context(files))
    address = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        client = WebhookClient(loopback=True, tls=trusting)
        assert await client.post(f"{address}/in", {"webhook-id": "m-1"}, b"{}") == 302, "redirects are not followed"
        await client.close()
        refusals = [
            (WebhookClient(tls=trusting), f"{address}/in", "no_address"),
            (WebhookClient(loopback=True), f"{address}/in", "no_tls"),
            (WebhookClient(loopback=True), "https://127.0.0.1:1/in", "no_connection"),
        ]
        for refused, url, failure in refusals:
            with pytest.raises(WebhookUnreachable) as caught:
                await refused.post(url, {}, b"{}")
            assert caught.value.failure == failure
            await refused.close()
        hasty = WebhookClient(loopback=True, tls=trusting)
        is_hanging = True
        monkeypatch.setattr("unificx.integrations.webhook_client.TIMEOUT", 0.5)
        with pytest.raises(WebhookUnreachable) as caught:
            await hasty.post(f"{address}/in", {}, b"{}")
        assert caught.value.failure == "no_answer"
        await hasty.close()
    request = received[0]
    assert request.startswith(b"POST /in HTTP/1.1\r\n")
    assert b"webhook-id: m-1\r\n" in request
    assert request.endswith(b"\r\n\r\n{}")
