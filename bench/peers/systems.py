"""The compared systems: how each is started, measured through /proc, and stopped."""

import contextlib
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from free_ports import free_port, is_bound

from bench import make_extensions, running_server
from tests.outside.server import Login
from unificx.rtpengine.supervisor import PROGRAM

PHONES = 1000
FIRST = 5000
PASSWORD = "a-password-of-a-benchmark"
MEDIA_PORTS = (50_000, 59_999)
CONFIGURATION = Path(__file__).parent / "kamailio.cfg"
RTPENGINE_OPTIONS = (
    "--config-file=none", "--foreground", "--log-stderr", "--log-level=4", "--table=-1", "--interface=127.0.0.1",
    "--endpoint-learning=immediate", "--num-threads=2", "--poller-per-thread", "--delete-delay=0", "--timeout=7200",
    "--silent-timeout=7200", "--offer-timeout=600",
)  # fmt: skip
"""Those of UnifiCX that concern the work of a call."""


@dataclass
class System:
    """A running system. `roots` are its first processes; `domain` is its SIP domain and digest realm."""

    name: str
    remote: str
    domain: str
    phones: list[Login]
    directory: Path
    roots: list[int] = field(default_factory=list)

    def processes(self) -> list[int]:
        found, pending = [], [*self.roots]
        while pending:
            found.append(pid := pending.pop())
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    pending += map(int, (task / "children").read_text().split())
        return found

    def cpu(self) -> Counter[str]:
        """Return the CPU microseconds so far by part: "sip", "rtpengine" and "media"."""
        spent: Counter[str] = Counter()
        for pid in self.processes():
            with contextlib.suppress(OSError):
                part = _part(pid)
                for task in Path(f"/proc/{pid}/task").iterdir():
                    with contextlib.suppress(OSError):
                        spent[part] += int((task / "schedstat").read_text().split()[0])
        return Counter({part: round(nanoseconds / 1e3) for part, nanoseconds in spent.items()})

    def memory(self) -> float:
        """Return the memory of all processes in megabytes, with shared pages divided among their users (PSS)."""
        total = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total / 1024

    def settle(self) -> None:
        """Wait until the system is idle."""
        before = -100_000
        while (now := self.cpu().total()) - before > 20_000:
            before = now
            time.sleep(0.5)


def _part(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    if b"media_worker" in command or b"media-worker" in command:
        return "media"
    return "rtpengine" if PROGRAM.encode() in command else "sip"


@contextmanager
def unificx() -> Iterator[System]:
    with running_server() as (server, directory):
        phones = make_extensions(server, FIRST, PHONES)
        yield System("unificx", server.sip("udp"), server.domain, phones, directory, [server.pid])


@contextmanager
def kamailio() -> Iterator[System]:
    for program in ("kamailio", PROGRAM):
        if shutil.which(program, path="/usr/sbin:/usr/bin") is None:
            raise SystemExit(f"{program} is missing: apt install kamailio kamailio-sqlite-modules rtpengine-daemon")
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unificx-peer-")))
        port, control = free_port(), free_port()
        phones = [Login(str(FIRST + n), "", str(FIRST + n), PASSWORD, "127.0.0.1", "") for n in range(PHONES)]
        _write_passwords(directory / "passwords.db", phones)
        text = CONFIGURATION.read_text()
        for key, value in (("DB", directory / "passwords.db"), ("PORT", port), ("NG", control)):
            text = text.replace(f"@{key}@", str(value))
        (directory / "kamailio.cfg").write_text(text)
        low, high = MEDIA_PORTS
        media = [
            PROGRAM,
            *RTPENGINE_OPTIONS,
            f"--listen-ng=127.0.0.1:{control}",
            f"--port-min={low}",
            f"--port-max={high}",
        ]
        roots = [stack.enter_context(_process(media, control))]
        sip = ["/usr/sbin/kamailio", "-f", str(directory / "kamailio.cfg"), "-DD", "-E", "-m", "256", "-M", "16"]
        sip += ["-Y", str(directory), "-w", str(directory)]
        roots.append(stack.enter_context(_process(sip, port)))
        yield System("kamailio", f"127.0.0.1:{port}", "127.0.0.1", phones, directory, roots)


def _write_passwords(path: Path, phones: list[Login]) -> None:
    columns = "key_name TEXT, key_type INTEGER, value_type INTEGER, key_value TEXT, expires INTEGER"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE version(table_name TEXT, table_version INTEGER)")
        database.execute(f"CREATE TABLE password(id INTEGER PRIMARY KEY, {columns})")
        database.executemany("INSERT INTO version VALUES(?, 2)", [("htable",), ("password",)])
        rows = [(phone.number, phone.password) for phone in phones]
        database.executemany(
            "INSERT INTO password(key_name, key_type, value_type, key_value, expires) VALUES(?, 0, 0, ?, 0)", rows
        )


@contextmanager
def _process(command: list[str], port: int) -> Iterator[int]:
    """Run a program until the end of the context; yield its pid when it listens on `port`."""
    process = subprocess.Popen(
        ["prlimit", "--nofile=20000:20000", "setpriv", "--pdeathsig", "KILL", *command],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 30
        while not is_bound(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} does not start")
            time.sleep(0.05)
        time.sleep(0.5)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
