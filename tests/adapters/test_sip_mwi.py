"""Message waiting indication (RFC 3842, RFC 6665), subscribed and unsolicited."""

from collections.abc import Iterable

import pytest
from sip_harness import DOMAIN, PHONE_FLOW, Phone, SipHarness, add_device

from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond
from unificx.sip_server.subscriptions import MAX_PER_DEVICE

ANNA = "e-t1-1001"
WEB = Flow("wss", "192.0.2.7", 50_000, 9, 3)


@pytest.fixture
def face() -> SipHarness:
    face = SipHarness()
    face.message_counts.counts = {ANNA: (2, 3)}
    return face


@pytest.fixture
def phone(face: SipHarness) -> Phone:
    return Phone(face)


def subscribe(
    phone: Phone, *headers: str, user: str = "1001", expires: int | None = 600, to: str = ""
) -> list[Response | Request]:
    """Send SUBSCRIBE and answer a challenge; return what was received."""
    uri = f"sip:{user}@{DOMAIN}"
    lines = ["Event: message-summary", f"Contact: <{phone.contact}>", *headers]
    lines += [f"Expires: {expires}"] if expires is not None else []
    for _ in range(2):
        data = phone.build("SUBSCRIBE", uri, to or f"<{uri}>", lines, auth=phone.credentials("SUBSCRIBE", uri))
        said = phone.harness.send(data, phone.flow)
        if not (isinstance(said[0], Response) and said[0].status == 407):
            return said
        phone.store_challenge(said[0])
    raise AssertionError("challenged twice")


def answered(
    face: SipHarness, said: Iterable[Response | Request], status: int = 200, *headers: tuple[str, str]
) -> list[str]:
    """Answer every NOTIFY among these; return their contents."""
    told = notified(said)
    for one in told:
        face.send(respond(one, status, headers=headers).encode(), PHONE_FLOW)
    return [one.body.decode() for one in told]


def notified(said: Iterable[Response | Request]) -> list[Request]:
    """Return the NOTIFYs among these without retransmissions."""
    found = {(one.call_id, one.cseq.number): one for one in said if isinstance(one, Request)}
    assert all(one.method == "NOTIFY" for one in found.values())
    return list(found.values())


def states(said: Iterable[Response | Request]) -> list[str]:
    return [one.first("subscription-state") or "" for one in notified(said)]


def change(face: SipHarness, new: int, old: int) -> list[Response | Request]:
    face.message_counts.counts[ANNA] = (new, old)
    face.mwi.changed(ANNA, face.now)
    return [*face.send(b"\r\n"), *face.advance(1.2)]


@pytest.mark.promise("C9")
def test_a_subscription_is_notified_at_once(face: SipHarness, phone: Phone) -> None:
    response, notify = subscribe(phone, "Event: message-summary;id=7")
    assert isinstance(response, Response)
    assert (response.status, response.expires) == (200, 600)
    assert isinstance(notify, Request)
    assert (notify.uri, notify.first("subscription-state")) == (phone.contact, "active;expires=600")
    assert notify.content_type == "application/simple-message-summary"
    body = f"Messages-Waiting: yes\r\nMessage-Account: sip:1001@{DOMAIN}\r\nVoice-Message: 2/3 (0/0)\r\n"
    assert notify.body.decode() == body
    assert notify.to.tag == "f1001-t1a"
    assert notify.from_.tag == response.to.tag


@pytest.mark.promise("C9")
def test_every_change_is_notified(face: SipHarness, phone: Phone) -> None:
    answered(face, subscribe(phone))
    [body] = answered(face, change(face, 3, 3))
    assert "Messages-Waiting: yes" in body
    assert "Voice-Message: 3/3 (0/0)" in body
    [body] = answered(face, change(face, 0, 6))
    assert "Messages-Waiting: no" in body


