"""`script/bench sip|register|idle --peers kamailio`: each work in turn on both systems; the metrics are ratios."""

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from free_ports import free_port

from bench import Metric, metric, user
from bench.peers import load
from bench.peers.systems import System, kamailio, unificx
from tests.outside.sipp import Sipp, User

CALLERS = 100
SECONDS = 10
IDLE_SECONDS = 30.0
MAX_FAILED = 0.02
"""Share of failed exchanges beyond which a run does not count, because they cost CPU time too."""
Figures = dict[str, float]
"""Figures of one round on one system, by what was measured."""


@dataclass
class Bench:
    """A system under load, with one SIPp process that answers for all callees."""

    system: System
    port: int

    def register_callees(self) -> None:
        users = [user(phone, port=self.port) for phone in self.system.phones[CALLERS : 2 * CALLERS]]
        self._run(load.register(), users, len(users), 50, port=self.port)

    def calls(self, rate: int) -> Counter[str]:
        """Return the CPU microseconds per call by part."""
        callee = self._sipp(load.CALLEE, (User("1"),), port=self.port).start()
        callers, callees = self.system.phones[:CALLERS], self.system.phones[CALLERS : 2 * CALLERS]
        users = [user(one, dials=other.number) for one, other in zip(callers, callees, strict=True)]
        try:
            return self._run(load.caller(), users, rate * SECONDS, rate)
        finally:
            callee.stop()

    def refreshes(self, rate: int) -> Counter[str]:
        """Return the CPU microseconds per registration by part."""
        phones = self.system.phones[2 * CALLERS :]
        users = [user(phone, port=30_000 + number) for number, phone in enumerate(phones)]
        return self._run(load.register(), users, rate * SECONDS, rate)

    def _run(self, scenario: str, users: list[User], count: int, rate: int, *, port: int = 0) -> Counter[str]:
        self.system.settle()
        before = self.system.cpu()
        outcome = self._sipp(scenario, users, calls=count, rate=rate, port=port, remote=self.system.remote).run()
        if outcome.failed > count * MAX_FAILED:
            raise RuntimeError(f"{self.system.name}: {outcome.failed} of {count} failed: {outcome.errors[:500]}")
        time.sleep(1.5)  # batched writes count too
        spent = self.system.cpu() - before
        return Counter({part: round(value / count) for part, value in spent.items()})

    def _sipp(self, scenario: str, users, **settings) -> Sipp:
        settings = {"calls": 1_000_000, **settings}
        return Sipp(
            self.system.directory, scenario, users=users, domain=self.system.domain, traced=False, timeout=300,
            **settings,
        )  # fmt: skip


def sip(bench: Bench) -> Figures:
    figures = {}
    for rate in (80, 200):
        spent = bench.calls(rate)
        own = spent["sip"] + spent["media"]
        figures |= {f"SIP, call at {rate}/s": own, f"rtpengine, call at {rate}/s": spent["rtpengine"]}
    return figures


def register(bench: Bench) -> Figures:
    return {f"REGISTER refresh at {rate}/s": bench.refreshes(rate).total() for rate in (400, 1500)}


def idle(bench: Bench) -> Figures:
    bench.system.settle()
    before, began = bench.system.cpu(), time.monotonic()
    time.sleep(IDLE_SECONDS)
    busy = (bench.system.cpu() - before).total() / (time.monotonic() - began) / 1e4
    return {"idle: CPU": busy, "idle: memory": bench.system.memory()}


WORKS: dict[str, tuple[Callable[[Bench], Figures], dict[str, float]]] = {
    "sip": (sip, {"SIP": 1.5, "rtpengine": 1.15}),
    "register": (register, {"REGISTER": 1.8}),
    "idle": (idle, {}),
}
"""Each work, with the goals of its ratios by the first word of the figure."""
ABSOLUTE = {"idle: CPU": ("%", 0.3), "idle: memory": ("MB", 110.0)}
"""Figures with goals of their own, independent of the peer."""


def run(name: str, rounds: int) -> list[Metric]:
    """Run the work alternately on UnifiCX and on Kamailio; return the medians of both and of their ratios."""
    work, goals = WORKS[name]
    with ExitStack() as stack:
        benches = [Bench(stack.enter_context(start()), free_port()) for start in (unificx, kamailio)]
        if name == "sip":
            for bench in benches:
                bench.register_callees()
                bench.calls(20)  # warm
        samples: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for _ in range(rounds):
            ours, theirs = (work(bench) for bench in benches)
            for what, value in ours.items():
                samples[what].append((value, theirs[what]))
    return [each for what, pairs in samples.items() for each in _metrics(what, pairs, goals)]


def _metrics(what: str, pairs: list[tuple[float, float]], goals: dict[str, float]) -> list[Metric]:
    ours, theirs = (statistics.median(values) for values in zip(*pairs, strict=True))
    if what in ABSOLUTE:
        unit, goal = ABSOLUTE[what]
        return [metric(what, ours, unit, goal), metric(f"{what}, Kamailio", theirs, unit)]
    goal = goals[what.split(maxsplit=1)[0].rstrip(",")]
    ratios = [own / max(other, 1) for own, other in pairs]
    span = f"{min(ratios):.2f}-{max(ratios):.2f}"
    return [
        metric(f"{what}: CPU", ours / 1000, "ms"),
        metric(f"{what}: CPU, Kamailio", theirs / 1000, "ms"),
        metric(f"{what}: ratio ({span})", statistics.median(ratios), "times", goal),
    ]
