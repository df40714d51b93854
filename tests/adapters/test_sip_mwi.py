"""Message waiting indication (RFC 3842, RFC 6665), subscribed and unsolicited."""

from collections.abc import Iterable

import pytest
from sip_harness import DOMAIN, PHONE_FLOW, Phone, SipHarness, add_device, notified

from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond
from unificx.sip_server.mwi import UNANSWERED_RETRY
from unificx.sip_server.subscriptions import MAX_SAME

ANNA = "e-t1-1001"
WEB = Flow("wss", "192.0.2.7", 50_000, 9, 3)


@pytest.fixture
def harness() -> SipHarness:
    harness = SipHarness()
    harness.message_counts.counts = {ANNA: (2, 3)}
    return harness


@pytest.fixture
def phone(harness: SipHarness) -> Phone:
    return Phone(harness)


def subscribe(
    phone: Phone, *headers: str, user: str = "1001", expires: int | None = 600, to: str = ""
) -> list[Response | Request]:
    """Subscribe to the messages of a mailbox; return what was received."""
    lines = ["Event: message-summary", f"Contact: <{phone.contact}>", *headers]
    lines += [f"Expires: {expires}"] if expires is not None else []
    return phone.subscribe(user, lines, to)


def answered(
    harness: SipHarness, output: Iterable[Response | Request], status: int = 200, *headers: tuple[str, str]
) -> list[str]:
    """Answer every NOTIFY among these; return their contents."""
    notifications = notified(output)
    for one in notifications:
        harness.send(respond(one, status, headers=headers).encode(), PHONE_FLOW)
    return [one.body.decode() for one in notifications]


def states(output: Iterable[Response | Request]) -> list[str]:
    return [one.first("subscription-state") or "" for one in notified(output)]


def change(harness: SipHarness, new: int, old: int) -> list[Response | Request]:
    harness.message_counts.counts[ANNA] = (new, old)
    harness.mwi.changed(ANNA, harness.now)
    return [*harness.send(b"\r\n"), *harness.advance(1.2)]


@pytest.mark.promise("C9")
def test_a_subscription_is_notified_at_once(harness: SipHarness, phone: Phone) -> None:
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


def test_contacts_in_a_subscription_of_a_sips_uri_are_sips_uris(phone: Phone) -> None:
    phone.contact = phone.contact.replace("sip:", "sips:")
    assert [one.contacts[0].uri.scheme for one in subscribe(phone)] == ["sips", "sips"]


@pytest.mark.promise("C9")
def test_every_change_is_notified(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone))
    [body] = answered(harness, change(harness, 3, 3))
    assert "Messages-Waiting: yes" in body
    assert "Voice-Message: 3/3 (0/0)" in body
    [body] = answered(harness, change(harness, 0, 6))
    assert "Messages-Waiting: no" in body


def test_changes_in_a_row_are_notified_once(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone))
    for new in (3, 4, 5):
        harness.message_counts.counts[ANNA] = (new, 0)
        harness.mwi.changed(ANNA, harness.now)
    assert ["5/0" in body for body in answered(harness, harness.advance(3))] == [True]


def test_voicemail_code_and_username_are_valid_targets(harness: SipHarness, phone: Phone) -> None:
    for user in ("*97", "1001-t1a"):
        output = subscribe(phone, user=user)
        assert [one.status for one in output if isinstance(one, Response)] == [200]
        answered(harness, output)


def test_a_phone_that_is_busy_is_notified_when_it_says(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone), 480, ("Retry-After", "20 (in a call);duration=60"))
    assert answered(harness, harness.advance(19)) == []
    assert len(answered(harness, harness.advance(2))) == 1


def test_other_mailboxes_are_forbidden(harness: SipHarness, phone: Phone) -> None:
    for user in ("1002", "9999"):
        [response] = subscribe(phone, user=user)
        assert isinstance(response, Response)
        assert response.status == 403
    assert len(harness.mwi) == 0


def test_other_event_packages_are_rejected(phone: Phone) -> None:
    uri = f"sip:1001@{DOMAIN}"
    response = phone.request_once("SUBSCRIBE", uri, f"<{uri}>", ["Event: conference", f"Contact: <{phone.contact}>"])
    assert (response.status, response.first("allow-events")) == (489, "message-summary, dialog, presence")


def test_a_refresh_is_notified_and_extends_the_subscription(harness: SipHarness, phone: Phone) -> None:
    response, *_ = output = subscribe(phone)
    answered(harness, output)
    harness.advance(500)
    to = response.first("to") or ""
    output = subscribe(phone, to=to)
    assert states(output) == ["active;expires=600"]
    answered(harness, output)
    harness.advance(590)
    assert len(answered(harness, change(harness, 9, 9))) == 1


