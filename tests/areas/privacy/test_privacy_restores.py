"""Restores: after each, an erased person stays erased, or the start is refused."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from person_erasures import person_erasures
from sealed_models import FRIEND, FriendPart
from sqlalchemy import text

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import StartupError
from unificx.db import Database, Erased
from unificx.privacy import Erasure, ErasureJournal, KeyStore
from unificx.privacy.events import SubjectErased

MASTER = bytes(range(32))
ANA = FriendPart(name="Ana", numbers=("+4930123456",))
PEOPLE = ("ana", "ben", "cem")


class Installation:
    """Key store and journal in files, and a database, with a sealed row per person; started like the server does."""

    def __init__(self, folder: Path, database: Database, bus: EventBus) -> None:
        self.home, self.database, self.bus = folder / "home", database, bus
        self.home.mkdir()
        self.journal = folder / "home.erasures"
        self.master = MASTER
        self.rows: dict[str, bytes] = {}

    async def start(self) -> None:
        self.keys = KeyStore(self.home / "keys.db", self.master, self.database.clock)
        try:
            erasure = Erasure(ErasureJournal(self.journal, self.master), self.keys, self.database.clock, self.bus)
            self.erasures = person_erasures(self.database, self.keys, erasure)
            erasure.replay()
            await self.erasures.load_applied()
        except BaseException:
            self.keys.close()
            raise

    def seal_rows(self) -> None:
        for name in PEOPLE:
            [self.rows[name]] = FRIEND.seal(self.keys, "one", [(name, "row", ANA)])

    def unfinished(self) -> list[str]:
        return [erased.subject for erased in self.erasures.erasure.unfinished()]

    async def erase(self, name: str, *, rows_too: bool = True) -> None:
        self.erasures.erasure.erase_subject("one", name)
        if rows_too:
            await self.finish(name)

    async def finish(self, name: str) -> None:
        self.erasures.erasure.finish("one", name)
        await self.erasures.store_applied()

    async def restart(self) -> None:
        self.keys.close()
        await self.start()

    def erased(self) -> list[str]:
        return [
            name
            for name, blob in self.rows.items()
            if FRIEND.open(self.keys, "one", [(name, "row", blob)]) == [Erased()]
        ]

    async def forget(self) -> None:
        """Let the database be as before the first erasure."""
        async with self.database.begin() as uow:
            await uow.session.execute(text("DELETE FROM applied_erasures"))


@pytest.fixture
async def site(tmp_path: Path, database: Database, bus: EventBus) -> AsyncIterator[Installation]:
    made = Installation(tmp_path, database, bus)
    await made.start()
    made.seal_rows()
    yield made
    made.keys.close()


def copy_keys(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for path in target.glob("keys.db*"):
        path.unlink()
    for path in source.glob("keys.db*"):
        shutil.copy(path, target / path.name)


@pytest.mark.promise("D3", "R4")
@pytest.mark.parametrize("restored", ["whole home", "database alone", "key store alone"])
async def test_erased_stays_erased_after_a_restore(site: Installation, tmp_path: Path, restored: str) -> None:
    copy_keys(site.home, tmp_path / "backup")
    for name in ("ana", "ben"):
        await site.erase(name)
    await site.restart()
    assert (site.erased(), site.unfinished()) == (["ana", "ben"], [])
    site.keys.close()
    if restored != "database alone":
        copy_keys(tmp_path / "backup", site.home)
        check = KeyStore(site.home / "keys.db", MASTER, site.database.clock)
        assert not check.is_destroyed("one", "ana"), "the backup would bring her back"
        check.close()
    if restored != "key store alone":
        await site.forget()
    await site.start()
    assert site.erased() == ["ana", "ben"]
    assert site.unfinished() == ["ana", "ben"], "their rows are erased again"
    for name in ("ana", "ben"):
        await site.finish(name)
    await site.restart()
    assert (site.erased(), site.unfinished()) == (["ana", "ben"], [])


@pytest.mark.promise("D3")
async def test_an_old_journal_a_missing_one_and_a_foreign_one_refuse_the_start(
    site: Installation, tmp_path: Path
) -> None:
    await site.erase("ana")
    month_old = site.journal.read_bytes()
    await site.erase("ben")
    whole = site.journal.read_bytes()
    copy_keys(site.home, tmp_path / "current")
    site.keys.close()
    ErasureJournal(tmp_path / "forged", MASTER).append(*ErasureJournal(site.journal, MASTER).entries())
    forged = (tmp_path / "forged").read_bytes()
    assert forged == whole, "the same entries make the same chain"
    for content, expected in ((month_old, "has 1 line, but the key store knows of 2"), (b"", "has 0 lines")):
        site.journal.write_bytes(content)
        with pytest.raises(StartupError, match=expected):
            await site.start()
    site.journal.write_bytes(whole)
    site.master = bytes(32)
    with pytest.raises(StartupError, match="master key does not open"):
        await site.start()
    (site.home / "keys.db").rename(tmp_path / "away")
    for rest in site.home.glob("keys.db-*"):
        rest.unlink()
    with pytest.raises(StartupError, match=r"^Line 1 .* master key"):
        await site.start()
    site.master = MASTER
    copy_keys(tmp_path / "current", site.home)
    await site.start()
    assert site.erased() == ["ana", "ben"]


@pytest.mark.promise("D3")
async def test_the_database_detects_an_old_journal_beside_an_old_key_store(site: Installation, tmp_path: Path) -> None:
    """A home a month old together with the journal of that time, but PostgreSQL as it is."""
    copy_keys(site.home, tmp_path / "backup")
    await site.erase("ana")
    site.keys.close()
    copy_keys(tmp_path / "backup", site.home)
    site.journal.write_bytes(b"")
    with pytest.raises(StartupError, match="has 0 lines, but the database knows of 1"):
        await site.start()
    await site.forget()
    await site.start()
    assert site.erased() == [], "control: without the database nothing would tell"


@pytest.mark.promise("D3")
@pytest.mark.parametrize("killed_after", ["journal", "key", "rows"])
async def test_killed_between_two_writes_the_next_start_ends_in_the_same_state(
    site: Installation, killed_after: str
) -> None:
    await site.erase("cem")
    if killed_after == "journal":
        site.erasures.erasure.announce("erasure", "one", "ana")
        assert site.erased() == ["cem"]
    else:
        await site.erase("ana", rows_too=False)
    if killed_after == "rows":
        site.erasures.erasure.finish("one", "ana")  # and the process dies before the database learns of it
    await site.restart()
    assert site.erased() == ["ana", "cem"]
    assert site.unfinished() == ["ana"]
    await site.finish("ana")
    await site.restart()
    assert (site.erased(), site.unfinished()) == (["ana", "cem"], [])
    assert site.keys.journal.head == site.erasures.erasure.applied.head


async def test_an_unfinished_erasure_holds_back_only_what_the_database_stores(site: Installation) -> None:
    await site.erase("ana", rows_too=False)
    await site.erase("ben")
    assert site.erasures.erasure.applied.applied == 0
    await site.restart()
    assert site.unfinished() == ["ana", "ben"]
    await site.finish("ana")
    assert site.erasures.erasure.applied.applied == 1
    await site.restart()
    assert site.unfinished() == ["ben"]


async def test_an_erased_tenant_is_found_again_for_a_restored_database(site: Installation) -> None:
    site.erasures.erasure.erase_tenant("one")
    await site.restart()
    assert site.erased() == list(PEOPLE)
    [found] = site.erasures.erasure.unfinished()
    assert (found.tenant, found.subject) == ("one", "")


def test_nothing_is_published_by_a_replay(site: Installation, clock: ManualClock, bus: EventBus) -> None:
    """Subscribers are not loaded yet."""
    seen: list[object] = []
    bus.subscribe(SubjectErased, seen.append)
    site.keys.destroy("one", "ana")
    Erasure(ErasureJournal(site.journal, MASTER), site.keys, clock, bus).replay()
    assert seen == []
