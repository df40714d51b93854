"""The driver under overload, in virtual time: what is served first, what is rejected, and what is left out."""

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest
from virtual_time import LoopClock, VirtualLoop, run_in_virtual_time

from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.message import Response, parse, respond
from unificx.sip.overload import OverloadControl
from unificx.sip.timers import T1
from unificx.sip.transactions.events import Event, RequestReceived
from unificx.sip_server import RateLimiter, SipDriver
from unificx.sip_server.driver import MAX_DIRECT
from unificx.sip_server.message_queue import MessageQueue, urgency_of
from unificx.sip_server.rate_limiter import RateLimits

FLOW = Flow("udp", "192.0.2.7", 5060)
COSTS = {"INVITE": 0.002, "BYE": 0.0005, "REGISTER": 0.0003}
"""Seconds of work per request."""
CAPACITY = 1 / 0.0025
"""Calls per second."""
PARSING = 0.00005
"""Seconds of work for every message."""


def message(method: str, number: int, *, to_tag: str = "", more: str = "") -> bytes:
    to = f"<sip:b@example.com>{';tag=' if to_tag else ''}{to_tag}"
    return (
        f"{method} sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK-{number}-{method}\r\n"
        f"From: <sip:a@example.com>;tag=a{number}\r\nTo: {to}\r\nCall-ID: c{number}\r\nCSeq: {len(method)} {method}\r\n"
        f"{more}Content-Length: 0\r\n\r\n"
    ).encode()


class Server:
    """A driver whose handler answers each request with 200 and takes virtual time for it; counts its clients."""

    def __init__(self, read_pending: Callable[[], None] = lambda: None) -> None:
        self.loop = asyncio.get_running_loop()
        assert isinstance(self.loop, VirtualLoop)
        tags = count(1)
        self.endpoint = Endpoint(
            tag=lambda: f"t{next(tags)}", via_host=lambda flow: "192.0.2.1:5060", overload=OverloadControl()
        )
        self.limiter = RateLimiter(bytes(32))
        self.driver = SipDriver(
            self.endpoint,
            self,
            self.limiter,
            self.sent,
            LoopClock(),
            read_pending=read_pending,  # type: ignore[arg-type]
        )
        self.counts: Counter[str] = Counter()
        self.waits: list[float] = []
        self._asked: dict[tuple[str, str], float] = {}
        self.driver.start()

    # ---- the handler

    def work(self, seconds: float) -> None:
        self.loop._selector_clock.now += seconds  # type: ignore[attr-defined]

    def handle(self, event: Event, now: float) -> None:
        if isinstance(event, RequestReceived):
            self.work(COSTS[event.request.method])
            self.endpoint.respond(event.key, respond(event.request, 200, to_tag="b"), self.loop.time())

    def deadline(self) -> float:
        return float("inf")

    def timer(self, now: float) -> None: ...

    # ---- the clients

    def receive(self, data: bytes) -> None:
        self.work(PARSING)
        self.driver.receive(data, FLOW)

    def ask(self, method: str, number: int, to_tag: str = "") -> None:
        self._asked[f"c{number}", method] = self.loop.time()
        data = message(method, number, to_tag=to_tag)
        self.receive(data)
        self.loop.call_later(T1, self._repeat, method, number, data)

    def _repeat(self, method: str, number: int, data: bytes) -> None:
        if (f"c{number}", method) in self._asked:
            self.counts["repetitions"] += 1
            self.receive(data)

    def sent(self, data: bytes, flow: Flow) -> None:
        response = parse(data)
        assert isinstance(response, Response)
        method, number = response.cseq_method, int(response.call_id[1:])
        asked_at = self._asked.pop((response.call_id, method), None)
        if response.status == 100 or asked_at is None:
            return
        self.counts[f"{method} {response.status}"] += 1
        self.waits.append(self.loop.time() - asked_at)
        if method == "INVITE":
            self.loop.call_soon(self.receive, message("ACK", number, to_tag=response.to_tag))
            if response.status == 200:
                self.loop.call_later(1.0, self.ask, "BYE", number, response.to_tag)

    async def offer(self, method: str, rate: float, seconds: float, first: int = 0) -> None:
        begin = self.loop.time()
        for number in range(int(rate * seconds)):
            self.loop.call_at(begin + number / rate, self.ask, method, first + number)
        await asyncio.sleep(seconds)


