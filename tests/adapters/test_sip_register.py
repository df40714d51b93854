"""REGISTER (RFC 3261 section 10, RFC 3327, RFC 5626, RFC 8760)."""

from dataclasses import replace

import pytest
from sip_harness import DOMAIN, OTHER, OTHER_FLOW, PHONE_FLOW, FakeKeys, Phone, SipHarness, add_device

from unificx.registrar import Caller
from unificx.registrar.events import DeviceMoved, DeviceRegistered, DeviceUnregistered
from unificx.registrar.registration import MAX_BINDINGS
from unificx.sip.flow import Flow
from unificx.sip.message import Response
from unificx.sip_server import RegistrationFaults

TCP = Flow("tcp", "192.0.2.7", 40_001, 7, 2)


@pytest.fixture
def harness() -> SipHarness:
    return SipHarness()


@pytest.fixture
def phone(harness: SipHarness) -> Phone:
    return Phone(harness)


def contacts(response: Response) -> list[str]:
    return response.all("contact")


def ring_targets(harness: SipHarness, extension: str = "e-t1-1001") -> list[str]:
    return [binding.contact for binding in harness.location.contacts(extension, harness.now)]


def test_the_first_request_is_challenged_with_sha256_before_md5(phone: Phone) -> None:
    response = phone.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>")
    assert response.status == 401
    offered = response.all("www-authenticate")
    assert ["algorithm=SHA-256" in line for line in offered] == [True, False]
    assert ["algorithm=MD5" in line for line in offered] == [False, True]
    assert all(f'realm="{DOMAIN}"' in line and 'qop="auth"' in line for line in offered)
    assert response.to.tag


@pytest.mark.parametrize(
    ("phone_sends", "offered"),
    [("baresip v1.1.0 (x86_64/linux)", 1), ("baresip v3.11.0", 1), ("baresip v3.12.1", 2), ("SIPp", 2)],
)
def test_an_old_baresip_is_offered_md5_only(phone: Phone, phone_sends: str, offered: int) -> None:
    response = phone.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>", [f"User-Agent: {phone_sends}"])
    assert len(response.all("www-authenticate")) == offered
    assert "algorithm=MD5" in response.all("www-authenticate")[-1]


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
def test_a_phone_registers(harness: SipHarness, algorithm: str) -> None:
    phone = Phone(harness, algorithm=algorithm)
    response = phone.register()
    assert response.status == 200
    assert contacts(response) == ["<sip:1001@192.0.2.7:5060>;expires=3600"]
    (binding,) = harness.location.contacts("e-t1-1001", harness.now)
    assert binding.flow == PHONE_FLOW
    assert binding.device_id == "d-t1-1001a"
    assert harness.signals == [DeviceRegistered("t1", "e-t1-1001", "d-t1-1001a")]


def test_the_username_is_accepted_in_place_of_the_number(harness: SipHarness, phone: Phone) -> None:
    assert phone.register(to=f"<sip:{phone.username}@{DOMAIN}>").status == 200
    assert ring_targets(harness)


def test_a_phone_configured_with_the_ip_address_registers_with_the_default_tenant(harness: SipHarness) -> None:
    phone = Phone(harness)
    response = phone.request("REGISTER", "sip:192.0.2.1", "<sip:1001@192.0.2.1>", [f"Contact: <{phone.contact}>"])
    assert response.status == 200


@pytest.mark.parametrize(
    "to", [f"<sip:1002@{DOMAIN}>", f"<sip:1001@{OTHER}>", f"<sip:1001-t2a@{DOMAIN}>", "<tel:1001>"]
)
def test_a_device_registers_its_own_extension_only(harness: SipHarness, to: str) -> None:
    phone = Phone(harness)
    response = phone.request("REGISTER", f"sip:{DOMAIN}", to, [f"Contact: <{phone.contact}>"])
    assert response.status == (200 if to == "<tel:1001>" else 403)
    assert not ring_targets(harness, "e-t1-1002")
    assert not ring_targets(harness, "e-t2-1001")


