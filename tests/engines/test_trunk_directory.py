"""Trunks in memory: the trunk that a request came from, and where to send calls."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from unificx.sip.flow import Flow
from unificx.sip.message import Request, parse
from unificx.sip.uri import Uri
from unificx.trunks import NewTrunk, Trunk, TrunkDirectory, TrunkState, TrunkStatus
from unificx.trunks.directory import MAX_PAUSES
from unificx.trunks.values import new_trunk

NOW = datetime(2026, 1, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
NUMBERS = count(1)
REGISTERING = NewTrunk("carrier", "sip.carrier.example", "tls", "4930123", "top-secret", auth_username="u1")


def is_phone(sender: Uri) -> bool:
    return sender.host.lower() in ("acme.example", "globex.example") or sender.user == "1001-a"


@pytest.fixture
def directory() -> TrunkDirectory:
    return TrunkDirectory(is_phone, bytes(range(32)))


def added(directory: TrunkDirectory, tenant_id: str, new: NewTrunk) -> Trunk:
    trunk = new_trunk(f"trunk-{next(NUMBERS)}", tenant_id, NOW, new, None)
    directory.put(trunk)
    return trunk


def status(state: TrunkState, since: datetime, *hosts: str, others: tuple[str, ...] = ()) -> TrunkStatus:
    flows = tuple(Flow("udp", host, 5060) for host in hosts)
    return TrunkStatus(state, since, "", flows, tuple(Flow("udp", host, 5060) for host in others))


def invite(to: str = "+4930123@192.0.2.200", sender: str = "+4940555@carrier.example") -> Request:
    """Return an INVITE to `to` from `sender`."""
    text = (
        f"INVITE sip:{to} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\nFrom: <sip:{sender}>;tag=1\r\n"
        f"To: <sip:{to}>\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
    request = parse(text.encode())
    assert isinstance(request, Request)
    return request


# ---- requests of carriers


def test_a_request_is_identified_by_its_source(directory: TrunkDirectory) -> None:
    made = added(directory, "acme", NewTrunk("carrier", "192.0.2.1", accept_from=("198.51.100.0/28",)))
    directory.report(made.id, status("reachable", NOW, "192.0.2.1", others=("192.0.2.2",)))
    for host in ("192.0.2.1", "192.0.2.2", "198.51.100.15", "::ffff:198.51.100.3"):
        assert directory.candidates(Flow("udp", host, 40_000), invite()) == (made,)
    for host in ("192.0.2.3", "198.51.100.16", "2001:db8::1", "not an address"):
        assert directory.candidates(Flow("udp", host, 5060), invite()) == ()
    assert directory.candidates(Flow("wss", "192.0.2.1", 5060), invite()) == ()
    directory.remove(made.id)
    assert directory.candidates(Flow("udp", "192.0.2.1", 40_000), invite()) == ()


def test_a_request_is_identified_by_the_contact_of_the_registration(directory: TrunkDirectory) -> None:
    made = added(directory, "acme", REGISTERING)
    token = directory.contact_user(made.id)
    assert directory.candidates(Flow("tls", "203.0.113.9", 5061), invite(f"{token}@192.0.2.200")) == (made,)
    # A trunk over TLS accepts nothing that could have been forged on the way.
    assert directory.candidates(Flow("udp", "203.0.113.9", 5061), invite(f"{token}@192.0.2.200")) == ()
    assert directory.candidates(Flow("tls", "203.0.113.9", 5061), invite("t0123@192.0.2.200")) == ()


def test_no_tenant_can_take_over_phones_by_naming_their_address(directory: TrunkDirectory) -> None:
    added(directory, "acme", NewTrunk("carrier", "192.0.2.1", accept_from=("198.51.100.7",)))
    office = Flow("udp", "198.51.100.7", 5060)
    for domain in ("globex.example", "ACME.example"):
        assert directory.candidates(office, invite("1002@globex.example", f"1001@{domain}")) == ()
    assert directory.candidates(office, invite("1002@192.0.2.200", "1001-a@192.0.2.200")) == ()
    assert directory.candidates(office, invite("1002@192.0.2.200", "+4940@192.0.2.200")) != ()


def test_the_called_number_decides_between_tenants_with_the_same_carrier(directory: TrunkDirectory) -> None:
    made = [added(directory, each, NewTrunk("carrier", "192.0.2.1")) for each in ("acme", "globex")]
    for trunk in made:
        directory.report(trunk.id, status("reachable", NOW, "192.0.2.1"))
    flow = Flow("udp", "192.0.2.1", 5060)
    assert sorted(one.id for one in directory.candidates(flow, invite())) == sorted(one.id for one in made)


# ---- calls to carriers


def test_calls_are_sent_to_the_usable_servers_in_order(directory: TrunkDirectory) -> None:
    made = added(directory, "acme", REGISTERING)
    assert directory.endpoint(made.id, 0.0) is None
    assert directory.endpoint("unknown", 0.0) is None
    directory.report(made.id, status("unreachable", NOW, others=("192.0.2.1",)))
    lost = directory.endpoint(made.id, 0.0)
    assert lost is not None
    assert not directory.available(made.id, 0.0)
    assert lost.flow.host == "192.0.2.1"  # the last resort of an emergency call
    directory.report(made.id, status("registered", NOW, "192.0.2.1", "192.0.2.2"))
    directory.pause(made.id, Flow("udp", "192.0.2.1", 5060, 0, 3), 100.0)
    found = directory.endpoint(made.id, 99.0)
    assert found is not None
    assert [flow.host for flow in found.flows] == ["192.0.2.2"]
    assert [flow.host for flow in found.known] == ["192.0.2.1", "192.0.2.2"]
    assert (made.uri_host, found.port, found.username) == ("sip.carrier.example", 0, "u1")
    assert "192.0.2.2" not in repr(found)
    again = directory.endpoint(made.id, 100.0)
    assert again is not None
    assert again.flow.host == "192.0.2.1"
    assert directory.available(made.id, 99.0)


def test_of_too_many_pauses_the_one_that_ends_first_is_dropped(directory: TrunkDirectory) -> None:
    made = added(directory, "acme", REGISTERING)
    directory.report(made.id, status("registered", NOW, "192.0.2.1"))
    directory.pause(made.id, Flow("udp", "192.0.2.1", 5060), 200.0)
    for number in range(MAX_PAUSES):
        directory.pause(made.id, Flow("udp", "192.0.2.2", number), 100.0)
    assert not directory.available(made.id, 150.0)


def test_the_time_of_a_state_is_that_of_its_first_report(directory: TrunkDirectory) -> None:
    made = added(directory, "acme", REGISTERING)
    assert directory.status(made).state == "unreachable"
    first = status("registered", NOW, "192.0.2.1")
    assert directory.report(made.id, first) == first
    assert directory.report(made.id, status("registered", LATER, "192.0.2.5")) is None
    assert directory.status(made).since == first.since
    lost = directory.report(made.id, status("unreachable", LATER))
    assert lost is not None
    assert lost.since == LATER
