"""The transactions of the endpoint produce the output of the reference models for any sequence of events."""

from abc import ABC, abstractmethod
from itertools import product
from math import inf
from types import ModuleType
from typing import Any

import pytest
from endpoint_wire import TCP, UDP, local_request
from endpoint_wire import request as raw_request
from hypothesis import given, settings
from hypothesis import strategies as st
from transaction_models import client, common, invite_client, invite_server, server

from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, parse, respond
from unificx.sip.timers import SLOT_SECONDS
from unificx.sip.transactions.client import NonInviteClientTransaction
from unificx.sip.transactions.context import TransactionContext
from unificx.sip.transactions.events import (
    AckReceived,
    AckTimeout,
    CancelReceived,
    Event,
    RequestFailed,
    ResponseReceived,
)
from unificx.sip.transactions.invite_client import InviteClientTransaction, derived_request
from unificx.sip.transactions.invite_server import InviteServerTransaction
from unificx.sip.transactions.server import NonInviteServerTransaction
from unificx.sip.transactions.transaction import State

Step = tuple[str, Any]
"""A verb of the pair and its argument; "wait" takes seconds, also before the next step."""
CANCEL_HEADERS = (("Reason", "SIP;cause=200"),)


class Pair(ABC):
    """A transaction and its model, which receive the same events; `sent` and `events` are the model's output."""

    transaction: Any

    def __init__(self, model: ModuleType, flow: Flow) -> None:
        self.model = model
        self.flow = flow
        self.context = TransactionContext(lambda: "t", "n7")
        self.released: list[object] = []
        self.state: Any = None
        self.now = 100.0
        self.sent: list[bytes] = []
        self.events: list[Event] = []

    @abstractmethod
    def perform(self, action: object) -> None:
        """Carry out an action other than Send and Deliver."""

    def feed(self, event: object, delivered: Event | None = None) -> None:
        """Pass an event to the model; `delivered` tells the TU of the message."""
        self.state, actions = self.model.step(self.state, event, self.now, reliable=self.flow.reliable)
        for action in actions:
            match action:
                case common.Send(data):
                    self.sent.append(data)
                case common.Deliver():
                    assert delivered is not None
                    self.events.append(delivered)
                case _:
                    self.perform(action)

    def check(self) -> None:
        """Compare messages, events, state, deadline and the entry in the timer wheel."""
        assert self.context.outbox == [(data, self.flow) for data in self.sent]
        assert list(self.context.events) == self.events
        assert self.transaction.state.name == type(self.state).__name__.upper()
        deadline = self.model.deadline(self.state)
        assert self.transaction.deadline == (inf if deadline is None else deadline)
        assert len(self.context.timers) == (deadline is not None)
        assert self.released == ([] if deadline is not None else [self.transaction])
        if deadline is not None:
            due = self.context.timers.deadline()
            assert due is not None
            assert due <= deadline + SLOT_SECONDS + 1e-6

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self.context.timers.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            for transaction in self.context.timers.due(self.now):
                transaction.timer(self.now)
            self.feed(common.TIMER_FIRED)
            self.check()
        self.now = end

    def run(self, steps: list[Step]) -> None:
        self.check()
        for verb, argument in steps:
            if self.transaction.state is State.TERMINATED:
                break  # the tables do not find it any more
            getattr(self, verb)(argument)
            self.check()
        self.wait(1000)
        assert self.transaction.state is State.TERMINATED


class ClientPair(Pair):
    """A sent request."""

    def __init__(self, method: str, flow: Flow) -> None:
        super().__init__(invite_client if method == "INVITE" else client, flow)
        self.request = local_request(method).with_prepended(("Via", "SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKn7.t"))
        match, sent_by = ("z9hG4bKn7.t", method), "198.51.100.1"
        self.silent = method == "CANCEL"
        self.transaction = (
            InviteClientTransaction(
                self.context, match, sent_by, flow, released=self.released.append, send_cancel=self.send_cancel
            )
            if method == "INVITE"
            else NonInviteClientTransaction(self.context, match, sent_by, flow, self.released.append)
        )
        self.transaction.start(self.request, self.now)
        self.sent.append(self.request.encode())
        self.state = self.model.begin(self.sent[0], self.now, reliable=flow.reliable)
        self.cancel_headers: tuple[tuple[str, str], ...] = ()

    def send_cancel(self, invite: object, cancel: Request, now: float) -> None:
        assert (invite, now) == (self.transaction, self.now)
        self.context.outbox.append((cancel.encode(), self.flow))

    def receive(self, status: int) -> None:
        response = respond(self.request, status, to_tag="b1")
        assert isinstance(response, Response)
        self.transaction.receive(response, self.flow, self.now)
        delivered = ResponseReceived(self.transaction.key, response, self.flow)
        if status < 200:
            event: object = common.ProvisionalReceived(status)
        elif self.model is client:
            event = client.FinalReceived()
        elif status < 300:
            event = invite_client.SuccessReceived()
        else:
            event = invite_client.FailureReceived(self.derived("ACK", response.first("to") or ""))
        before = len(self.events)
        self.feed(event, delivered)
        if self.silent:
            del self.events[before:]

    def cancel(self, headers: tuple[tuple[str, str], ...]) -> None:
        self.cancel_headers = headers
        self.transaction.cancel(headers, self.now)
        self.feed(invite_client.CancelRequested())

    def transport_failed(self, _: object) -> None:
        self.transaction.transport_failed()
        self.feed(common.TransportFailed())

    def derived(self, method: str, to: str) -> bytes:
        return derived_request(self.request, method, to, self.cancel_headers if method == "CANCEL" else ()).encode()

    def perform(self, action: object) -> None:
        match action:
            case common.Fail(cause):
                if not self.silent:
                    self.events.append(RequestFailed(self.transaction.key, cause))
            case invite_client.SendCancel():
                self.sent.append(self.derived("CANCEL", self.request.first("to") or ""))
            case _:
                raise AssertionError(action)


