"""Shared parts of the benchmarks. They measure CPU time per unit of work: wall time on a shared machine says little."""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

# As pytest does: these modules import each other by name.
sys.path.extend(str(Path(__file__).parents[1] / folder) for folder in ("tests", "tests/outside"))

from tests.outside.server import Login, Server
from tests.outside.sipp import User

TICK = os.sysconf("SC_CLK_TCK")


class Metric(TypedDict):
    """One result. `goal` is its upper bound, or its lower one if `more_is_better`, or None if there is none; `peer` is
    the result of Asterisk 22.10 for the same work on the same kind of machine.
    """

    name: str
    value: float
    unit: str
    goal: float | None
    more_is_better: NotRequired[bool]
    peer: NotRequired[str]


def metric(name: str, value: float, unit: str, goal: float | None = None, peer: str = "") -> Metric:
    """Return a result of which less is better."""
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "peer": peer}


def throughput(name: str, value: float, unit: str, goal: float | None = None) -> Metric:
    """Return a result of which more is better."""
    return {**metric(name, value, unit, goal), "more_is_better": True}


def is_reached(result: Metric) -> bool:
    """Return whether a result meets its goal, or has none."""
    value, goal = result["value"], result["goal"]
    return goal is None or (value >= goal if result.get("more_is_better") else value <= goal)


@dataclass(frozen=True)
class Process:
    """A running process, measured through /proc."""

    pid: int

    def cpu(self) -> float:
        """Return the CPU seconds of all threads so far, including ended ones; resolution 10 ms."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def wait_until_idle(self) -> None:
        """Wait until the process is idle."""
        before = -1.0
        while (now := self.cpu()) - before > 0.02:
            before = now
            time.sleep(0.5)

    def memory(self) -> float:
        """Return the resident memory in kilobytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def cpu_ns(pid: int) -> int:
    """Return the CPU nanoseconds of all threads of a process so far, by the scheduler's clock."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((each / "schedstat").read_text().split()[0]) for each in tasks)


@contextmanager
def running_server() -> Iterator[tuple[Server, Path]]:
    """Start a new server on SQLite; yield it and a directory for files."""
    with tempfile.TemporaryDirectory(prefix="unificx-bench-") as directory:
        place = Path(directory)
        # Through a command, not forked from this process, whose memory it would share.
        with Server(place / "home", enter=["env"], chooses_media_ports=True) as server:
            yield server, place


def make_extensions(server: Server, first: int, count: int) -> list[Login]:
    """Create `count` extensions of the demo tenant, with ascending numbers."""
    logins = []
    with server.rest() as rest:
        for number in range(first, first + count):
            new = {"number": str(number), "name": f"Phone {number}"}
            answer = rest.post("/api/v1/extensions", params={"tenant": server.ready["tenant"]}, json=new)
            sip = answer.raise_for_status().json()["sip"]
            logins.append(Login(str(number), new["name"], sip["username"], sip["password"], sip["domain"], sip["uri"]))
    return logins


def user(login: Login, *, dials: str = "", port: int = 0) -> User:
    return User(login.number, login.username, login.password, dials, f"127.0.0.1:{port}")


def machine() -> str:
    """Describe the machine of the measurement."""
    cpu = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), ":?")
    model = cpu.split(":", 1)[1].strip()
    return f"{os.cpu_count()} x {model}, Linux {platform.release()}, Python {platform.python_version()}"