def test_below_capacity_every_call_is_served() -> None:
    async def run() -> None:
        server = Server()
        await server.offer("INVITE", 0.7 * CAPACITY, 10)
        await asyncio.sleep(5)
        assert server.counts == {"INVITE 200": 2800, "BYE 200": 2800}

    run_in_virtual_time(run())


@pytest.mark.parametrize("load", [1.5, 3.0])
def test_overload_leaves_the_capacity_to_calls_and_rejects_the_others_in_time(load: float) -> None:
    async def run() -> None:
        server = Server()
        offered = int(load * CAPACITY * 10)
        await asyncio.gather(server.offer("INVITE", load * CAPACITY, 10), server.offer("REGISTER", 20, 10, 10**6))
        await asyncio.sleep(5)
        counts = server.counts
        assert counts["INVITE 200"] >= 0.9 * CAPACITY * 10
        assert counts["BYE 200"] == counts["INVITE 200"]
        assert counts["INVITE 200"] + counts["INVITE 503"] == offered
        assert counts["REGISTER 200"] == 200
        late = sum(wait > T1 for wait in server.waits)  # at the beginning, until the queue counts as standing
        assert counts["repetitions"] <= late <= offered // 200

    run_in_virtual_time(run())


@pytest.mark.parametrize(("seconds", "load"), [(0.5, 0.5), (0.3, 0.7)])
def test_single_stall_rejects_nothing(seconds: float, load: float) -> None:
    async def run() -> None:
        server = Server()
        server.loop.call_later(2, server.work, seconds)
        await server.offer("INVITE", load * CAPACITY, 5)
        await asyncio.sleep(5)
        assert server.counts["INVITE 200"] == server.counts["BYE 200"] == load * CAPACITY * 5
        assert server.counts["INVITE 503"] == 0

    run_in_virtual_time(run())


def test_many_messages_that_arrive_at_once_do_not_delay_other_work() -> None:
    async def run() -> None:
        server = Server()
        begin = server.loop.time()
        for number in range(200):
            server._asked[f"c{number}", "INVITE"] = begin
            server.driver.receive(message("INVITE", number), FLOW)
        assert server.loop.time() - begin <= MAX_DIRECT * (COSTS["INVITE"] + PARSING)
        await asyncio.sleep(2)
        assert server.counts["INVITE 200"] == 200
        begin = server.loop.time()
        server.ask("INVITE", 200)
        assert server.loop.time() > begin, "handled where it arrives again"

    run_in_virtual_time(run())


def test_a_fault_of_reading_leaves_no_message_in_the_queue() -> None:
    async def run() -> None:
        def read_pending() -> None:
            raise LookupError

        faults = list[object]()
        server = Server(read_pending)
        server.loop.set_exception_handler(lambda loop, context: faults.append(context["exception"]))
        server.loop.call_later(2, server.work, 0.3)
        await server.offer("INVITE", 0.5 * CAPACITY, 5)
        await asyncio.sleep(5)
        assert faults
        assert server.counts == {"INVITE 200": 1000, "BYE 200": 1000}

    run_in_virtual_time(run())


