"""Work of an installation without requests: an objection to the directory reaches the keys of phones at once, and other
nodes without a restart; retention is swept; storage is measured."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sip_harness import SipHarness

from unificx.attachments import NewUpload, Owner
from unificx.audio_store import AudioStore
from unificx.billing import NewPlan
from unificx.calls import Parking
from unificx.core.access import Access, stating
from unificx.core.clock import SystemClock
from unificx.db import Database
from unificx.privacy import Consents
from unificx.server.bootstrap import open_installation
from unificx.server.extension_state_handler import create_extension_states, follow_extensions
from unificx.server.paths import InstallationPaths, database_url
from unificx.server.stored_media import stored_media


@pytest.mark.promise("D4", "R3")
async def test_the_watchers_of_a_person_who_objects_are_notified(
    tmp_path: Path, sqlite_template: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, changed = InstallationPaths(tmp_path / "home"), list[str]()
    paths.home.mkdir(mode=0o700)
    paths.database.write_bytes(sqlite_template)
    monkeypatch.setattr("unificx.privacy.consents.service.FOLLOW_INTERVAL", 0.01)
    monkeypatch.setattr("unificx.server.cleanup.CLEANUP_INTERVAL", 0.01)
    calls: Any = SimpleNamespace(calls={}, deps=SimpleNamespace(parking=Parking()), on_pending_output=lambda: None)
    async with open_installation(paths, database_url(paths, {}), {}, SystemClock()) as container:
        demo = await container.identity.initial_setup.create_demo_tenant()
        assert demo is not None
        first, *others = container.identity.directory.extensions(demo.tenant.id)
        states = create_extension_states(container, SipHarness().subscriptions, calls, set())
        monkeypatch.setattr(states, "extension_changed", changed.append)
        follow_extensions(container, states)
        assert states._deps.is_listed(first)
        await container.consents.object_to(demo.tenant.id, first.subject, "directory", objects=True, locale="en")
        await asyncio.sleep(0)
        assert changed == [first.id]
        assert not states._deps.is_listed(first)
        assert all(states._deps.is_listed(each) for each in others)
        other_node = Consents(container.database, container.keys)
        with stating(Access("administration", "another node")):
            await other_node.object_to(demo.tenant.id, others[0].subject, "directory", objects=True, locale="en")
        async with asyncio.timeout(20):
            while others[0].id not in changed:
                await asyncio.sleep(0.01)
        assert not states._deps.is_listed(others[0])
        async with asyncio.timeout(20):
            while container.retention.status.last_run is None:
                await asyncio.sleep(0.01)


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data


@pytest.mark.promise("U4")
async def test_recordings_and_files_in_chats_are_measured_while_the_server_runs(
    tmp_path: Path, sqlite_template: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = InstallationPaths(tmp_path / "home")
    paths.home.mkdir(mode=0o700)
    paths.database.write_bytes(sqlite_template)
    monkeypatch.setattr("unificx.server.cleanup.CLEANUP_INTERVAL", 0.01)
    stored = False

    async def measure_once_stored(database: Database, audio: AudioStore) -> Mapping[str, int] | None:
        return await stored_media(database, audio) if stored else None

    monkeypatch.setattr("unificx.server.cleanup.stored_media", measure_once_stored)
    async with open_installation(paths, database_url(paths, {}), {}, SystemClock()) as container:
        with stating(Access("administration", "test")):
            demo = await container.identity.initial_setup.create_demo_tenant()
            assert demo is not None
            tenant, billing = demo.tenant.id, container.billing
            [extension, *_] = container.identity.directory.extensions(tenant)
            async with container.database.begin() as uow:
                writer = await container.audio.begin(uow, tenant, [extension.subject])
            await writer.write(bytes(16_000), 8000)
            async with container.database.begin() as uow:
                assert await container.audio.finish(uow, writer)
            owner, files = Owner(tenant, "author", extension.subject), container.chat.attachments
            upload = await files.create(owner, NewUpload(5, "plan.txt"))
            with stating(Access("telephony", "test")):
                await files.write(owner, upload.id, 0, pieces(b"hello"))
            plan = await billing.plans.create(NewPlan("Archive", "EUR", 0, storage_price=1))
            await billing.plans.assign(tenant, plan.id)
            async with asyncio.timeout(20):
                while [each for each in paths.home.rglob(writer.id) if each.is_file()]:
                    await asyncio.sleep(0.01)  # until it is transcoded
            stored = True
            async with asyncio.timeout(20):
                while not (found := (await billing.charges.costs(tenant, billing.counts.today(tenant))).storage):
                    await asyncio.sleep(0.01)
        [sound] = [each for each in paths.home.rglob(f"opus-{writer.id}") if each.is_file()]
        (_, file) = await files.limits(tenant)
        assert found[0].mean == found[0].last == sound.stat().st_size + file
        assert file >= 5
