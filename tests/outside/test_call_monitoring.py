"""Monitoring of a call by its real audio: the notice is heard before the supervisor hears anything."""

import asyncio
from array import array
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import pytest
import rtpengine_replies
from fake_media import conversation
from rtp_endpoint import RtpEndpoint

from unificx.core.clock import SystemClock
from unificx.media import tones
from unificx.media.sounds import Sound
from unificx.media_worker.client import MediaEngineClient
from unificx.recording import MonitoringDependencies, Supervisor
from unificx.recording.monitoring_session import MonitoringSession
from unificx.rtpengine.ng import Profile
from unificx.rtpengine.supervisor import RtpEngine

CALLER, CALLEE, SUPERVISOR, NOTICE = 440.0, 620.0, 1500.0, 1000.0
ANCHOR = "call-1.b1"


class NoticeTone:
    """The notice, as a tone that can be measured."""

    def named(self, name: str, language: str) -> Sequence[Sound]:
        return [Sound(array("h", tones.sine(NOTICE, 8000, 6400)).tobytes())]


class HearingLog:
    """A log that notes what has been heard when an entry is stored, which is when listening starts."""

    def __init__(self, parties: Sequence[RtpEndpoint], supervisor: RtpEndpoint) -> None:
        self._parties = parties
        self._supervisor = supervisor
        self.kinds: list[str] = []
        self.notice_levels: list[float] = []
        self.early_levels: list[float] = []

    async def add(self, conversation: object, supervisor: object, kind: str) -> None:
        self.kinds.append(kind)
        if kind == "listen":
            self.notice_levels = [loudest(each, NOTICE) for each in self._parties]
            self.early_levels = [loudest(self._supervisor, tone) for tone in (CALLER, CALLEE)]


def loudest(endpoint: RtpEndpoint, tone: float) -> float:
    """Return the greatest amplitude of a tone in any packet group of 100 ms that was received."""
    packets, keep = endpoint.received, list(endpoint.received)
    levels = [0.0]
    for at in range(0, len(keep), 5):
        endpoint.received = keep[at : at + 5]
        levels.append(endpoint.level(tone))
    endpoint.received = packets
    return max(levels)


@pytest.fixture
async def relay() -> AsyncIterator[RtpEngine]:
    relay = RtpEngine(SystemClock(), ports=(45200, 45399))
    await relay.start()
    yield relay
    await relay.close()


@pytest.fixture
async def engine() -> AsyncIterator[MediaEngineClient]:
    engine = MediaEngineClient(SystemClock())
    await engine.start()
    yield engine
    await engine.shut_down()


@pytest.mark.promise("C8")
async def test_the_parties_hear_the_notice_before_the_supervisor_hears_them(
    relay: RtpEngine, engine: MediaEngineClient
) -> None:
    async with AsyncExitStack() as stack:
        caller, callee, supervisor = [
            await stack.enter_async_context(RtpEndpoint(tone)) for tone in (CALLER, CALLEE, SUPERVISOR)
        ]
        callee.set_target(await rtpengine_replies.offer(relay, ANCHOR, "a", caller.describe(), Profile.PLAIN))
        caller.set_target(await rtpengine_replies.answer(relay, ANCHOR, "a", "b", callee.describe(), Profile.PLAIN))
        supervisor.set_target(await engine.open("supervisor", supervisor.describe()))
        log, listening = HearingLog((caller, callee), supervisor), asyncio.Event()
        talking = [asyncio.create_task(each.send_tone(30)) for each in (caller, callee, supervisor)]
        stack.callback(lambda: [task.cancel() for task in talking])
        talk = conversation("call-1", "acme", ("e-anna", "s-anna"), ("e-bert", "s-bert"))
        session = MonitoringSession(
            MonitoringDependencies(SystemClock(), relay, engine, NoticeTone(), log, lambda *_: "en"),  # type: ignore[arg-type]
            talk,
            Supervisor("s-dora", "e-dora", "Dora"),
            lambda: listening.set() if session.state == "listen" else None,
        )
        engine.join(session.room, "supervisor", muted=True)
        async with asyncio.timeout(20):
            await listening.wait()
            while min(supervisor.typical_level(tone) for tone in (CALLER, CALLEE)) < 2000:
                await asyncio.sleep(0.05)
        assert min(log.notice_levels) > 3000
        assert max(log.early_levels) < 300
        assert max(loudest(each, SUPERVISOR) for each in (caller, callee)) < 300
        assert caller.typical_level(CALLEE) > 6000
        session.stop()
        await session.settle()
        assert log.kinds == ["listen", "ended"]
        supervisor.clear()
        async with asyncio.timeout(20):
            while len(supervisor.received) < 30:
                await asyncio.sleep(0.05)
        assert max(loudest(supervisor, tone) for tone in (CALLER, CALLEE)) < 300
