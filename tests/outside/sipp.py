"""Runs SIPp: one process per phone; its scenario is from `scenarios`, its counts and trace are available at the end."""

import csv
import itertools
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from free_ports import free_port, is_bound, media_ports

_numbers = itertools.count(1)
AUDIO_MISSED = 253
"""SIPp's exit status if the audio pattern did not come back."""
TIMED_OUT = 255
"""SIPp's exit status after a timeout."""


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
        media = media_ports()
        command = ["sipp", "-sf", "scenario.xml", "-inf", "users.csv", "-key", "domain", self.domain, "-nostdin"]
        command += ["-i", self.host, "-bind_local", "-p", str(self.port), "-t", self.transport, "-mi", self.host]
        command += ["-min_rtp_port", str(media[0]), "-max_rtp_port", str(media[-1]), "-cp", str(free_port())]
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
