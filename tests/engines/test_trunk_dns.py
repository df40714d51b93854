"""Servers of a carrier by DNS, from a name server on this machine."""

import asyncio
from collections.abc import AsyncIterator

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from dns.asyncresolver import Resolver

from unificx.integrations import sip_dns
from unificx.integrations.sip_dns import MAX_SECONDS, MIN_SECONDS, SipDnsResolver

RECORDS = {
    ("_sip._udp.carrier.example.", "SRV"): (300, ["20 0 5062 b.carrier.example.", "10 0 5060 a.carrier.example."]),
    ("a.carrier.example.", "A"): (120, ["192.0.2.1"]),
    ("a.carrier.example.", "AAAA"): (400, ["2001:db8::1"]),
    ("b.carrier.example.", "A"): (86_400, ["192.0.2.2"]),
    ("plain.example.", "A"): (5, ["192.0.2.3"]),
    ("long.example.", "A"): (86_400, ["192.0.2.4"]),
    ("_sips._tcp.gone.example.", "SRV"): (300, ["0 0 0 ."]),
    ("gone.example.", "A"): (300, ["192.0.2.5"]),
    ("failing.example.", "A"): (86_400, ["192.0.2.6"]),
}
FAILING = ("_sip._udp.failing.example.", "SRV")


class NameServer(asyncio.DatagramProtocol):
    """Answers from `RECORDS`; every other name does not exist."""

    def __init__(self) -> None:
        self.questions: list[tuple[str, str]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        key = (str(question.name), dns.rdatatype.to_text(question.rdtype))
        self.questions.append(key)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if key in RECORDS:
            seconds, texts = RECORDS[key]
            reply.answer.append(dns.rrset.from_text(question.name, seconds, "IN", key[1], *texts))
        if key == FAILING:
            reply.set_rcode(dns.rcode.SERVFAIL)
        self.transport.sendto(reply.to_wire(), addr)  # type: ignore[attr-defined]


@pytest.fixture
async def name_server() -> AsyncIterator[tuple[NameServer, SipDnsResolver]]:
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        NameServer, local_addr=("127.0.0.1", 0)
    )
    client = Resolver(configure=False)
    client.nameservers, client.port = ["127.0.0.1"], transport.get_extra_info("sockname")[1]
    yield server, SipDnsResolver(lambda: 0.5, client)
    transport.close()


async def test_servers_are_found_by_srv_in_order_with_the_shortest_time_to_live(
    name_server: tuple[NameServer, SipDnsResolver],
) -> None:
    found = await name_server[1].resolve("carrier.example", 0, "udp")
    assert found.addresses == (("192.0.2.1", 5060), ("2001:db8::1", 5060), ("192.0.2.2", 5062))
    assert found.valid_seconds == 120.0


async def test_a_name_without_srv_has_the_port_of_the_transport_and_times_are_bounded(
    name_server: tuple[NameServer, SipDnsResolver],
) -> None:
    server, resolver = name_server
    assert await resolver.resolve("plain.example", 0, "tls") == await resolver.resolve("plain.example", 5061, "tls")
    assert ("_sips._tcp.plain.example.", "SRV") in server.questions
    assert (await resolver.resolve("plain.example", 5070, "udp")).addresses == (("192.0.2.3", 5070),)
    assert (await resolver.resolve("plain.example", 0, "udp")).valid_seconds == MIN_SECONDS
    assert (await resolver.resolve("long.example", 0, "tcp")).valid_seconds == MAX_SECONDS


async def test_servers_that_could_not_be_looked_up_are_looked_up_again_soon(
    name_server: tuple[NameServer, SipDnsResolver],
) -> None:
    """The address of the name, which may be that of a web server, is not used for as long as it is valid itself."""
    found = await name_server[1].resolve("failing.example", 0, "udp")
    assert (found.addresses, found.valid_seconds) == ((("192.0.2.6", 5060),), MIN_SECONDS)


async def test_addresses_and_names_of_this_machine_need_no_name_server(
    name_server: tuple[NameServer, SipDnsResolver],
) -> None:
    server, resolver = name_server
    assert (await resolver.resolve("2001:db8::9", 0, "tls")).addresses == (("2001:db8::9", 5061),)
    assert not server.questions
    assert ("127.0.0.1", 5060) in (await resolver.resolve("localhost", 5060, "udp")).addresses


async def test_a_name_that_does_not_exist_is_an_error_and_so_is_a_transport_that_is_not_offered(
    name_server: tuple[NameServer, SipDnsResolver], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(name: str) -> list[str]:
        return []

    monkeypatch.setattr(sip_dns, "_system_addresses", nothing)
    with pytest.raises(LookupError):
        await name_server[1].resolve("unknown.example", 0, "udp")
    with pytest.raises(LookupError):
        await name_server[1].resolve("gone.example", 0, "tls")
    assert (await name_server[1].resolve("gone.example", 5060, "udp")).addresses == (("192.0.2.5", 5060),)