def test_a_subscription_expires(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone))
    output = harness.advance(601)
    assert states(output) == ["terminated;reason=timeout"]
    answered(harness, output)
    assert len(harness.mwi) == 0
    assert change(harness, 9, 9) == []


def test_expires_0_ends_a_subscription_or_fetches_once(harness: SipHarness, phone: Phone) -> None:
    assert states(subscribe(phone, expires=0)) == ["terminated;reason=timeout"]
    response, *_ = output = subscribe(phone)
    answered(harness, output)
    assert states(subscribe(phone, to=response.first("to") or "", expires=0)) == ["terminated;reason=timeout"]
    assert len(harness.mwi) == 0


def test_a_too_brief_expiry_is_423_with_min_expires(harness: SipHarness, phone: Phone) -> None:
    [response] = subscribe(phone, expires=10)
    assert isinstance(response, Response)
    assert (response.status, response.first("min-expires")) == (423, "60")
    assert len(harness.mwi) == 0


def test_an_unknown_required_extension_is_420(harness: SipHarness, phone: Phone) -> None:
    (first,) = subscribe(phone, "Require: eventlist")
    accepted, _ = subscribe(phone)
    (refresh,) = subscribe(phone, "Require: timer, eventlist", to=accepted.first("to") or "")
    for response in (first, refresh):
        assert isinstance(response, Response)
        assert (response.status, response.first("unsupported")) == (420, "eventlist")
    assert len(harness.mwi) == 1


def test_only_an_accepted_refresh_changes_the_target_of_the_dialog(harness: SipHarness, phone: Phone) -> None:
    response, *_ = output = subscribe(phone)
    answered(harness, output)
    to, before = response.first("to") or "", phone.contact
    phone.contact = "sip:1001@192.0.2.99:5060"
    [refused] = subscribe(phone, to=to, expires=10)
    assert isinstance(refused, Response)
    assert refused.status == 423
    output = change(harness, 9, 9)
    assert [each.uri for each in notified(output)] == [before]
    answered(harness, output)
    assert [each.uri for each in notified(subscribe(phone, to=to))] == [phone.contact]


def test_only_the_own_dialog_refreshes_a_subscription(harness: SipHarness, phone: Phone) -> None:
    response, *_ = output = subscribe(phone)
    answered(harness, output)
    phone.call_id = "another"
    [refused] = subscribe(phone, to=response.first("to") or "")
    assert isinstance(refused, Response)
    assert refused.status == 481


def test_other_methods_in_the_dialog_are_rejected(harness: SipHarness, phone: Phone) -> None:
    response, *_ = output = subscribe(phone)
    answered(harness, output)
    refused = phone.request_once("INFO", f"sip:1001@{DOMAIN}", response.first("to") or "")
    assert (refused.status, refused.first("allow")) == (405, "SUBSCRIBE")


@pytest.mark.parametrize("way", ["revoked", "deleted"])
def test_a_revoked_subscriber_gets_only_the_termination(harness: SipHarness, phone: Phone, way: str) -> None:
    answered(harness, subscribe(phone))
    if way == "revoked":
        harness.directory.drop_device("d-t1-1001a")
    else:
        harness.directory.drop_extension(ANNA)
    harness.subscriptions.end(ANNA, harness.now, "d-t1-1001a" if way == "revoked" else "")
    output = [*harness.send(b"\r\n"), *harness.advance(1)]
    assert states(output) == ["terminated;reason=noresource"]
    assert answered(harness, output) == [""]
    assert len(harness.mwi) == 0


def test_a_disabled_device_is_not_notified_and_cannot_refresh(harness: SipHarness, phone: Phone) -> None:
    response, *_ = output = subscribe(phone)
    answered(harness, output)
    harness.directory.enable_device("d-t1-1001a", enabled=False)
    output = subscribe(phone, to=response.first("to") or "")
    assert [one.status for one in output if isinstance(one, Response)] == [403]
    assert states(output) == ["terminated;reason=noresource"]
    assert answered(harness, output) == [""]


def test_an_unreachable_phone_is_removed(harness: SipHarness, phone: Phone) -> None:
    subscribe(phone)
    harness.advance(40)  # the NOTIFY is not answered
    assert len(harness.mwi) == 0


def test_subscriptions_per_device_are_limited(harness: SipHarness, phone: Phone) -> None:
    for number in range(MAX_SAME + 3):
        phone.call_id = f"life-{number}"
        answered(harness, subscribe(phone))
    assert len(harness.mwi) == MAX_SAME
    assert len(answered(harness, change(harness, 8, 8))) == MAX_SAME


