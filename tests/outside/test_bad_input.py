"""Malformed and hostile input on the network: the server keeps serving all other phones.

The attacker uses 127.0.0.2; legitimate phones at 127.0.0.1 register and call during the attack.
"""

import contextlib
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import scenarios as s
from free_ports import free_port
from server import Server, eventually

from unificx.sip_server.rate_limiter import RateLimits

ATTACKER = "127.0.0.2"
REGISTER = (
    "REGISTER sip:{domain} SIP/2.0\r\nVia: SIP/2.0/{transport} 127.0.0.2:5060;branch=z9hG4bK{n};rport\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:1@{domain}>;tag=a{n}\r\nTo: <sip:1@{domain}>\r\nCall-ID: {n}\r\n"
    "CSeq: 1 REGISTER\r\nContact: <sip:1@127.0.0.2:5060>\r\n{more}Content-Length: 0\r\n\r\n"
)
WRONG_PASSWORD = (
    'Authorization: Digest username="{user}",realm="{domain}",nonce="{n}",uri="sip:{domain}",'
    'response="0123456789abcdef0123456789abcdef",algorithm=MD5,qop=auth,nc=00000001,cnonce="x"\r\n'
)


@dataclass(frozen=True)
class Attacker:
    server: Server

    def request(self, number: int, transport: str = "UDP", more: str = "") -> bytes:
        return REGISTER.format(domain=self.server.domain, transport=transport, n=number, more=more).encode()

    def wrong_password_request(self, number: int, username: str) -> bytes:
        domain = self.server.domain
        return self.request(number, more=WRONG_PASSWORD.format(user=username, domain=domain, n=number))

    @contextlib.contextmanager
    def datagrams(self) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as it:
            it.bind((ATTACKER, 0))
            it.settimeout(2)
            it.connect(self.server.address("udp"))
            yield it

    @contextlib.contextmanager
    def stream(self, transport: str = "tcp") -> Iterator[socket.socket]:
        address = self.server.address(transport)
        with socket.create_connection(address, timeout=20, source_address=(ATTACKER, 0)) as it:
            yield it


@pytest.fixture(scope="module")
def server(module_server: Server) -> Server:
    return module_server


@pytest.fixture
def attacker(server: Server) -> Attacker:
    server.canaries.add(ATTACKER)
    return Attacker(server)


@pytest.fixture
def check_service(desk, household, server) -> Callable[[], None]:
    """Check that legitimate phones can register and call."""
    caller = (*s.authenticated_invite(s.sdp()), *s.answered(), s.in_dialog("ACK", 2), s.pause(200), *s.hang_up(3))
    callee = (s.called(), s.ringing(), *s.answers(s.sdp()), *s.is_hung_up())

    def check() -> None:
        assert_answered_over_tls(server)
        for transport in ("udp", "tcp"):
            port = free_port()
            outcome = desk.register(household.anna, port, expires=60, transport=transport)
            assert outcome.ok, outcome.errors or outcome.trace
            desk.register(household.anna, port, expires=0, transport=transport)
        phone = desk.callee(household.berta, *callee)
        desk.calls(desk.caller(household.anna, household.berta.number, *caller), phone)
        desk.register(household.berta, phone.port, expires=0)

    return check


def assert_answered_over_tls(server: Server) -> None:
    context = ssl.create_default_context(cafile=str(server.ca))
    request = REGISTER.format(domain=server.domain, transport="TLS", n=random.randrange(1 << 40), more="")
    plain = socket.create_connection(server.address("tls"), timeout=20)
    with context.wrap_socket(plain, server_hostname=server.address("tls")[0]) as wire:
        wire.sendall(request.encode())
        assert wire.recv(4096).startswith(b"SIP/2.0 401")


@pytest.mark.promise("T3")
def test_garbage_over_udp(attacker, check_service, server):
    rng = random.Random(1)
    whole = attacker.request(1)
    with attacker.datagrams() as wire:
        for length in (0, 1, 2, 4, 20, 500, 1400, 9000, 65000):
            for _ in range(30):
                send(wire, rng.randbytes(length))
        for end in range(len(whole)):
            send(wire, whole[:end])
        for place in range(len(whole)):
            send(wire, whole[:place] + rng.randbytes(1) + whole[place + 1 :])
        send(wire, whole.replace(b"\r\n\r\n", b"\r\nX: " + b"y" * 60000 + b"\r\n\r\n"))
        send(wire, whole.replace(b"\r\n\r\n", b"\r\n" + b"X: y\r\n" * 9000 + b"\r\n"))
        send(wire, b"REGISTER sip:x SIP/2.0\r\nFrom: " + b'"<' * 20000 + b"\r\n\r\n")
    assert server.running
    check_service()


