"""Feature codes for calls when free."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from app_harness import ANNA, AppHarness

from tests.outside_numbers import in_germany
from unificx.callapps import completion_apps
from unificx.calls import CallCompletions, CallControl
from unificx.calls.events import CallEnded, CallParty, Outcome
from unificx.cdr import CdrService
from unificx.core.clock import ManualClock
from unificx.db import Database, Spool
from unificx.identity import DirectoryCache, Extension
from unificx.privacy import KeyStore

Dial = Callable[..., Awaitable[list[str]]]
BERTA = Extension("e-berta", ANNA.tenant_id, "1002", None, "s-berta", 30, 600, "Berta")
CLARA = Extension("e-clara", ANNA.tenant_id, "1003", None, "s-clara", 30, 600, "Clara")


@pytest.fixture
def completions(clock: ManualClock) -> CallCompletions:
    return CallCompletions(clock, CallControl())


@pytest.fixture
async def spool(tmp_path: Path, database: Database) -> AsyncIterator[Spool]:
    waiting = Spool(tmp_path / "spool", database)
    yield waiting
    await waiting.close()


@pytest.fixture
def history(database: Database, keys: KeyStore, spool: Spool) -> CdrService:
    return CdrService(database, keys, in_germany(keys), spool)


@pytest.fixture
def dial(completions: CallCompletions, history: CdrService) -> Dial:
    directory = DirectoryCache()
    for each in (ANNA, BERTA, CLARA):
        directory.put_extension(each)
    apps = completion_apps(completions, history, directory)

    async def call(code: str, number: str = "", *, outside: bool = False) -> list[str]:
        app = next(each for each in apps if code in each.codes)
        caller, arguments = None if outside else ANNA, (number,) if number else ()
        harness = AppHarness(app, mailbox=None, caller=caller, arguments=arguments)
        await harness.run()
        return harness.played

    return call


def record(history: CdrService, clock: ManualClock, callee: Extension, outcome: Outcome) -> None:
    clock.advance(60)
    began = clock.now() - timedelta(seconds=10)
    parties = [
        CallParty(role, each.subject, each.id, None, each.number)
        for role, each in (("caller", ANNA), ("callee", callee))
    ]
    answered = began if outcome == "answered" else None
    history.record(
        CallEnded(clock.new_id(), ANNA.tenant_id, "internal", began, answered, clock.now(), outcome, 17, tuple(parties))
    )


async def test_a_number_is_waited_for_and_cancelled(completions: CallCompletions, dial: Dial) -> None:
    heard = await dial("*66", "1002")
    assert heard[0] == "completion/on"
    assert [each.callee_id for each in completions.of_callers(ANNA.tenant_id, [ANNA.id])] == [BERTA.id]
    assert await dial("*66", ANNA.number) == ["completion/refused", "general/goodbye"]
    assert await dial("*66", "1009") == ["completion/nobody", "general/goodbye"]
    assert await dial("*67") == ["completion/off", "general/goodbye"]
    assert completions.of_callers(ANNA.tenant_id, [ANNA.id]) == []


async def test_without_a_number_it_is_the_last_one_that_was_not_reached(
    completions: CallCompletions, history: CdrService, spool: Spool, clock: ManualClock, dial: Dial
) -> None:
    assert await dial("*66") == ["completion/nobody", "general/goodbye"]
    record(history, clock, BERTA, "busy")
    record(history, clock, CLARA, "answered")
    await spool.drain()
    assert (await dial("*66"))[0] == "completion/on"
    assert [each.callee_id for each in completions.of_callers(ANNA.tenant_id, [ANNA.id])] == [BERTA.id]


async def test_callers_outside_cannot_wait(dial: Dial) -> None:
    assert await dial("*66", "1002", outside=True) == ["completion/nobody", "general/goodbye"]
