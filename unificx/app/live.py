"""What the HTTP face asks of running parts: the calls that are going on, and whether everything works."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import text

from unificx.app.rooms import Rooms
from unificx.calls import Conductor
from unificx.media import MediaUnavailable
from unificx.net import RtpEngine
from unificx.store import ENOUGH_AGAIN
from unificx.web import LiveCall, PartState

PATIENCE = 1.0


class Live:
    """Fills `web.ports.LiveCalls` from the conductor."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor

    def live(self, tenant_id: str | None) -> Sequence[LiveCall]:
        return self._conductor.live(tenant_id)

    def hangup(self, call_id: str) -> None:
        self._conductor.hang_up(call_id)


class AllParts:
    """Fills `web.ports.Parts`: each part is asked, for a second at most."""

    def __init__(self, rooms: Rooms, media: RtpEngine) -> None:
        self._rooms = rooms
        self._media = media

    async def states(self) -> Sequence[PartState]:
        return await asyncio.gather(self._database(), self._engine(), self._spool(), self._disk())

    def full(self) -> bool:
        return self._rooms.full()

    async def _database(self) -> PartState:
        try:
            async with asyncio.timeout(PATIENCE), self._rooms.database.read() as session:
                await session.execute(text("SELECT 1"))
        except Exception as fault:
            return PartState("database", False, f"it does not answer ({type(fault).__name__})")
        return PartState("database", True)

    async def _engine(self) -> PartState:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._media.query("readiness")
        except (MediaUnavailable, TimeoutError):
            return PartState("rtpengine", False, "it does not answer; it is being started again")
        return PartState("rtpengine", True)

    async def _spool(self) -> PartState:
        parked = self._rooms.spool.parked()
        if parked:
            return PartState("spool", False, f"{parked} batches could not be stored; see the log, then restart")
        return PartState("spool", True)

    async def _disk(self) -> PartState:
        if self._rooms.headroom.low():
            free, needed = self._rooms.headroom.free >> 20, ENOUGH_AGAIN >> 20
            why = f"it is nearly full: {free} MiB are free, {needed} MiB are needed; no call begins until there is room"
            return PartState("disk", False, why)
        if self._rooms.full():
            why = "the database is away for so long that the spool is nearly full; no call begins until it is back"
            return PartState("disk", False, why)
        return PartState("disk", True)
