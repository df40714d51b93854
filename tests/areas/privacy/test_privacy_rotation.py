"""Rotation of tenant keys and of the master key: killed anywhere, every value stays readable, and it goes on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from key_installation import PART, PEOPLE, TENANTS, Installation
from sealed_models import FRIEND

from unificx.core.access import Access, stating
from unificx.core.errors import StartupError
from unificx.db import Erased
from unificx.privacy import (
    KeyRotation,
    KeyStore,
    MasterKey,
    master_key_file,
    sealed_file,
)
from unificx.privacy.key_file import KeyFile
from unificx.privacy.key_wrapping import TenantSecret, unwrap


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    monkeypatch.setattr("unificx.privacy.rotation.BATCH", 3)
    made = Installation(tmp_path)
    yield made
    made.keys.close()


def versions(site: Installation) -> dict[str, set[int]]:
    rows = site.stored("SELECT tenant, wrapped_by FROM subject_key WHERE wrapped IS NOT NULL")
    return {tenant: {by for each, by in rows if each == tenant} for tenant in TENANTS}


@pytest.mark.promise("T2")
async def test_a_tenant_gets_a_new_key_and_the_old_one_is_destroyed(site: Installation) -> None:
    [(old,)] = site.stored("SELECT wrapped FROM tenant_key WHERE tenant = 'one'")
    former = TenantSecret(site.master.unwrap(old, "tenant", "one"))
    site.keys.destroy("one", PEOPLE[1], withdraw=True)
    site.rotation.begin_tenants(["one"])
    new = FRIEND.seal(site.keys, "one", [("new person", "row", PART)])[0]
    await site.rotation.close()
    site.rotation = KeyRotation(site.keys, site.master, site.reseal)
    await site.rotation.run()
    site.rows["one", "new person"] = new
    site.check(("one", PEOPLE[1]))
    with stating(Access("requests", "test")):
        assert site.keys.get("one", [PEOPLE[1]])[PEOPLE[1]] is not None, "held data opens for requests"
    assert versions(site) == {"one": {2}, "two": {1}}
    assert site.stored("SELECT * FROM former_tenant_key") == []
    for subject, wrapped in site.stored(
        "SELECT subject, wrapped FROM subject_key WHERE tenant = 'one' AND wrapped IS NOT NULL"
    ):
        with pytest.raises(InvalidTag):
            unwrap(former.wrapping_key, wrapped, "subject", "one", subject, "1")
    assert all(old not in path.read_bytes() for path in site.home.iterdir()), "no byte of the old key is left"
    for _ in range(2):
        site.rotation.begin_tenants()
        await site.rotation.run()
    assert versions(site) == {"one": {4}, "two": {3}}
    assert site.rotation.status.done == 0, "the second look finds nothing left"
    site.check(("one", PEOPLE[1]))
    assert (site.rotation.status.tenants_rotated, site.rotation.status.master_rotated) == (site.clock.now(), None)


@pytest.mark.promise("T2")
async def test_the_master_key_is_replaced_everywhere(site: Installation) -> None:
    old = MasterKey(*site.master._keys)
    site.rotation.begin_master()
    assert len(master_key_file(site.home, {}).read_text().split()) == 2
    await site.rotation.run()
    assert (site.rotation.status.failure, site.rotation.status.former_master) == ("", False)
    site.check()
    assert (site.rotation.status.tenants_rotated, site.rotation.status.master_rotated) == (None, site.clock.now())
    assert (site.master.is_rotating, site.master.id == old.id) == (False, False)
    assert {row[0] for row in site.stored("SELECT master FROM tenant_key UNION SELECT master FROM derivation")} == {
        site.master.id
    }
    with pytest.raises(StartupError, match="does not open the key store"):
        KeyStore(site.home / "keys.db", old, site.clock)
    with pytest.raises(StartupError, match="sealed with another master key"):
        sealed_file(site.home / "push.key", old, "push", lambda: b"lost")


@contextmanager
def killed_at(number: int, *, written: bool) -> Iterator[list[int]]:
    """Raise Killed instead of the numbered durable step, or right after it. Yields the number of the steps."""
    steps = [0]
    writing, reseal = KeyFile.writing, Installation.reseal
    patch = pytest.MonkeyPatch()

    def step(before: bool) -> None:
        steps[0] += before
        if steps[0] == number and before is not written:
            raise Killed

    @contextmanager
    def counted_writing(self: KeyFile) -> Iterator[sqlite3.Connection]:
        with writing(self) as db:
            yield db
            step(before=True)
        step(before=False)

    def counted_reseal(self: Installation) -> None:
        step(before=True)
        reseal(self)
        step(before=False)

    def counted_replace(path: Path, content: bytes) -> None:
        step(before=True)
        replace_file(path, content)
        step(before=False)

    from unificx.privacy.master_source import replace_file

    patch.setattr(KeyFile, "writing", counted_writing)
    patch.setattr(Installation, "reseal", counted_reseal)
    patch.setattr("unificx.privacy.master.replace_file", counted_replace)
    try:
        yield steps
    finally:
        patch.undo()


@pytest.mark.promise("T2", "T3")
@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("keys", ["master", "tenants"])
async def test_killed_at_any_step_everything_is_readable_and_the_next_start_goes_on(
    site: Installation, keys: str, written: bool
) -> None:
    number, killed = 0, True
    while killed:
        number += 1
        with killed_at(number, written=written) as steps:
            try:
                site.keys.tenants.begin_rotation(None) if keys == "tenants" else site.master.begin_rotation()
                await site.rotation.run()
                killed = False
            except Killed:
                assert steps[0] == number
        if killed:
            site.restart()
            site.check()
            await site.rotation.run()
            assert site.rotation.status.failure == ""
        site.check()
        assert site.stored("SELECT * FROM former_tenant_key") == []
        assert not site.master.is_rotating
        begun = written or number > 1
        assert getattr(site.rotation.status, f"{keys}_rotated") == (site.clock.now() if begun else None)
        assert {row[0] for row in site.stored("SELECT master FROM tenant_key")} == {site.master.id}
        assert all(len(found) == 1 for found in versions(site).values())
    assert number == {"master": 8, "tenants": 12}[keys], "each step was tried"


@pytest.mark.promise("R4")
async def test_a_key_that_is_destroyed_during_its_rotation_stays_destroyed(
    site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is destroyed after it was read to be wrapped anew, and before it is written."""
    writing = KeyFile.writing
    site.keys.tenants.begin_rotation(["one"])

    @contextmanager
    def late(self: KeyFile) -> Iterator[sqlite3.Connection]:
        monkeypatch.undo()
        site.keys.destroy("one", PEOPLE[0])
        with writing(self) as db:
            yield db

    monkeypatch.setattr(KeyFile, "writing", late)
    assert site.keys.tenants.get("one") is not None
    assert site.rotation.rewrap("one")[0]
    await site.rotation.run()
    site.check(("one", PEOPLE[0]))
    assert site.keys.is_destroyed("one", PEOPLE[0])