@pytest.mark.promise("T3")
def test_messages_of_a_flood_that_are_queued_are_dropped_as_well() -> None:
    """They were received before the source had used up its tokens."""

    class Limited(Server):
        def handle(self, event: Event, now: float) -> None:
            if isinstance(event, RequestReceived):
                self.limiter.take_token(FLOW, event.request.method, now)
            super().handle(event, now)

    async def run() -> None:
        server = Limited()
        server.driver._lag = 1.0  # as measured after a stall
        for number in range(2000):
            server._asked[f"c{number}", "REGISTER"] = server.loop.time()
            server.driver.receive(message("REGISTER", number), FLOW)
        await asyncio.sleep(3)
        assert server.counts["REGISTER 200"] >= RateLimits().burst
        assert server.counts["REGISTER 200"] <= RateLimits().burst + 3 * RateLimits().rate

    run_in_virtual_time(run())


def test_urgency() -> None:
    assert urgency_of(b"SIP/2.0 200 OK\r\n") == 0
    for method in ("ACK", "BYE", "CANCEL", "PRACK"):
        assert urgency_of(message(method, 1)) == 0
    for to in ("To: <sip:b@x>;tag=1", "t:<sip:b@x>;tag=1", "TO : <sip:b@x>;x ; tag = 1"):
        data = message("INVITE", 1).replace(b"To: <sip:b@example.com>", to.encode())
        assert urgency_of(data) == 0
    assert urgency_of(message("REGISTER", 1)) == 1
    assert urgency_of(message("INVITE", 1, more="Proxy-Authorization: Digest\r\n")) == 2
    assert urgency_of(message("INVITE", 1)) == urgency_of(message("OPTIONS", 1)) == 3
    assert urgency_of(b"\r\n" * 30_000) == urgency_of(bytes(20)) == urgency_of(message("UNKNOWN", 1)) == 4


def test_queue_order_and_capacity() -> None:
    queue = MessageQueue(capacity=5)
    invites = [message("INVITE", number) for number in range(4)]
    for data in (*invites, message("REGISTER", 9), message("BYE", 8), message("ACK", 7)):
        queue.put(data, FLOW, 10.0)
    assert len(queue) == 5
    taken = [queue.take(10.1) for _ in range(5)]
    assert [each.data for each in taken if each] == [
        message("BYE", 8), message("ACK", 7), message("REGISTER", 9), *invites[2:]
    ]  # fmt: skip
    assert queue.take(10.1) is None


def test_large_messages_do_not_fill_the_memory() -> None:
    queue, large = MessageQueue(capacity_bytes=100_000), bytes(30_000)
    for data in (message("INVITE", 1), large, large, large, large, message("REGISTER", 2)):
        queue.put(data, FLOW, 10.0)
    taken = [queue.take(11.0) for _ in range(6)]
    usual = [message("REGISTER", 2), message("INVITE", 1)]
    assert [each.data for each in taken if each] == [*usual, large, large, large], "dropped first, and taken last"
    for _ in range(9):  # what was taken does not count any more
        queue.put(large, FLOW, 11.0)
    assert len(queue) == 3
    queue.take(13.0)
    queue.take(15.0)
    assert not queue.overloaded, "these are no new requests"


def test_waiting_requests_are_rejected_or_dropped_only_in_an_overload() -> None:
    queue = MessageQueue()
    bye = message("BYE", 0)

    def invite(number: int, at: float) -> None:
        queue.put(message("INVITE", number), FLOW, at)

    def take(at: float) -> bytes | None:
        taken = queue.take(at)
        return None if taken is None else taken.data

    invite(1, 10.0)
    queue.put(bye, FLOW, 10.0)
    assert take(10.4) == bye
    assert not queue.overloaded
    assert take(10.8) == message("INVITE", 1), "has waited for long, but not in a standing queue"
    for at in (20.0, 20.01, 20.45, 20.9):
        invite(round(at * 100), at)
    for _ in range(4):
        queue.put(bye, FLOW, 20.0)
    assert take(20.2) == bye
    assert not queue.overloaded
    assert take(20.75) == message("INVITE", 2045), "the older ones are dropped, this one is to be rejected"
    assert queue.overloaded
    assert [take(20.9), take(20.9), take(20.9), take(20.9)] == [bye, bye, bye, message("INVITE", 2090)]
    assert take(21.0) is None
    assert not queue.overloaded
