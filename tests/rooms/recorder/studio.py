"""A recorder for each test, on a real archive; only the media are invented."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from quiet_media import QuietEars, QuietRelay, talk_of

from unificx.calls import Talk
from unificx.recorder import LiveRecording, Recorder
from unificx.recordings import (
    Archive,
    Conversation,
    ExtensionRecordingChange,
    TenantRecordingChange,
)

TENANT = "acme"
ANNA, BERT, CARL = ("e-anna", "s-anna"), ("e-bert", "s-bert"), ("e-carl", "s-carl")


@dataclass
class Studio:
    """Calls of Anna, and what becomes of them."""

    archive: Archive
    relay: QuietRelay
    ears: QuietEars
    recorder: Recorder
    files: Path
    told: list[LiveRecording] = field(default_factory=list)
    spoken: list[tuple[str, str, float]] = field(default_factory=list)

    async def records(self, mode: str = "announce", always: tuple[str, str] | None = ANNA, **more: object) -> None:
        await self.archive.change_tenant(TENANT, TenantRecordingChange(mode=mode, **more))  # type: ignore[arg-type]
        if always is not None:
            await self.archive.change_extension(TENANT, always[0], ExtensionRecordingChange(when="always"))

    def talks(
        self, caller: tuple[str, str | None] = ANNA, callee: tuple[str, str | None] = BERT, **more: object
    ) -> Talk:
        talk = talk_of("call-1", TENANT, caller, callee, **more)
        self.recorder.talks(talk)
        return talk

    async def until(self, state: str, parties: str = "ab") -> None:
        """Wait until nothing is under way and it stands so; that a call is recorded means that both are listened to,
        and that what they said so far was heard."""
        async with asyncio.timeout(30):
            while not await self._stands(state, parties):
                await asyncio.sleep(0.02)

    async def _stands(self, state: str, parties: str) -> bool:
        session = self.recorder._calls["call-1"].session
        assert session is not None
        await session.settle()
        return session.state == state and (state != "recording" or self.ears.hear(*parties))

    async def kept(self, parts: int = 1) -> list[Conversation]:
        """What is kept, once it is so many parts."""
        async with asyncio.timeout(10):
            while len(found := await self.archive.of_call(TENANT, "call-1")) < parts:
                await asyncio.sleep(0.02)
        return list(found)
