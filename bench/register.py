"""REGISTER with digest: challenge and success are one exchange. New phones, then the same ones refreshing."""

import time

from bench import Metric, Process, make_extensions, metric, running_server, user
from tests.outside import scenarios as s
from tests.outside.sipp import Outcome, Sipp

PHONES = 1000
ROUNDS = 5
PEER = "0.30-0.48"


def run() -> list[Metric]:
    with running_server() as (server, directory):
        phones = make_extensions(server, 10_000, PHONES)
        users = [user(login, port=30_000 + number) for number, login in enumerate(phones)]
        process = Process(server.pid)

        def load(exchanges: int, rate: int) -> tuple[float, Outcome]:
            """Milliseconds of CPU an exchange."""
            steps = s.scenario(*s.registers(), s.recv(200))
            settings = {"domain": server.domain, "remote": server.sip("udp"), "traced": False, "timeout": 300}
            process.settle()
            before = process.cpu()
            outcome = Sipp(directory, steps, users=users, calls=exchanges, rate=rate, **settings).run()
            time.sleep(1)  # the write that follows belongs to it
            return (process.cpu() - before) / exchanges * 1000, outcome

        empty = process.memory()
        new, first = load(PHONES, 200)
        weight = (process.memory() - empty) / PHONES
        again, later = load(PHONES * ROUNDS, 400)
        return [
            metric("CPU of a new registration", new, "ms", 0.12, PEER),
            metric("CPU of a refresh at 400/s", again, "ms", 0.12, PEER),
            metric("memory a registered phone", weight, "kB", 10),
            metric("failed exchanges", first.failed + later.failed, "exchanges", 0),
        ]