def test_refreshes_rarely_write_a_record(harness: SipHarness, phone: Phone) -> None:
    phone.register(expires=60)
    (before,) = harness.location
    for _ in range(40):
        harness.clock.advance(30)
        phone.call_id += "x"  # some phones use a new one each time
        assert contacts(phone.register(expires=60)) == ["<sip:1001@192.0.2.7:5060>;expires=60"]
        (after,) = harness.location
        assert (after.id, after.expires_at) == (before.id, harness.now + 60)
    words = [record.split(b" ")[0] for record in harness.journal.records]
    assert words == [b"hold", b"extend"]
    assert b"192.0.2.7" not in b"".join(harness.journal.records)
    assert len(harness.signals) == 1


def _refreshed(headers: tuple[str, ...], *, judged: bool, **options: object) -> tuple[object, ...]:
    """Return the bindings and the response of a second REGISTER; `judged`: with the fast path for repeats disabled."""
    harness = SipHarness()
    phone = Phone(harness)
    phone.register("User-Agent: A/1", "Supported: path, outbound")
    held = harness.location.device_bindings("e-t1-1001", "d-t1-1001a")
    assert held[0].fingerprint
    if judged:
        harness.location.set_bindings("e-t1-1001", "d-t1-1001a", tuple(replace(one, fingerprint=0) for one in held))
    harness.clock.advance(100)
    answer = phone.register(*headers, **options)  # type: ignore[arg-type]
    after = harness.location.device_bindings("e-t1-1001", "d-t1-1001a")
    return after, answer.status, answer.headers, harness.signals, len(harness.journal.records)


@pytest.mark.parametrize(
    ("headers", "options"),
    [
        (("User-Agent: A/1", "Supported: path, outbound"), {}),
        (("User-Agent: A/2", "Supported: path, outbound"), {}),
        (("User-Agent: A/1", "Supported: path, outbound"), {"expires": 0}),
        (("User-Agent: A/1", "Supported: path, outbound"), {"expires": 70}),
        (("User-Agent: A/1", "Supported: path, outbound"), {"contact": "Contact: *", "expires": 0}),
        (("User-Agent: A/1", "Supported: path, outbound"), {"contact": "Contact: <sip:1001@192.0.2.7:5070>"}),
        (("User-Agent: A/1", "Supported: path, outbound"), {"contact": "X-None: x"}),
        (("User-Agent: A/1", "Supported: path, outbound", "Path: <sip:edge.example;lr>"), {}),
        (("User-Agent: A/1", "Supported: path, outbound", "Require: foo"), {}),
    ],
)
def test_an_unchanged_refresh_gets_the_same_response(headers: tuple[str, ...], options: dict[str, object]) -> None:
    assert _refreshed(headers, judged=False, **options) == _refreshed(headers, judged=True, **options)


def test_an_overtaken_unchanged_refresh_is_rejected(harness: SipHarness, phone: Phone) -> None:
    assert phone.register().status == 200
    phone.cseq -= 3
    assert phone.register().status == 500
    phone.call_id = "anew"
    assert phone.register().status == 200
    (binding,) = harness.location.contacts("e-t1-1001", harness.now)
    assert (binding.call_id, binding.expires_at) == ("anew", harness.now + 3600)


def test_a_query_lists_the_bindings(phone: Phone) -> None:
    phone.register()
    response = phone.request("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>")
    assert contacts(response) == ["<sip:1001@192.0.2.7:5060>;expires=3600"]


def test_expires_0_removes_a_contact(harness: SipHarness, phone: Phone) -> None:
    phone.register()
    assert contacts(phone.register(contact=f"Contact: <{phone.contact}>;expires=0", expires=None)) == []
    assert not ring_targets(harness)
    assert harness.signals[-1] == DeviceUnregistered("t1", "e-t1-1001", "d-t1-1001a")
    assert harness.journal.records[-1].startswith(b"drop ")


def test_star_removes_all_bindings_of_the_device_only(harness: SipHarness, phone: Phone) -> None:
    """Every device has its own set of bindings."""
    add_device(harness.directory, "t1", DOMAIN, "1001", "b")
    other = Phone(harness, username="1001-t1b", flow=OTHER_FLOW)
    other.register()
    phone.register(contact="Contact: <sip:1001@192.0.2.7:5060>, <sip:1001@192.0.2.7:5070>")
    assert len(ring_targets(harness)) == 3
    assert contacts(other.register()) == ["<sip:1001@198.51.100.9:40000>;expires=3600"]
    assert contacts(phone.register(contact="Contact: *", expires=0)) == []
    assert ring_targets(harness) == ["sip:1001@198.51.100.9:40000"]


