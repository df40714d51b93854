"""Call completion: who is called, and when."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from unificx.calls import CallCompletions, CallControl
from unificx.calls.completion import MAX_PER_EXTENSION
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound, StorageFull
from unificx.identity import Extension

TENANT = "acme"


@dataclass
class FakeCalls(CallControl):
    busy: set[str] = field(default_factory=set[str])
    made: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    live: dict[str, Any] = field(default_factory=dict[str, Any])
    refusal: Exception | None = None

    def busy_extensions(self, tenant_id: str) -> set[str]:
        return self.busy if tenant_id == TENANT else set()

    def find(self, call_id: str) -> Any:
        return self.live.get(call_id)

    def call_back(self, caller_id: str, callee_id: str) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.made.append((caller_id, callee_id))
        self.live[f"call-{len(self.made)}"] = object()
        return f"call-{len(self.made)}"


def extension(number: str) -> Extension:
    return Extension(number, TENANT, number, None, f"s-{number}", 30, 600, number)


ANNA, BERTA, CLARA = extension("1001"), extension("1002"), extension("1003")


@pytest.fixture
def calls() -> FakeCalls:
    return FakeCalls()


@pytest.fixture
def disturbed() -> set[str]:
    return set()


@pytest.fixture
def completions(calls: FakeCalls, clock: ManualClock, disturbed: set[str]) -> CallCompletions:
    return CallCompletions(clock, calls, disturbed.__contains__)


def happens(completions: CallCompletions, calls: FakeCalls, *busy: str) -> None:
    calls.busy = set(busy)
    completions.calls_changed(TENANT)


def test_caller_is_called_once_both_are_free(completions: CallCompletions, calls: FakeCalls) -> None:
    calls.busy = {"1002"}
    completions.request(ANNA, BERTA)
    happens(completions, calls, "1002", "1001")
    happens(completions, calls, "1001")
    assert calls.made == []
    happens(completions, calls)
    assert calls.made == [("1001", "1002")]
    happens(completions, calls)
    assert calls.made == [("1001", "1002")]
    assert completions.of_callers(TENANT, ["1001"]) == []


def test_one_who_did_not_answer_is_free_after_the_next_call(completions: CallCompletions, calls: FakeCalls) -> None:
    completions.request(ANNA, BERTA)
    happens(completions, calls, "1003")
    happens(completions, calls, "1002")
    assert calls.made == []
    happens(completions, calls)
    assert calls.made == [("1001", "1002")]


def test_one_who_was_not_reached_is_free_once_reachable(
    completions: CallCompletions, calls: FakeCalls, disturbed: set[str]
) -> None:
    completions.request(ANNA, BERTA)
    disturbed.add("1002")
    completions.became_reachable(TENANT, "1002")
    completions.became_reachable(TENANT, "1003")
    assert calls.made == []
    disturbed.clear()
    completions.became_reachable(TENANT, "1002")
    assert calls.made == [("1001", "1002")]


def test_several_wait_in_turn(completions: CallCompletions, calls: FakeCalls) -> None:
    calls.busy = {"1002"}
    completions.request(ANNA, BERTA)
    completions.request(CLARA, BERTA)
    happens(completions, calls)
    happens(completions, calls, "1001")
    assert calls.made == [("1001", "1002")]
    happens(completions, calls, "1001", "1002")
    calls.live.clear()
    happens(completions, calls)
    assert calls.made == [("1001", "1002"), ("1003", "1002")]


def test_an_extension_is_called_for_one_wait_at_a_time(completions: CallCompletions, calls: FakeCalls) -> None:
    """Two that talked to each other are free at the same moment."""
    calls.busy = {"1002", "1003"}
    completions.request(ANNA, BERTA)
    completions.request(ANNA, CLARA)
    completions.request(BERTA, ANNA)
    happens(completions, calls, "1002", "1003", "1001")
    happens(completions, calls)
    assert calls.made == [("1001", "1002")]
    happens(completions, calls)
    assert calls.made == [("1001", "1002")], "its phones ring"
    calls.live.clear()
    happens(completions, calls)
    assert calls.made == [("1001", "1002"), ("1001", "1003")]


def test_a_wait_ends_after_an_hour(completions: CallCompletions, calls: FakeCalls, clock: ManualClock) -> None:
    calls.busy = {"1002"}
    first = completions.request(ANNA, BERTA)
    clock.advance(3599)
    assert completions.of_callers(TENANT, ["1001"]) == [first]
    again = completions.request(ANNA, BERTA)
    clock.advance(2)
    assert completions.of_callers(TENANT, ["1001"]) == [again]
    clock.advance(3600)
    happens(completions, calls)
    assert calls.made == []


def test_waits_are_cancelled_by_their_caller_alone(completions: CallCompletions, calls: FakeCalls) -> None:
    calls.busy = {"1002", "1003"}
    one = completions.request(ANNA, BERTA)
    for tenant, extensions in ((TENANT, ["1002"]), ("globex", ["1001"])):
        with pytest.raises(NotFound):
            completions.cancel(tenant, extensions, one.id)
    completions.cancel(TENANT, ["1001"], one.id)
    completions.request(ANNA, CLARA)
    assert completions.cancel_all(TENANT, "1001") == 1
    happens(completions, calls)
    assert calls.made == []


def test_waits_are_bounded(completions: CallCompletions) -> None:
    with pytest.raises(Invalid):
        completions.request(ANNA, ANNA)
    for number in range(MAX_PER_EXTENSION):
        completions.request(ANNA, extension(f"2{number}"))
        completions.request(extension(f"3{number}"), BERTA)
    with pytest.raises(Conflict):
        completions.request(ANNA, CLARA)
    with pytest.raises(Conflict):
        completions.request(CLARA, BERTA)
    completions.request(ANNA, extension("20"))


def test_a_deleted_extension_is_forgotten(completions: CallCompletions, calls: FakeCalls) -> None:
    calls.busy = {"1002"}
    completions.request(ANNA, BERTA)
    completions.request(BERTA, CLARA)
    completions.drop(TENANT, ["1002"])
    assert completions.of_callers(TENANT, ["1001", "1002"]) == []
    calls.refusal = NotFound("No devices.")
    calls.busy = {"1003"}
    completions.request(ANNA, CLARA)
    happens(completions, calls)
    assert completions.of_callers(TENANT, ["1001"]) == []


def test_a_wait_goes_on_while_there_are_too_many_calls(completions: CallCompletions, calls: FakeCalls) -> None:
    calls.busy = {"1002"}
    waiting = completions.request(ANNA, BERTA)
    calls.refusal = StorageFull("Too many concurrent calls.")
    happens(completions, calls)
    assert completions.of_callers(TENANT, ["1001"]) == [waiting]
    calls.refusal = None
    happens(completions, calls)
    assert calls.made == [("1001", "1002")]
    assert completions.of_callers(TENANT, ["1001"]) == []


def test_a_call_that_fails_does_not_stop_the_others(completions: CallCompletions, calls: FakeCalls) -> None:
    calls.busy = {"1002", "1003"}
    completions.request(ANNA, BERTA)
    completions.request(extension("1004"), CLARA)
    calls.refusal = RuntimeError()
    happens(completions, calls, "1003")
    calls.refusal = None
    happens(completions, calls)
    assert calls.made == [("1004", "1003")]
