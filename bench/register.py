"""REGISTER with digest authentication; challenge and success count as one exchange. New phones, then refreshes."""

import time

from bench import Metric, Process, make_extensions, metric, running_server, user
from tests.outside import scenarios as s
from tests.outside.sipp import Outcome, Sipp, User

PHONES = 1000
ROUNDS = 5
BUSY_ROUNDS = 15
TRANSACTION_SECONDS = 34
PEER = "0.30-0.48"


def run() -> list[Metric]:
    with running_server() as (server, directory):
        logins = make_extensions(server, 10_000, 2 * PHONES)
        users = [user(login, port=30_000 + number) for number, login in enumerate(logins)]
        process = Process(server.pid)

        def load(exchanges: int, rate: int, users: list[User] = users[PHONES:]) -> tuple[float, Outcome]:
            """Return the CPU milliseconds per exchange."""
            steps = s.scenario(*s.registers(), s.recv(200))
            settings = {"domain": server.domain, "remote": server.sip("udp"), "traced": False, "timeout": 300}
            process.wait_until_idle()
            before = process.cpu()
            outcome = Sipp(directory, steps, users=users, calls=exchanges, rate=rate, **settings).run()
            time.sleep(1)  # the database write that follows counts too
            return (process.cpu() - before) / exchanges * 1000, outcome

        # First other phones, until their transactions have ended: an idle phone has none, and the caches are filled.
        _, warm = load(PHONES, 200, users[:PHONES])
        time.sleep(TRANSACTION_SECONDS)
        empty = process.memory()
        new, first = load(PHONES, 200)
        weight = (process.memory() - empty) / PHONES
        again, later = load(PHONES * ROUNDS, 400)
        busy, last = load(PHONES * BUSY_ROUNDS, 2000)
        return [
            metric("CPU of a new registration at 200/s", new, "ms", 0.15, PEER),
            metric("CPU of a refresh at 400/s", again, "ms", 0.15, PEER),
            metric("CPU of a refresh at 2,000/s", busy, "ms", 0.15, PEER),
            metric("memory per registered phone", weight, "kB", 3),
            metric("failed exchanges", warm.failed + first.failed + later.failed + last.failed, "exchanges", 0),
        ]
