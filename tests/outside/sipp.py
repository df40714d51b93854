"""Runs SIPp: one process per phone; its scenario is from `scenarios`, its counts and trace are available at the end."""

import csv
import itertools
import os
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_numbers = itertools.count(1)


WORKERS = 6
"""Shares of the ports: the workers of a whole run."""


def port_lane(first: int, last: int, step: int) -> Iterator[int]:
    """Yield every `step`th port of this worker's share, cyclically; two runs rarely start with the same port. The
    worker is looked up with the first port: at the import it may be a process from which all workers are forked."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = (last - first) // WORKERS
    mine = range(first + worker % WORKERS * share, first + (worker % WORKERS + 1) * share - step + 1, step)
    yield from itertools.islice(itertools.cycle(mine), os.getpid() % len(mine), None)


_ports = port_lane(20000, 29900, 4)
_media_ports = port_lane(12000, 19900, 40)

AUDIO_MISSED = 253
"""SIPp's exit status if the audio pattern did not come back."""
TIMED_OUT = 255
"""SIPp's exit status after a timeout."""


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port unused over UDP and TCP, returned only once. It is outside the ranges used by the kernel and
    rtpengine, so that it stays free until it is needed."""
    return next(port for port in _ports if not is_taken(host, port))


def is_taken(host: str, port: int) -> bool:
    """Return whether a socket is bound to it, over UDP or TCP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
            try:
                probe.bind((host, port))
            except OSError:
                return True
    return False


def is_bound(port: int) -> bool:
    """Return whether a port is in use. Only looked up, because binding it would interfere with others."""
    return any(
        f":{port:04X}" in line.split()[1]
        for kind in ("udp", "udp6", "tcp", "tcp6")
        for line in Path(f"/proc/net/{kind}").read_text().splitlines()
    )


@dataclass(frozen=True)
class User:
    """One line of the injection file, see `scenarios`."""

    number: str
    username: str = ""
    password: str = ""
    dials: str = ""
    contact: str = ""

    def line(self) -> str:
        keyword = f"[authentication username={self.username} password={self.password}]"
        return ";".join((self.number, keyword, self.dials, self.contact))


@dataclass(frozen=True)
class Outcome:
    status: int
    successful: int
    failed: int
    retransmissions: int
    trace: str
    errors: str

    @property
    def ok(self) -> bool:
        return self.status == 0 and self.failed == 0

    def received(self, start: str) -> int:
        """Return the number of received messages with such a first line (a method or `SIP/2.0 200`)."""
        return self._count("received", start)

    def sent(self, start: str) -> int:
        return self._count("sent", start)

    def _count(self, direction: str, start: str) -> int:
        parts = self.trace.split("-----------------------------------------------")
        return sum(
            f"message {direction}" in p[:200] and p.split("\n\n", 1)[-1].lstrip().startswith(start) for p in parts
        )


@dataclass
class Sipp:
    """One or many phones: `start`, then `wait` for the end. Its files are written to `directory`."""

    directory: Path
    scenario: str
    users: Sequence[User] = (User("1"),)
    domain: str = "localhost"
    remote: str = ""
    host: str = "127.0.0.1"
    port: int = 0
    transport: str = "u1"
    calls: int = 1
    rate: float = 10
    limit: int = 0
    timeout: float = 30
    traced: bool = True
    options: Sequence[str] = ()
    out_of_call: str = ""
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> "Sipp":
        self.directory = self.directory / f"sipp{next(_numbers)}"
        self.directory.mkdir(parents=True)
        self.port = self.port or free_port(self.host)
        self._write("scenario.xml", self.scenario)
        self._write("users.csv", "SEQUENTIAL\n" + "".join(user.line() + "\n" for user in self.users))
        with open(self.directory / "output", "wb") as output:
            self.process = subprocess.Popen(
                self._command(), cwd=self.directory, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        while self.process.poll() is None and not is_bound(self.port):
            time.sleep(0.01)
        return self

    def wait(self) -> Outcome:
        """Wait until SIPp has finished its calls; it times out by itself after `timeout` seconds."""
        assert self.process
        try:
            status = self.process.wait(self.timeout + 10)
        finally:
            self.stop()
        counts = self._counts()
        return Outcome(
            status=status,
            successful=int(counts.get("SuccessfulCall(C)", 0)),
            failed=int(counts.get("FailedCall(C)", 0)),
            retransmissions=int(counts.get("Retransmissions(C)", 0)),
            trace=self._read("trace"),
            errors=self._read("errors") + (self._read("output")[-1500:] if status > 1 else ""),
        )

    def run(self) -> Outcome:
        return self.start().wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def trace_so_far(self) -> str:
        return self._read("trace")

    def _command(self) -> list[str]:
        media = next(_media_ports)
        command = ["sipp", "-sf", "scenario.xml", "-inf", "users.csv", "-key", "domain", self.domain, "-nostdin"]
        command += ["-i", self.host, "-bind_local", "-p", str(self.port), "-t", self.transport, "-mi", self.host]
        command += ["-min_rtp_port", str(media), "-max_rtp_port", str(media + 39), "-cp", str(free_port())]
        command += [
            "-audiotolerance",
            "0.9",
            "-m",
            str(self.calls),
            "-r",
            str(self.rate),
            "-timeout",
            f"{self.timeout:g}s",
            "-timeout_error",
        ]
        command += ["-trace_stat", "-stf", "counts.csv", "-fd", "1", "-trace_err", "-error_file", "errors"]
        if self.limit:
            command += ["-l", str(self.limit)]
        if self.traced:
            command += ["-trace_msg", "-message_file", "trace"]
        if self.out_of_call:
            self._write("out_of_call.xml", self.out_of_call)
            command += ["-oocsf", "out_of_call.xml"]
        command += self.options
        return [*command, self.remote] if self.remote else command

    def _counts(self) -> dict[str, str]:
        path = self.directory / "counts.csv"
        if not path.exists():
            return {}
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        return rows[-1] if rows else {}

    def _write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)

    def _read(self, name: str) -> str:
        path = self.directory / name
        return path.read_text(errors="replace") if path.exists() else ""


def run_call(callees: Iterable[Sipp], caller: Sipp) -> tuple[Outcome, list[Outcome]]:
    """Start the called phones, then the caller, and wait for all of them."""
    waiting = [callee.start() for callee in callees]
    try:
        outcome = caller.run()
        return outcome, [callee.wait() for callee in waiting]
    finally:
        for callee in waiting:
            callee.stop()
