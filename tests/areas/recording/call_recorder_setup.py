"""A call recorder for each test, on a real archive with fake media."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from fake_media import FakeEngine, FakeRelay, conversation

from unificx.recording import (
    CallRecorder,
    CallRecording,
    ExtensionRecordingPolicyChange,
    LiveRecording,
    RecordingArchive,
    TenantRecordingPolicyChange,
)

TENANT = "acme"
ANNA, BERT, CARL = ("e-anna", "s-anna"), ("e-bert", "s-bert"), ("e-carl", "s-carl")


@dataclass
class CallRecorderSetup:
    """Anna's calls and their recordings."""

    archive: RecordingArchive
    relay: FakeRelay
    engine: FakeEngine
    recorder: CallRecorder
    files: Path
    states: list[LiveRecording] = field(default_factory=list)
    playbacks: list[tuple[str, str, float]] = field(default_factory=list)

    async def set_policy(self, mode: str = "announce", always: tuple[str, str] | None = ANNA, **more: object) -> None:
        await self.archive.change_tenant(TENANT, TenantRecordingPolicyChange(mode=mode, **more))  # type: ignore[arg-type]
        if always is not None:
            await self.archive.change_extension(TENANT, always[0], ExtensionRecordingPolicyChange(when="always"))

    def connect(
        self, caller: tuple[str, str | None] = ANNA, callee: tuple[str, str | None] = BERT, **more: object
    ) -> CallRecording:
        talk = conversation("call-1", TENANT, caller, callee, **more)
        self.recorder.conversation_changed(talk)
        return talk

    async def wait_for_state(self, state: str, parties: str = "ab") -> None:
        """Wait until no work is pending and the state is reached; "recording" also requires taps on both parties and
        all their audio to be processed."""
        async with asyncio.timeout(30):
            while not await self._has_state(state, parties):
                await asyncio.sleep(0.02)

    async def _has_state(self, state: str, parties: str) -> bool:
        session = self.recorder._calls["call-1"].session
        assert session is not None
        await session.settle()
        return session.state == state and (state != "recording" or self.engine.all_consumed(*parties))

    async def recordings(self, parts: int = 1) -> list[CallRecording]:
        """The stored recordings, once there are that many."""
        async with asyncio.timeout(10):
            while len(found := await self.archive.of_call(TENANT, "call-1")) < parts:
                await asyncio.sleep(0.02)
        return list(found)
