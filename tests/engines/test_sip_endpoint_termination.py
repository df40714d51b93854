"""After any sequence of events all transactions end and are released."""

from collections.abc import Callable

from cyclic_garbage import no_cyclic_garbage
from endpoint_wire import TCP, UDP, Wire, local_request, request, response_to
from hypothesis import given, settings
from hypothesis import strategies as st

from unificx.sip.flow import Flow
from unificx.sip.message import respond
from unificx.sip.transactions.events import ClientKey, Event, RequestReceived

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER")
FLOWS = (UDP, TCP)


class Script:
    """A TU and a peer that execute random steps."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.received: list[RequestReceived] = []
        self.sent: list[tuple[ClientKey, str, bytes, Flow]] = []

    def collect(self, events: list[Event]) -> None:
        self.received += [event for event in events if isinstance(event, RequestReceived)]

    def peer_requests(self, method: str, number: int, flow: Flow) -> None:
        branch = "" if number == 0 else f"z9hG4bK-{number}"
        tag = "b1" if number % 2 else ""
        self.collect(self.wire.receive(request(method, branch=branch, to_tag=tag, cseq=number), flow))

    def tu_responds(self, which: int, status: int) -> None:
        if self.received:
            event = self.received[which % len(self.received)]
            self.wire.endpoint.respond(event.key, respond(event.request, status, to_tag="b1"), self.wire.now)

    def tu_requests(self, method: str, flow: Flow) -> None:
        if method not in ("ACK", "CANCEL"):
            key = self.wire.endpoint.request(local_request(method), flow, self.wire.now)
            self.sent.append((key, method, self.wire.flush()[-1], flow))

    def tu_cancels(self, which: int) -> None:
        invites = [key for key, method, _, _ in self.sent if method == "INVITE"]
        if invites:
            self.wire.endpoint.cancel(invites[which % len(invites)], self.wire.now)

    def peer_responds(self, which: int, status: int) -> None:
        if self.sent:
            _, _, data, flow = self.sent[which % len(self.sent)]
            self.collect(self.wire.receive(response_to(data, status), flow))

    def connection_is_lost(self, flow: Flow) -> None:
        self.wire.endpoint.connection_lost(flow)

    def advance(self, seconds: float) -> None:
        self.collect(self.wire.advance(seconds))


methods, flows, few = st.sampled_from(METHODS), st.sampled_from(FLOWS), st.integers(0, 5)
statuses = st.sampled_from([100, 180, 183, 200, 202, 302, 401, 408, 486, 487, 503, 603])
steps = st.one_of(
    st.tuples(st.just(Script.peer_requests), methods, few, flows),
    st.tuples(st.just(Script.tu_responds), few, statuses),
    st.tuples(st.just(Script.tu_requests), methods, flows),
    st.tuples(st.just(Script.tu_cancels), few),
    st.tuples(st.just(Script.peer_responds), few, statuses),
    st.tuples(st.just(Script.connection_is_lost), flows),
    st.tuples(st.just(Script.advance), st.floats(0, 60)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=30))
def test_all_transactions_end_after_any_script(script: list[tuple[Callable[..., None], object]]) -> None:
    run = Script()
    for verb, *arguments in script:
        verb(run, *arguments)
    run.wire.advance(1000)
    assert run.wire.endpoint.transactions == (0, 0)
    assert run.wire.endpoint.deadline() is None
    assert_no_transactions(run.wire)


def assert_no_transactions(wire: Wire) -> None:
    """Check that every index of the endpoint is empty."""
    for side in (wire.endpoint._server_transactions, wire.endpoint._client_transactions):
        sizes = {name: len(index) for name, index in vars(side).items() if name.startswith("_by_")}
        assert set(sizes.values()) == {0}, sizes
    assert wire.endpoint._server_transactions._total_bytes == 0


def calls(wire: Wire, number: int) -> None:
    """Run a rejected, an answered and a cancelled call in both directions, until all transactions have ended."""
    for status in (200, 486, 487):
        branch = f"z9hG4bK-{number}-{status}"
        for event in wire.receive(request("INVITE", branch=branch, call_id=branch)):
            assert isinstance(event, RequestReceived)
            wire.endpoint.respond(event.key, respond(event.request, 180, to_tag="b1"), wire.now)
            if status == 487:
                wire.receive(request("CANCEL", branch=branch, call_id=branch))
            wire.endpoint.respond(event.key, respond(event.request, status, to_tag="b1"), wire.now)
        wire.receive(request("ACK", branch=branch, call_id=branch, to_tag="b1"))
        key = wire.endpoint.request(local_request(), UDP, wire.now)
        data = wire.flush()[-1]
        wire.receive(response_to(data, 180))
        if status == 487:
            wire.endpoint.cancel(key, wire.now)
        wire.receive(response_to(data, status))
    wire.receive(request("OPTIONS", branch=f"z9hG4bK-{number}", call_id="no\x00pe"))
    wire.endpoint.request(local_request("BYE"), TCP, wire.now)
    wire.endpoint.connection_lost(TCP)
    wire.advance(400)
    wire.clear()


def test_finished_transactions_leave_no_cyclic_garbage() -> None:
    wire = Wire()
    calls(wire, 0)
    with no_cyclic_garbage():
        for number in range(1, 20):
            calls(wire, number)
        assert wire.endpoint.transactions == (0, 0)