@pytest.mark.parametrize("expires", [3600, None])
def test_star_without_expires_0_is_400(phone: Phone, expires: int | None) -> None:
    assert phone.register(contact="Contact: *", expires=expires).status == 400


def test_star_with_another_contact_is_400(phone: Phone) -> None:
    assert phone.register(contact="Contact: *, <sip:1001@192.0.2.7>", expires=0).status == 400


def test_too_brief_is_423(harness: SipHarness, phone: Phone) -> None:
    response = phone.register(expires=59)
    assert (response.status, response.first("min-expires")) == (423, "60")
    assert not ring_targets(harness)


def test_a_long_expiry_is_capped_and_an_invalid_one_defaults(phone: Phone) -> None:
    assert contacts(phone.register(expires=86400))[0].endswith(";expires=3600")
    response = phone.register("Expires: soon", expires=None)
    assert contacts(response)[0].endswith(";expires=3600")


def test_the_contact_expires_parameter_overrides_the_header(phone: Phone) -> None:
    assert contacts(phone.register(contact=f"Contact: <{phone.contact}>;expires=120"))[0].endswith("expires=120")


def test_an_overtaken_request_changes_nothing(harness: SipHarness, phone: Phone) -> None:
    phone.register()
    harness.advance(40)
    phone.cseq = 0
    assert phone.register(expires=600).status == 500
    assert harness.location.contacts("e-t1-1001", harness.now)[0].expires_at > harness.now + 3500


def test_all_or_nothing(harness: SipHarness, phone: Phone) -> None:
    response = phone.register(contact="Contact: <sip:1001@192.0.2.7>, <sip:1001@192.0.2.8>;expires=1")
    assert response.status == 423
    assert not ring_targets(harness)


def test_equal_uris_are_one_binding(harness: SipHarness, phone: Phone) -> None:
    phone.register(contact="Contact: <sip:1001@PHONE.example:5060;Transport=udp>")
    phone.register(contact="Contact: <sip:1001@phone.example:5060;transport=UDP>")
    assert ring_targets(harness) == ["sip:1001@phone.example:5060;transport=UDP"]


def test_the_preferred_contact_rings_first(harness: SipHarness, phone: Phone) -> None:
    phone.register(contact="Contact: <sip:1001@192.0.2.7>;q=0.3, <sip:1001@192.0.2.8>;q=0.9")
    assert ring_targets(harness) == ["sip:1001@192.0.2.8", "sip:1001@192.0.2.7"]


def test_a_phone_that_comes_back_at_another_port_rings_once(harness: SipHarness, phone: Phone) -> None:
    phone.register()
    harness.clock.advance(1)
    again = Phone(harness, flow=replace(phone.flow, port=5999), call_id="after-the-restart")
    assert len(contacts(again.register())) == 2
    assert ring_targets(harness) == ["sip:1001@192.0.2.7:5999"]
    harness.clock.advance(1)
    phone.register()
    assert ring_targets(harness) == ["sip:1001@192.0.2.7:5060"]


def test_devices_at_one_address_ring_separately(harness: SipHarness, phone: Phone) -> None:
    add_device(harness.directory, "t1", DOMAIN, "1001", "b")
    phone.register()
    harness.clock.advance(1)
    Phone(harness, username="1001-t1b", flow=replace(phone.flow, port=5999)).register()
    assert len(ring_targets(harness)) == 2


def test_at_most_ten_contacts(harness: SipHarness, phone: Phone) -> None:
    many = ", ".join(f"<sip:1001@192.0.2.7:{5000 + port}>" for port in range(10))
    assert phone.register(contact=f"Contact: {many}").status == 200
    assert phone.register(contact="Contact: <sip:1001@192.0.2.7:6000>").status == 403
    assert len(ring_targets(harness)) == 10


@pytest.mark.parametrize(
    "contact",
    [
        "Contact: <tel:+4912345>",
        "Contact: <sip:1001@192.0.2.7",
        "Contact: <sip:1001@192.0.2.7>;q=2",
        "Contact: <sip:" + "1" * 600 + "@192.0.2.7>",
        'Contact: <sip:1001@192.0.2.7>;+sip.instance="<urn:x>\\"y"',
    ],
)
def test_an_invalid_contact_is_400(harness: SipHarness, phone: Phone, contact: str) -> None:
    assert phone.register(contact=contact).status == 400
    assert not ring_targets(harness)