def test_an_unauthenticated_subscribe_is_challenged(harness: SipHarness) -> None:
    for number in ("1001", "9999"):
        outsider = Phone(harness, number=number, username=f"{number}-x", password="guess")
        uri = f"sip:{number}@{DOMAIN}"
        headers = ["Event: message-summary", f"Contact: <{outsider.contact}>"]
        assert outsider.request_once("SUBSCRIBE", uri, f"<{uri}>", headers).status == 407
        assert outsider.request("SUBSCRIBE", uri, f"<{uri}>", headers).status == 403


@pytest.mark.promise("C9")
def test_an_unsubscribed_phone_gets_unsolicited_notify_after_registration_and_changes(
    harness: SipHarness, phone: Phone
) -> None:
    phone.register()
    harness.mwi.device_registered(ANNA, "d-t1-1001a", harness.now)
    output = harness.advance(2.5)
    assert [one.uri for one in notified(output)] == [phone.contact]
    assert states(output) == ["active"]
    assert ["2/3" in body for body in answered(harness, output)] == [True]
    assert ["1/4" in body for body in answered(harness, change(harness, 1, 4))] == [True]


def test_a_change_right_after_a_registration_is_notified_once(harness: SipHarness, phone: Phone) -> None:
    phone.register()
    harness.mwi.device_registered(ANNA, "d-t1-1001a", harness.now)
    assert ["1/4" in body for body in answered(harness, change(harness, 1, 4))] == [True]
    assert harness.advance(3) == []


def test_no_unsolicited_notify_after_registration_without_new_messages(harness: SipHarness, phone: Phone) -> None:
    harness.message_counts.counts[ANNA] = (0, 3)
    phone.register()
    harness.mwi.device_registered(ANNA, "d-t1-1001a", harness.now)
    assert harness.advance(3) == []


@pytest.mark.parametrize("away", [True, False])
def test_a_phone_that_may_still_show_new_messages_is_notified_after_its_next_registration(
    harness: SipHarness, phone: Phone, away: bool
) -> None:
    """The messages were deleted while the phone was away, or it did not receive the notification."""
    phone.register()
    answered(harness, change(harness, 1, 0))
    if away:
        harness.location.set_bindings(ANNA, "d-t1-1001a", ())
    assert len(notified(change(harness, 0, 0))) == (0 if away else 1)
    harness.advance(40)
    phone.register()
    harness.mwi.device_registered(ANNA, "d-t1-1001a", harness.now)
    assert ["Messages-Waiting: no" in body for body in answered(harness, harness.advance(2.5))] == [True]
    harness.mwi.device_registered(ANNA, "d-t1-1001a", harness.now)
    assert harness.advance(3) == []


@pytest.mark.parametrize("new", [0, 1])
def test_a_phone_that_does_not_answer_is_notified_again_while_it_is_registered(
    harness: SipHarness, phone: Phone, new: int
) -> None:
    """It may have been unreachable for a moment; a refresh of its registration is not a new one."""
    phone.register()
    for _ in range(2):
        change(harness, new, 4)
    harness.advance(40)
    assert [f"{new}/4" in body for body in answered(harness, harness.advance(UNANSWERED_RETRY))] == [True]
    assert harness.advance(2 * UNANSWERED_RETRY) == []


def test_a_rejecting_phone_is_not_notified_until_it_registers_again(harness: SipHarness, phone: Phone) -> None:
    phone.register()
    answered(harness, change(harness, 1, 4), 489)
    assert change(harness, 2, 4) == []
    harness.mwi.device_registered(ANNA, "d-t1-1001a", harness.now)
    assert len(answered(harness, harness.advance(2.5))) == 1


def test_a_subscribed_phone_is_not_notified_twice(harness: SipHarness, phone: Phone) -> None:
    add_device(harness.directory, "t1", DOMAIN, "1001", "b")
    phone.register()
    other = Phone(harness, username="1001-t1b", contact="sip:other@192.0.2.7:5060", call_id="other")
    other.register()
    answered(harness, subscribe(phone))
    output = change(harness, 1, 4)
    assert sorted(one.uri for one in notified(output)) == sorted([phone.contact, other.contact])


def test_no_unsolicited_notify_without_voicemail_or_over_websocket(harness: SipHarness, phone: Phone) -> None:
    phone.flow = WEB
    phone.register()
    assert change(harness, 1, 4) == []
    harness.message_counts.counts = {}
    quiet = Phone(harness, number="1002", username="1002-t1a", password="secret-1002")
    quiet.register()
    harness.mwi.device_registered("e-t1-1002", "d-t1-1002a", harness.now)
    assert harness.advance(3) == []
    [body] = answered(harness, subscribe(quiet, user="1002"))
    assert "Voice-Message: 0/0 (0/0)" in body
