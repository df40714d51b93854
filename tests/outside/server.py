"""The real server as a child process, controlled only through its public interfaces: commands, ready line, control
socket, signals, and files in its home directory.
"""

import asyncio
import contextlib
import itertools
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import httpx
from databases import empty_database
from forked_program import ForkedProgram, can_enter, inside_network
from free_ports import free_port

Process = ForkedProgram | subprocess.Popen[str]
T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
UNIFICX = (sys.executable, "-m", "unificx.server.main")
SIP_WITH_USER = re.compile(r"sips?:[^\s@\"'<>]+@")


@dataclass(frozen=True)
class Login:
    """An extension and its SIP credentials."""

    number: str
    name: str
    username: str
    password: str
    domain: str
    uri: str


@contextmanager
def reserve_media_ports() -> Iterator[tuple[int, str]]:
    """Reserve a range of media ports that no other server of the tests uses: a file descriptor and the range.

    The server inherits the descriptor, and the range is free again when its process ends.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as name:
        for first in itertools.cycle(range(30000, 60000, 1000)):
            try:
                name.bind(f"\0unificx.tests.media.{first}")
            except OSError:
                continue
            yield name.fileno(), f"{first}-{first + 999}"
            return


def prepare_home(home: Path) -> Path:
    """Create a home directory with an empty database: its tables are half of the CPU time of a first start."""
    home.mkdir(mode=0o700)
    (home / "unificx.db").write_bytes(empty_database())
    return home


def files_in(place: Path) -> dict[str, bytes]:
    """Return the content of all files by path, also while a server adds and removes some."""
    found: dict[str, bytes] = {}
    for path in place.rglob("*"):
        if path.is_file():
            with contextlib.suppress(FileNotFoundError):  # it was removed meanwhile
                found[str(path)] = path.read_bytes()
    return found


@dataclass
class Server:
    """`unificx up` on one home directory. `enter` is prepended to each command (to enter a network namespace)."""

    home: Path
    host: str = "127.0.0.1"
    database: str | None = None
    enter: Sequence[str] = ()
    settings: dict[str, str] = field(default_factory=dict)
    """Environment variables for it, UNIFICX_..."""
    chooses_media_ports: bool = False
    """Whether it chooses its media ports itself; there are ranges for four servers on a machine."""
    migrates: bool = False
    """Whether its first start creates the tables. Otherwise it finds them, empty."""
    clock_ahead: timedelta = timedelta()
    """By how much its clock is ahead, from its next start on."""
    program: Path | None = None
    """Directory with the package `unificx` of another version, which it runs instead of the present one."""
    canaries: set[str] = field(default_factory=set)
    ready: dict[str, Any] = field(default_factory=dict)
    process: "Process | None" = None

    # start and stop

    def start(self, timeout: float = 60) -> "Server":
        """Return once the ready line is printed. A second start uses the same ports."""
        if not (self.migrates or self.database or self.home.exists()):
            prepare_home(self.home)
        with open(self.log_path, "ab") as log, reserve_media_ports() as (reservation, media_ports):
            settings = {} if self.chooses_media_ports else {"UNIFICX_MEDIA_PORTS": media_ports}
            self.process = self._launch(log, settings | self._environment(), reservation)
        line = self._first_line(timeout)
        self.ready = {**self.ready, **json.loads(line)}
        if admin := self.ready.get("admin", {}).get("password"):
            self.canaries.add(admin)
        return self

    def stop(self) -> int:
        """Send SIGTERM; return the exit status. Raise TimeoutExpired after 30 s."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL, like the OOM killer."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            self.stop()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    def children(self) -> list[int]:
        """Return the pids of all child processes. Threads and processes that end meanwhile are left out."""
        found: list[int] = []
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found += [int(pid) for pid in (task / "children").read_text().split()]
        return found

    def child(self, name: str) -> int | None:
        """Return the pid of a child process by program name."""
        return next((pid for pid in self.children() if _process_file(pid, "comm").strip() == name.encode()), None)

    @property
    def media_worker_pids(self) -> list[int]:
        """Return the pid of its media worker; empty while there is none."""
        return [pid for pid in self.children() if b"unificx.media_worker" in _process_file(pid, "cmdline")]

    @property
    def media_worker_pid(self) -> int:
        """Return the pid of its media worker."""
        [found] = self.media_worker_pids
        return found

    # addresses

    def sip(self, transport: str = "udp") -> str:
        """Return `host:port` of a SIP listener: udp, tcp or tls."""
        return self.ready["sip"][transport]

    def address(self, transport: str = "udp") -> tuple[str, int]:
        host, port = self.sip(transport).rsplit(":", 1)
        return host, int(port)

    @property
    def tenant(self) -> str:
        """The short name of the tenant that the tests use."""
        return self.ready["tenant"]

    @property
    def domain(self) -> str:
        return self.ready["domain"]

    @property
    def ca(self) -> Path:
        return self.home / "tls" / "ca.pem"

    @property
    def log_path(self) -> Path:
        return self.home.with_name(self.home.name + ".log")

    # commands and API

    def cli(self, *arguments: str, check: bool = True) -> Any:
        """Run `unificx ARGUMENTS --home DIR --json`; return its output, parsed as JSON."""
        command = [*arguments, "--home", str(self.home), "--json"]
        status, output, errors = run_unificx(command, environment=self._environment(), enter=self.enter)
        assert "Traceback" not in errors, errors
        if check:
            assert status == 0, f"{arguments}: {errors or output}"
        return json.loads(output) if output.strip() else None

    def rest(self) -> httpx.Client:
        """Return an HTTP client on the control socket, as the operator."""
        # Without TLS no certificates are needed, whose reading takes 6 ms each time: the tests poll.
        transport = httpx.HTTPTransport(uds=str(self.home / "control.sock"), verify=False)
        return httpx.Client(transport=transport, base_url="http://unificx", timeout=30)

    def with_tenant(self, slug: str) -> "Server":
        """Create a tenant; return this server as seen by tests that use it, with canaries of its own."""
        new = {"slug": slug, "name": slug.title(), "domain": f"{slug}.example"}
        with self.rest() as rest:
            answer = rest.post("/api/v1/tenants", json=new)
        assert answer.status_code == 201, answer.text
        ready = {**self.ready, "tenant": slug, "domain": new["domain"]}
        return replace(self, ready=ready, canaries=set(self.canaries))

    def delete_tenant(self) -> None:
        with self.rest() as rest:
            answer = rest.delete(f"/api/v1/tenants/{self.tenant}")
        assert answer.status_code == 204, answer.text

    def extension(self, number: str, name: str) -> Login:
        """Create an extension of the tenant. Its number, name and password become canaries."""
        email = f"{name.split(maxsplit=1)[0].lower()}.{number}@example.com"
        with self.rest() as rest:
            tenant = {"tenant": self.tenant}
            answer = rest.post(
                "/api/v1/extensions", params=tenant, json={"number": number, "name": name, "email": email}
            )
        assert answer.status_code == 201, answer.text
        sip = answer.json()["sip"]
        self.canaries |= {number, name, email, sip["password"]}
        return Login(number, name, sip["username"], sip["password"], sip["domain"], sip["uri"])

    def history(self) -> list[dict[str, Any]]:
        """Return all calls, newest first."""
        return sorted(self._list("history"), key=lambda call: (datetime.fromisoformat(call["started"]), call["id"]))[
            ::-1
        ]

    def live_calls(self) -> list[dict[str, Any]]:
        return self._list("calls")

    def participants(self, room: str) -> list[dict[str, Any]]:
        """Return the participants of a conference room."""
        return self._list(f"rooms/{room}/participants")

    def parked(self) -> list[dict[str, Any]]:
        """Return the parked calls."""
        return self._list("parked")

    def device_of(self, login: Login) -> dict[str, Any]:
        """Return the extension's device in its current state."""
        found = self._list("devices", extension=login.number)
        return next(each for each in found if each["username"] == login.username)

    def _list(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Return all items of a list of the tenant, page by page. Cheap enough to be polled, unlike a command."""
        found: list[dict[str, Any]] = []
        parameters = {"tenant": self.ready["tenant"], "limit": "200", **query}
        with self.rest() as rest:
            while True:
                answer = rest.get(f"/api/v1/{path}", params=parameters)
                assert answer.status_code == 200, answer.text
                page = answer.json()
                found += page["items"]
                if not page.get("next"):
                    return found
                parameters["cursor"] = page["next"]

    # logs

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_violations(self, since: int = 0) -> list[str]:
        """Return forbidden log content after the first `since` characters: internal errors and personal data."""
        found = []
        for line in self.log()[since:].splitlines():
            if "Traceback" in line or '"level": "error"' in line or SIP_WITH_USER.search(line):
                found.append(line)
            found += [f"{canary!r} in: {line}" for canary in self.canaries if contains(line, canary)]
        return found

    # internals

    def _launch(self, log: BinaryIO, environment: dict[str, str], reservation: int) -> "Process":
        arguments = ["up", "--json", "--home", str(self.home), *self._addresses()]
        if self.program is None and can_enter(self.enter):
            return ForkedProgram(
                arguments,
                directory=ROOT,
                environment=environment,
                errors=log,
                descriptors=[reservation],
                enter=self.enter,
                clock_ahead=self.clock_ahead,
            )
        assert not self.clock_ahead
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *self.enter, *UNIFICX, *arguments],
            cwd=self.program or ROOT,
            env=environment,
            pass_fds=[reservation],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )

    def _addresses(self) -> list[str]:
        """The ports of the first start stay free while the server is stopped: the kernel gives them to nothing else."""
        sip = self.ready.get("sip", {})
        known = {scheme: self.ready.get(scheme, "").removeprefix(f"{scheme}://") for scheme in ("http", "https")}
        known |= {f"sip-{transport}": sip.get(transport) for transport in ("udp", "tcp", "tls")}
        with inside_network(self.enter):  # where servers of other modules may still run
            addresses = {name: each or f"{self.host}:{free_port(self.host)}" for name, each in known.items()}
        return [word for name, address in addresses.items() for word in (f"--{name}", address)]

    def _environment(self) -> dict[str, str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("UNIFICX_")} | self.settings
        if self.database:
            environment["UNIFICX_DATABASE"] = self.database
        return environment

    def _first_line(self, timeout: float) -> str:
        assert self.process
        assert self.process.stdout
        readable, _, _ = select.select([self.process.stdout], [], [], timeout)
        line = self.process.stdout.readline() if readable else ""
        if not line:
            self.kill()
            raise AssertionError(f"the server printed no ready line:\n{self.log()[-3000:]}")
        return line

    def _end(self, number: int) -> int:
        assert self.process
        self.process.send_signal(number)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process.wait()
            if self.process.stdout:
                self.process.stdout.close()


def run_unificx(
    arguments: Sequence[str], *, environment: Mapping[str, str], enter: Sequence[str] = ()
) -> tuple[int, str, str]:
    """Run `unificx ARGUMENTS` to its end, within a minute. Returns the exit status and the texts of both outputs."""
    with tempfile.TemporaryFile() as errors:
        program = ForkedProgram(arguments, directory=ROOT, environment=environment, errors=errors, enter=enter)
        with program.stdout as output:
            shown, status = output.read(), program.wait(60)
        errors.seek(0)
        return status, shown, errors.read().decode()


def _process_file(pid: int, name: str) -> bytes:
    """Return a file of /proc; b"" if the process has ended."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def run_and_check_log(server: Server) -> Iterator[Server]:
    """Run a server for a test, and check its log afterwards."""
    with server:
        yield server
    assert not server.log_violations(), "\n".join(server.log_violations()[:20])


@dataclass(frozen=True)
class Household:
    """Three extensions whose numbers, names and addresses must not appear in any log."""

    anna: Login
    berta: Login
    clara: Login


def set_voicemail(server: Server, on: bool) -> None:
    """Enable or disable voicemail for the tenant."""
    with server.rest() as rest:
        where = {"tenant": server.ready["tenant"]}
        answer = rest.patch("/api/v1/voicemail/settings", params=where, json={"enabled": on})
        assert answer.status_code == 200, answer.text


def create_household(server: Server) -> Household:
    """Create the extensions and disable voicemail, so that unanswered calls fail."""
    set_voicemail(server, on=False)
    return Household(
        server.extension("710071", "Annarosa Quellmalz"),
        server.extension("720072", "Bertalina Oxenfurt"),
        server.extension("730073", "Claramunde Zwiebach"),
    )


def items(answer: Any) -> list[dict[str, Any]]:
    """Return the items of a list command, which prints either a bare list or a page."""
    return answer["items"] if isinstance(answer, dict) else answer


def contains(line: str, canary: str) -> bool:
    """Return whether a value is a separate word of a line; digits within a longer number or id do not count."""
    return re.search(rf"(?<![\w.-]){re.escape(canary)}(?![\w-])", line) is not None


TIMEOUT = 30.0
"""Timeout in seconds for delayed effects; long, because test machines may be slow."""


def eventually(condition: Callable[[], T], timeout: float = TIMEOUT, what: str = "") -> T:
    """Poll until the result is true; fail after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        if result := condition():
            return result
        assert time.monotonic() < end, f"did not come true: {what or condition}; last seen: {result!r}"
        time.sleep(0.1)


async def wait_until(condition: Callable[[], T], timeout: float = TIMEOUT, what: str = "") -> T:
    """As `eventually`, in a thread: phones and endpoints of this event loop go on sending meanwhile. If they stopped, the
    audio that they did not send would be missing in recordings."""
    return await asyncio.to_thread(eventually, condition, timeout, what)
