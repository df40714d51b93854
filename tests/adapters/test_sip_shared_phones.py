"""A shared phone rings and calls as the user who is signed in at it."""

import pytest
from sip_harness import Phone, SipHarness, notified

from unificx.cluster import LocalEventBus
from unificx.identity.events import SharedPhoneUsed
from unificx.registrar.events import DeviceRegistered, DeviceUnregistered
from unificx.server.shared_phones import follow_shared_phones
from unificx.sip.message import Request, parse, respond

HOME, USER, DEVICE = "e-t1-1001", "e-t1-1002", "d-t1-1001a"


@pytest.fixture
def harness() -> SipHarness:
    return SipHarness()


def use(harness: SipHarness, extension: str, former: str) -> None:
    """Sign the user of an extension in, or out if it is the phone's own one."""
    harness.registrar.move_device(DEVICE, extension, former, harness.now)
    harness.directory.use_device(DEVICE, extension, HOME)


def dialled(harness: SipHarness, extension: str) -> list[str]:
    return [each.device_id for each in harness.location.contacts(extension, harness.now)]


def test_a_registered_phone_rings_for_its_user_until_they_sign_out(harness: SipHarness) -> None:
    phone = Phone(harness)
    assert phone.register().status == 200
    harness.signals.clear()
    use(harness, USER, HOME)
    assert (dialled(harness, HOME), dialled(harness, USER)) == ([], [DEVICE])
    assert harness.signals == [DeviceUnregistered("t1", HOME, DEVICE), DeviceRegistered("t1", USER, DEVICE)]
    assert [each.device_id for each in harness.directory.devices_of(USER)][-1] == DEVICE
    assert phone.register().status == 200  # it still names its own number
    assert dialled(harness, USER) == [DEVICE]
    phone.invite("1002")
    assert [caller.extension_id for caller, _ in harness.calls.incoming_calls] == [USER]
    use(harness, HOME, USER)
    assert (dialled(harness, HOME), dialled(harness, USER)) == ([DEVICE], [])
    Phone(harness, call_id="second").invite("1002")
    assert [caller.extension_id for caller, _ in harness.calls.incoming_calls] == [USER, HOME]


def test_a_phone_without_a_user_may_not_name_other_numbers(harness: SipHarness) -> None:
    other = "<sip:1002@acme.example>"
    assert Phone(harness).register(to=other).status == 403
    use(harness, USER, HOME)
    assert Phone(harness, call_id="second").register(to=other).status == 200


def test_a_full_spool_makes_the_phone_register_anew(harness: SipHarness) -> None:
    Phone(harness).register()
    harness.journal.full = True
    use(harness, USER, HOME)
    assert dialled(harness, HOME) == dialled(harness, USER) == []


def test_its_subscriptions_are_for_the_present_user(harness: SipHarness) -> None:
    harness.message_counts.counts = {HOME: (1, 0), USER: (2, 0)}
    phone = Phone(harness)
    phone.register()
    lines = ["Event: message-summary", f"Contact: <{phone.contact}>", "Expires: 600"]
    for notify in notified(each for each in phone.subscribe("1001", lines) if isinstance(each, Request)):
        harness.send(respond(notify, 200).encode())
    use(harness, USER, HOME)
    harness.subscriptions.end(HOME, harness.now, DEVICE, "deactivated")
    [last] = notified(parse(each) for each in harness.pump())
    assert last.first("subscription-state") == "terminated;reason=deactivated"


def test_the_user_leaves_and_the_phone_returns(harness: SipHarness) -> None:
    use(harness, USER, HOME)
    harness.directory.drop_extension(USER)
    [device] = harness.directory.devices_of(HOME)
    assert (device.extension_id, device.home_extension_id) == (HOME, "")
    use(harness, HOME, HOME)
    harness.directory.drop_extension(HOME)
    assert harness.directory.device(DEVICE) is None


def test_a_deleted_home_takes_its_phone_away_from_the_user(harness: SipHarness) -> None:
    use(harness, USER, HOME)
    harness.directory.drop_extension(HOME)
    assert harness.directory.device(DEVICE) is None
    assert all(each.device_id != DEVICE for each in harness.directory.devices_of(USER))


def test_the_phone_fetches_the_settings_of_its_user_at_a_sign_in(harness: SipHarness) -> None:
    faults: list[BaseException] = []
    bus = LocalEventBus(faults.append)
    follow_shared_phones(bus, harness.registrar, harness.check_sync, harness.clock)
    phone = Phone(harness)
    phone.register()
    bus.publish(SharedPhoneUsed("e1", "t1", DEVICE, USER, HOME))
    assert dialled(harness, USER) == [DEVICE]
    [notify] = notified(harness.send(b"\r\n"))
    assert (notify.uri, notify.first("event"), faults) == (phone.contact, "check-sync;reboot=false", [])