def test_a_foreign_scheme_is_416(phone: Phone) -> None:
    assert phone.register(contact="Contact: <mailto:a@b.example>").status in (400, 416)


def test_an_unsupported_option_is_420(phone: Phone) -> None:
    response = phone.register("Require: path, gruu, magic")
    assert response.status == 420
    assert response.first("unsupported") == "gruu, magic"


def test_expired_bindings_are_removed(harness: SipHarness, phone: Phone) -> None:
    phone.register(expires=60)
    harness.advance(61)
    assert not ring_targets(harness)
    harness.advance(15)
    assert not list(harness.location)
    assert harness.signals[-1] == DeviceUnregistered("t1", "e-t1-1001", "d-t1-1001a")
    assert harness.journal.records[-1].startswith(b"drop ")


def test_a_full_disk_is_503_and_changes_nothing(harness: SipHarness, phone: Phone) -> None:
    harness.journal.full = True
    response = phone.register()
    assert (response.status, response.first("retry-after")) == (503, "60")
    assert not ring_targets(harness)


def test_a_nearly_full_disk_rejects_new_registrations_but_keeps_existing_ones(harness: SipHarness) -> None:
    here, new = (
        Phone(harness),
        Phone(harness, number="1002", username="1002-t1a", password="secret-1002", flow=OTHER_FLOW),
    )
    assert here.register(expires=600).status == 200
    harness.full = True
    response = new.register()
    assert (response.status, response.first("retry-after")) == (503, "60")
    assert here.register(expires=3600).status == 200
    assert here.register(contact=f"Contact: <sip:1001@{PHONE_FLOW.host}:9>").status == 200
    assert new.register(contact="Contact: *", expires=0).status == 200
    harness.full = False
    assert new.register().status == 200


# ---- RFC 3327


def test_path_is_stored_and_returned_if_supported(harness: SipHarness, phone: Phone) -> None:
    path = "Path: <sip:edge.example;lr>, <sip:inner.example;lr>"
    response = phone.register("Supported: path", path)
    assert response.values("path") == ["<sip:edge.example;lr>", "<sip:inner.example;lr>"]
    (binding,) = harness.location
    assert binding.path == ("<sip:edge.example;lr>", "<sip:inner.example;lr>")
    assert phone.register(path).values("path") == []


# ---- RFC 5626

INSTANCE = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"'


def test_outbound_flows_are_distinguished_by_instance_and_reg_id(harness: SipHarness) -> None:
    phone = Phone(harness, flow=TCP)
    outbound = "Supported: path, outbound"
    first = phone.register(outbound, contact=f"Contact: <sip:1001@192.0.2.7;transport=tcp>;reg-id=1;{INSTANCE}")
    assert first.values("require") == ["outbound"]
    assert INSTANCE in contacts(first)[0]
    assert "reg-id=1" in contacts(first)[0]
    phone.register(outbound, contact=f"Contact: <sip:1001@192.0.2.7;transport=tcp>;reg-id=2;{INSTANCE}")
    assert len(ring_targets(harness)) == 2
    phone.register(outbound, contact=f"Contact: <sip:1001@192.0.2.99:5099;transport=tcp>;reg-id=1;{INSTANCE}")
    assert sorted(ring_targets(harness)) == [
        "sip:1001@192.0.2.7;transport=tcp",
        "sip:1001@192.0.2.99:5099;transport=tcp",
    ]


def test_a_device_with_a_lost_connection_does_not_ring_until_it_registers_again(harness: SipHarness) -> None:
    phone = Phone(harness, flow=TCP)
    headers = ("Supported: outbound",)
    contact = f"Contact: <sip:1001@192.0.2.7;transport=tcp>;reg-id=1;{INSTANCE}"
    phone.register(*headers, contact=contact)
    harness.handler.connection_lost(TCP, harness.now)
    assert harness.lost == [TCP]  # also that of a trunk
    assert not ring_targets(harness)
    assert harness.signals[-1] == DeviceUnregistered("t1", "e-t1-1001", "d-t1-1001a")
    phone.flow = Flow("tcp", "192.0.2.7", 40_002, 8, 2)
    phone.register(*headers, contact=contact)
    assert [binding.flow for binding in harness.location.contacts("e-t1-1001", harness.now)] == [phone.flow]
    assert len(list(harness.location)) == 1
    assert harness.signals[-1] == DeviceRegistered("t1", "e-t1-1001", "d-t1-1001a")


