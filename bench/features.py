"""CPU time of single features of the PBX, without sockets."""

import asyncio
import gc
import random
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from bench import Metric, metric
from unificx.calls import ExtensionCall
from unificx.queues.machine.call_queue import CallQueue
from unificx.queues.machine.messages import (
    AgentSet,
    Answered,
    CallerJoined,
    CallFinished,
    DeadlineReached,
    Ring,
    RingEnded,
)
from unificx.queues.schemas import QueueSettings, Strategy
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, parse, respond

WATCHERS, CHANGES = 20, 300
AGENTS, CALLERS, EVENTS = 200, 500, 20_000
CALLS = 300
LADDER = """
    alice -> INVITE {number} [alice]
    {callee} <- INVITE [alice]
    {callee} -> 180
    alice <- 180
    {callee} -> 200 [callee]
    {callee} <- ACK
    alice <- 200 [callee]
    alice -> ACK
    alice -> BYE
    {callee} <- BYE
    history <- answered 16 alice {party}
    alice <- 200 BYE
"""


def run() -> list[Metric]:
    return [*blf(), *queue(), *routing_decision(), *asyncio.run(outside_calls())]


def blf() -> list[Metric]:
    """Twenty phones watch one extension whose call changes: from the step of the call to the encoded NOTIFYs, and the
    handling of their responses."""
    from tests.adapters.sip_harness import DOMAIN, Phone, SipHarness, add_extension

    harness = SipHarness()
    for number in range(2001, 2001 + WATCHERS):
        add_extension(harness.directory, "t1", DOMAIN, str(number))
        flow = Flow("udp", "192.0.2.50", number, 0, 1)
        phone = Phone(harness, str(number), f"{number}-t1a", f"secret-{number}", flow=flow)
        lines = ["Event: dialog", f"Contact: <{phone.contact}>", "Expires: 3600"]
        uri = f"sip:1002@{DOMAIN}"
        for _ in range(2):
            data = phone.build("SUBSCRIBE", uri, f"<{uri}>", lines, auth=phone.credentials("SUBSCRIBE", uri))
            output = harness.send(data, phone.flow)
            if isinstance(output[0], Response) and output[0].status == 407:
                phone.store_challenge(output[0])
        for one in output:
            if isinstance(one, Request):
                harness.send_raw(respond(one, 200).encode(), flow)
    assert len(harness.subscriptions) == WATCHERS
    calls = [
        {"e-t1-1002": ExtensionCall(state, "recipient", ("1001", "Extension 1001"), ("call", "phone", "ours"))}
        for state in ("early", "confirmed")
    ]
    sent, answered = [], []
    for number in range(CHANGES):
        harness.clock.advance(2)
        harness.live_calls["call"] = calls[number % 2]
        harness.touched.add("call")
        before = time.process_time()
        harness.handler.timer(harness.now)
        output = harness.pump()
        sent.append(time.process_time() - before)
        requests = [parse(one) for one in output]
        responses = [respond(one, 200).encode() for one in requests if isinstance(one, Request)]
        assert len(responses) == WATCHERS
        flow = Flow("udp", "192.0.2.50", 2001, 0, 1)
        before = time.process_time()
        for one in responses:
            harness.endpoint.receive(one, flow, harness.now)
        harness.pump()
        answered.append(time.process_time() - before)
        harness.clock.advance(8)
        harness.endpoint.timer(harness.now)
        harness.pump()
    each = 1e6 / WATCHERS
    return [
        metric("BLF: NOTIFY per watcher and change", sorted(sent)[CHANGES // 2] * each, "us", 60),
        metric("BLF: response to a NOTIFY", sorted(answered)[CHANGES // 2] * each, "us"),
    ]


async def outside_calls() -> list[Metric]:
    """A call through a trunk with a second one in reserve, compared with a call between two phones: the same messages,
    from the INVITE to the call record."""
    sys.path.append(str(Path(__file__).parents[1] / "tests" / "flows"))
    from carriers import Outside  # pyright: ignore[reportMissingImports]
    from ladder import play, play_on  # pyright: ignore[reportMissingImports]

    number, e164 = "03098765432", "+493098765432"
    participants = "alice 1001 udp, bob 1002 udp, carrier +491710000001 udp trunk, second +491710000002 udp trunk"
    world = await play(participants, numbers={number: Outside(e164, "carrier", "second")})
    gc.freeze()
    taken: dict[str, list[float]] = {"bob": [], "carrier": []}
    for _ in range(CALLS):
        for callee, dialled, party in (("bob", "1002", "bob"), ("carrier", number, e164)):
            before = time.process_time()
            await play_on(world, LADDER.format(callee=callee, number=dialled, party=party))
            taken[callee].append(time.process_time() - before)
            await world.pass_time(40)
            world.clear()
    inside, outside = (statistics.median(taken[callee]) * 1e3 for callee in ("bob", "carrier"))
    return [
        metric("a call between two phones, in memory", inside, "ms"),
        metric("more for a call through a trunk", outside - inside, "ms", 0.2),
    ]


def queue() -> list[Metric]:
    """A queue with 200 agents and 500 callers: answers, missed and finished calls, new callers and announcements."""
    slowest = max(_queue_event("longest_idle"), _queue_event("ring_all"), _queue_event("fewest_calls"))
    return [metric("queue of 200 agents and 500 callers: event", slowest, "us", 100)]


def _queue_event(strategy: Strategy) -> float:
    """Return the mean CPU time per event in microseconds."""
    draw = random.Random(1)
    settings = QueueSettings(strategy=strategy, max_length=CALLERS, announce_every=30, wrap_up=5)
    machine, now, ringing, talking = CallQueue(settings, draw.random), 0.0, dict[str, tuple[str, ...]](), list[str]()
    for number in range(AGENTS):
        machine.handle(AgentSet(f"agent {number}", number), now)
    spent, counts = 0.0, Counter[str]()
    for number in range(EVENTS):
        now += 0.05
        due = machine.deadline()
        events: list[CallerJoined | DeadlineReached | Answered | RingEnded | CallFinished] = []
        if due is not None and due <= now:
            events.append(DeadlineReached())
        if len(machine.callers) < CALLERS:
            events.append(CallerJoined(f"caller {number}"))
        if ringing:
            caller, agents = ringing.popitem()
            answered = draw.random() < 0.9
            events.append(Answered(caller, agents[0]) if answered else RingEnded(caller))
            talking += [agents[0]] if answered else []
        if len(talking) > AGENTS * 9 // 10:
            events.append(CallFinished(talking.pop(draw.randrange(len(talking)))))
        for event in events:
            before = time.process_time()
            actions = machine.handle(event, now)
            spent += time.process_time() - before
            counts[type(event).__name__] += 1
            for action in actions:
                if isinstance(action, Ring):
                    ringing[action.id] = action.agents
    assert len(machine.callers) > CALLERS * 9 // 10
    return spent / counts.total() * 1e6


ROUTES, NUMBERS_DIALLED = 1_000, 2_000


def routing_decision() -> list[Metric]:
    """Decisions on different numbers outside in a tenant with a thousand routes of the usual shapes, from memory."""
    from datetime import UTC, datetime

    from unificx.routing import OutsideCaller, Route
    from unificx.routing.outbound.decision import OutboundPlan, OutboundRules, TrunkChoice

    created = datetime(2026, 1, 1, tzinfo=UTC)
    shapes = ("+49{}.", "0{}X.", "0{}ZXX", "+{}.")
    routes = [
        Route(f"{n:04}", "t", f"route {n}", shapes[n % 4].format(30 + n), ("a", "b"), created, position=100 + n % 3)
        for n in range(ROUTES)
    ]
    routes.append(Route("last", "t", "all", "+.", ("a", "b"), created, position=900))
    plan = OutboundPlan(OutboundRules("t", "DE", routes, (TrunkChoice("a", "a"), TrunkChoice("b", "b", "national"))))
    caller = OutsideCaller("e", "1001")
    dialled = [f"0{30 + n % 900}{1_000_000 + n * 37}" for n in range(NUMBERS_DIALLED)]
    taken: list[float] = []
    for number in dialled:
        before = time.process_time()
        plan.decide(caller, number)
        taken.append(time.process_time() - before)
    return [metric("routing decision, 1,000 routes", sorted(taken)[len(taken) // 2] * 1e6, "us", 50)]
