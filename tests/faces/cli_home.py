"""The command line on an installation of its own; each command opens it anew, as it does where no server runs."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import typer
from http_world import Call, World, open_rooms
from typer.testing import CliRunner, Result

from unificx.console import Listener, Site, build
from unificx.kernel.clock import ManualClock


def up(http: str = "127.0.0.1:8080") -> None:
    """Stands for the server's own command."""
    print(f"up at {http}")


@dataclass
class Home:
    """Runs commands. `prepare` is done with the rooms each time before a command's request."""

    folder: Path
    template: bytes
    clock: ManualClock = field(default_factory=ManualClock)
    calls: list[Call] = field(default_factory=list)
    connect: Any = None
    control: Path | None = None

    def site(self, home: Path) -> Site:
        listener = Listener("udp", "127.0.0.1", 0, "--sip-udp")
        database = f"sqlite:///{home}/unificx.db"
        return Site(home, self.control or home / "control.sock", (listener,), (home / "tls" / "server.pem",), database)

    @asynccontextmanager
    async def open(self, home: Path) -> AsyncIterator[httpx.AsyncClient]:
        async with open_rooms(home, self.template, self.clock) as world:
            world.calls.going_on = self.calls
            yield world.client(operator=True)
            self.calls = world.calls.going_on
            await world.outbox.deliver()

    def app(self) -> typer.Typer:
        return build(self.connect or self.open, up, self.site, self.clock, {})

    def run(self, *arguments: str, given: str | None = None) -> Result:
        """Run a command as it is typed."""
        return CliRunner().invoke(self.app(), list(arguments), input=given)

    def told(self, *arguments: str, given: str | None = None) -> Any:
        """What a command says with --json; it must succeed and say one line."""
        result = self.run(*arguments, "--home", str(self.folder), "--json", given=given)
        assert result.exit_code == 0, result.stderr
        assert result.stdout.count("\n") == 1
        return json.loads(result.stdout)

    def shown(self, *arguments: str) -> str:
        """What a command shows to people."""
        result = self.run(*arguments, "--home", str(self.folder))
        assert result.exit_code == 0, result.stderr
        return result.stdout

    async def inside(self, do: Callable[[World], Any]) -> Any:
        """Do something with the rooms themselves."""
        async with open_rooms(self.folder, self.template, self.clock) as world:
            return await do(world)


def one_line(result: Result) -> str:
    """The one line a command failed with; anything else fails the test."""
    assert result.exit_code == 2, (result.exit_code, result.output)
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("unificx: ")
    assert "Traceback" not in result.stderr
    return result.stderr