class ServerPair(Pair):
    """A received request."""

    def __init__(self, method: str, flow: Flow) -> None:
        super().__init__(invite_server if method == "INVITE" else server, flow)
        request = parse(raw_request(method))
        assert isinstance(request, Request)
        self.request = request
        self.last: Response | None = None
        kind = InviteServerTransaction if method == "INVITE" else NonInviteServerTransaction
        keys = ("z9hG4bK-1", "192.0.2.7:5060", method), None
        self.transaction = kind(self.context, request, 400, flow, keys=keys, released=self.released.append)
        self.transaction.start(self.now)
        self.state = self.model.begin(self.now)

    def respond(self, status: int) -> None:
        response = respond(self.request, status, to_tag="b1")
        self.transaction.respond(response, self.now)
        self.feed_response(response)

    def feed_response(self, response: Response) -> None:
        self.last = response if response.status < 200 else None
        self.feed(common.TuResponded(response.status, response.encode()))

    def retransmit(self, _: object) -> None:
        self.transaction.retransmitted(self.now)
        self.feed(common.RequestRetransmitted())

    def acknowledge(self, _: object) -> None:
        ack = AckReceived(self.request, self.flow)
        self.transaction.acknowledge(ack, self.now)
        self.feed(invite_server.AckReceived(), ack)

    def perform(self, action: object) -> None:
        match action:
            case invite_server.SendTrying():
                self.feed_response(respond(self.request, 100))
            case invite_server.ReportAckTimeout():
                self.events.append(AckTimeout(self.transaction.key))
            case invite_server.Abandon():
                last_tag = self.last.to_tag if self.last is not None else ""
                tag = last_tag or self.context.stateless_tag(self.request)
                self.sent.append(respond(self.request, 408, to_tag=tag).encode())
                self.events.append(CancelReceived(self.transaction.key))
            case _:
                raise AssertionError(action)


def wait(*seconds: float) -> list[Step]:
    return [("wait", each) for each in seconds]


STEPS: dict[str, list[Step]] = {
    "INVITE client": [
        *[("receive", status) for status in (100, 180, 200, 486)],
        ("cancel", ()),
        ("cancel", CANCEL_HEADERS),
        ("transport_failed", None),
    ],
    "BYE client": [*[("receive", status) for status in (100, 180, 200, 486)], ("transport_failed", None)],
    "CANCEL client": [*[("receive", status) for status in (100, 200, 481)], ("transport_failed", None)],
    "INVITE server": [
        *[("respond", status) for status in (100, 180, 200, 486)],
        ("retransmit", None),
        ("acknowledge", None),
    ],
    "OPTIONS server": [*[("respond", status) for status in (100, 200, 408, 486)], ("retransmit", None)],
}
GAPS = (0.1, 0.6, 40.0, 200.0)


def pair(kind: str, flow: Flow) -> Pair:
    method, side = kind.split()
    return ClientPair(method, flow) if side == "client" else ServerPair(method, flow)


@pytest.mark.parametrize("flow", [UDP, TCP], ids=["udp", "tcp"])
@pytest.mark.parametrize("kind", STEPS)
def test_every_short_sequence(kind: str, flow: Flow) -> None:
    for steps in product([*STEPS[kind], *wait(*GAPS)], repeat=3):
        pair(kind, flow).run(list(steps))


any_step = {
    kind: st.one_of(st.sampled_from(steps), st.floats(0, 100).map(lambda gap: ("wait", gap)))
    for kind, steps in STEPS.items()
}
scripts = st.sampled_from(list(STEPS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(any_step[kind], max_size=20))
)


@settings(max_examples=300, deadline=None)
@given(scripts, st.sampled_from([UDP, TCP]))
def test_any_sequence(script: tuple[str, list[Step]], flow: Flow) -> None:
    kind, steps = script
    pair(kind, flow).run(steps)
