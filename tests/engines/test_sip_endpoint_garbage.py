"""Whatever happens, transactions end, and nothing of them stays."""

import gc
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from sip_wire import TCP, UDP, Wire, answer, ours, request

from unificx.sip.endpoint import ClientKey, Event, RequestArrived
from unificx.sip.flow import Flow
from unificx.sip.message import respond

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER")
FLOWS = (UDP, TCP)


class Script:
    """A user and a peer that do whatever they are told, with what there is."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.arrived: list[RequestArrived] = []
        self.asked: list[tuple[ClientKey, str, bytes, Flow]] = []

    def note(self, events: list[Event]) -> None:
        self.arrived += [event for event in events if isinstance(event, RequestArrived)]

    def peer_asks(self, method: str, number: int, flow: Flow) -> None:
        branch = "" if number == 0 else f"z9hG4bK-{number}"
        tag = "b1" if number % 2 else ""
        self.note(self.wire.gets(request(method, branch=branch, to_tag=tag, cseq=number), flow))

    def user_answers(self, which: int, status: int) -> None:
        if self.arrived:
            event = self.arrived[which % len(self.arrived)]
            self.wire.endpoint.respond(event.key, respond(event.request, status, to_tag="b1"), self.wire.now)

    def user_asks(self, method: str, flow: Flow) -> None:
        if method not in ("ACK", "CANCEL"):
            key = self.wire.endpoint.request(ours(method), flow, self.wire.now)
            self.asked.append((key, method, self.wire.flush()[-1], flow))

    def user_cancels(self, which: int) -> None:
        invites = [key for key, method, _, _ in self.asked if method == "INVITE"]
        if invites:
            self.wire.endpoint.cancel(invites[which % len(invites)], self.wire.now)

    def peer_answers(self, which: int, status: int) -> None:
        if self.asked:
            _, _, data, flow = self.asked[which % len(self.asked)]
            self.note(self.wire.gets(answer(data, status), flow))

    def connection_is_lost(self, flow: Flow) -> None:
        self.wire.endpoint.lost(flow, self.wire.now)

    def time_passes(self, seconds: float) -> None:
        self.note(self.wire.passes(seconds))


methods, flows, few = st.sampled_from(METHODS), st.sampled_from(FLOWS), st.integers(0, 5)
statuses = st.sampled_from([100, 180, 183, 200, 202, 302, 401, 408, 486, 487, 503, 603])
steps = st.one_of(
    st.tuples(st.just(Script.peer_asks), methods, few, flows),
    st.tuples(st.just(Script.user_answers), few, statuses),
    st.tuples(st.just(Script.user_asks), methods, flows),
    st.tuples(st.just(Script.user_cancels), few),
    st.tuples(st.just(Script.peer_answers), few, statuses),
    st.tuples(st.just(Script.connection_is_lost), flows),
    st.tuples(st.just(Script.time_passes), st.floats(0, 60)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=30))
def test_no_script_leaves_a_transaction_alive_for_ever(script: list[tuple[Callable[..., None], object]]) -> None:
    run = Script()
    for verb, *arguments in script:
        verb(run, *arguments)
    run.wire.passes(1000)
    assert run.wire.endpoint.transactions == (0, 0)
    assert run.wire.endpoint.deadline() is None
    assert_nothing_kept(run.wire)


def assert_nothing_kept(wire: Wire) -> None:
    """Every index of the endpoint is empty."""
    for side in (wire.endpoint._serving, wire.endpoint._asking):
        kept = {name: len(index) for name, index in vars(side).items() if name.startswith("_by_") or name == "_ends"}
        assert set(kept.values()) == {0}, kept
    assert wire.endpoint._serving._weight == 0


def calls(wire: Wire, number: int) -> None:
    """A refused call, an answered one and a cancelled one, in either direction, until all is forgotten."""
    for status in (200, 486, 487):
        branch = f"z9hG4bK-{number}-{status}"
        for event in wire.gets(request("INVITE", branch=branch, call_id=branch)):
            assert isinstance(event, RequestArrived)
            wire.endpoint.respond(event.key, respond(event.request, 180, to_tag="b1"), wire.now)
            if status == 487:
                wire.gets(request("CANCEL", branch=branch, call_id=branch))
            wire.endpoint.respond(event.key, respond(event.request, status, to_tag="b1"), wire.now)
        wire.gets(request("ACK", branch=branch, call_id=branch, to_tag="b1"))
        key = wire.endpoint.request(ours(), UDP, wire.now)
        data = wire.flush()[-1]
        wire.gets(answer(data, 180))
        if status == 487:
            wire.endpoint.cancel(key, wire.now)
        wire.gets(answer(data, status))
    wire.gets(request("OPTIONS", branch=f"z9hG4bK-{number}", call_id="no\x00pe"))
    wire.endpoint.request(ours("BYE"), TCP, wire.now)
    wire.endpoint.lost(TCP, wire.now)
    wire.passes(400)
    wire.clear()


def test_finished_transactions_leave_no_cyclic_garbage() -> None:
    wire = Wire()
    calls(wire, 0)
    gc.collect()
    gc.disable()
    try:
        for number in range(1, 20):
            calls(wire, number)
        assert wire.endpoint.transactions == (0, 0)
        assert gc.collect() == 0
    finally:
        gc.enable()
