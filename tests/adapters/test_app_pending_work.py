"""Each node repeats what it could not store, also one that holds no lease."""

import asyncio
from pathlib import Path

import pytest

from unificx.cluster.local import LocalLeases
from unificx.core.clock import ManualClock
from unificx.server.bootstrap import open_installation
from unificx.server.paths import InstallationPaths, database_url


async def test_a_node_without_leases_repeats_its_ends_of_messages_and_recordings(
    migrated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(LocalLeases, "run", wait)
    monkeypatch.setattr("unificx.db.pending_work.RETRY_SECONDS", 0.01)
    site = InstallationPaths(migrated_home)
    async with open_installation(site, database_url(site, {}), {}, ManualClock()) as rooms:
        for pending in (rooms.mailboxes.unended, rooms.archive.unended):
            done = asyncio.Event()

            async def end(done: asyncio.Event = done) -> None:
                done.set()

            pending.add(end)
            async with asyncio.timeout(60):
                await done.wait()
