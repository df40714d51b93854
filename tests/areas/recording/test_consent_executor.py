"""The executor of the consent machine, and capture while legs and consent change, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop
from virtual_time import LoopClock, run_in_virtual_time

from unificx.core.clock import SystemClock
from unificx.db import ErasedSubject
from unificx.media import MediaUnavailable
from unificx.recording.capture import Capture
from unificx.recording.consent_executor import ConsentExecutor
from unificx.recording.machine import consent
from unificx.recording.machine.consent_types import (
    ConsentLeg,
    ConsentTerms,
    DigitReceived,
    PauseRequested,
    PromptPlayed,
    RecordingFailed,
    ResumeRequested,
    StopRequested,
)
from unificx.recording.recording_tasks import RecordingTasks
from unificx.recording.schemas import NewCallRecording

ANNA, BEN = ConsentLeg("a"), ConsentLeg("b")


def in_virtual_time(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def run() -> None:
        run_in_virtual_time(test())

    run.__name__ = test.__name__
    return run


class Effects:
    """Traces the effects of actions."""

    def __init__(self) -> None:
        self.trace: list[str] = []

    def play_prompt(self, leg: str, prompt: str, *, awaited: bool) -> None:
        self.trace.append(f"play {leg}{' awaited' * awaited}")

    def stop_prompt(self, leg: str) -> None:
        self.trace.append(f"stop {leg}")

    def play_beep(self) -> None:
        self.trace.append("beep")

    def start_capture(self) -> None:
        self.trace.append("start")

    def stop_capture(self, why: str) -> None:
        self.trace.append(f"stop capture {why}")

    def end_recording(self, reason: str) -> None:
        self.trace.append(f"end {reason}")

    def take(self) -> list[str]:
        taken, self.trace = self.trace, []
        return taken


def begun(mode: Any = "announce") -> tuple[ConsentExecutor, Effects]:
    effects, clock = Effects(), LoopClock()
    executor = ConsentExecutor(clock, effects, lambda: effects.trace.append("step"))
    executor.begin(consent.begin(ConsentTerms(mode, beep_interval=10), [ANNA, BEN], clock.monotonic()))
    return executor, effects


def test_a_timer_that_fires_early_is_not_set_again_at_once() -> None:
    """uvloop rounds timers to milliseconds, so a deadline between two of them fires early."""

    async def run() -> list[str]:
        effects, clock = Effects(), SystemClock()
        executor = ConsentExecutor(clock, effects, lambda: effects.trace.append("step"))
        terms = ConsentTerms("announce", beep_interval=0.0104)
        executor.begin(consent.begin(terms, [ANNA, BEN], clock.monotonic()))
        for leg in "ab":
            executor.handle_event(PromptPlayed(leg, "digest"))
        effects.take()
        while "beep" not in effects.trace:
            await asyncio.sleep(0.001)
        executor.close()
        return effects.take()

    for _ in range(5):
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            steps = runner.run(run())
        assert steps[: steps.index("beep")].count("step") < 10


@in_virtual_time
async def test_actions_are_executed_in_order_and_deadlines_kept() -> None:
    executor, effects = begun()
    assert effects.take() == ["play a awaited", "play b awaited"]
    for leg in "ab":
        executor.handle_event(PromptPlayed(leg, "digest"))
    assert not executor.may_capture
    effects.take()
    await asyncio.sleep(consent.HANG_UP_SECONDS + 0.01)
    assert executor.may_capture
    assert "start" in effects.take()
    await asyncio.sleep(12)
    assert effects.take() == ["beep", "step", "beep", "step"]
    executor.handle_event(PauseRequested("card"))
    assert effects.take()[0] == "stop capture card"
    assert not executor.may_capture
    await asyncio.sleep(60)
    assert effects.take() == []
    executor.handle_event(ResumeRequested())
    assert "start" in effects.take()
    executor.handle_event(StopRequested())
    trace = effects.take()
    assert trace.index("stop capture over") < trace.index("end stopped")


@in_virtual_time
async def test_an_answer_stops_the_prompt_of_its_leg_only() -> None:
    executor, effects = begun("opt_in")
    effects.take()
    executor.handle_event(DigitReceived("a", consent.CONSENT_DIGIT))
    assert effects.take()[0] == "stop a"


@in_virtual_time
async def test_nothing_happens_after_close() -> None:
    executor, effects = begun()
    for leg in "ab":
        executor.handle_event(PromptPlayed(leg, "digest"))
    effects.take()
    executor.close()
    executor.close()
    await asyncio.sleep(60)
    executor.handle_event(RecordingFailed("fault"))
    assert effects.take() == []
    assert not executor.may_capture


class FakeWriter:
    def __init__(self, archive: "FakeArchive", new: NewCallRecording) -> None:
        self.archive, self.new = archive, new

    async def mark(self, kind: str) -> None:
        self.archive.trace.append(f"mark {kind}")

    async def write(self, pcm: bytes, rate: int) -> None:
        self.archive.trace.append(f"write {len(pcm) / rate / 4}")

    async def finish(self, ended: str) -> None:
        self.archive.trace.append(f"finish {ended}")


class FakeArchive:
    """Takes a second to begin a recording."""

    def __init__(self) -> None:
        self.trace: list[str] = []
        self.erased = False

    async def begin(self, new: NewCallRecording) -> FakeWriter:
        await asyncio.sleep(1)
        if self.erased:
            raise ErasedSubject
        self.trace.append("begin")
        return FakeWriter(self, new)


class FakeSegment:
    def __init__(self, trace: list[str]) -> None:
        self.trace, self.has_audio = trace, True

    def stop(self, *, discard: bool = False) -> None:
        self.trace.append("discard" if discard else "stop")

    async def flush(self) -> None:
        self.trace.append("flush")

    async def end(self) -> None:
        self.trace.append("end")


class World:
    """A capture of the legs `legs`, and the source of its audio."""

    def __init__(self) -> None:
        self.archive = FakeArchive()
        self.trace, self.failed = self.archive.trace, list[str]()
        self.legs, self.allowed, self.available = ("a", "b"), True, True
        self.tasks = RecordingTasks(lambda event: self.failed.append(type(event).__name__), "failed")
        archive: Any = self.archive
        self.capture = Capture(archive, self, self.tasks, self.failed.append, {"asked": "paused"})

    def may_capture(self) -> bool:
        return self.allowed

    def owners(self) -> tuple[str, ...]:
        return self.legs

    def is_owned_by(self, owners: tuple[str, ...]) -> bool:
        return owners == self.legs

    def new_recording(self) -> NewCallRecording:
        return NewCallRecording("acme", "call", "announce", "demand", ())

    async def prepare(self) -> None:
        if not self.available:
            raise MediaUnavailable("silent")

    def open_segment(self, writer: object) -> FakeSegment:
        self.trace.append("open")
        return FakeSegment(self.trace)

    async def restore(self) -> int:
        await asyncio.sleep(2)
        await self.prepare()
        return 8000

    async def bridge(self, *, lost: bool) -> None:
        await self.capture.bridge_gap(self.restore, LoopClock().monotonic, lost=lost)


@in_virtual_time
async def test_a_pause_is_marked_and_the_same_legs_continue_the_recording() -> None:
    world = World()
    await world.capture.start()
    world.capture.stop("asked")
    world.capture.stop("asked")
    await world.tasks.join()
    await world.capture.start()
    await world.capture.finish("over")
    assert world.trace == [
        *("begin", "open", "stop", "flush", "mark paused", "mark resumed", "open", "end", "flush", "finish over")
    ]
    assert world.capture.has_recording
    assert world.capture.segment is None


@in_virtual_time
async def test_other_legs_get_a_recording_of_their_own() -> None:
    world = World()
    await world.capture.start()
    world.capture.stop("joining", discard=True)
    world.legs = ("a", "c")
    await world.capture.start()
    await world.tasks.join()
    assert [each for each in world.trace if each != "flush"] == [
        "begin",
        "open",
        "discard",
        "finish changed",
        "begin",
        "open",
    ]
    assert world.capture.owners == ("a", "c")


@pytest.mark.parametrize("change", ["legs", "consent"])
def test_nothing_is_captured_if_legs_or_consent_change_meanwhile(change: str) -> None:
    async def story() -> None:
        world = World()
        starting = asyncio.create_task(world.capture.start())
        await asyncio.sleep(0.5)
        if change == "legs":
            world.legs = ("a", "c")
        else:
            world.allowed = False
        await starting
        assert world.trace == ["begin"]
        await world.capture.finish("stopped")
        assert world.trace == ["begin", "finish stopped"]
        assert not world.capture.has_recording

    run_in_virtual_time(story())


@pytest.mark.parametrize("fault", ["erased", "unavailable"])
def test_capture_fails_if_a_party_is_erased_or_audio_unavailable(fault: str) -> None:
    async def story() -> None:
        world = World()
        world.archive.erased, world.available = fault == "erased", fault != "unavailable"
        await world.capture.start()
        assert world.failed == ["fault"]
        assert "open" not in world.trace

    run_in_virtual_time(story())


@in_virtual_time
async def test_a_lost_segment_becomes_silence() -> None:
    world = World()
    await world.bridge(lost=True)
    assert world.trace == []
    await world.capture.start()
    await world.bridge(lost=True)
    assert world.trace == ["begin", "open", "end", "mark gap", "write 2.0", "open"]
    await world.bridge(lost=False)
    assert world.trace[6:] == ["mark gap"]
    world.available = False
    await world.bridge(lost=True)
    assert world.failed == ["fault"]
