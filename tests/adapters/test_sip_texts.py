"""MESSAGE requests (RFC 3428) from and to phones."""

import asyncio
from datetime import UTC, datetime

import pytest
from sip_harness import DOMAIN, OTHER, PHONE_FLOW, Phone, SipHarness

from unificx.calls import AssertedIdentity
from unificx.core.errors import Forbidden, Invalid, NotFound, TooManyRequests
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, parse, respond
from unificx.sip_server import ReceivedText, SentText, text_messages

PLAIN = ("Content-Type: text/plain",)
WEB = Flow("wss", "192.0.2.7", 50_000, 9, 3)
ADA = AssertedIdentity("1001", 'Ada "A" Ü', DOMAIN)
TEXT = SentText("t-1", 1, datetime(2026, 1, 5, 9, 0, tzinfo=UTC), ADA, "Grüße")


@pytest.fixture
async def harness() -> SipHarness:
    return SipHarness()


@pytest.fixture
def phone(harness: SipHarness) -> Phone:
    return Phone(harness)


def built(phone: Phone, body: bytes, number: str = "1002", headers: tuple[str, ...] = PLAIN) -> bytes:
    """Return a MESSAGE with credentials, for which the phone is challenged first."""
    uri = f"sip:{number}@{DOMAIN}"
    if phone.challenge is None:
        [challenge] = phone.harness.send(phone.build("MESSAGE", uri, f"<{uri}>"))
        assert isinstance(challenge, Response)
        assert challenge.status == 407
        phone.store_challenge(challenge)
    auth = phone.credentials("MESSAGE", uri)
    return phone.build("MESSAGE", uri, f"<{uri}>", headers, auth=auth, body=body)


async def answers(harness: SipHarness) -> list[Response]:
    """Return the responses once no text is being stored."""
    await asyncio.sleep(0)
    await harness.text_receiver.close()
    return [one for data in harness.pump() if isinstance(one := parse(data), Response)]


async def send(phone: Phone, body: bytes, number: str = "1002", headers: tuple[str, ...] = PLAIN) -> Response:
    data = built(phone, body, number, headers)
    [answer] = [*phone.harness.send(data), *await answers(phone.harness)]
    assert isinstance(answer, Response)
    return answer


@pytest.mark.promise("C11")
async def test_a_text_is_accepted_once_it_is_stored(harness: SipHarness, phone: Phone) -> None:
    harness.texts.open.clear()
    data = built(phone, "Grüße\r\nan alle".encode())
    assert harness.send(data) + harness.send(data) == []
    await asyncio.sleep(0)
    assert harness.pump() == []
    harness.texts.open.set()
    [answer] = await answers(harness)
    assert answer.status == 202
    [(device, stored)] = harness.texts.stored
    assert (device, stored.target, stored.text) == ("d-t1-1001a", "1002", "Grüße\nan alle")
    assert (stored.call_id, stored.cseq) == (phone.call_id, phone.cseq)
    [again] = harness.send(data)
    assert isinstance(again, Response)
    assert (again.status, len(harness.texts.stored)) == (202, 1)


async def test_texts_of_a_phone_are_stored_in_their_order(harness: SipHarness, phone: Phone) -> None:
    harness.texts.open.clear()
    for number in range(5):
        harness.send(built(phone, str(number).encode()))
    await asyncio.sleep(0)
    harness.texts.open.set()
    assert [each.status for each in await answers(harness)] == 5 * [202]
    assert [each.text for _, each in harness.texts.stored] == list("01234")


