"""Access copies: sealed, expiring, and gone with an erasure."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres
from failing import fail_first
from lock_waits import begin_within
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.archive import AccessCopies, AccessCopy, AccessCopyDependencies, Requester, repository
from unificx.archive.events import CopyReady
from unificx.archive.schemas import CopyState
from unificx.archive.service import LIFETIME
from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import Expired, NotFound, StorageFull
from unificx.db import Database, Outbox
from unificx.identity.events import TenantDeleted
from unificx.privacy import DataSubject, Erasure, ErasureJournal, Export, KeyStore, Records
from unificx.privacy.exporting import RecordKind

ANA, ADMIN = DataSubject("one", "ana"), Requester("admin", "admin-subject")
SECRET = b"canary of ana"


class Notes:
    """A holding with one record, and a hook that runs while it is read."""

    def __init__(self) -> None:
        self.while_read: Any = None
        self.count, self.filler, self.yielded = 1, 0, 0

    def export(self, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        del keys

        async def read() -> AsyncIterator[Mapping[str, Any]]:
            if self.while_read is not None:
                await self.while_read()
            for _ in range(self.count):
                self.yielded += 1
                yield {"text": SECRET.decode() + os.urandom(self.filler).hex()}

        return [Records(RecordKind("note", "notes", {"$schema": "", "title": "notes"}), read)]


class Setup:
    def __init__(self, database: Database, keys: KeyStore, bus: EventBus, folder: Path) -> None:
        self.full = False
        self.keys, self.folder, self.notes = keys, folder, Notes()
        erasure = Erasure(ErasureJournal(folder.with_name("erased.journal")), keys, database.clock, bus)
        no_disclosures: Any = None
        parts = AccessCopyDependencies(
            database, keys, erasure, folder, "installation-1", lambda: self.full, no_disclosures
        )
        self.copies = AccessCopies(parts)

    async def build(self) -> None:
        await self.copies.build_all([self.notes])  # type: ignore[list-item]

    async def requested(self, state: CopyState = "ready") -> AccessCopy:
        copy = await self.copies.request(ANA, ADMIN)
        await self.build()
        found = await self.copies.get("one", copy.id, ADMIN)
        assert found.state == state
        return found

    def files(self) -> list[bytes]:
        return [path.read_bytes() for path in self.folder.iterdir()] if self.folder.exists() else []


@pytest.fixture
def setup(database: Database, keys: KeyStore, bus: EventBus, tmp_path: Path) -> Setup:
    keys.get("one", ["ana", "admin-subject", "ben"], create=True)
    return Setup(database, keys, bus, tmp_path / "copies")


@pytest.mark.parametrize("damage", ["header", "text", "end", "file"])
async def test_a_damaged_copy_is_gone(setup: Setup, damage: str) -> None:
    copy = await setup.requested()
    [path] = setup.folder.iterdir()
    sealed = path.read_bytes()
    if damage == "file":
        path.unlink()
    else:
        path.write_bytes({"header": b"X" + sealed[1:], "text": sealed[:-1] + b"\0", "end": sealed[:20]}[damage])
    with pytest.raises(Expired):
        await setup.copies.open(copy)


async def test_a_copy_is_sealed_and_opens_for_its_requester_only(setup: Setup) -> None:
    copy = await setup.requested()
    data = b"".join([piece async for piece in await setup.copies.open(copy)])
    assert (len(data), data[:4]) == (copy.size, b"PK\x03\x04")
    [sealed] = setup.files()
    assert data[:4] not in sealed
    for another in (Requester(), Requester("ben")):
        with pytest.raises(NotFound):
            await setup.copies.get("one", copy.id, another)
    setup.keys.destroy("one", "admin-subject")
    with pytest.raises(Expired):
        await setup.copies.open(copy)


async def test_a_finished_copy_is_an_event_for_the_account_that_requested_it(
    setup: Setup, database: Database, clock: ManualClock
) -> None:
    published = list[object]()
    outbox = Outbox(database, published.append, clock)
    copy = await setup.requested()
    await setup.copies.request(DataSubject("one", "ben"), Requester())
    await setup.build()
    await outbox.deliver()
    [event] = published
    assert isinstance(event, CopyReady)
    assert (event.tenant, event.copy_id, event.person_id) == ("one", copy.id, "admin")


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    with postgres.borrowed() as name:
        yield postgres.url(name)


@pytest.fixture
async def on_postgres(
    postgres_url: str, keys: KeyStore, bus: EventBus, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[Setup]:
    keys.get("one", ["ana", "admin-subject"], create=True)
    database = Database(postgres_url, clock)
    yield Setup(database, keys, bus, tmp_path / "copies")
    await database.close()


async def test_a_copy_that_is_requested_twice_at_once_is_built_once(
    on_postgres: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = await on_postgres.requested()
    look, second = repository.of_requester, list[asyncio.Future[AccessCopy]]()

    async def look_and_request(session: AsyncSession, *whose: str) -> Sequence[AccessCopy]:
        monkeypatch.setattr(repository, "of_requester", look)
        found = await look(session, *whose)
        second.append(await begin_within(session, on_postgres.copies.request(ANA, ADMIN)))
        return found

    monkeypatch.setattr(repository, "of_requester", look_and_request)
    first = await on_postgres.copies.request(ANA, ADMIN)
    assert (await second[0]).id == first.id != earlier.id
    assert [each.id for each in await on_postgres.copies.list("one", ADMIN)] == [first.id]
    assert on_postgres.files() == []


async def test_a_copy_expires_with_its_key(setup: Setup, clock: ManualClock) -> None:
    copy = await setup.requested()
    clock.advance(LIFETIME.total_seconds())
    with pytest.raises(Expired):
        await setup.copies.open(copy)
    await setup.copies.delete_expired()
    assert (setup.files(), setup.keys.is_destroyed("one", f"copy-{copy.id}")) == ([], True)
    assert await setup.copies.list("one", ADMIN) == []


async def test_a_copy_that_cannot_be_deleted_stops_no_other(
    setup: Setup, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject in ("ana", "ben"):
        await setup.copies.request(DataSubject("one", subject), ADMIN)
    await setup.build()
    clock.advance(LIFETIME.total_seconds())
    fail_first(monkeypatch, setup.copies, "delete")
    for left in (1, 0):
        await setup.copies.delete_expired()
        assert (len(setup.files()), len(await setup.copies.list("one", ADMIN))) == (left, left)


@pytest.mark.promise("D3")
async def test_an_erasure_while_it_is_built_leaves_no_copy(setup: Setup) -> None:
    async def erase() -> None:
        await setup.copies.erase("one", "ana")
        setup.keys.destroy("one", "ana")

    setup.notes.while_read = erase
    await setup.copies.request(ANA, ADMIN)
    await setup.build()
    assert (setup.files(), await setup.copies.list("one", ADMIN)) == ([], [])
    with pytest.raises(NotFound):
        await setup.copies.request(ANA, ADMIN)


@pytest.mark.promise("D3")
async def test_building_ends_when_the_copy_is_erased(setup: Setup) -> None:
    """Not even what was read before is written on."""

    async def erase() -> None:
        await setup.copies.erase("one", "ana")

    setup.notes.while_read, setup.notes.count, setup.notes.filler = erase, 3000, 1000
    await setup.copies.request(ANA, ADMIN)
    await setup.build()
    assert 0 < setup.notes.yielded < setup.notes.count


@pytest.mark.promise("D3")
async def test_a_copy_that_was_deleted_before_its_file_was_created_leaves_none(
    setup: Setup, database: Database
) -> None:
    """The worker had read the row, and the keys of the tenant are destroyed only afterwards."""
    copy = await setup.copies.request(ANA, ADMIN)
    async with database.begin() as uow:
        await setup.copies.on_tenant_deleted(TenantDeleted("e1", "one"), uow)
    await setup.copies._build(copy, [])
    assert setup.files() == []


async def test_a_full_disk_leaves_nothing_half_written(setup: Setup) -> None:
    async def no_space() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    setup.notes.while_read = no_space
    assert (await setup.requested("failed")).problem == "storage_full"
    assert setup.files() == []
    setup.full = True
    with pytest.raises(StorageFull):
        await setup.copies.request(ANA, ADMIN)
    setup.full, setup.notes.while_read = False, None
    await setup.requested()
