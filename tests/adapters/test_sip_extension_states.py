"""State of other extensions on the keys of phones: dialog-info (RFC 4235) and presence (RFC 3863)."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from sip_harness import DOMAIN, OTHER_FLOW, PHONE_FLOW, Phone, SipHarness, add_device, add_extension, notified
from virtual_time import LoopClock, run_in_virtual_time

from unificx.calls import ExtensionCall, Parking
from unificx.routing import CodeTables
from unificx.server.extension_state_handler import ParkingSlotStates, follow_time
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond

BOB = "e-t1-1002"
D = "{urn:ietf:params:xml:ns:dialog-info}"
P = "{urn:ietf:params:xml:ns:pidf}"
RINGS = ExtensionCall("early", "recipient", ("1001", 'Anna "A" <&>'), ("cid", "phone", "ours"))
TALKS = ExtensionCall("confirmed", "recipient", ("1001", "Anna"))


@pytest.fixture
def harness() -> SipHarness:
    return SipHarness()


@pytest.fixture
def phone(harness: SipHarness) -> Phone:
    return Phone(harness)


def subscribe(phone: Phone, user: str = "1002", event: str = "dialog", expires: int = 600) -> list[Response | Request]:
    """Subscribe to the state of an extension; return what was received."""
    return phone.subscribe(user, [f"Event: {event}", f"Contact: <{phone.contact}>", f"Expires: {expires}"])


def answered(harness: SipHarness, output: Iterable[Response | Request], flow: Flow = PHONE_FLOW) -> list[bytes]:
    """Answer every NOTIFY among these; return their contents."""
    for one in notified(output):
        harness.send(respond(one, 200).encode(), flow)
    return [one.body for one in notified(output)]


def change(harness: SipHarness, **calls: ExtensionCall | None) -> list[Response | Request]:
    """Set the calls of extension 1002 by their id, and let a second pass."""
    for call_id, call in calls.items():
        harness.live_calls[call_id] = {BOB: call} if call is not None else {}
        harness.touched.add(call_id)
    return harness.advance(1.2)


def dialogs(body: bytes) -> list[tuple[str, str]]:
    """Check a document against RFC 4235 section 4.1; return id and state of its dialogs."""
    root = ET.fromstring(body)
    assert root.tag == f"{D}dialog-info"
    assert set(root.attrib) == {"version", "state", "entity"}
    assert int(root.get("version", "")) >= 0
    assert root.get("state") == "full"
    for one in root:
        assert one.tag == f"{D}dialog"
        assert set(one.attrib) <= {"id", "call-id", "local-tag", "remote-tag", "direction"}
        assert one.get("direction", "initiator") in ("initiator", "recipient")
        order = [
            f"{D}{name}" for name in ("state", "duration", "replaces", "referred-by", "route-set", "local", "remote")
        ]
        places = [order.index(each.tag) for each in one]
        assert places == sorted(set(places))
        assert one.findtext(f"{D}state") in ("trying", "proceeding", "early", "confirmed", "terminated")
        for party in (*one.findall(f"{D}local"), *one.findall(f"{D}remote")):
            assert [each.tag for each in party] == [f"{D}identity", f"{D}target"]
    return [(one.get("id", ""), one.findtext(f"{D}state") or "") for one in root]


def test_a_watcher_gets_the_full_state_and_every_change(harness: SipHarness, phone: Phone) -> None:
    response, notify = subscribe(phone)
    assert isinstance(response, Response)
    assert isinstance(notify, Request)
    assert (response.status, response.expires, notify.content_type) == (200, 600, "application/dialog-info+xml")
    assert (notify.first("event"), notify.first("subscription-state")) == ("dialog", "active;expires=600")
    bodies = answered(harness, [notify])
    for calls in ({"c1": RINGS}, {"c1": TALKS}, {"c1": None}):
        bodies += answered(harness, change(harness, **calls))
    assert [dialogs(body) for body in bodies] == [
        [("none", "terminated")], [("c1", "early")], [("c1", "confirmed")], [("c1", "terminated")],
    ]  # fmt: skip
    roots = [ET.fromstring(body) for body in bodies]
    assert [root.get("version") for root in roots] == ["0", "1", "2", "3"]
    assert {root.get("entity") for root in roots} == {f"sip:1002@{DOMAIN}"}
    early = roots[1][0]
    assert (early.get("call-id"), early.get("local-tag"), early.get("remote-tag")) == ("cid", "phone", "ours")
    identity = early.find(f"{D}remote/{D}identity")
    assert identity is not None
    assert (identity.text, identity.get("display")) == (f"sip:1001@{DOMAIN}", 'Anna "A" <&>')


def test_a_withheld_identity_is_not_shown(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone))
    [body] = answered(harness, change(harness, c1=ExtensionCall("early", "recipient", ("", ""))))
    assert ET.fromstring(body).findtext(f"{D}dialog/{D}remote/{D}identity") == "sip:anonymous@anonymous.invalid"
    [body] = answered(harness, change(harness, c1=ExtensionCall("confirmed", "initiator")))
    assert ET.fromstring(body).find(f"{D}dialog/{D}remote") is None


def test_calls_before_the_first_watcher_are_known(harness: SipHarness, phone: Phone) -> None:
    harness.live_calls["c1"] = {BOB: TALKS}
    for _ in range(2):
        [body] = answered(harness, subscribe(phone))
        assert dialogs(body) == [("c1", "confirmed")]
        answered(harness, harness.advance(601))
        assert len(harness.subscriptions) == 0


def test_steps_that_change_nothing_and_other_extensions_are_not_notified(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone))
    harness.live_calls["other"] = {"e-t1-1001": TALKS}
    harness.touched.add("other")
    assert harness.advance(2) == []
    answered(harness, change(harness, c1=RINGS))
    assert change(harness, c1=RINGS) == []


def test_changes_within_a_second_are_combined(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone))
    for call in (RINGS, TALKS, None, RINGS):
        harness.live_calls["c1"] = {BOB: call} if call is not None else {}
        harness.touched.add("c1")
        harness.handler.timer(harness.now)
    [body] = answered(harness, harness.advance(3))
    assert dialogs(body) == [("c1", "early")]


def test_twenty_watchers_get_one_document_with_their_own_versions(harness: SipHarness) -> None:
    for number in range(2001, 2021):
        add_extension(harness.directory, "t1", DOMAIN, str(number))
        flow = Flow("udp", "192.0.2.50", number, 0, 1)
        phone = Phone(harness, str(number), f"{number}-t1a", f"secret-{number}", flow=flow)
        answered(harness, subscribe(phone), flow)
    output = notified(change(harness, c1=RINGS))
    assert len({one.uri for one in output}) == 20
    assert len({one.body for one in output}) == 1


def test_two_calls_at_once_are_two_dialogs(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone))
    [body] = answered(harness, change(harness, c1=TALKS, c2=RINGS))
    assert sorted(dialogs(body)) == [("c1", "confirmed"), ("c2", "early")]
    [body] = answered(harness, change(harness, c1=None))
    assert dialogs(body) == [("c2", "early")]


def test_only_extensions_of_the_own_tenant_can_be_watched(harness: SipHarness, phone: Phone) -> None:
    add_extension(harness.directory, "t2", "globex.example", "3001")
    for user in ("3001", "3001-t2a", "9999", "*861", "x" * 300):
        [response] = subscribe(phone, user)
        assert isinstance(response, Response)
        assert response.status == 404
    outsider = Phone(harness, "9999", "9999-x", "guess", flow=OTHER_FLOW)
    [response] = subscribe(outsider)
    assert isinstance(response, Response)
    assert response.status == 403


def test_a_code_is_on_or_off(harness: SipHarness, phone: Phone) -> None:
    harness.switches.on["t1", "*861"] = False
    bodies = answered(harness, subscribe(phone, "*861"))
    for state in (True, True, False):
        harness.switches.on["t1", "*861"] = state
        harness.extension_states.switches_changed("t1")
        harness.extension_states.switches_changed("t2")
        bodies += answered(harness, [*harness.send(b"\r\n"), *harness.advance(1.2)])
    harness.switches.on["t1", "*861"] = True
    harness.extension_states.switches_changed()
    bodies += answered(harness, [*harness.send(b"\r\n"), *harness.advance(1.2)])
    assert [dialogs(body)[0][1] for body in bodies] == ["terminated", "confirmed", "terminated", "confirmed"]
    [response] = subscribe(phone, "*861", event="presence")
    assert isinstance(response, Response)
    assert response.status == 404


def test_a_code_has_a_state_of_each_extension(harness: SipHarness, phone: Phone) -> None:
    states = harness.own_switches.on
    states["e-t1-1001", "*50"], states[BOB, "*50"], states[BOB, "*52"] = False, True, True
    bodies = answered(harness, subscribe(phone, "*50"))
    states["e-t1-1001", "*50"] = True
    harness.extension_states.switches_changed("t1")
    bodies += answered(harness, [*harness.send(b"\r\n"), *harness.advance(1.2)])
    assert [dialogs(body)[0][1] for body in bodies] == ["terminated", "confirmed"]
    assert ET.fromstring(bodies[0]).get("entity") == f"sip:*50@{DOMAIN}"
    for of_another in ("*52", f"*52%20{BOB}"):
        [response] = subscribe(phone, of_another)
        assert isinstance(response, Response)
        assert response.status == 404


def test_presence_follows_registration_and_calls(harness: SipHarness, phone: Phone) -> None:
    def shown(body: bytes) -> tuple[str | None, bool]:
        root = ET.fromstring(body)
        assert root.get("entity") == f"sip:1002@{DOMAIN}"
        return root.findtext(f"{P}tuple/{P}status/{P}basic"), b"<r:on-the-phone/>" in body

    _, notify = output = subscribe(phone, event="presence")
    assert isinstance(notify, Request)
    assert notify.content_type == "application/pidf+xml"
    states = [shown(body) for body in answered(harness, output)]
    Phone(harness, "1002", "1002-t1a", "secret-1002").register()
    harness.extension_states.extension_changed(BOB)
    states += [shown(body) for body in answered(harness, [*harness.send(b"\r\n"), *harness.advance(1.2)])]
    for call in (RINGS, TALKS, None):
        states += [shown(body) for body in answered(harness, change(harness, c1=call))]
    assert states == [("closed", False), ("open", False), ("open", False), ("open", True), ("open", False)]


def test_presence_shows_the_activity_that_a_user_has_set(harness: SipHarness, phone: Phone) -> None:
    harness.activities[BOB] = "meal"
    [body] = answered(harness, subscribe(phone, event="presence"))
    assert b"<r:meal/>" in body
    [body] = answered(harness, change(harness, c1=TALKS))
    assert b"<r:on-the-phone/>" in body
    assert b"<r:meal/>" not in body


def test_a_deleted_extension_ends_its_subscriptions(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone))
    harness.directory.drop_extension(BOB)
    harness.extension_states.extension_changed(BOB)
    [notify] = notified([*harness.send(b"\r\n"), *harness.advance(1)])
    assert (notify.first("subscription-state"), notify.body) == ("terminated;reason=noresource", b"")
    assert len(harness.subscriptions) == 0


@pytest.mark.promise("D4")
def test_who_has_objected_to_the_directory_is_not_watched_by_others(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone))
    harness.unlisted.add(BOB)
    harness.extension_states.extension_changed(BOB)
    [ended] = notified([*harness.send(b"\r\n"), *harness.advance(1)])
    assert (ended.first("subscription-state"), ended.body) == ("terminated;reason=noresource", b"")
    answered(harness, [ended])
    assert len(harness.subscriptions) == 0
    for user in ("1002", "1002-t1a"):
        [response] = subscribe(phone, user)
        assert isinstance(response, Response)
        assert response.status == 404
    own = Phone(harness, "1002", "1002-t1a", "secret-1002", flow=OTHER_FLOW)
    answered(harness, subscribe(own), OTHER_FLOW)
    assert [dialogs(body) for body in answered(harness, change(harness, c1=TALKS), OTHER_FLOW)] == [
        [("c1", "confirmed")]
    ]


def test_a_revoked_watcher_is_not_notified_further(harness: SipHarness, phone: Phone) -> None:
    answered(harness, subscribe(phone))
    harness.directory.enable_device("d-t1-1001a", enabled=False)
    [notify] = notified(change(harness, c1=RINGS))
    assert (notify.first("subscription-state"), notify.body) == ("terminated;reason=noresource", b"")


def test_a_watcher_that_does_not_answer_is_removed(harness: SipHarness, phone: Phone) -> None:
    subscribe(phone)
    harness.advance(40)
    assert len(harness.subscriptions) == 0


def test_check_sync_goes_to_the_registered_phone(harness: SipHarness, phone: Phone) -> None:
    assert not harness.check_sync.send("e-t1-1001", "d-t1-1001a", harness.now, reboot=False)
    add_device(harness.directory, "t1", DOMAIN, "1001", "b")
    phone.register()
    assert harness.check_sync.send("e-t1-1001", "d-t1-1001a", harness.now, reboot=True)
    assert not harness.check_sync.send("e-t1-1001", "d-t1-1001b", harness.now, reboot=True)
    [notify] = harness.send(b"\r\n")
    assert isinstance(notify, Request)
    assert (notify.method, notify.uri, notify.body) == ("NOTIFY", phone.contact, b"")
    assert notify.first("event") == "check-sync;reboot=true"
    harness.send(respond(notify, 489).encode(), PHONE_FLOW)
    assert harness.advance(40) == []


def test_the_code_of_a_parking_slot_is_on_while_it_is_occupied() -> None:
    parking = Parking()
    states = ParkingSlotStates(parking, CodeTables())
    assert [states.state("t1", code) for code in ("*861", "*8699", "*86", "*860", "*861a", "*861234", "1002")] == [
        False, False, None, None, None, None, None,
    ]  # fmt: skip
    parking.occupy("t1", "leg", "e-t1-1001", datetime(2026, 1, 1, tzinfo=UTC))
    assert [states.state(tenant, "*861") for tenant in ("t1", "t2")] == [True, False]
    parking.release("leg")
    assert states.state("t1", "*861") is False


def test_codes_are_compared_at_every_minute_also_after_a_fault() -> None:
    async def scenario() -> list[datetime]:
        clock, compared = LoopClock(), list[datetime]()

        def compare() -> None:
            compared.append(clock.now())
            if len(compared) == 1:
                raise ValueError

        await asyncio.sleep(25)
        running = asyncio.create_task(follow_time(compare, clock))
        await asyncio.sleep(170)
        running.cancel()
        return compared

    seconds = [at.minute * 60 + at.second + at.microsecond / 1e6 for at in run_in_virtual_time(scenario())]
    assert sorted({round(at, 3) for at in seconds}) == [60.0, 120.0, 180.0]
