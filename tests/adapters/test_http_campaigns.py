"""Advertising through a real mail server: only with a consent, and ended by one click without signing in."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from http_world import MailRoute, World
from smtp_server import FakeSmtpServer, ReceivedEmail, mail_server, settings_of, text_of

from unificx.integrations.smtp import SmtpClient
from unificx.notifications.email_queue import EmailQueue

TEXTS = {"en": {"subject": "New {telephones}", "text": "Order yours.\n\nUntil May."}}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def box(world: World, tmp_path: Path) -> AsyncIterator[FakeSmtpServer]:
    """A mail server on this machine that receives the e-mails of the world, whose address is public."""
    world.services.public_address.configure("https://pbx.example.com", b"", "closed")
    async with mail_server(tmp_path / "mail", tls="none", auth=False) as one:
        queue = world.services.notifications.emails
        route = queue._deps.transport
        assert isinstance(route, MailRoute)
        route.server = SmtpClient(settings_of(one, login="", options=""))
        yield one


async def decide(client: httpx.AsyncClient, *, given: bool = True) -> dict[str, Any]:
    body = {"purpose": "marketing", "given": given, "language": "en"}
    return (await client.put("/api/v1/me/consents", json=body)).json()


async def send(admin: httpx.AsyncClient) -> httpx.Response:
    made = await admin.post("/api/v1/campaigns", json={"texts": TEXTS})
    assert made.status_code == 201, made.text
    return await admin.post(f"/api/v1/campaigns/{made.json()['id']}/send", json={})


async def deliver(world: World, box: FakeSmtpServer) -> Sequence[ReceivedEmail]:
    """Let all waiting e-mails leave, and return those that have arrived since the last call."""
    box.received.clear()
    world.clock.advance(60)
    await world.services.notifications.emails.deliver()
    return box.received


def link_of(email: ReceivedEmail) -> str:
    return str(email.message["List-Unsubscribe"])[1:-1]


@pytest.mark.promise("D4")
@pytest.mark.promise("U7", whole=True)
async def test_advertising_needs_a_consent_and_ends_with_one_click(world: World, box: FakeSmtpServer) -> None:
    """U7 as a whole: a campaign reaches consenting people only, each e-mail has the id of the consent and a link by which
    one click without signing in ends it, and the ledger has the withdrawal."""
    admin = await world.admin(world.acme)
    ada, ben, cleo = [await world.user(world.acme, number) for number in ("1001", "1002", "1003")]
    other = await world.user(world.globex, "2001")
    receipt = await decide(ada)
    await decide(cleo)
    await decide(other)
    sent = (await send(admin)).json()
    assert (sent["recipients"], sent["progress"]["waiting"]) == (2, 2)
    await decide(cleo, given=False)
    [email] = await deliver(world, box)
    assert email.recipients == ["user1001@acme.example"]
    assert (await admin.get(f"/api/v1/campaigns/{sent['id']}")).json()["progress"]["waiting"] == 0
    assert email.message["Subject"] == "New {telephones}"
    assert email.message["X-Consent-Id"] == receipt["id"]
    assert email.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link, plain = link_of(email), text_of(email.message, "plain")
    assert link.startswith("https://pbx.example.com/unsubscribe/")
    assert all(each in plain for each in ("Order yours.", "Until May.", link))
    assert receipt["id"] in plain.replace("\r\n", "")
    waiting = (await send(admin)).json()
    assert waiting["recipients"] == 1
    visitor, path = world.client(), link.removeprefix("https://pbx.example.com")
    opened = await visitor.get(path)
    assert (opened.status_code, "<form" in opened.text) == (200, True)
    assert (await ada.get("/api/v1/me/consents")).json()["ledger"] == [receipt]
    for _ in range(2):
        ended = await visitor.post(path, data=ONE_CLICK, headers={"Origin": "https://mail.example.net"})
        assert (ended.status_code, ended.headers["referrer-policy"]) == (200, "no-referrer")
    newest = (await ada.get("/api/v1/me/consents")).json()["ledger"][0]
    assert (newest["purpose"], newest["state"], newest["method"]) == ("marketing", "withdrawn", "unsubscribe")
    assert await deliver(world, box) == []
    assert (await send(admin)).json()["recipients"] == 0
    assert (await ben.get("/api/v1/me/consents")).json()["ledger"] == []
    assert (await visitor.post(f"{path[:-2]}AA", data=ONE_CLICK)).status_code == 404
    assert (await send(admin)).status_code == 429
    assert (await ben.get("/api/v1/campaigns")).status_code == 403


async def test_a_campaign_is_sent_with_the_texts_that_it_has_once_its_people_are_found(
    world: World, box: FakeSmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, ada = await world.admin(world.acme), await world.user(world.acme, "1001")
    await decide(ada)
    campaigns = world.services.notifications.campaigns
    permitted = campaigns._advertising.permitted
    draft = (await admin.post("/api/v1/campaigns", json={"texts": TEXTS})).json()["id"]

    async def change_and_find(*arguments: Any) -> Any:
        texts = {"de": {"subject": "Neue Telefone", "text": "Bestellen Sie Ihres."}}
        assert (await admin.put(f"/api/v1/campaigns/{draft}", json={"texts": texts})).status_code == 200
        return await permitted(*arguments)

    monkeypatch.setattr(campaigns._advertising, "permitted", change_and_find)
    assert (await admin.post(f"/api/v1/campaigns/{draft}/send", json={})).json()["recipients"] == 1
    [email] = await deliver(world, box)
    assert email.message["Subject"] == "Neue Telefone"


async def test_a_deleted_campaign_counts_for_the_limit_of_a_day_if_it_was_sent(
    world: World, box: FakeSmtpServer
) -> None:
    admin, ada = await world.admin(world.acme), await world.user(world.acme, "1001")
    await decide(ada)
    for at in range(4):  # the first one is deleted before it leaves
        sent = (await send(admin)).json()
        assert len(await deliver(world, box) if at else ()) == (at > 0)
        assert (await admin.delete(f"/api/v1/campaigns/{sent['id']}")).status_code == 204
    refused = await send(admin)
    assert refused.status_code == 429
    campaigns, url = world.services.notifications.campaigns, world.services.public_address.url
    for obstacle in ("limit", None):
        assert (await campaigns.audience(world.acme.id, url)).obstacle == obstacle
        world.clock.advance(int(refused.headers["retry-after"]))


async def test_emails_that_are_no_advertising_do_not_count_for_the_limit_of_a_day(
    world: World, box: FakeSmtpServer
) -> None:
    admin, ada = await world.admin(world.acme), await world.user(world.acme, "1001")
    await decide(ada)
    for _ in range(2):
        sent = (await send(admin)).json()
        assert len(await deliver(world, box)) == 1
        assert (await admin.delete(f"/api/v1/campaigns/{sent['id']}")).status_code == 204
    person = await world.person(world.acme, "ben@acme.example")
    assert await world.services.notifications.emails.enqueue(person, "new_device", detail="a phone")
    assert len(await deliver(world, box)) == 1
    campaigns, url = world.services.notifications.campaigns, world.services.public_address.url
    assert (await campaigns.audience(world.acme.id, url)).obstacle is None


@pytest.mark.promise("U7")
async def test_an_unsubscribed_address_gets_nothing_through_another_account(world: World, box: FakeSmtpServer) -> None:
    admin, ada = await world.admin(world.acme), await world.user(world.acme, "1001")
    await decide(ada)
    await send(admin)
    [email] = await deliver(world, box)
    path = link_of(email).removeprefix("https://pbx.example.com")
    person = (await ada.get("/api/v1/me")).json()["person"]["id"]
    await world.identity.users.close(world.acme.id, person)
    assert (await world.client().post(path, data=ONE_CLICK)).status_code == 200
    await world.person(world.acme, "User1001@acme.example")
    again = await world.signed_in("user1001@acme.example")
    world.clock.advance(1)
    await decide(again)
    assert (await send(admin)).json()["recipients"] == 0


@pytest.mark.promise("U7")
async def test_a_person_who_unsubscribed_may_agree_again(world: World, box: FakeSmtpServer) -> None:
    admin, ada = await world.admin(world.acme), await world.user(world.acme, "1001")
    await decide(ada)
    first = (await send(admin)).json()["id"]
    [email] = await deliver(world, box)
    path = link_of(email).removeprefix("https://pbx.example.com")
    assert (await world.client().post(path, data=ONE_CLICK)).status_code == 200
    assert (await send(admin)).json()["recipients"] == 0
    world.clock.advance(1)
    await decide(ada)
    assert (await send(admin)).json()["recipients"] == 1
    assert len(await deliver(world, box)) == 1
    assert (await admin.post(f"/api/v1/campaigns/{first}/send", json={})).status_code in (409, 429)
    world.clock.advance(86_400)
    admin = await world.signed_in("admin@acme.example")
    assert (await admin.post(f"/api/v1/campaigns/{first}/send", json={})).status_code == 409
    world.services.public_address.configure("", b"", "closed")
    assert (await send(admin)).status_code == 409
    last = (await admin.get("/api/v1/campaigns")).json()["items"][0]
    assert (await admin.delete(f"/api/v1/campaigns/{last['id']}")).status_code == 204


async def test_the_audience_is_counted_before_a_campaign_is_sent(
    world: World, box: FakeSmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await world.admin(world.acme)
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    await decide(ada)
    await decide(await world.user(world.globex, "2001"))
    for _ in range(3):
        audience = (await admin.get("/api/v1/campaigns/audience")).json()
        assert audience == {"recipients": 1, "people": 3, "obstacle": None}
        assert (await send(admin)).json()["recipients"] == 1
    assert (await admin.get("/api/v1/campaigns/audience")).json()["obstacle"] == "limit"
    world.services.public_address.configure("", b"", "closed")
    assert (await admin.get("/api/v1/campaigns/audience")).json()["obstacle"] == "public_address"
    monkeypatch.setattr(EmailQueue, "can_send", False)
    assert (await admin.get("/api/v1/campaigns/audience")).json()["obstacle"] == "mail_server"
    assert (await ben.get("/api/v1/campaigns/audience")).status_code == 403


async def test_the_texts_of_a_draft_are_changed_until_it_is_sent(world: World, box: FakeSmtpServer) -> None:
    admin, ada = await world.admin(world.acme), await world.user(world.acme, "1001")
    await decide(ada)
    draft = (await admin.post("/api/v1/campaigns", json={"texts": TEXTS})).json()["id"]
    path, new = f"/api/v1/campaigns/{draft}", {"de": {"subject": "Neue Telefone", "text": "Bestellen Sie."}}
    assert (await admin.put(path, json={"texts": {"de": {"subject": " ", "text": "x"}}})).status_code == 422
    assert (await admin.put(f"{path[:-4]}0000", json={"texts": new})).status_code == 404
    assert (await ada.put(path, json={"texts": new})).status_code == 403
    assert (await admin.put(path, json={"texts": new})).json()["texts"] == new
    await admin.post(f"{path}/send", json={})
    assert (await admin.put(path, json={"texts": TEXTS})).status_code == 409
    [email] = await deliver(world, box)
    assert email.message["Subject"] == "Neue Telefone"


async def test_a_preview_shows_each_language_as_it_is_sent_and_stores_nothing(world: World) -> None:
    admin, ben = await world.admin(world.acme), await world.user(world.acme, "1002")
    texts = {**TEXTS, "de": {"subject": "Neue Telefone", "text": "Bestellen Sie."}}
    shown = (await admin.post("/api/v1/campaigns/preview", json={"texts": texts})).json()["texts"]
    assert {language: each["subject"] for language, each in shown.items()} == {
        "en": "New {telephones}",
        "de": "Neue Telefone",
    }
    assert all(each in shown["en"]["text"] for each in ("Order yours.\n\nUntil May.", "Unsubscribe", "/example"))
    assert "Bestellen Sie." in shown["de"]["text"]
    assert (await admin.get("/api/v1/campaigns")).json()["items"] == []
    assert (await ben.post("/api/v1/campaigns/preview", json={"texts": texts})).status_code == 403


REPORT = """\
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.acme.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--b--
"""


@pytest.mark.promise("U2", "U7")
async def test_administrators_see_emails_and_campaigns_skip_addresses_that_bounced(
    world: World, box: FakeSmtpServer
) -> None:
    admin, operator = await world.admin(world.acme), world.client(operator=True)
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    await decide(ada)
    await decide(ben)
    await send(admin)
    box.refusals = ["550 5.1.1 No such mailbox"]
    [arrived] = await deliver(world, box)
    emails = (await admin.get("/api/v1/emails", params={"state": ["sent", "failed"]})).json()["items"]
    assert {(each["state"], each["reply"]) for each in emails} == {("sent", ""), ("failed", "5.1.1 No such mailbox")}
    assert (await admin.get(f"/api/v1/emails/{emails[0]['id']}")).json()["text"] == ""
    report = REPORT.format(address=arrived.recipients[0], message_id=arrived.message["Message-ID"]).encode()
    assert (await admin.post("/api/v1/emails/bounces", content=report)).status_code == 403
    other = report.replace(b"@example.com", b"@example.net")
    assert (await operator.post("/api/v1/emails/bounces", content=other)).json() == {"known": False}
    for known in (True, False):  # it has bounced already
        assert (await operator.post("/api/v1/emails/bounces", content=report)).json() == {"known": known}
    assert (await operator.post("/api/v1/emails/bounces", content=b"Hello")).status_code == 422
    assert (await admin.get("/api/v1/emails/summary")).json()["counts"] == {"failed": 1, "bounced": 1}
    [campaign] = (await admin.get("/api/v1/campaigns")).json()["items"]
    assert campaign["progress"] == {"waiting": 0, "delivered": 0, "failed": 2, "complained": 0, "unsubscribed": 0}
    assert (await send(admin)).json()["recipients"] == 0
    marks = (await admin.get("/api/v1/emails/undeliverable")).json()["items"]
    assert {each["address"] for each in marks} == {"user1001@acme.example", "user1002@acme.example"}
    me = (await ada.get("/api/v1/me")).json()["person"]["id"]
    assert (await admin.get(f"/api/v1/people/{me}")).json()["email_state"]["fails"] is True
    assert (await admin.delete(f"/api/v1/emails/undeliverable/{marks[0]['id']}")).status_code == 204
    assert (await send(admin)).json()["recipients"] == 1
    assert (await ada.get("/api/v1/emails")).status_code == 403


COMPLAINT = """\
From: feedback@provider.example
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: text/plain