@pytest.mark.promise("R4")
async def test_a_tenant_that_is_erased_during_a_rotation_stays_erased(site: Installation) -> None:
    site.keys.tenants.begin_rotation(["one"])
    site.rotation.rewrap("one")
    site.keys.destroy_tenant("one")
    await site.rotation.run()
    assert site.rotation.status.failure == ""
    assert FRIEND.open(site.keys, "one", [(PEOPLE[0], "row", site.rows["one", PEOPLE[0]])]) == [Erased()]
    assert site.stored("SELECT * FROM former_tenant_key UNION SELECT tenant, 1, kind, '' FROM alias_key") == []


@pytest.mark.promise("T3")
def test_a_former_key_stays_while_it_wraps_anything(site: Installation) -> None:
    site.keys.tenants.begin_rotation(["one"])
    assert site.rotation.rewrap("one")[0] == 3
    assert not site.keys.tenants.end_rotation("one", 0)
    site.check()


async def test_a_key_whose_former_key_is_missing_is_reported_and_not_taken_for_an_erased_one(
    site: Installation,
) -> None:
    with closing(sqlite3.connect(site.home / "keys.db")) as db, db:
        db.execute("UPDATE subject_key SET wrapped_by = 9 WHERE tenant = 'one' AND subject = ?", (PEOPLE[0],))
    site.restart()
    with pytest.raises(InvalidTag):
        site.keys.get("one", [PEOPLE[0]])
    site.keys.tenants.begin_rotation(["one"])
    await site.rotation.run()
    assert site.rotation.status.failure == "RuntimeError"
    assert site.stored("SELECT count(*) FROM former_tenant_key") == [(1,)], "it wraps that key perhaps"


