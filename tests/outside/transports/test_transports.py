"""SIP transports with phones and attackers on real loopback sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from socket import TCP_KEEPIDLE, TCP_KEEPINTVL

import pytest
import structlog
from waiting import until

from unificx.core.clock import SystemClock
from unificx.core.datagrams import DatagramReader
from unificx.core.errors import StartupError
from unificx.sip.flow import Flow
from unificx.transport import stun
from unificx.transport.binding import BindAddress
from unificx.transport.connections import StreamLimits
from unificx.transport.manager import LocalAddresses, TransportManager

HOST = "127.0.0.1"
BRISK = StreamLimits(
    connections=30,
    per_source_loopback=20,
    first_message=0.5,
    message=0.4,
    idle=60.0,
    stalled=0.5,
    unsent=256 * 1024,
    connect=2.0,
)


def options(body: bytes = b"") -> bytes:
    return b"OPTIONS sip:a SIP/2.0\r\nVia: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@dataclass
class Rig:
    """Transports and the messages they received."""

    transports: TransportManager = field(init=False)
    received: list[tuple[bytes, Flow]] = field(default_factory=list)
    lost: list[Flow] = field(default_factory=list)
    echo: bool = False
    is_busy: bool = False
    """Messages are answered later."""

    def on_message(self, data: bytes, flow: Flow) -> None:
        self.received.append((data, flow))
        if self.is_busy:
            asyncio.get_running_loop().call_soon(self.transports.send, b"ECHO " + data, flow)
        elif self.echo:
            self.transports.send(b"ECHO " + data, flow)

    @property
    def bound(self) -> dict[str, BindAddress]:
        return {bind.transport: bind for bind in self.transports.bound}


Open = Callable[..., Awaitable[Rig]]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    rigs: list[Rig] = []

    async def start(*binds: BindAddress, limits: StreamLimits = BRISK, **more: object) -> Rig:
        rig = Rig()
        rig.transports = TransportManager(binds, rig.on_message, rig.lost.append, limits=limits, **more)  # pyright: ignore
        rigs.append(rig)
        await rig.transports.start(DatagramReader(SystemClock()))
        return rig

    yield start
    for rig in rigs:
        await rig.transports.close()


@pytest.fixture
async def rig(opened: Open) -> Rig:
    return await opened(BindAddress("udp", HOST, 0), BindAddress("tcp", HOST, 0))


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.got: list[bytes] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.got.append(data)


async def udp_phone(bind: BindAddress) -> tuple[asyncio.DatagramTransport, Datagrams]:
    return await asyncio.get_running_loop().create_datagram_endpoint(Datagrams, remote_addr=(bind.host, bind.port))


async def tcp_phone(rig: Rig) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(HOST, rig.bound["tcp"].port)


async def ended(reader: asyncio.StreamReader) -> bool:
    """Return whether the remote side closes the connection within five seconds."""
    async with asyncio.timeout(5):
        try:
            while await reader.read(65536):
                pass
        except ConnectionError:
            return True
        return True


# ---- UDP


@pytest.mark.parametrize("host", [HOST, "::1"])
async def test_a_datagram_comes_with_its_flow_and_is_answered_by_it(opened: Open, host: str) -> None:
    rig = await opened(BindAddress("udp", host, 0))
    phone, datagrams = await udp_phone(rig.bound["udp"])
    phone.sendto(options())
    await until(lambda: rig.received)
    ((data, flow),) = rig.received
    assert data == options()
    assert flow == Flow("udp", host, phone.get_extra_info("sockname")[1], 0, 1)
    rig.transports.send(b"hello", flow)
    await until(lambda: datagrams.got == [b"hello"])
    phone.close()


@pytest.mark.parametrize("host", [HOST, "::1"])
async def test_all_pending_datagrams_are_read_at_once(opened: Open, host: str) -> None:
    rig = await opened(BindAddress("udp", host, 0))
    family = socket.AF_INET if host == HOST else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as phone:
        phone.connect((host, rig.bound["udp"].port))
        sent = [options(b"%d" % number) for number in range(100)]
        for data in sent:
            phone.send(data)
        rig.transports.read_pending()
        assert [data for data, _ in rig.received] == sent
        assert {flow for _, flow in rig.received} == {Flow("udp", host, phone.getsockname()[1], 0, 1)}
        rig.transports.read_pending()
        phone.send(options())
        await until(lambda: len(rig.received) == 101)
    await rig.transports.close()
    rig.transports.read_pending()


async def test_keep_alives_and_stun_end_at_the_socket(rig: Rig) -> None:
    phone, datagrams = await udp_phone(rig.bound["udp"])
    for data in (b"\r\n\r\n", b"\x00" * 4, b"", stun.binding_request(b"k" * 12), options()):
        phone.sendto(data)
    await until(lambda: rig.received and datagrams.got)
    assert [data for data, _ in rig.received] == [options()]
    (answer,) = datagrams.got
    assert stun.mapped_address(answer) == phone.get_extra_info("sockname")
    phone.close()


@pytest.mark.parametrize("method", [b"!interesting-Method", b"*", b"4", b"'~"])
async def test_a_method_may_begin_with_any_token_character(rig: Rig, method: bytes) -> None:
    """RFC 7983 section 7: only the first bytes 0 to 3 mean STUN."""
    phone, _ = await udp_phone(rig.bound["udp"])
    phone.sendto(method + b" sip:a SIP/2.0\r\nVia: x\r\n\r\n")
    await until(lambda: rig.received)
    assert rig.received[0][0].startswith(method)
    phone.close()


async def test_a_host_name_is_resolved(rig: Rig) -> None:
    phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    phone.bind((HOST, 0))
    phone.setblocking(False)
    rig.transports.send(b"hello", Flow("udp", "localhost", phone.getsockname()[1]))
    async with asyncio.timeout(5):
        assert await asyncio.get_running_loop().sock_recv(phone, 100) == b"hello"
    phone.close()


async def test_undeliverable_messages_are_reported(rig: Rig) -> None:
    flows = [
        Flow("udp", "no-such-host.invalid", 5060),
        Flow("udp", "::1", 5060),
        Flow("udp", "203.0.113.1", 5060),  # its socket is bound to the loopback address
        Flow("tcp", HOST, 1),
        Flow("tcp", HOST, 5060, 999),
        Flow("wss", HOST, 5060),
    ]
    for flow in flows:
        rig.transports.send(options(), flow)
    assert rig.lost == []
    await until(lambda: len(rig.lost) == len(flows), 10)
    assert set(rig.lost) == set(flows)


async def test_our_address_is_the_one_the_peer_reaches(opened: Open) -> None:
    rig = await opened(
        BindAddress("udp", "0.0.0.0", 0),
        BindAddress("udp", "::1", 0),
        BindAddress("tcp", HOST, 0, advertised="pbx.example.com"),
    )
    four, six, tcp = rig.transports.bound
    assert rig.transports.sent_by(Flow("udp", HOST, 9)) == f"{HOST}:{four.port}"
    assert rig.transports.sent_by(Flow("udp", "::1", 9)) == f"[::1]:{six.port}"
    assert rig.transports.sent_by(Flow("tcp", HOST, 9, 3, 3)) == f"pbx.example.com:{tcp.port}"


# ---- starting


def test_peers_in_a_network_are_not_reached_from_the_loopback_address() -> None:
    hosts = ["127.0.0.1", "192.0.2.1", "192.0.2.2", "::1", "2001:db8::1"]
    addresses = LocalAddresses([BindAddress("udp", host, 5060) for host in hosts])
    peers = {"198.51.100.1": 2, "127.0.0.9": 1, "2001:db8::9": 5, "::1": 4}
    assert {peer: addresses.socket_index(Flow("udp", peer, 5060)) for peer in peers} == peers
    assert addresses.socket_index(Flow("udp", "198.51.100.1", 5060, 0, 3)) == 3
    assert addresses.socket_index(Flow("tcp", "198.51.100.1", 5060)) == 0
    only = LocalAddresses([BindAddress("udp", "127.0.0.1", 5060)])
    assert only.socket_index(Flow("udp", "198.51.100.1", 5060)) == 1
    every = LocalAddresses([BindAddress("udp", host, 5060) for host in ("0.0.0.0", "127.0.0.1")])
    assert [every.socket_index(Flow("udp", peer, 5060)) for peer in ("198.51.100.1", "127.0.0.9")] == [1, 2]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_port_in_use_is_reported(opened: Open, transport: str) -> None:
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind((HOST, 0))
        if transport == "tcp":
            other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartupError, match=f"^Port {port} is taken by another program: ") as data:
            await opened(BindAddress("udp", HOST, 0), BindAddress(transport, HOST, port))
        assert data.value.hint


async def test_an_address_of_another_machine_is_reported(opened: Open) -> None:
    with pytest.raises(StartupError, match="not an address of this machine"):
        await opened(BindAddress("udp", "192.0.2.1", 0))


async def test_the_port_chosen_for_port_0_is_reported(rig: Rig) -> None:
    assert all(bind.port for bind in rig.transports.bound)
    assert str(rig.bound["udp"]) == f"{HOST}:{rig.bound['udp'].port}"


# ---- TCP


async def test_messages_are_framed_at_any_segmentation(rig: Rig) -> None:
    _, writer = await tcp_phone(rig)
    stream = options(b"one") + b"\r\n\r\n" + options(b"two")
    for byte in stream:
        writer.write(bytes((byte,)))
        await writer.drain()
    await until(lambda: len(rig.received) == 2)
    assert [data for data, _ in rig.received] == [options(b"one"), options(b"two")]
    assert rig.received[0][1] == rig.received[1][1]
    assert rig.received[0][1].connection
    assert rig.received[0][1].local == 2
    writer.close()


async def test_responses_use_the_same_connection_and_pings_are_answered(rig: Rig) -> None:
    """RFC 5626 section 4.4.1."""
    reader, writer = await tcp_phone(rig)
    writer.write(b"\r\n\r\n" + options())
    assert await reader.readexactly(2) == b"\r\n"
    await until(lambda: rig.received)
    rig.transports.send(options(b"back"), rig.received[0][1])
    assert await reader.readexactly(len(options(b"back"))) == options(b"back")
    writer.close()
    await until(lambda: rig.lost)
    assert rig.lost == [rig.received[0][1]]


async def test_an_outgoing_connection_is_reused(rig: Rig, opened: Open) -> None:
    other = await opened(BindAddress("tcp", HOST, 0))
    other.echo = True
    asked = Flow("tcp", HOST, other.bound["tcp"].port)
    for number in range(3):
        rig.transports.send(options(b"%d" % number), asked)
    await until(lambda: len(other.received) == 3)
    rig.transports.send(options(b"3"), asked)
    await until(lambda: len(other.received) == 4)
    assert rig.transports.is_open(asked)
    assert [data for data, _ in other.received] == [options(b"%d" % number) for number in range(4)]
    assert len({flow for _, flow in other.received}) == 1
    await until(lambda: len(rig.received) == 4)
    assert rig.received[0][1].peer == asked.peer
    await other.transports.close()
    await until(lambda: len(rig.lost) == 2)
    assert set(rig.lost) == {rig.received[0][1], asked}
    assert not any(map(rig.transports.is_open, rig.lost))


@pytest.mark.parametrize("port", [0, 70_000])
async def test_a_destination_is_usable_after_a_failed_connection(opened: Open, port: int) -> None:
    """One that closes at once, or an invalid one, which may be logged."""
    own, other = await opened(limits=replace(BRISK, idle=0.0)), await opened(BindAddress("tcp", HOST, 0))
    asked = Flow("tcp", HOST, port or other.bound["tcp"].port)
    with structlog.testing.capture_logs() as logged:
        for number in (1, 2):
            own.transports.send(options(), asked)
            await until(lambda: own.lost.count(asked) == number)  # noqa: B023 - awaited at once
    assert port or not logged


async def test_an_outgoing_connection_that_a_router_has_forgotten_is_closed(rig: Rig, opened: Open) -> None:
    """Without these options messages would go nowhere for a quarter of an hour."""
    other = await opened(BindAddress("tcp", HOST, 0))
    rig.transports.send(options(), Flow("tcp", HOST, other.bound["tcp"].port))
    await until(lambda: other.received)
    [connection] = rig.transports._outgoing._established.values()  # pyright: ignore[reportPrivateUsage]
    assert connection._transport is not None  # pyright: ignore[reportPrivateUsage]
    found = connection._transport.get_extra_info("socket")  # pyright: ignore[reportPrivateUsage]
    assert found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    closed_after = found.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) / 1000
    idle, interval = (found.getsockopt(socket.IPPROTO_TCP, each) for each in (TCP_KEEPIDLE, TCP_KEEPINTVL))
    assert closed_after <= 30
    assert idle + 2 * interval <= closed_after  # one lost probe is not enough: TCP_KEEPCNT does not count
    accepted = other.transports.connections.get(other.received[0][1].connection)
    found = accepted._transport.get_extra_info("socket")  # pyright: ignore
    assert found.getsockopt(socket.IPPROTO_TCP, TCP_KEEPIDLE) >= 60  # else idle phones wake up often


async def test_an_incoming_connection_is_not_reused_for_its_source_address(rig: Rig) -> None:
    _, writer = await tcp_phone(rig)
    writer.write(options())
    await until(lambda: rig.received)
    theirs = rig.received[0][1]
    rig.transports.send(options(), replace(theirs, connection=0))
    await until(lambda: rig.lost)
    assert rig.lost == [replace(theirs, connection=0)]
    writer.close()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"OPTIONS sip:a SIP/2.0\r\nVia: ",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 99999999\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        options() + b"OPTIONS sip:a SIP/2.0\r\nVia: never finished",
    ],
)
async def test_silent_and_invalid_peers_are_disconnected(rig: Rig, data: bytes) -> None:
    reader, writer = await tcp_phone(rig)
    writer.write(data)
    assert await ended(reader)
    writer.close()


@pytest.mark.parametrize("is_busy", [False, True])
async def test_messages_before_an_unframeable_one_are_served_and_it_is_answered(rig: Rig, is_busy: bool) -> None:
    rig.echo, rig.is_busy = True, is_busy
    reader, writer = await tcp_phone(rig)
    unframeable = b"OPTIONS sip:b SIP/2.0\r\nVia: x\r\nContent-Length: x\r\n\r\n"
    writer.write(options(b"one") + options(b"two") + unframeable)
    async with asyncio.timeout(5):
        received = await reader.read()
    assert received == b"".join(b"ECHO " + data for data in (options(b"one"), options(b"two"), unframeable))
    writer.close()


async def test_a_slow_sender_is_disconnected(rig: Rig) -> None:
    """Single bytes at intervals do not keep a connection open (slowloris)."""
    reader, writer = await tcp_phone(rig)
    try:
        async with asyncio.timeout(5):
            for byte in options() * 9:
                writer.write(bytes((byte,)))
                await writer.drain()
                await asyncio.sleep(0.05)
        pytest.fail("a byte every 50 ms was waited for")
    except (ConnectionError, RuntimeError):  # uvloop raises RuntimeError for a closed connection
        pass
    assert await ended(reader)
    assert len(rig.received) <= 1
    writer.close()


async def test_a_phone_may_be_silent_after_its_first_message(rig: Rig) -> None:
    reader, writer = await tcp_phone(rig)
    writer.write(options())
    await asyncio.sleep(1.2)
    assert not reader.at_eof()
    assert not rig.lost
    writer.close()


async def test_a_peer_that_does_not_read_is_dropped(rig: Rig) -> None:
    _, writer = await tcp_phone(rig)
    writer.write(options())
    writer.transport.pause_reading()  # pyright: ignore[reportAttributeAccessIssue]
    await until(lambda: rig.received)
    flow = rig.received[0][1]
    for _ in range(2_000):
        if rig.lost:
            break
        rig.transports.send(options(b"x" * 60_000), flow)
        await asyncio.sleep(0)
    await until(lambda: rig.lost == [flow])
    writer.transport.abort()


async def test_a_connection_of_an_excluded_source_is_closed_at_once(opened: Open) -> None:
    """Before its TLS handshake, and without being counted."""
    asked: list[str] = []
    rig = await opened(BindAddress("tcp", HOST, 0), limits=replace(BRISK, accepts=asked.append))
    reader, writer = await tcp_phone(rig)
    assert await ended(reader)
    assert (asked, len(rig.transports.connections)) == ([HOST], 0)
    writer.close()


@pytest.mark.parametrize("limits", [BRISK, replace(BRISK, connections=20, per_source_loopback=30)])
async def test_connections_are_limited(opened: Open, limits: StreamLimits) -> None:
    rig = await opened(BindAddress("tcp", HOST, 0), limits=limits)
    _, closed = await tcp_phone(rig)
    await until(lambda: len(rig.transports.connections) == 1)
    closed.close()
    await until(lambda: rig.lost)
    rig.lost.clear()
    phones: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    for number in range(20):
        phones.append(await tcp_phone(rig))
        phones[-1][1].write(options())
        await until(lambda count=number + 1: len(rig.received) == count)
        rig.transports.connections.authenticated(rig.received[-1][1])
    reader, refused = await tcp_phone(rig)
    assert await ended(reader)
    assert len(rig.transports.connections) == 20
    for writer in (refused, *(writer for _, writer in phones)):
        writer.close()
    await until(lambda: len(rig.lost) == 20)
    _, writer = await tcp_phone(rig)
    writer.write(options())
    await until(lambda: len(rig.received) == 21)
    writer.close()


@pytest.mark.parametrize("limits", [BRISK, replace(BRISK, connections=20, per_source_loopback=30)])
async def test_connections_without_credentials_lock_no_phone_out(opened: Open, limits: StreamLimits) -> None:
    """At the limit of a source, or of all, a new connection replaces the oldest without an authenticated request."""
    rig = await opened(BindAddress("tcp", HOST, 0), limits=limits)
    peers: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    for number in range(22):
        peers.append(await tcp_phone(rig))
        peers[-1][1].write(options(b"%d" % number))
        await until(lambda count=number + 1: len(rig.received) == count)
        if number == 0:
            rig.transports.connections.authenticated(rig.received[0][1])
    assert await ended(peers[1][0])
    assert await ended(peers[2][0])
    assert set(rig.lost) == {rig.received[1][1], rig.received[2][1]}
    for _, writer in peers:
        writer.close()