def test_changes_in_a_row_are_notified_once(face: SipHarness, phone: Phone) -> None:
    answered(face, subscribe(phone))
    for new in (3, 4, 5):
        face.message_counts.counts[ANNA] = (new, 0)
        face.mwi.changed(ANNA, face.now)
    assert ["5/0" in body for body in answered(face, face.advance(3))] == [True]


def test_voicemail_code_and_username_are_valid_targets(face: SipHarness, phone: Phone) -> None:
    for user in ("*97", "1001-t1a"):
        said = subscribe(phone, user=user)
        assert [one.status for one in said if isinstance(one, Response)] == [200]
        answered(face, said)


def test_other_mailboxes_are_forbidden(face: SipHarness, phone: Phone) -> None:
    for user in ("1002", "9999"):
        [response] = subscribe(phone, user=user)
        assert isinstance(response, Response)
        assert response.status == 403
    assert len(face.mwi) == 0


def test_other_event_packages_are_rejected(phone: Phone) -> None:
    uri = f"sip:1001@{DOMAIN}"
    response = phone.request_once("SUBSCRIBE", uri, f"<{uri}>", ["Event: presence", f"Contact: <{phone.contact}>"])
    assert (response.status, response.first("allow-events")) == (489, "message-summary")


def test_a_refresh_is_notified_and_extends_the_subscription(face: SipHarness, phone: Phone) -> None:
    response, *_ = said = subscribe(phone)
    answered(face, said)
    face.advance(500)
    to = response.first("to") or ""
    said = subscribe(phone, to=to)
    assert states(said) == ["active;expires=600"]
    answered(face, said)
    face.advance(590)
    assert len(answered(face, change(face, 9, 9))) == 1


def test_a_subscription_expires(face: SipHarness, phone: Phone) -> None:
    answered(face, subscribe(phone))
    said = face.advance(601)
    assert states(said) == ["terminated;reason=timeout"]
    answered(face, said)
    assert len(face.mwi) == 0
    assert change(face, 9, 9) == []


def test_expires_0_ends_a_subscription_or_fetches_once(face: SipHarness, phone: Phone) -> None:
    assert states(subscribe(phone, expires=0)) == ["terminated;reason=timeout"]
    response, *_ = said = subscribe(phone)
    answered(face, said)
    assert states(subscribe(phone, to=response.first("to") or "", expires=0)) == ["terminated;reason=timeout"]
    assert len(face.mwi) == 0


def test_a_too_brief_expiry_is_423_with_min_expires(face: SipHarness, phone: Phone) -> None:
    [response] = subscribe(phone, expires=10)
    assert isinstance(response, Response)
    assert (response.status, response.first("min-expires")) == (423, "60")
    assert len(face.mwi) == 0


def test_only_the_own_dialog_refreshes_a_subscription(face: SipHarness, phone: Phone) -> None:
    response, *_ = said = subscribe(phone)
    answered(face, said)
    phone.call_id = "another"
    [refused] = subscribe(phone, to=response.first("to") or "")
    assert isinstance(refused, Response)
    assert refused.status == 481


def test_other_methods_in_the_dialog_are_rejected(face: SipHarness, phone: Phone) -> None:
    response, *_ = said = subscribe(phone)
    answered(face, said)
    refused = phone.request_once("INFO", f"sip:1001@{DOMAIN}", response.first("to") or "")
    assert (refused.status, refused.first("allow")) == (405, "SUBSCRIBE")


@pytest.mark.parametrize("way", ["revoked", "deleted"])
def test_a_revoked_subscriber_gets_only_the_termination(face: SipHarness, phone: Phone, way: str) -> None:
    answered(face, subscribe(phone))
    if way == "revoked":
        face.directory.drop_device("d-t1-1001a")
    else:
        face.directory.drop_extension(ANNA)
    face.mwi.end(ANNA, face.now, "d-t1-1001a" if way == "revoked" else "")
    said = [*face.send(b"\r\n"), *face.advance(1)]
    assert states(said) == ["terminated;reason=noresource"]
    assert answered(face, said) == [""]
    assert len(face.mwi) == 0