An e-mail was called spam.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1
Version: 1

--b
Content-Type: message/rfc822

Message-ID: {message_id}
List-Unsubscribe: {unsubscribe}
To: <redacted@provider.example>
Subject: Offer

Text
--b--
"""


@pytest.mark.promise("U2", "U7")
async def test_a_complaint_stops_advertising_also_when_the_record_of_the_email_is_gone(
    world: World, box: FakeSmtpServer
) -> None:
    admin, operator = await world.admin(world.acme), world.client(operator=True)
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    await decide(ada)
    await decide(ben)
    await send(admin)
    mails = {each.recipients[0]: each.message for each in await deliver(world, box)}

    def complaint(name: str) -> bytes:
        mail = mails[f"{name}@acme.example"]
        link = str(mail["List-Unsubscribe"])
        return COMPLAINT.format(message_id=mail["Message-ID"], unsubscribe=link).encode()

    async def report(raw: bytes) -> object:
        answer = await operator.post("/api/v1/emails/bounces", content=raw)
        return answer.json().get("known", answer.status_code)

    first, second = complaint("user1001"), complaint("user1002")
    assert await report(first.replace(b"Type: abuse", b"Type: not-spam")) == 422
    assert await report(first.replace(b"List-Unsubscribe", b"X-Removed").replace(b"@example.com", b"@x.org")) is False
    assert await report(first.replace(b"List-Unsubscribe", b"X-Removed")) is True
    [item] = (await admin.get("/api/v1/emails", params={"state": "complained"})).json()["items"]
    assert item["address"] == "user1001@acme.example"
    me = (await ada.get("/api/v1/me")).json()["person"]["id"]
    shown = (await admin.get(f"/api/v1/people/{me}")).json()["email_state"]
    assert (shown["fails"], shown["reason"]) == (False, "complaint")
    person = await world.services.identity.users.get(world.acme.id, me)
    assert not world.services.consents.allows(person.subject, "marketing")
    assert (await send(admin)).json()["recipients"] == 1
    world.clock.advance(8 * 86_400)
    await world.services.notifications.emails.delete_expired()
    assert await report(second) is True
    admin = await world.signed_in("admin@acme.example")
    assert (await send(admin)).json()["recipients"] == 0


async def test_results_of_a_campaign_stay_when_the_records_of_its_emails_are_deleted(
    world: World, box: FakeSmtpServer
) -> None:
    admin = await world.admin(world.acme)
    for number in ("1001", "1002", "1003", "1004"):
        await decide(await world.user(world.acme, number))
    first = (await send(admin)).json()["id"]
    box.refusals = ["550 5.1.1 No such mailbox"]
    mails = await deliver(world, box)
    world.clock.advance(1)
    for email in mails[:2]:
        path = link_of(email).removeprefix("https://pbx.example.com")
        assert (await world.client().post(path, data=ONE_CLICK)).status_code == 200
    raw = COMPLAINT.format(message_id=mails[2].message["Message-ID"], unsubscribe=link_of(mails[2])).encode()
    assert (await world.client(operator=True).post("/api/v1/emails/bounces", content=raw)).json() == {"known": True}
    world.clock.advance(1)
    second = (await send(admin)).json()
    assert second["recipients"] == 0

    async def progress(campaign: str) -> dict[str, int]:
        return (await admin.get(f"/api/v1/campaigns/{campaign}")).json()["progress"]

    expected = {"waiting": 0, "delivered": 2, "failed": 1, "complained": 1, "unsubscribed": 2}
    assert await progress(first) == expected
    assert set((await progress(second["id"])).values()) == {0}
    world.clock.advance(8 * 86_400)
    await world.services.notifications.emails.delete_expired()
    admin = await world.signed_in("admin@acme.example")
    assert (await admin.get("/api/v1/emails")).json()["items"] == []
    assert await progress(first) == expected


@pytest.mark.promise("U2")
async def test_a_test_shows_the_answer_of_the_server(
    world: World, box: FakeSmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await world.admin(world.acme)
    body = {"address": "ada@acme.example"}
    assert (await admin.post("/api/v1/emails/test", json=body)).json() == {"accepted": True, "status": 250, "reply": ""}
    assert box.received[0].recipients == ["ada@acme.example"]
    box.refusals = ["550 5.1.1 No such mailbox"]
    refused = (await admin.post("/api/v1/emails/test", json=body)).json()
    assert refused == {"accepted": False, "status": 550, "reply": "5.1.1 No such mailbox"}
    assert (await admin.post("/api/v1/emails/test", json={"address": "nowhere"})).status_code == 422
    monkeypatch.setattr("unificx.notifications.email_records.TEST_TIMEOUT", 0)
    for _ in range(4):
        silent = (await admin.post("/api/v1/emails/test", json=body)).json()
        assert silent == {"accepted": False, "status": 0, "reply": ""}
    assert (await admin.post("/api/v1/emails/test", json=body)).status_code == 429