def send(wire: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        wire.send(data)


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_garbage_over_a_stream_closes_the_connection(attacker, check_service, transport):
    for data in (
        random.Random(2).randbytes(5000) + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        attacker.request(51, "TCP").replace(b"Content-Length: 0", b"Content-Length: 99999999"),
        attacker.request(52, "TCP").replace(b"Content-Length: 0", b"Content-Length: -1"),
        attacker.request(53, "TCP").replace(b"Content-Length: 0\r\n", b""),
        b"REGISTER sip:x SIP/2.0\r\n" + b"X: y\r\n" * 200000,
        b"REGISTER sip:x SIP/2.0\r\nX: " + b"y" * 2000000,
    ):
        with attacker.stream(transport) as wire:
            with contextlib.suppress(OSError):
                wire.sendall(data)
            assert_closed(wire)
    check_service()


def assert_closed(wire: socket.socket) -> None:
    """Assert that the server closes the connection, after an error response at most."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while data := wire.recv(4096):
            received += data
    rejected = received.startswith((b"SIP/2.0 4", b"SIP/2.0 513"))
    assert not received or rejected or received[0] == 0x15, received[:100]  # 0x15: a TLS alert


def test_a_request_that_is_too_large_is_answered(attacker):
    """RFC 3261 section 21.5.7. A connection is closed only if the end of the request is unknown."""
    long_line = "X: " + "y" * 20_000 + "\r\n"
    with attacker.datagrams() as wire:
        wire.send(attacker.request(71, more=long_line))
        assert wire.recv(4096).startswith(b"SIP/2.0 513 Message Too Large\r\n")
        wire.send(attacker.request(72))
        assert wire.recv(4096).startswith(b"SIP/2.0 401")
    with attacker.stream() as wire:
        wire.sendall(attacker.request(73, "TCP", more=long_line))
        assert wire.recv(4096).startswith(b"SIP/2.0 513 Message Too Large\r\n")
        wire.sendall(attacker.request(74, "TCP").replace(b"Content-Length: 0", b"Content-Length: 70000"))
        assert wire.recv(4096).startswith(b"SIP/2.0 513 Message Too Large\r\n")
        assert_closed(wire)


def test_request_sent_byte_by_byte_is_answered(attacker):
    with attacker.stream() as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in attacker.request(61, "TCP") + attacker.request(62, "TCP"):
            wire.sendall(bytes([byte]))
        answers = b""
        while answers.count(b"SIP/2.0 401") < 2:
            data = wire.recv(4096)
            assert data, answers
            answers += data


def test_many_requests_in_one_segment_are_all_answered(attacker):
    with attacker.stream() as wire:
        wire.sendall(b"\r\n\r\n".join(attacker.request(n, "TCP") for n in range(100, 110)))
        answers = b""
        while answers.count(b"SIP/2.0 401") < 10:
            data = wire.recv(65536)
            assert data, answers
            answers += data


@pytest.mark.promise("T3")
def test_slow_and_idle_connections_do_not_block_others(attacker, check_service):
    with contextlib.ExitStack() as held:
        for number in range(300):
            with contextlib.suppress(OSError):
                wire = held.enter_context(attacker.stream("tcp" if number % 3 else "tls"))
                wire.sendall(attacker.request(number, "TCP")[: number % 50])
        check_service()


def challenged(wire: socket.socket, request: bytes) -> bytes:
    """Return the nonce of the challenge. A guess counts as one only with a nonce of the server."""
    send(wire, request)
    with contextlib.suppress(TimeoutError):
        while not (nonce := re.search(rb'nonce="([^"]+)"', wire.recv(4096))):
            continue
        return nonce[1]
    return b""


@pytest.mark.promise("T3", "U9")
def test_password_guessing_blocks_only_the_attackers_address(attacker, check_service, household, desk):
    stop, guessed = threading.Event(), threading.Event()

    def attempt() -> None:
        number = 0
        with attacker.datagrams() as wire:
            nonce = b""
            while not stop.wait(0.001):
                number += 1
                if not nonce:
                    nonce = challenged(wire, attacker.request(number))
                wrong = attacker.wrong_password_request(number, household.anna.username)
                send(wire, wrong.replace(b'nonce="%d"' % number, b'nonce="%s"' % nonce))
                if number > 100:
                    guessed.set()

    attack = threading.Thread(target=attempt)
    attack.start()
    try:
        check_service()
        assert guessed.wait(20)
        outcome = desk.register(household.anna, free_port(ATTACKER), host=ATTACKER, timeout=3)
        assert not outcome.ok  # not even with the right password, from the attacker's address
    finally:
        stop.set()
        attack.join()
    check_service()


@pytest.mark.promise("T3")
@pytest.mark.parametrize("max_forwards", ["70", "0"])
def test_request_flood_is_rate_limited(attacker, check_service, max_forwards):
    """The limit applies to responses that need no transaction, too: here to 483."""
    limits = RateLimits()
    started = time.monotonic()
    with attacker.datagrams() as wire:
        wire.settimeout(0.5)
        for number in range(20000):
            send(wire, attacker.request(number).replace(b"Max-Forwards: 70", b"Max-Forwards: " + max_forwards.encode()))
        answers = 0
        with contextlib.suppress(TimeoutError):
            while wire.recv(4096):
                answers += 1
    assert answers <= limits.burst + limits.rate * (time.monotonic() - started)
    check_service()


def test_memory_does_not_grow_with_garbage(attacker, server):
    def rain(first: int) -> None:
        with attacker.datagrams() as wire:
            for number in range(first, first + 15000):
                send(wire, attacker.wrong_password_request(number, f"user{number}"))

    rain(1_000_000)
    before = resident(server.pid)
    rain(2_000_000)
    eventually(lambda: resident(server.pid) - before < 20_000, what="kB of memory grown")


def resident(pid: int) -> int:
    """Return the resident memory in kilobytes."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
