"""Command line on a separate installation, reopened by each command as without a running server."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import httpx
import typer
import typer.testing
from http_world import FakeCall, World, open_installation
from typer.testing import CliRunner, Result

import unificx.server.dkim_commands
import unificx.server.transfer.commands
import unificx.server.verification.commands  # noqa: F401 - they register commands
from unificx.cli import Installation, Listener, build
from unificx.core.clock import Clock, ManualClock


def up(http: str = "127.0.0.1:8080") -> None:
    """Stub of the server's `up` command."""
    print(f"up at {http}")


@dataclass
class CliHome:
    """Runs commands on an installation."""

    folder: Path
    template: bytes
    clock: ManualClock = field(default_factory=ManualClock)
    calls: list[FakeCall] = field(default_factory=list)
    connect: Any = None
    control: Path | None = None

    def installation(self, home: Path) -> Installation:
        listener = Listener("udp", "127.0.0.1", 0, "--sip-udp")
        database = f"sqlite:///{home}/unificx.db"
        return Installation(
            home, self.control or home / "control.sock", (listener,), (home / "tls" / "server.pem",), database
        )

    @asynccontextmanager
    async def open(self, home: Path) -> AsyncIterator[httpx.AsyncClient]:
        async with open_installation(home, self.template, self.clock) as world:
            world.calls.live_calls = self.calls
            yield world.client(operator=True)
            self.calls = world.calls.live_calls
            await world.outbox.deliver()

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        """Run a command line."""
        running.append(self)
        try:
            return CliRunner().invoke(app(), list(arguments), input=stdin)
        finally:
            running.pop()

    def run_json(self, *arguments: str, stdin: str | None = None) -> Any:
        """Run a command with --json, which must succeed, and return its one-line output."""
        result = self.run(*arguments, "--home", str(self.folder), "--json", stdin=stdin)
        assert result.exit_code == 0, result.stderr
        assert result.stdout.count("\n") == 1
        return json.loads(result.stdout)

    def run_text(self, *arguments: str) -> str:
        """Run a command, which must succeed, and return its text output."""
        result = self.run(*arguments, "--home", str(self.folder))
        assert result.exit_code == 0, result.stderr
        return result.stdout

    async def with_world(self, do: Callable[[World], Any]) -> Any:
        """Run a function on the services of the installation."""
        async with open_installation(self.folder, self.template, self.clock) as world:
            return await do(world)


running: list[CliHome] = []
"""Owner: the thread of the tests. The last one is that of the command that runs."""


class ClockOfHome:
    """The clock of the home directory whose command runs."""

    def __getattr__(self, name: str) -> Any:
        return getattr(running[-1].clock, name)


@cache
def app() -> typer.Typer:
    """The command line of the home directory whose command runs. Built once: it takes longer than most commands."""
    typer.testing._get_command = cache(typer.main.get_command)  # type: ignore[attr-defined]

    def connect(home: Path) -> Any:
        return (running[-1].connect or running[-1].open)(home)

    return build(connect, up, lambda home: running[-1].installation(home), cast("Clock", ClockOfHome()), {})


def error_line(result: Result) -> str:
    """Return the error line of a failed command; fail on any other result."""
    assert result.exit_code == 2, (result.exit_code, result.output)
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("unificx: ")
    assert "Traceback" not in result.stderr
    return result.stderr
