"""Monitoring of calls by supervisors: all parties are informed first, and no call is heard without permission."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
from call_recorder_setup import ANNA, BERT, CARL, TENANT, CallRecorderSetup
from fake_media import SDP, FakeEngine, FakeRelay, conversation

from unificx.calls import CallControl, CallRecordingStatus, Conversation
from unificx.core.errors import Conflict, DomainError, Forbidden, NotFound
from unificx.identity.events import ExtensionDeleted
from unificx.prompts import Prompts
from unificx.recording import (
    CallMonitor,
    ExtensionRecordingPolicyChange,
    LiveMonitoring,
    MonitoringDependencies,
    RecordingArchive,
    Supervisor,
    TenantRecordingPolicyChange,
)
from unificx.recording.monitoring_repository import MonitoringLog
from unificx.recording.monitoring_session import MonitoringSession

SUPERVISOR = Supervisor("s-dora", "e-dora", "Dora")
INFORMED = ["play a", "play b", "listen call-1.b1 a", "listen call-1.b1 b"]


@dataclass
class MonitorSetup:
    """A call of Anna with Bert that Dora may listen to."""

    archive: RecordingArchive
    log: MonitoringLog
    relay: FakeRelay
    engine: FakeEngine
    monitor: CallMonitor
    talk: Conversation
    states: list[LiveMonitoring] = field(default_factory=list)

    def begin(self, supervisor: Supervisor = SUPERVISOR) -> MonitoringSession:
        return self.monitor.begin(TENANT, "call-1", supervisor)

    async def wait_for(self, session: MonitoringSession, state: str) -> None:
        async with asyncio.timeout(30):
            while session.state != state:
                await session.settle()
                await asyncio.sleep(0.01)
        await session.settle()

    async def listen(self) -> MonitoringSession:
        """A session in which the supervisor hears the parties."""
        session = self.begin()
        await self.wait_for(session, "listen")
        return session

    @property
    def audible(self) -> set[str]:
        """Legs that the supervisor hears."""
        return set(self.engine.rooms)

    async def logged(self, extension: str | None = None) -> list[str]:
        page = await self.log.page(TENANT, None if extension is None else [extension])
        return [each.kind for each in reversed(page.items)]


@pytest.fixture
async def calls(setup: CallRecorderSetup, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MonitorSetup]:
    monkeypatch.setattr("unificx.recording.machine.consent.HANG_UP_SECONDS", 0.0)
    database, keys = setup.archive._database, setup.archive._keys
    log = MonitoringLog(database, keys, database.clock)
    parts = MonitoringDependencies(database.clock, setup.relay, setup.engine, Prompts(), log, lambda *_: "en")
    await setup.archive.change_tenant(TENANT, TenantRecordingPolicyChange(monitoring=True))
    monitor = CallMonitor(
        parts, setup.archive, CallRecordingStatus(CallControl()), lambda live: made.states.append(live)
    )
    talk = conversation("call-1", TENANT, ANNA, BERT)
    made = MonitorSetup(setup.archive, log, setup.relay, setup.engine, monitor, talk)
    monitor.conversation_changed(talk)
    yield made
    await monitor.close()


@pytest.mark.promise("C8")
async def test_both_parties_are_informed_before_anything_is_heard(calls: MonitorSetup) -> None:
    session = calls.begin()
    assert calls.audible == set()
    await calls.wait_for(session, "listen")
    assert [each for each in calls.relay.requests if each in INFORMED][:4] == INFORMED
    assert calls.audible == {"mon-a", "mon-b"}
    assert await calls.logged(ANNA[0]) == ["listen"]
    assert await calls.logged(CARL[0]) == []
    session.stop()
    assert calls.audible == set()
    await calls.wait_for(session, "ended")
    assert calls.engine.legs == set()
    assert await calls.logged() == ["listen", "ended"]
    assert [live.state for live in calls.states] == ["announced", "listen", "ended"]
    assert calls.states[0].extensions == (ANNA[0], BERT[0])
    assert len(calls.monitor) == 0


@pytest.mark.promise("C8")
@pytest.mark.parametrize("silent", ["a", "b"])
async def test_a_party_that_cannot_hear_the_notice_is_not_heard(
    calls: MonitorSetup, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    monkeypatch.setattr("unificx.recording.call_playback.MEDIA_TIMEOUT", 0.1)
    calls.relay.silent = {silent}
    session = calls.begin()
    await calls.wait_for(session, "ended")
    assert not [each for each in calls.relay.requests if each.startswith("listen")]
    assert await calls.logged() == []


async def test_a_relay_that_fails_ends_it(calls: MonitorSetup) -> None:
    calls.relay.dead = True
    await calls.wait_for(calls.begin(), "ended")
    assert calls.audible == set()


@pytest.mark.parametrize("extension", [ANNA, BERT])
async def test_the_call_of_a_person_who_refused_is_never_monitored(
    calls: MonitorSetup, extension: tuple[str, str]
) -> None:
    refuse = ExtensionRecordingPolicyChange(monitoring="refused")
    await calls.archive.change_extension(TENANT, extension[0], refuse)
    with pytest.raises(Forbidden):
        calls.begin()
    assert calls.relay.requests == []


async def test_monitoring_is_off_by_default(calls: MonitorSetup) -> None:
    assert calls.archive.tenant("other").monitoring is False
    await calls.archive.change_tenant(TENANT, TenantRecordingPolicyChange(monitoring=False))
    with pytest.raises(Forbidden):
        calls.begin()


@pytest.mark.parametrize(
    ("tenant", "call", "supervisor", "fault"),
    [
        ("other", "call-1", SUPERVISOR, NotFound),
        (TENANT, "call-2", SUPERVISOR, NotFound),
        (TENANT, "call-1", Supervisor("s-anna", ANNA[0], "Anna"), Conflict),
    ],
)
async def test_other_tenants_calls_and_own_calls_are_refused(
    calls: MonitorSetup, tenant: str, call: str, supervisor: Supervisor, fault: type[DomainError]
) -> None:
    with pytest.raises(fault):
        calls.monitor.begin(tenant, call, supervisor)


async def test_the_call_of_an_extension_is_found_in_its_tenant(calls: MonitorSetup) -> None:
    assert calls.monitor.call_of(TENANT, BERT[0]) == "call-1"
    for tenant, extension in ((TENANT, CARL[0]), ("other", BERT[0])):
        with pytest.raises(NotFound):
            calls.monitor.call_of(tenant, extension)


async def test_a_second_supervisor_has_to_wait(calls: MonitorSetup) -> None:
    session = await calls.listen()
    with pytest.raises(Conflict):
        calls.begin()
    session.stop()
    await calls.listen()


async def test_a_transfer_ends_it_before_the_new_party_is_heard(calls: MonitorSetup) -> None:
    session = await calls.listen()
    other = replace(calls.talk.callee, tag="c", extension_id=CARL[0], subject=CARL[1])
    calls.monitor.conversation_changed(replace(calls.talk, callee=other, anchor="call-1.b2"))
    assert calls.audible == set()
    assert session.ended.is_set()


@pytest.mark.parametrize("hangs_up", [True, False])
async def test_it_ends_with_the_call_and_when_the_parties_are_separated(calls: MonitorSetup, hangs_up: bool) -> None:
    session = await calls.listen()
    if hangs_up:
        assert calls.monitor.call_ended("call-1") is False
    else:
        calls.monitor.conversation_suspended("call-1")
    assert session.ended.is_set()
    await calls.wait_for(session, "ended")
    assert calls.engine.legs == set()
    assert await calls.logged() == ["listen", "ended"]


@pytest.mark.parametrize("change", [{"media_generation": 1}, {"anchor": "call-1.b9"}])
async def test_it_ends_when_the_path_of_the_media_changes(calls: MonitorSetup, change: dict[str, object]) -> None:
    session = await calls.listen()
    calls.monitor.conversation_changed(replace(calls.talk, **change))
    assert session.ended.is_set()


async def test_a_held_party_is_informed_after_the_hold(calls: MonitorSetup) -> None:
    held = replace(calls.talk, callee=replace(calls.talk.callee, is_holding=True, sdp=SDP + b"a=sendonly\r\n"))
    calls.monitor.conversation_changed(held)
    session = calls.begin()
    await session.settle()
    assert calls.relay.requests == []
    calls.monitor.conversation_changed(calls.talk)
    await calls.wait_for(session, "listen")


async def test_it_ends_with_the_media_engine_and_with_an_erased_supervisor(calls: MonitorSetup) -> None:
    session = await calls.listen()
    calls.monitor.on_engine_restarted()
    assert session.ended.is_set()
    session = await calls.listen()
    calls.monitor.on_subject_erased(TENANT, SUPERVISOR.subject)
    assert session.ended.is_set()
    await session.settle()
    await calls.archive.erase_listener(TENANT, SUPERVISOR.subject)
    page = await calls.log.page(TENANT, None)
    assert not any(isinstance(each.supervisor, str) for each in page.items)
    gone, *others = page.items[0].extensions
    async with calls.archive._database.begin() as uow:
        await calls.archive.on_extension_deleted(ExtensionDeleted("event", TENANT, gone), uow)
    for entry in (await calls.log.page(TENANT, None)).items:
        assert list(entry.extensions) == others, "nothing joins the calls of the erased person"


async def test_hanging_up_during_the_notice_ends_it_unheard(calls: MonitorSetup) -> None:
    session = calls.begin()
    calls.monitor.call_ended("call-1")
    await calls.wait_for(session, "ended")
    assert not [each for each in calls.relay.requests if each.startswith("listen")]
    assert await calls.logged() == []


@pytest.mark.promise("C8", "C10")
async def test_joining_is_announced_to_both_and_logged(calls: MonitorSetup) -> None:
    session = await calls.listen()
    before = len(calls.relay.requests)
    assert await session.announce("join")
    assert sorted(each for each in calls.relay.requests[before:] if each.startswith("play")) == ["play a", "play b"]
    assert await calls.logged() == ["listen", "join"]
    calls.relay.dead = True
    assert not await session.announce("join")
    assert await calls.logged() == ["listen", "join"]