def test_a_disabled_device_is_not_notified_and_cannot_refresh(face: SipHarness, phone: Phone) -> None:
    response, *_ = said = subscribe(phone)
    answered(face, said)
    face.directory.enable_device("d-t1-1001a", enabled=False)
    said = subscribe(phone, to=response.first("to") or "")
    assert [one.status for one in said if isinstance(one, Response)] == [403]
    assert states(said) == ["terminated;reason=noresource"]
    assert answered(face, said) == [""]


def test_an_unreachable_phone_is_removed(face: SipHarness, phone: Phone) -> None:
    subscribe(phone)
    face.advance(40)  # the NOTIFY is not answered
    assert len(face.mwi) == 0


def test_subscriptions_per_device_are_limited(face: SipHarness, phone: Phone) -> None:
    for number in range(MAX_PER_DEVICE + 3):
        phone.call_id = f"life-{number}"
        answered(face, subscribe(phone))
    assert len(face.mwi) == MAX_PER_DEVICE
    assert len(answered(face, change(face, 8, 8))) == MAX_PER_DEVICE


def test_an_unauthenticated_subscribe_is_challenged(face: SipHarness) -> None:
    for number in ("1001", "9999"):
        stranger = Phone(face, number=number, username=f"{number}-x", password="guess")
        uri = f"sip:{number}@{DOMAIN}"
        headers = ["Event: message-summary", f"Contact: <{stranger.contact}>"]
        assert stranger.request_once("SUBSCRIBE", uri, f"<{uri}>", headers).status == 407
        assert stranger.request("SUBSCRIBE", uri, f"<{uri}>", headers).status == 403


@pytest.mark.promise("C9")
def test_an_unsubscribed_phone_gets_unsolicited_notify_after_registration_and_changes(
    face: SipHarness, phone: Phone
) -> None:
    phone.register()
    face.mwi.device_registered(ANNA, "d-t1-1001a", face.now)
    said = face.advance(2.5)
    assert [one.uri for one in notified(said)] == [phone.contact]
    assert states(said) == ["active"]
    assert ["2/3" in body for body in answered(face, said)] == [True]
    assert ["1/4" in body for body in answered(face, change(face, 1, 4))] == [True]


def test_no_unsolicited_notify_after_registration_without_new_messages(face: SipHarness, phone: Phone) -> None:
    face.message_counts.counts[ANNA] = (0, 3)
    phone.register()
    face.mwi.device_registered(ANNA, "d-t1-1001a", face.now)
    assert face.advance(3) == []


def test_a_rejecting_phone_is_not_notified_until_it_registers_again(face: SipHarness, phone: Phone) -> None:
    phone.register()
    answered(face, change(face, 1, 4), 489)
    assert change(face, 2, 4) == []
    face.mwi.device_registered(ANNA, "d-t1-1001a", face.now)
    assert len(answered(face, face.advance(2.5))) == 1


def test_a_subscribed_phone_is_not_notified_twice(face: SipHarness, phone: Phone) -> None:
    add_device(face.directory, "t1", DOMAIN, "1001", "b")
    phone.register()
    other = Phone(face, username="1001-t1b", contact="sip:other@192.0.2.7:5060", call_id="other")
    other.register()
    answered(face, subscribe(phone))
    said = change(face, 1, 4)
    assert sorted(one.uri for one in notified(said)) == sorted([phone.contact, other.contact])


def test_no_unsolicited_notify_without_voicemail_or_over_websocket(face: SipHarness, phone: Phone) -> None:
    phone.flow = WEB
    phone.register()
    assert change(face, 1, 4) == []
    face.message_counts.counts = {}
    quiet = Phone(face, number="1002", username="1002-t1a", password="secret-1002")
    quiet.register()
    face.mwi.device_registered("e-t1-1002", "d-t1-1002a", face.now)
    assert face.advance(3) == []
    [body] = answered(face, subscribe(quiet, user="1002"))
    assert "Voice-Message: 0/0 (0/0)" in body
