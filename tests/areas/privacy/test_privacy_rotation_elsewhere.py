"""Keys that another process rotates: what this one has read of them before is read again."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from key_installation import PART, PEOPLE, Installation
from sealed_models import FRIEND

from unificx.core.access import Access, stating
from unificx.core.errors import Conflict, ServiceUnavailable
from unificx.privacy import (
    KeyRotation,
    KeyStore,
    MasterKey,
    exported_keys,
    load_master,
    reseal_file,
    sealed_file,
    write_sealed_file,
)

EMAIL = ("one", "email", "ana@example.com")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.keys.close()


async def test_another_process_writes_with_the_new_key_and_reads_with_both(site: Installation) -> None:
    other = KeyStore(site.home / "keys.db", load_master(site.home, {}, create=False), site.clock)
    blob = FRIEND.seal(other, "one", [("first", "row", PART)])[0]
    site.keys.tenants.begin_rotation(["one"])
    other.bind(*EMAIL, "first")
    site.rows["one", "first"] = blob
    site.rows["one", "second"] = FRIEND.seal(other, "one", [("second", "row", PART)])[0]
    site.rotation.rewrap("one")
    fresh = KeyStore(site.home / "keys.db", load_master(site.home, {}, create=False), site.clock)
    await site.rotation.run()
    for reader in (other, fresh):
        assert FRIEND.open(reader, "one", [(PEOPLE[1], "row", site.rows["one", PEOPLE[1]])]) == [PART]
        reader.close()
    site.check()
    assert site.keys.find(*EMAIL) == "first"


def rotate_elsewhere(site: Installation, *, end: bool = True) -> None:
    """Rotate the key of tenant one in another process that uses the same files; without `end`, stop before its end."""
    with closing(KeyStore(site.home / "keys.db", load_master(site.home, {}, create=False), site.clock)) as other:
        rotation, after = KeyRotation(other, site.master, lambda: None), ""
        other.tenants.begin_rotation(["one"])
        while after is not None:
            _, after = rotation.rewrap("one", after)
        assert not end or other.tenants.end_rotation("one", 0)


def rotate_before_a_read(site: Installation, table: str) -> list[str]:
    """Let another process rotate a key, from beginning to end, once the key store next reads a table: SQLite calls the
    trace before the statement sees the file. Return the statements at which that has happened."""
    rotated: list[str] = []

    def trace(statement: str) -> None:
        if table in statement and not rotated:
            rotate_elsewhere(site)
            rotated.append(statement)

    site.keys.file.reads.set_trace_callback(trace)
    return rotated


@pytest.mark.parametrize("withdraw", [False, True])
def test_a_key_opens_although_a_rotation_ends_after_the_key_that_wraps_it_was_read(
    site: Installation, withdraw: bool
) -> None:
    if withdraw:
        site.keys.destroy("one", PEOPLE[1], withdraw=True)
    site.restart()
    assert site.keys.tenants.get("one")
    rotated = rotate_before_a_read(site, "withdrawn_key" if withdraw else "subject_key")
    with stating(Access("requests", "test")):
        opened = FRIEND.open(site.keys, "one", [(PEOPLE[1], "row", site.rows["one", PEOPLE[1]])])
    assert (opened, len(rotated)) == ([PART], 1)


@pytest.mark.parametrize("end", [False, True])
def test_keys_that_are_rotated_during_an_export_are_not_exported_as_destroyed_ones(
    site: Installation, end: bool
) -> None:
    site.keys.destroy("one", PEOPLE[1], withdraw=True)
    site.keys.destroy("one", PEOPLE[2])
    with exported_keys(site.keys, "one") as exported:
        assert len(list(exported.secret())) == 1
        rotate_elsewhere(site, end=False)
        keys = {subject: key for subject, _, key in exported.subject_keys()}
        assert [subject for subject, _, key in exported.withdrawn_keys() if key] == [PEOPLE[1]]
    assert {subject for subject, key in keys.items() if key is None} == {PEOPLE[1], PEOPLE[2]}
    if end:
        assert site.keys.tenants.end_rotation("one", 0)
    with exported_keys(site.keys, "one") as exported:
        assert {subject: key for subject, _, key in exported.subject_keys()} == keys


def test_a_key_that_cannot_be_opened_is_not_exported(site: Installation) -> None:
    with closing(sqlite3.connect(site.home / "keys.db")) as db, db:
        db.execute("UPDATE subject_key SET wrapped_by = 9 WHERE tenant = 'one' AND subject = ?", (PEOPLE[0],))
    with exported_keys(site.keys, "one") as exported, pytest.raises(Conflict, match="cannot be opened"):
        list(exported.subject_keys())


def test_an_alias_of_a_kind_that_was_first_used_after_a_rotation_elsewhere_is_removed(site: Installation) -> None:
    assert site.keys.find(*EMAIL) is None
    rotate_elsewhere(site)
    with closing(KeyStore(site.home / "keys.db", site.master, site.clock)) as other:
        other.bind(*EMAIL, PEOPLE[1])
        site.keys.unbind(*EMAIL)
        assert other.find(*EMAIL) is None


@pytest.mark.promise("R4")
def test_an_alias_of_a_kind_that_was_first_used_after_a_rotation_elsewhere_is_found(site: Installation) -> None:
    """Each rotation keeps the keys of the digests of the kinds that are in use; those of others follow from the new
    key."""
    assert site.keys.find(*EMAIL) is None
    rotate_elsewhere(site)
    with closing(KeyStore(site.home / "keys.db", site.master, site.clock)) as other:
        other.bind(*EMAIL, PEOPLE[1])
    assert site.keys.find(*EMAIL) == PEOPLE[1]
    assert site.keys.find_or_create(*EMAIL) == PEOPLE[1]
    assert site.keys.destroy("one", PEOPLE[1]) == 1


@pytest.mark.promise("R4")
async def test_an_alias_that_waits_while_another_process_rotates_keys_is_found_afterwards(site: Installation) -> None:
    with closing(KeyStore(site.home / "keys.db", site.master, site.clock)) as other:
        with other.file.writing() as db:
            waiting = site.keys.find_or_create(*EMAIL)
            assert site.keys.find(*EMAIL) == waiting
            other.tenants._new_version(db, "one")
        with site.keys.file.writing():
            pass  # stores what waits
        assert site.stored("SELECT count(*) FROM alias WHERE kind = 'email'") == [(1,)]
        assert [keys.find(*EMAIL) for keys in (site.keys, other)] == [waiting] * 2


async def replace_master_elsewhere(site: Installation, *, times: int = 1) -> MasterKey:
    """Replace the master key in another process that uses the same files, from beginning to end."""
    master = load_master(site.home, {}, create=False)
    with closing(KeyStore(site.home / "keys.db", master, site.clock)) as other:
        for _ in range(times):
            master.begin_rotation()
            rotation = KeyRotation(other, master, lambda: reseal_file(site.home / "push.key", master, "push"))
            await rotation.run()
            assert (rotation.status.failure, master.is_rotating) == ("", False)
    return master


WORK: dict[str, Callable[[Installation], object]] = {
    "opens a value": lambda site: FRIEND.open(site.keys, "one", [(PEOPLE[1], "row", site.rows["one", PEOPLE[1]])]),
    "creates a tenant": lambda site: FRIEND.seal(site.keys, "three", [("first", "row", PART)]),
    "rotates a tenant key": lambda site: site.keys.tenants.begin_rotation(["one"]),
    "finds a number": lambda site: site.keys.find("one", "number", "+49301"),
    "derives a secret": lambda site: site.keys.secrets.derive("sign-in"),
    "adds a moved tenant": lambda site: site.keys.tenants.add("three", bytes(32)),
}


@pytest.mark.promise("T3")
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
async def test_a_process_goes_on_after_another_one_has_replaced_the_master_key(
    site: Installation, work: Callable[[Installation], object], times: int
) -> None:
    site.restart()
    present = await replace_master_elsewhere(site, times=times)
    work(site)
    assert {row[0] for row in site.stored("SELECT master FROM tenant_key")} == {present.id}
    site.check()


async def test_a_tenant_key_that_is_made_as_the_rotation_of_the_master_key_ends_is_wrapped_anew(
    site: Installation,
) -> None:
    """The other process has wrapped all tenant keys anew, and seals the files anew, when this one makes a tenant key
    under the former master key."""
    master, made = load_master(site.home, {}, create=False), list[bytes]()

    def late() -> None:
        if not made:
            made.extend(FRIEND.seal(site.keys, "three", [("first", "row", PART)]))

    with closing(KeyStore(site.home / "keys.db", master, site.clock)) as other:
        master.begin_rotation()
        rotation = KeyRotation(other, master, late)
        await rotation.run()
        assert (rotation.status.failure, master.is_rotating) == ("", False)
    site.restart()
    assert FRIEND.open(site.keys, "three", [("first", "row", made[0])]) == [PART]


async def test_without_a_place_to_read_it_again_the_replaced_master_key_is_named(site: Installation) -> None:
    [former] = site.master._keys
    site.keys.close()
    site.keys = KeyStore(site.home / "keys.db", MasterKey(former), site.clock)
    present = await replace_master_elsewhere(site)
    for work in WORK.values():
        with pytest.raises(ServiceUnavailable, match="was replaced since") as fault:
            work(site)
        assert fault.value.hint == "Start it again with the present key."
    assert site.stored("SELECT DISTINCT master, version FROM tenant_key") == [(present.id, 1)]
    assert site.stored("SELECT count(*) FROM tenant_key") == [(2,)]


@pytest.mark.parametrize("end", [False, True])
async def test_a_command_that_starts_during_a_rotation_of_the_master_key_uses_the_new_one(
    site: Installation, end: bool
) -> None:
    """It has read the master key before the rotation began, and opens the key store afterwards."""
    read_before = load_master(site.home, {}, create=False)
    if end:
        await replace_master_elsewhere(site)
    else:
        site.master.begin_rotation()
        assert site.keys.tenants.rewrap(1) == 1
    with closing(KeyStore(site.home / "keys.db", read_before, site.clock)) as keys:
        assert keys.find("one", "number", "+49301") == keys.find("one", "number", "+49301") == site.found["one"]
        assert keys.secrets.derive("sign-in") == site.secret
    assert sealed_file(site.home / "push.key", read_before, "push", lambda: b"lost") == b"push secret"


async def test_a_file_is_sealed_by_the_present_master_key(site: Installation) -> None:
    read_before, path = load_master(site.home, {}, create=False), site.home / "dkim.key"
    present = await replace_master_elsewhere(site)
    write_sealed_file(path, read_before, "dkim", b"made late")
    assert sealed_file(path, present, "dkim", lambda: b"lost") == b"made late"
