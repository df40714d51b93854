"""Complete calls: authenticated INVITE, media anchoring, answer, one second of talk, BYE, call record.

SIPp calls and SIPp answers: extension to extension, over UDP.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from free_ports import free_port

from bench import Metric, Process, make_extensions, metric, running_server, user
from tests.outside import scenarios as s
from tests.outside.server import Login, Server, eventually
from tests.outside.sipp import Outcome, Sipp

PHONES = 100
SECONDS = 15
HELD = 200
MANY = 20_000
CALLEE = s.scenario(s.called(""), s.ringing(), *s.answers(s.sdp()), *s.is_hung_up())


def caller(milliseconds: int) -> str:
    """Return the scenario of a call of that length."""
    talk = (*s.answered(), s.in_dialog("ACK", 2), s.pause(milliseconds), *s.hang_up(3))
    return s.scenario(*s.authenticated_invite(s.sdp()), *talk)


@dataclass
class LoadTest:
    """The server, its callers, and one SIPp process that answers for all callees."""

    server: Server
    directory: Path
    callers: list[Login]
    callees: list[Login]
    port: int

    def register(self) -> None:
        steps = s.scenario(*s.registers(), s.recv(200))
        users = [user(login, port=self.port) for login in self.callees]
        outcome = self._sipp(steps, users=users, port=self.port, calls=len(users), rate=50).run()
        assert outcome.ok, outcome.errors

    def answering(self, calls: int) -> Sipp:
        return Sipp(
            self.directory, CALLEE, domain=self.server.domain, port=self.port, calls=calls, traced=False, timeout=900
        )

    def calls(self, number: int, rate: float, milliseconds: int = 1000) -> Sipp:
        pairs = zip(self.callers, self.callees, strict=True)
        users = [user(one, dials=other.number) for one, other in pairs]
        limit = int(rate * (milliseconds / 1000 + 5))
        return self._sipp(caller(milliseconds), users=users, calls=number, rate=rate, limit=limit, timeout=900)

    def load(self, number: int, rate: float) -> tuple[float, float, Outcome]:
        """Return the CPU milliseconds per call of the server and of rtpengine, and SIPp's result."""
        server, engine = Process(self.server.pid), Process(self.server.child("rtpengine") or 0)
        callee = self.answering(number).start()
        try:
            server.wait_until_idle()
            before = server.cpu(), engine.cpu()
            outcome = self.calls(number, rate).run()
            time.sleep(1)  # the batched write of call records counts too
            spent = server.cpu() - before[0], engine.cpu() - before[1]
        finally:
            callee.stop()
        return spent[0] / number * 1000, spent[1] / number * 1000, outcome

    def memory_per_call(self) -> float:
        """Return the kilobytes of server memory per active call.

        Measure it before any load with many calls: Python keeps freed memory for later use.
        """
        server = Process(self.server.pid)
        callee = self.answering(HELD).start()
        self.server.live_calls()  # builds its route and schemas
        before = server.memory()
        talking = self.calls(HELD, 50, milliseconds=20_000).start()
        try:
            eventually(lambda: len(self.server.live_calls()) == HELD, timeout=60, what=f"{HELD} calls at once")
            weight = (server.memory() - before) / HELD
            assert talking.wait().ok
        finally:
            talking.stop()
            callee.stop()
        return weight

    def _sipp(self, scenario: str, **settings) -> Sipp:
        remote = self.server.sip("udp")
        return Sipp(self.directory, scenario, domain=self.server.domain, remote=remote, traced=False, **settings)


def run() -> list[Metric]:
    metrics: list[Metric] = []
    with running_server() as (server, directory):
        people = make_extensions(server, 5000, 2 * PHONES)
        exchange = LoadTest(server, directory, people[:PHONES], people[PHONES:], free_port())
        exchange.register()
        exchange.load(40, 20)  # warm: imports, caches, the pool of connections
        metrics.append(metric("memory per active call", exchange.memory_per_call(), "kB", 12, "308"))
        for rate in (100, 200):
            cpu, media, outcome = exchange.load(rate * SECONDS, rate)
            metrics += [
                metric(f"CPU per call at {rate} calls/s", cpu, "ms", 1.5, "1.9-2.4, without media"),
                metric(f"CPU of rtpengine per call at {rate} calls/s", media, "ms"),
                metric(f"failed calls at {rate} calls/s", outcome.failed, "calls", 0, "27-66 % beyond 350 calls/s"),
            ]
        # Run once before measuring: transactions are kept for 32 s, nonces for 300 s. Growth after that is a leak.
        exchange.load(MANY, 200)
        before = Process(server.pid).memory()
        cpu, _, outcome = exchange.load(MANY, 200)
        grown = (Process(server.pid).memory() - before) / 1024
        metrics += [
            metric(f"memory growth over {MANY} calls", grown, "MB", 2, "about 900 of 3 GB after 65,000"),
            metric(f"failed calls of {MANY}", outcome.failed, "calls", 0),
            metric(f"CPU per call after {MANY} calls", cpu, "ms", 1.5, "rises as the process ages"),
        ]
    return metrics
