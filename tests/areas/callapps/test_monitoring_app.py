"""The app by which a supervisor listens to a call."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from app_harness import ANNA, HANG_UP, AppHarness
from fake_media import conversation

from unificx.calls import ConnectRequest
from unificx.core.errors import Conflict, Forbidden, NotFound
from unificx.identity import DirectoryCache, Extension
from unificx.recording import MonitoringAppDependencies, Supervisor, monitoring_app
from unificx.routing import CONFERENCE_SECONDS, CallApp

BERT = Extension("e-bert", "acme", "1002", "p-bert", "s-bert", 30, 3600, "Bert Example")
DORA = Supervisor("s-anna", ANNA.id, "Anna")
REFUSED = ["general/not-allowed", "general/goodbye"]


@dataclass
class FakeSession:
    room: str = "room-1"
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    audible: asyncio.Event = field(default_factory=asyncio.Event)
    conversation: Any = field(default_factory=lambda: conversation("call-7", "acme", ("", None), (BERT.id, "s-bert")))
    announced: list[bool] = field(default_factory=list)
    """Whether each announcement of speaking was heard by both parties, in order; then all are."""
    modes: list[str] = field(default_factory=list)

    async def announce(self, mode: str) -> bool:
        self.modes.append(mode)
        return not self.announced or self.announced.pop(0)

    def stop(self) -> None:
        self.ended.set()


@dataclass
class FakeMonitor:
    """The call of Bert can be monitored."""

    refuses: bool = False
    refuses_move: bool = False
    session: FakeSession = field(default_factory=FakeSession)
    requests: list[tuple[str, str, Supervisor]] = field(default_factory=list)
    moved: list[tuple[str, list[str]]] = field(default_factory=list)
    """Calls that were moved to a room, with the extensions on whose behalf."""

    def call_of(self, tenant_id: str, extension_id: str) -> str:
        if (tenant_id, extension_id) != ("acme", BERT.id):
            raise NotFound("There is no call.")
        return "call-7"

    def move_to_room(self, call_id: str, extensions: Collection[str]) -> Any:
        self.moved.append((call_id, list(extensions)))
        if self.refuses_move:
            raise Conflict("The call is over.")
        self.session.ended.set()  # as its parties are no longer connected to each other
        return SimpleNamespace(id="room-7")

    def begin(self, tenant_id: str, call_id: str, supervisor: Supervisor) -> Any:
        self.requests.append((tenant_id, call_id, supervisor))
        if self.refuses:
            raise Forbidden("Refused.")
        return self.session


def dial(monitor: FakeMonitor, *arguments: str, entitled: bool = True, **more: Any) -> AppHarness:
    """Anna dials the code and this number."""
    directory = DirectoryCache()
    for each in (ANNA, BERT):
        directory.put_extension(each)

    async def find(extension: Extension) -> Supervisor | None:
        return DORA if entitled else None

    parts = MonitoringAppDependencies(monitor, directory, find, monitor.move_to_room)  # type: ignore[arg-type]
    return AppHarness(monitoring_app(parts), mailbox=None, arguments=arguments, **{"caller": ANNA, **more})


async def test_only_supervisors_of_the_tenant_may_listen() -> None:
    monitor = FakeMonitor()
    for harness in (dial(monitor, "1002", entitled=False), dial(monitor, "1002", caller=None)):
        await harness.run()
        assert harness.played == REFUSED
    assert monitor.requests == []


@pytest.mark.parametrize("number", ["", "1001", "9999"])
async def test_without_a_call_there_is_no_session(number: str) -> None:
    harness = dial(FakeMonitor(), *([number] if number else []))
    await harness.run()
    assert harness.played == ["monitoring/informing", "monitoring/no-call", "general/goodbye"]
    assert "join muted" not in harness.orders


async def test_a_refusal_of_the_call_is_announced() -> None:
    harness = dial(FakeMonitor(refuses=True), "1002")
    await harness.run()
    assert harness.played == ["monitoring/informing", *REFUSED]


@pytest.mark.parametrize("arguments", [("1002",), ("call", "call-7")])
async def test_the_supervisor_is_muted_in_the_room_until_the_session_ends(arguments: tuple[str, ...]) -> None:
    monitor = FakeMonitor()
    harness = dial(monitor, *arguments)
    harness.begin()
    await harness.settle()
    assert monitor.requests == [("acme", "call-7", DORA)]
    assert harness.orders[-1] == "join muted"
    monitor.session.stop()
    await harness.settle()
    assert harness.orders[-2:] == ["leave", "close"]
    assert harness.played[-2:] == ["monitoring/ended", "general/goodbye"]


async def test_hanging_up_ends_the_session() -> None:
    monitor = FakeMonitor()
    harness = dial(monitor, "1002")
    harness.begin()
    await harness.settle()
    harness.hang_up()
    await harness.settle()
    assert monitor.session.ended.is_set()


async def test_hanging_up_before_begins_no_session() -> None:
    monitor = FakeMonitor()
    await dial(monitor, "1002", digits={"monitoring/informing": [HANG_UP]}).run()
    assert monitor.requests == []


@pytest.mark.promise("C8")
@pytest.mark.parametrize("by_api", [False, True])
async def test_joining_makes_a_conference_after_the_announcement(by_api: bool) -> None:
    monitor = FakeMonitor()
    harness = dial(monitor, *(("call", "call-7", "join") if by_api else ("1002",)))
    harness.begin()
    await harness.settle()
    if not by_api:
        harness.press("6")
    await harness.settle()
    assert monitor.moved == []
    monitor.session.audible.set()
    await harness.settle()
    assert monitor.moved == [("call-7", [BERT.id])]
    [request] = [each for each in harness.events if isinstance(each, ConnectRequest)]
    [step] = request.plan.steps
    assert step.action == CallApp("conference", ("room-7", "moved"), CONFERENCE_SECONDS)
    assert harness.orders[-1] == "leave"


@pytest.mark.promise("C8")
@pytest.mark.parametrize(
    ("arguments", "listener"),
    [
        (("1002",), BERT.id),
        (("call", "call-7", "whisper", ""), "e-carl"),
        (("call", "call-7", "whisper", BERT.id), BERT.id),
        (("call", "call-7", "whisper", "e-other"), "e-carl"),
    ],
)
async def test_only_one_extension_hears_a_whisper(arguments: tuple[str, ...], listener: str) -> None:
    talk = conversation("call-7", "acme", (BERT.id, "s-bert"), ("e-carl", "s-carl"))
    monitor = FakeMonitor(session=FakeSession(conversation=talk))
    monitor.session.audible.set()
    harness = dial(monitor, *arguments)
    harness.begin()
    await harness.settle()
    if len(arguments) == 1:
        harness.press("5")
        await harness.settle()
    assert monitor.session.modes == ["whisper"]
    [request] = [each for each in harness.events if isinstance(each, ConnectRequest)]
    [step] = request.plan.steps
    assert step.action == CallApp("conference", ("room-7", "moved", f"whispers-to/{listener}"), CONFERENCE_SECONDS)


async def test_a_call_whose_parties_missed_the_announcement_is_not_joined() -> None:
    monitor = FakeMonitor(session=FakeSession(announced=[False]))
    monitor.session.audible.set()
    harness = dial(monitor, "1002")
    harness.begin()
    await harness.settle()
    for digit, moves in (("4", 0), ("6", 0), ("6", 1)):
        harness.press(digit)
        await harness.settle()
        assert len(monitor.moved) == moves


async def test_a_call_that_ended_meanwhile_is_not_joined() -> None:
    monitor = FakeMonitor(refuses_move=True)
    monitor.session.audible.set()
    harness = dial(monitor, "1002")
    harness.begin()
    await harness.settle()
    harness.press("6")
    await harness.settle()
    assert harness.played[-2:] == ["monitoring/ended", "general/goodbye"]
