"""Intercom and paging: called extensions hear a tone, then the caller; busy ones are not called."""

import asyncio
from collections.abc import Callable, Set
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from app_harness import ANNA, AppHarness

from unificx.callapps import App, Paging
from unificx.calls import CallControl, Origination
from unificx.core.errors import NotFound
from unificx.identity import DirectoryCache, Tenant
from unificx.sip.legs import ByeReceived, Rejected

BERT = replace(ANNA, id="e-bert", number="1002")
CARL = replace(ANNA, id="e-carl", number="1003")


class FakeCalls(CallControl):
    """Each called extension is a harness that runs the app of called extensions."""

    def __init__(self) -> None:
        super().__init__()
        self.apps: tuple[App, ...] = ()
        self.called: dict[str, AppHarness] = {}
        self.unreachable: set[str] = set()
        self.ended: list[str] = []
        self.recorded_for: set[str] = set()

    def originate(self, origin: Origination) -> str:
        number = origin.to
        assert (origin.caller.extension_id, origin.auto_answer) == (ANNA.id, True)
        self.recorded_for.add(origin.recorded_for)
        if number in self.unreachable:
            raise NotFound("It does not ring.")
        one = next(each for each in self.apps if each.name == origin.app)
        self.called[number] = harness = AppHarness(
            one, mailbox=None, arguments=origin.arguments, call_id=f"call-{number}"
        )
        harness.begin()
        return f"call-{number}"

    def end(self, call_id: str, cause: object = None) -> None:
        self.ended.append(call_id)
        self.called[call_id.removeprefix("call-")].hang_up()


class Stage:
    """A caller of one of the codes."""

    def __init__(
        self, app: str, dialled: str, busy: frozenset[str] = frozenset(), off: frozenset[str] = frozenset()
    ) -> None:
        directory = DirectoryCache()
        directory.put_tenant(Tenant("acme", "acme", "Acme", "acme.example", "active", datetime(2026, 1, 1, tzinfo=UTC)))
        for each in (ANNA, BERT, CARL):
            directory.put_extension(each)
        groups = {"6000": [ANNA.id, BERT.id, CARL.id]}
        self.calls = FakeCalls()
        paging = Paging(
            directory,
            lambda tenant, number: groups.get(number, []),
            lambda one: one not in off,
            lambda one: one not in busy,
            self.calls,
        )
        self.calls.apps = paging.apps()
        one = next(each for each in self.calls.apps if each.name == app)
        self.caller = AppHarness(one, mailbox=None, caller=ANNA, arguments=(dialled,))

    async def until(self, reached: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not reached():
                await asyncio.sleep(0)


async def test_a_page_is_heard_by_the_free_members_after_a_tone_and_ends_with_the_caller() -> None:
    stage = Stage("paging", "6000", busy=frozenset({CARL.id}))
    stage.caller.begin()
    await stage.until(lambda: "join heard" in stage.caller.orders)
    assert list(stage.calls.called) == ["1002"]
    bert = stage.calls.called["1002"]
    assert bert.played == ["sound 0.3"]
    assert "join muted" in bert.orders
    stage.caller.hang_up()
    await stage.until(lambda: not len(stage.caller.host) and not len(bert.host))
    assert stage.calls.ended == ["call-1002"]
    assert stage.calls.recorded_for == {""}


async def test_both_sides_of_an_intercom_call_are_heard_and_either_may_end_it() -> None:
    stage = Stage("intercom", "1002")
    stage.caller.begin()
    await stage.until(lambda: "join heard" in stage.caller.orders)
    assert "join heard" in stage.calls.called["1002"].orders
    stage.calls.called["1002"].hang_up()
    await stage.until(lambda: not len(stage.caller.host))
    assert any(isinstance(each, ByeReceived) for each in stage.caller.events)
    assert stage.calls.recorded_for == {stage.caller.call_id}


@pytest.mark.parametrize(
    ("app", "dialled", "busy", "off", "status"),
    [
        ("intercom", "1002", {BERT.id}, {CARL.id}, 486),
        ("intercom", "1003", {BERT.id}, {CARL.id}, 480),
        ("intercom", "1003", {CARL.id}, {CARL.id}, 480),
        ("intercom", "1001", {BERT.id}, {CARL.id}, 480),
        ("intercom", "1009", {BERT.id}, {CARL.id}, 480),
        ("paging", "6000", {BERT.id}, {CARL.id}, 486),
        ("paging", "6000", set(), {BERT.id, CARL.id}, 480),
        ("paging", "6001", set(), set(), 480),
    ],
)
async def test_a_call_without_a_free_extension_is_refused(
    app: str, dialled: str, busy: Set[str], off: Set[str], status: int
) -> None:
    stage = Stage(app, dialled, frozenset(busy), frozenset(off))
    await stage.caller.run()
    assert stage.caller.events == [Rejected(status, None)]
    assert stage.calls.called == {}


async def test_a_call_whose_phones_do_not_ring_is_refused() -> None:
    stage = Stage("intercom", "1002")
    stage.calls.unreachable = {"1002"}
    await stage.caller.run()
    assert stage.caller.events == [Rejected(480, None)]