async def test_a_text_that_arrives_between_two_waits_for_both(
    harness: SipHarness, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock of a phone stays the same while one of its texts waits, also at the moment at which it is free."""
    texts, running, seen = [built(phone, each) for each in (b"0", b"1", b"2")], set[str](), list[tuple[str, int]]()

    async def store(device: object, received: ReceivedText) -> None:
        running.add(received.text)
        seen.append((received.text, len(running)))
        await asyncio.sleep(0)
        if received.text == "0":
            asyncio.get_running_loop().call_soon(harness.send, texts[2])
        running.remove(received.text)

    monkeypatch.setattr(harness.texts, "store", store)
    for each in texts[:2]:
        harness.send(each)
    await harness.text_receiver.close()
    await harness.text_receiver.close()
    assert seen == [("0", 1), ("1", 1), ("2", 1)]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (NotFound("x"), 404),
        (Forbidden("x"), 403),
        (Invalid("x"), 400),
        (TooManyRequests("x", retry_after=2.4), 503),
        (RuntimeError("x"), 500),
    ],
)
async def test_refusals(harness: SipHarness, phone: Phone, fault: Exception, status: int) -> None:
    harness.texts.fault = fault
    answer = await send(phone, b"Hello")
    assert (answer.status, answer.first("retry-after")) == (status, "3" if status == 503 else None)


async def test_other_bodies_and_extensions_are_refused_before_anything_is_stored(
    harness: SipHarness, phone: Phone
) -> None:
    answer = await send(phone, b"<p>", headers=("Content-Type: text/html",))
    assert (answer.status, answer.first("accept")) == (415, "text/plain, message/cpim")
    assert (await send(phone, b"\xff")).status == 400
    answer = await send(phone, b"Hello", headers=(*PLAIN, "Require: recipient-list-message"))
    assert (answer.status, answer.first("unsupported")) == (420, "recipient-list-message")
    assert harness.texts.stored == []


async def test_texts_to_another_tenant_and_without_credentials_are_refused(harness: SipHarness, phone: Phone) -> None:
    built(phone, b"")
    uri = f"sip:1001@{OTHER}"
    data = phone.build("MESSAGE", uri, f"<{uri}>", PLAIN, auth=phone.credentials("MESSAGE", uri), body=b"Hello")
    [answer] = harness.send(data)
    assert isinstance(answer, Response)
    assert answer.status == 403
    wrong = Phone(harness, password="guess")
    assert (await send(wrong, b"Hello")).status == 403
    assert harness.texts.stored == []


async def test_a_flood_is_answered_with_503(harness: SipHarness, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_messages, "MAX_WAITING", 2)
    harness.texts.open.clear()
    for _ in range(2):
        assert harness.send(built(phone, b"Hello")) == []
    [answer] = harness.send(built(phone, b"Hello"))
    assert isinstance(answer, Response)
    assert (answer.status, answer.first("retry-after")) == (503, "5")
    harness.texts.open.set()
    assert len(await answers(harness)) == 2


# ---- to phones


def registered(harness: SipHarness, *headers: str, flow: Flow = PHONE_FLOW) -> Phone:
    phone = Phone(harness, flow=flow)
    assert phone.register(*headers).status == 200
    return phone


async def sent(harness: SipHarness, text: SentText = TEXT) -> "tuple[asyncio.Task[int], list[Request]]":
    device = harness.directory.device("d-t1-1001a")
    assert device is not None
    task = asyncio.ensure_future(harness.text_sender.send(device, text))
    await asyncio.sleep(0)
    return task, [one for data in harness.pump() if isinstance(one := parse(data), Request)]


@pytest.mark.promise("C11")
async def test_a_text_is_sent_to_a_phone_that_lists_message(harness: SipHarness) -> None:
    phone = registered(harness, "Allow: INVITE, MESSAGE")
    task, [request] = await sent(harness)
    assert (request.method, request.uri, request.body.decode()) == ("MESSAGE", phone.contact, "Grüße")
    assert request.from_.uri.user == "1001"
    assert request.first("p-asserted-identity") == f'"Ada \\"A\\" Ü" <sip:1001@{DOMAIN}>'
    assert (request.content_type, request.first("contact")) == ("text/plain", None)
    assert (request.call_id, request.cseq.number) == ("t-1-0", 2)
    assert request.first("date") == "Mon, 05 Jan 2026 09:00:00 GMT"
    harness.send(respond(request, 200, to_tag="x").encode())
    assert await task == 200


async def test_methods_of_the_contact_count_too(harness: SipHarness) -> None:
    phone = Phone(harness)
    phone.register(contact=f'Contact: <{phone.contact}>;methods="INVITE, MESSAGE"')
    task, [request] = await sent(harness)
    harness.send(respond(request, 405, to_tag="x").encode())
    assert await task == 405


async def test_nothing_is_sent_to_other_phones_and_to_the_app(harness: SipHarness) -> None:
    registered(harness, "Allow: INVITE, ACK")
    task, requests = await sent(harness)
    assert (await task, requests) == (480, [])
    registered(harness, "Allow: INVITE, MESSAGE")
    registered(harness, "Allow: INVITE, ACK")
    task, requests = await sent(harness)
    assert (await task, requests) == (480, [])


async def test_nothing_is_sent_over_a_websocket(harness: SipHarness) -> None:
    registered(harness, "Allow: INVITE, MESSAGE", flow=WEB)
    task, requests = await sent(harness)
    assert (await task, requests) == (480, [])


async def test_a_phone_that_does_not_answer(harness: SipHarness) -> None:
    registered(harness, "Allow: MESSAGE")
    task, _ = await sent(harness)
    harness.advance(33)
    assert await task == 408


async def test_a_long_text_is_sent_in_parts_over_udp(harness: SipHarness) -> None:
    registered(harness, "Allow: MESSAGE")
    task, requests = await sent(harness, SentText("t-1", 1, TEXT.sent, ADA, " ".join(["word"] * 500)))
    texts = list[str]()
    while requests:
        [request] = requests
        assert len(request.encode()) < 1_400
        texts.append(request.body.decode())
        harness.send(respond(request, 200, to_tag="x").encode())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        requests = [one for data in harness.pump() if isinstance(one := parse(data), Request)]
    assert (len(texts), " ".join(texts).count("word")) == (3, 500)
    assert await task == 200