def test_two_flows_in_one_request_are_400(phone: Phone) -> None:
    contact = f"Contact: <sip:1001@a.example>;reg-id=1;{INSTANCE}, <sip:1001@b.example>;reg-id=2;{INSTANCE}"
    assert phone.register("Supported: outbound", contact=contact).status == 400


@pytest.mark.parametrize("reg_id", ["0", "-1", "x", "1" * 10])
def test_a_faulty_reg_id_is_400(harness: SipHarness, reg_id: str) -> None:
    phone = Phone(harness, flow=TCP)
    contact = f"Contact: <sip:1001@192.0.2.7;transport=tcp>;reg-id={reg_id};{INSTANCE}"
    assert phone.register("Supported: outbound", contact=contact).status == 400
    assert not ring_targets(harness)


@pytest.mark.parametrize("header", ["Contact", "Path"])
def test_too_many_contacts_or_edges_are_403(harness: SipHarness, phone: Phone, header: str) -> None:
    many = ", ".join(f"<sip:1001@192.0.2.7:{5_000 + each};lr>" for each in range(11))
    contact = f"Contact: {many}" if header == "Contact" else f"Contact: <{phone.contact}>"
    extra = (f"Path: {many}", "Supported: path") if header == "Path" else ()
    assert phone.register(*extra, contact=contact).status == 403
    assert not ring_targets(harness)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_phone_with_another_port_each_time_is_not_locked_out(harness: SipHarness, transport: str) -> None:
    for number in range(1, 2 * MAX_BINDINGS):
        flow = Flow(transport, "192.0.2.7", 40_000 + number, number * (transport == "tcp"), 1)
        assert Phone(harness, flow=flow, call_id=f"boot-{number}").register().status == 200
        assert ring_targets(harness) == [f"sip:1001@192.0.2.7:{flow.port}"]
        harness.handler.connection_lost(flow, harness.now)
        harness.advance(60)
    assert len(list(harness.location)) == MAX_BINDINGS


@pytest.mark.promise("D3")
def test_an_erased_user_does_not_register(harness: SipHarness, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeKeys, "get", lambda self, tenant, subjects, create=False: dict.fromkeys(subjects))
    assert phone.register().status == 403
    assert not ring_targets(harness)
    assert not harness.journal.records


def test_an_edge_without_outbound_support_is_439(harness: SipHarness, phone: Phone) -> None:
    contact = f"Contact: <{phone.contact}>;reg-id=1;{INSTANCE}"
    lines = ["Supported: outbound, path", "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKinner", contact]
    assert phone.request("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>", lines).status == 439
    lines.append("Path: <sip:edge.example;lr;ob>")
    assert phone.request("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>", lines).status == 200


def test_reg_id_is_ignored_without_outbound_support(harness: SipHarness, phone: Phone) -> None:
    response = phone.register(contact=f"Contact: <{phone.contact}>;reg-id=1;{INSTANCE}")
    assert response.status == 200
    assert "reg-id" not in contacts(response)[0]


# ---- revoked and disabled devices


@pytest.mark.parametrize("how", ["device", "extension", "review"])
def test_a_revoked_device_does_not_ring(harness: SipHarness, phone: Phone, how: str) -> None:
    phone.register()
    if how == "device":
        harness.registrar.remove_device("d-t1-1001a", harness.now)
    elif how == "extension":
        harness.registrar.remove_extension("e-t1-1001", harness.now)
    else:
        harness.directory.enable_device("d-t1-1001a", enabled=False)
        harness.registrar.remove_disallowed(harness.now)
    assert not ring_targets(harness)
    assert harness.signals[-1] == DeviceUnregistered("t1", "e-t1-1001", "d-t1-1001a")
    assert harness.journal.records[-1].startswith(b"drop ")