async def test_a_withdrawn_key_whose_former_key_is_missing_is_reported(site: Installation) -> None:
    site.keys.destroy("one", PEOPLE[1], withdraw=True)
    with closing(sqlite3.connect(site.home / "keys.db")) as db, db:
        db.execute("UPDATE withdrawn_key SET wrapped_by = 9")
    with stating(Access("requests", "test")), pytest.raises(InvalidTag):
        site.keys.get("one", [PEOPLE[1]])
    site.keys.tenants.begin_rotation(["one"])
    await site.rotation.run()
    assert site.rotation.status.failure == "InvalidTag"


async def test_a_failure_is_shown_and_the_next_run_goes_on(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Installation) -> None:
        raise StartupError("push.key cannot be written: No space left on device.")

    site.master.begin_rotation()
    monkeypatch.setattr(Installation, "reseal", refuse)
    await site.rotation.run()
    assert site.rotation.status.failure == "push.key cannot be written: No space left on device."
    assert site.master.is_rotating
    monkeypatch.undo()
    await site.rotation.run()
    assert (site.rotation.status.failure, site.master.is_rotating) == ("", False)
    site.check()


async def test_a_key_from_elsewhere_is_rotated_by_its_operator(site: Installation) -> None:
    [old] = site.master._keys
    ends: list[datetime | None] = []
    for given, expected in (((bytes(32), old), True), ((bytes(32), old), True), ((bytes(32),), False)):
        site.keys.close()
        site.master = MasterKey(*given)
        site.keys = KeyStore(site.home / "keys.db", site.master, site.clock)
        site.rotation = KeyRotation(site.keys, site.master, site.reseal)
        await site.rotation.run()
        assert (site.rotation.status.former_master, site.rotation.status.failure) == (expected, "")
        ends.append(site.rotation.status.master_rotated)
        site.clock.advance(60)
    assert ends == [ends[0]] * 3, "not again at each start"
    assert site.keys.secrets.derive("sign-in") == site.secret


async def test_one_key_of_two_is_missing(site: Installation) -> None:
    [old] = site.master._keys
    site.master.begin_rotation()
    new = site.master._keys[0]
    assert site.keys.tenants.rewrap(1) == 1
    site.keys.close()
    with pytest.raises(StartupError, match="unfinished, and one of its two keys is missing"):
        KeyStore(site.home / "keys.db", old, site.clock)
    with pytest.raises(StartupError, match="does not open the key store"):
        KeyStore(site.home / "keys.db", new, site.clock)
    site.restart()


async def test_a_key_store_of_a_former_version_is_opened_and_rotated(site: Installation) -> None:
    site.keys.close()
    with closing(sqlite3.connect(site.home / "keys.db")) as db, db:
        for column in ("version", "master"):
            db.execute(f"ALTER TABLE tenant_key DROP COLUMN {column}")
        db.execute("ALTER TABLE subject_key RENAME TO present")
        db.execute(
            "CREATE TABLE subject_key (tenant TEXT NOT NULL, subject TEXT NOT NULL, version INTEGER NOT NULL,"
            " wrapped BLOB, PRIMARY KEY (tenant, subject)) WITHOUT ROWID"
        )
        db.execute("INSERT INTO subject_key SELECT tenant, subject, version, wrapped FROM present")
        db.execute("DROP TABLE present")
        for table in ("derivation", "former_tenant_key", "alias_key"):
            db.execute(f"DROP TABLE {table}")
    site.start()
    site.check()
    for keys in ("tenants", "master"):
        site.rotation.begin_tenants() if keys == "tenants" else site.rotation.begin_master()
        await site.rotation.run()
        assert site.rotation.status.failure == ""
        site.check()
