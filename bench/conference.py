"""Conference benchmark: telephones with G.711 in rooms of a server, all talking; CPU time of all its processes."""

import json
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bench import Metric, cpu_ns, make_extensions, metric, running_server
from bench.media import build_load
from tests.outside import scenarios as s
from tests.outside.server import Login, Server, eventually
from tests.outside.sipp import Sipp, User

WARM_UP = 4
MEASURED = 10
CALL_RATE = 25
TALK = 40
"""Seconds of each call: the measurement, and the time until all calls are answered."""
PHONES = 200
CONFBRIDGE = 3.1
"""Middle of the milliseconds of CPU that ConfBridge of Asterisk 22.10 takes for a participant-second, 2.9 to 3.3."""
GOAL = 0.6
EVENTS = "a=rtpmap:101 telephone-event/8000\n"


@dataclass(frozen=True)
class Load:
    phones: int
    room: int
    events: bool = True
    """Whether the telephones offer telephone events (RFC 4733)."""

    def __str__(self) -> str:
        return f"{self.phones} in rooms of {self.room}" + ("" if self.events else ", without telephone events")


LOADS = (Load(100, 10), Load(200, 10), Load(200, 200), Load(100, 10, events=False), Load(200, 10, events=False))


def run() -> list[Metric]:
    with running_server() as (server, place):
        if not build_load(place):
            print("conference: skipped, because no C compiler is installed. Install cc or gcc.")
            return []
        logins = make_extensions(server, 5000, PHONES)
        with server.rest() as rest:
            for number in range(PHONES // 10):
                new = {"number": _room(number), "announce": "nothing"}
                rest.post("/api/v1/rooms", params={"tenant": server.tenant}, json=new).raise_for_status()
        return [each for load in LOADS for each in measure(server, place, logins, load)]


def measure(server: Server, place: Path, logins: list[Login], load: Load) -> list[Metric]:
    """Return the CPU milliseconds of each process for a second of a participant, and their sum against ConfBridge."""
    length = WARM_UP + MEASURED + 1
    crowd = subprocess.Popen(
        [str(place / "crowd"), *map(str, (load.phones, length, 0, load.room, load.room)), str(place / "sounds-0")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert crowd.stdin
    assert crowd.stdout
    ports = crowd.stdout.readline().split()
    calls = _calls(server, place, logins, load, ports).start()
    try:
        log = calls.directory / "ports"
        targets = eventually(lambda: _targets(log, ports), timeout=60, what=f"{load.phones} calls are answered")
        with crowd.stdin:
            crowd.stdin.write(" ".join(targets))
        time.sleep(WARM_UP)
        pids = {"server": server.pid, "media worker": server.media_worker_pid, "rtpengine": server.child("rtpengine")}
        before, began = {name: cpu_ns(pid or 0) for name, pid in pids.items()}, time.monotonic()
        time.sleep(MEASURED)
        units = (time.monotonic() - began) * load.phones * 1e6
        spent = {name: (cpu_ns(pid or 0) - before[name]) / units for name, pid in pids.items()}
        figures = json.loads(crowd.stdout.read())
        outcome = calls.wait()
        assert outcome.ok, outcome.errors
    finally:
        crowd.kill()
        crowd.wait()
        calls.stop()
    return [
        *(metric(f"{load}: CPU of {name} for a participant-second", each, "ms") for name, each in spent.items()),
        metric(f"{load}: all, of ConfBridge's {CONFBRIDGE} ms", sum(spent.values()) / CONFBRIDGE, "x", GOAL, "1"),
        metric(f"{load}: missing packets of {figures['received']}", figures["missing"], "packets", 0),
    ]


def _room(number: int) -> str:
    return str(8500 + number)


def _calls(server: Server, place: Path, logins: list[Login], load: Load, ports: list[str]) -> Sipp:
    """Return SIPp calling the rooms with each telephone. It writes the ports of answers to a file."""
    body = s.OFFER.format(version=1, port="[field3]", direction="sendrecv")
    if not load.events:
        body = body.replace(" 101\n", "\n").replace(EVENTS, "")
    port = '<ereg regexp="m=audio [0-9]+" search_in="msg" check_it="true" assign_to="audio"/>'
    port += '<log message="[field3] [$audio]"/></action>'
    answered = [*s.answered()[:-1], s.dialog_of_caller().replace("</action>", port)]
    talk = (*answered, s.in_dialog("ACK", 2), s.pause(TALK * 1000), *s.hang_up(3))
    steps = s.scenario(*s.authenticated_invite(body), *talk)
    users = [
        User(login.number, login.username, login.password, _room(number // load.room), port)
        for number, (login, port) in enumerate(zip(logins, ports, strict=False))
    ]
    return Sipp(
        place, steps, users=users, domain=server.domain, remote=server.sip("udp"), calls=load.phones, rate=CALL_RATE,
        limit=load.phones, traced=False, timeout=120, options=("-trace_logs", "-log_file", "ports"),
    )  # fmt: skip


def _targets(log: Path, ports: list[str]) -> list[str]:
    """Return the ports that the telephones send to, in their order; empty until all are known."""
    found = dict(re.findall(r"^(\d+) m=audio (\d+)$", log.read_text(), re.MULTILINE)) if log.exists() else {}
    return [found[each] for each in ports] if len(found) == len(ports) else []
