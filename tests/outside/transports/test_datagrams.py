"""Reading of datagrams: at once while few arrive, in batches while many do; real sockets, the rate by a clock."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass

import pytest
from waiting import until

from unificx.core.clock import ManualClock
from unificx.core.datagrams import BATCH_INTERVAL, MAX_READ, RATE_PERIOD, ArrivalRate, DatagramReader

HOST = "127.0.0.1"
NEVER = 3600.0
"""An interval after which no test waits for a batch."""
purpose = ContextVar("purpose", default="none")


def udp_socket() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind((HOST, 0))
    return sock


@dataclass
class CountingClock(ManualClock):
    """A clock that counts how often it is read: once for each reading of a socket."""

    reads: int = 0

    def monotonic(self) -> float:
        self.reads += 1
        return super().monotonic()


class Receiver:
    """A read socket; `peer` sends to it."""

    def __init__(self, interval: float) -> None:
        self.clock = CountingClock()
        self.reader = DatagramReader(self.clock, interval=interval)
        self.received: list[bytes] = []
        self.purposes: set[str] = set()
        self.fault: BaseException | None = None
        self.address = (sock := udp_socket()).getsockname()
        self.socket = self.reader.open(sock, self._on_datagram)
        self.peer = udp_socket()

    def _on_datagram(self, data: bytes, address: tuple[str, int]) -> None:
        assert address == self.peer.getsockname()
        self.received.append(data)
        self.purposes.add(purpose.get())
        if self.fault is not None:
            raise self.fault

    def send(self, count: int) -> None:
        """Send datagrams that arrive before anything is read."""
        for _ in range(count):
            self.peer.sendto(b"datagram", self.address)

    async def make_busy(self) -> None:
        """Send 41 datagrams, so many at a time that those after the 33rd are read in batches."""
        self.send(1)  # the first one begins a period
        await until(lambda: len(self.received) == 1)
        self.clock.ticks += RATE_PERIOD
        self.send(MAX_READ + 8)
        await until(lambda: len(self.received) > MAX_READ)

    async def turns(self) -> None:
        """Return when another socket has been read several times."""
        loop, sock, readable = asyncio.get_running_loop(), udp_socket(), asyncio.Event()
        for _ in range(5):
            loop.add_reader(sock, readable.set)
            self.peer.sendto(b"another", sock.getsockname())
            await readable.wait()
            loop.remove_reader(sock)
            readable.clear()
        sock.close()

    def close(self) -> None:
        self.reader.close(self.socket)
        self.peer.close()


@pytest.fixture
async def slow() -> AsyncIterator[Receiver]:
    """A receiver whose batches never come."""
    receiver = Receiver(NEVER)
    yield receiver
    receiver.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver(BATCH_INTERVAL)
    yield receiver
    receiver.close()


def test_a_rate_is_high_from_its_bound_on() -> None:
    rate = ArrivalRate()
    rate.add(1, now=1000.0)
    for datagrams, now, high in ((31, 1000.1, True), (29, 1000.2, False), (100, 1010.2, False), (3100, 1020.2, True)):
        rate.add(datagrams, now)
        assert rate.high is high, now


def test_a_rate_counts_what_arrives_within_a_period() -> None:
    rate = ArrivalRate()
    rate.add(1, now=1000.0)
    for now in (1000.02, 1000.04, 1000.06):
        rate.add(11, now)
    assert not rate.high
    rate.add(0, now=1000.1)
    assert rate.high


async def test_few_datagrams_are_read_at_once(slow: Receiver) -> None:
    for count in range(1, 4):
        slow.send(1)
        await until(lambda: len(slow.received) == count)  # noqa: B023


async def test_many_datagrams_are_read_in_batches(slow: Receiver) -> None:
    await slow.make_busy()
    await slow.turns()
    assert len(slow.received) == 1 + MAX_READ


async def test_a_socket_opened_meanwhile_is_read_in_batches_too(receiver: Receiver) -> None:
    await receiver.make_busy()
    received: list[bytes] = []
    other = receiver.reader.open(sock := udp_socket(), lambda data, _: received.append(data))
    receiver.peer.sendto(b"other", sock.getsockname())
    await until(lambda: received)
    receiver.reader.close(other)


async def test_batches_lose_nothing_and_end_when_few_arrive(receiver: Receiver) -> None:
    await receiver.make_busy()
    await until(lambda: len(receiver.received) == 41)
    receiver.clock.ticks += 10.0
    async with asyncio.timeout(10):
        reads = -1
        while receiver.clock.reads != reads:
            reads = receiver.clock.reads
            await asyncio.sleep(10 * BATCH_INTERVAL)
    receiver.send(1)
    await until(lambda: len(receiver.received) == 42)


async def test_a_fault_of_one_datagram_stops_no_other(receiver: Receiver) -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context["exception"]))
    received: list[bytes] = []
    other = receiver.reader.open(sock := udp_socket(), lambda data, _: received.append(data))
    receiver.fault = ValueError("a bug")
    await receiver.make_busy()
    await until(lambda: len(receiver.received) == 41)
    receiver.send(2)
    receiver.peer.sendto(b"other", sock.getsockname())
    await until(lambda: len(receiver.received) == 43 and received)
    assert len(faults) == 43
    receiver.reader.close(other)


async def test_a_cancellation_does_not_end_the_batches(receiver: Receiver) -> None:
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    await receiver.make_busy()
    await until(lambda: len(receiver.received) == 41)
    receiver.fault = asyncio.CancelledError()
    receiver.send(2)
    await until(lambda: len(receiver.received) == 43)


async def test_a_datagram_that_the_kernel_refuses_is_lost(receiver: Receiver) -> None:
    receiver.socket.send(b"to no port", (HOST, 0))
    receiver.socket.send(bytes(70_000), receiver.peer.getsockname())
    receiver.socket.send(b"datagram", receiver.peer.getsockname())
    assert receiver.peer.recv(100) == b"datagram"


async def test_datagrams_that_the_user_reads_count_too(slow: Receiver) -> None:
    slow.send(1)
    await until(lambda: len(slow.received) == 1)
    slow.clock.ticks += RATE_PERIOD
    slow.send(MAX_READ)
    slow.reader.read_now(slow.socket, 100)
    slow.send(1)
    await until(lambda: len(slow.received) == MAX_READ + 2)
    slow.send(1)
    await slow.turns()
    assert len(slow.received) == MAX_READ + 2


async def test_datagrams_are_handled_in_the_context_in_which_the_socket_was_opened() -> None:
    purpose.set("opening")
    receiver = Receiver(BATCH_INTERVAL)
    purpose.set("another")
    try:
        await receiver.make_busy()
        await until(lambda: len(receiver.received) == 41)
        assert receiver.purposes == {"opening"}
    finally:
        receiver.close()