def test_a_disabled_device_cannot_register(harness: SipHarness, phone: Phone) -> None:
    harness.directory.enable_device("d-t1-1001a", enabled=False)
    assert phone.register().status == 403


def test_invalid_utf8_is_not_stored(harness: SipHarness, phone: Phone) -> None:
    uri = f"sip:{DOMAIN}"
    phone.register()
    words = phone.build("REGISTER", uri, f"<sip:1001@{DOMAIN}>", ["User-Agent: ab", f"Contact: <{phone.contact}>"])
    data = words.replace(b"ab\r\n", b"a\xff\xfeb\r\n" + phone.credentials("REGISTER", uri).encode() + b"\r\n")
    assert harness.send_raw(data)[0].startswith(b"SIP/2.0 200 ")
    (binding,) = harness.location
    assert binding.user_agent == "ab"
    assert phone.register('Path: "\x01" <sip:edge.example>').status == 400


def test_a_device_that_registers_by_another_connection_has_moved(harness: SipHarness) -> None:
    flows = [Flow("wss", "192.0.2.7", 40_001, 7), Flow("wss", "192.0.2.8", 40_002, 8)]
    phone = Phone(harness, flow=flows[0], contact="sip:abc@xyz.invalid;transport=ws")
    headers = ("Supported: path, outbound",)
    contact = f"Contact: <{phone.contact}>;reg-id=1;{INSTANCE}"
    device = ("e-t1-1001", "d-t1-1001a")
    phone.register(*headers, contact=contact)
    assert harness.location.current_flow(*device, "sip:abc@XYZ.invalid;transport=ws;ob", "wss", harness.now) == flows[0]
    assert harness.location.current_flow(*device, phone.contact, "ws", harness.now) is None
    phone.register(*headers, contact=contact)
    assert harness.signals == [DeviceRegistered("t1", *device)]
    phone.flow = flows[1]
    phone.register(*headers, contact=contact)
    assert harness.signals[1:] == [DeviceMoved("t1", *device)]
    assert harness.location.current_flow(*device, phone.contact, "wss", harness.now) == flows[1]
    for elsewhere in ("sip:abc@other.invalid", "sip:abd@xyz.invalid", "nonsense"):
        assert harness.location.current_flow(*device, elsewhere, "wss", harness.now) is None
    harness.handler.connection_lost(flows[1], harness.now)
    assert harness.location.current_flow(*device, phone.contact, "wss", harness.now) is None


def test_a_phone_is_identified_by_its_current_connection(harness: SipHarness) -> None:
    """The port differs from that of a call started on an earlier connection."""
    phone = Phone(harness, flow=TCP)
    phone.register()
    before = phone.contact.replace(f":{TCP.port}", ":49999")
    assert before != phone.contact
    assert harness.location.current_flow("e-t1-1001", "d-t1-1001a", before, "tcp", harness.now) == TCP


def test_the_reason_of_a_failed_registration_is_kept_until_one_succeeds(harness: SipHarness) -> None:
    faults = harness.registration_faults
    device_id = "d-t1-1001a"
    assert Phone(harness, password="wrong").register().status == 403
    fault = faults.last(device_id)
    assert fault is not None
    assert (fault.reason, fault.at) == ("wrong_password", harness.now)
    assert Phone(harness, username="unknown", call_id="other").register().status == 403
    assert len(faults) == 1
    harness.advance(60)
    assert Phone(harness, call_id="later").register().status == 200
    assert faults.last(device_id) is None
    harness.directory.enable_device(device_id, enabled=False)
    assert Phone(harness, call_id="blocked").register().status == 403
    fault = faults.last(device_id)
    assert fault is not None
    assert fault.reason == "blocked"


def test_a_long_name_is_shortened_for_phones(harness: SipHarness) -> None:
    extension = harness.directory.extension_by_id("e-t1-1001")
    assert extension is not None
    long = replace(extension, name="\N{FAMILY}" * 200)
    assert Caller.of(long).name == "\N{FAMILY}" * 100


def test_failed_registrations_take_a_limited_amount_of_memory() -> None:
    faults = RegistrationFaults(capacity=3)
    for index in range(10):
        faults.note(f"device-{index}", "wrong_password", float(index))
    assert len(faults) == 3
    assert faults.last("device-6") is None
    assert faults.last("device-9") is not None
