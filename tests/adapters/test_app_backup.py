"""Backup and restore: complete, consistent, and no hostile archive leaves a trace."""

import base64
import hashlib
import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres
from typer.testing import CliRunner

from unificx.cli.app import build
from unificx.core.clock import ManualClock, SystemClock
from unificx.core.errors import Conflict, Invalid, StartupError
from unificx.db.migrations import known_revisions
from unificx.privacy import KeyStore
from unificx.server.backup import sources
from unificx.server.backup.archive import Manifest, writing
from unificx.server.backup.commands import backup, restore
from unificx.server.backup.operations import _locked, _only_one, back_up, remove_interrupted
from unificx.server.backup.operations import restore as restore_into
from unificx.server.home_files import files_below, kind_of
from unificx.server.paths import InstallationPaths
from unificx.server.transfer.stores import opened_stores

NOW = datetime(2026, 1, 31, tzinfo=UTC)
SOUND = "audio/8e/opus-01a21c28-6bc8-7b16-9d60-44577e10638e"
CONTENTS = {
    SOUND: b"sealed sound",
    "spool/0000000000000001.spool": b"sealed records",
    "push.key": b"sealed secret",
    "tls/server.key": b"certificate",
    "tls/acme/account.key": b"account",
}
LEFT_OUT = {"spool/ballast": b"0" * 99, "ready.json": b"{}", "lock": b"", "models/whisper-base/model.bin": b"model"}


def ignore(count: int) -> None:
    """Do not show the progress."""


@pytest.fixture
def paths(tmp_path: Path, sqlite_template: bytes, clock: ManualClock) -> Iterator[InstallationPaths]:
    """A home directory in use: database and key store are open and have a log."""
    home = tmp_path / "home"
    for name, content in {**CONTENTS, **LEFT_OUT, "unificx.db": sqlite_template}.items():
        (home / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    (tmp_path / "home.key").write_bytes(base64.b64encode(bytes(32)))
    (tmp_path / "home.erasures").write_bytes(b"")
    keys, database = KeyStore(home / "keys.db", bytes(32), clock), sqlite3.connect(home / "unificx.db")
    keys.get("one", ["ana"], create=True)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("INSERT INTO installation VALUES (?)", (keys.installation_id,))
    database.commit()
    database.execute("INSERT INTO installation VALUES ('not committed')")
    yield InstallationPaths(home)
    database.close()
    keys.close()


def installations(home: Path) -> list[str]:
    database = sqlite3.connect(home / "unificx.db")
    try:
        return [row[0] for row in database.execute("SELECT id FROM installation")]
    finally:
        database.close()


@pytest.mark.promise("T2", "T3")
def test_a_backup_of_an_installation_in_use_is_restored(paths: InstallationPaths, tmp_path: Path) -> None:
    archive, target = tmp_path / "backup.tar", tmp_path / "restored"
    counted: list[int] = []
    made = back_up(paths, {}, archive, NOW, counted.append)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert sum(counted) == sum(each["size"] for each in made.files.values())
    assert made.files.keys() == {"unificx.db", "keys.db", *CONTENTS}
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == ["backup.tar"]
    assert not list(paths.home.glob("backup-*"))
    target.mkdir()
    assert restore_into(archive, target, {}, ignore) == made
    assert {name: (target / name).read_bytes() for name in CONTENTS} == CONTENTS
    assert {path.stat().st_mode & 0o077 for path in target.rglob("*")} == {0}
    restored = KeyStore(target / "keys.db", bytes(32), ManualClock())
    assert restored.get("one", ["ana"])["ana"] is not None
    assert installations(target) == [restored.installation_id]
    restored.close()
    assert [path.name for path in tmp_path.iterdir() if "restore-" in path.name] == []


def test_a_restore_says_as_of_which_time(paths: InstallationPaths, tmp_path: Path, capsys) -> None:
    back_up(paths, {}, tmp_path / "backup.tar", NOW, ignore)
    restore(tmp_path / "backup.tar", tmp_path / "restored")
    assert f" is as of {NOW:%Y-%m-%d %H:%M:%S} UTC. " in capsys.readouterr().out


@pytest.mark.promise("D3")
def test_neither_master_key_nor_journal_is_in_a_backup(paths: InstallationPaths, tmp_path: Path) -> None:
    (paths.home / "erased.journal").write_bytes(b"a line of the former journal")
    back_up(paths, {}, tmp_path / "backup.tar", NOW, ignore)
    content = (tmp_path / "backup.tar").read_bytes()
    assert b"sealed secret" in content, "control"
    assert base64.b64encode(bytes(32)) not in content
    assert b"a line of the former journal" not in content


def test_sound_that_goes_while_a_backup_is_written_is_in_it(
    paths: InstallationPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording was converted: the copied database still has the former file."""
    original, new = sources.copy_sqlite, SOUND.replace("opus-", "")

    def convert(source: Path, target: Path) -> None:
        original(source, target)
        (paths.home / SOUND).unlink(missing_ok=True)
        (paths.home / new).write_bytes(b"new")

    monkeypatch.setattr("unificx.server.backup.operations.copy_sqlite", convert)
    made = back_up(paths, {}, tmp_path / "backup.tar", NOW, ignore)
    assert {SOUND, new} <= made.files.keys()


@pytest.mark.parametrize("where", ["inside", "nowhere", "no installation"])
def test_a_backup_that_cannot_be_written_leaves_nothing(paths: InstallationPaths, tmp_path: Path, where: str) -> None:
    target = {"inside": paths.home / "backup.tar", "nowhere": tmp_path / "none" / "backup.tar"}.get(
        where, tmp_path / "x"
    )
    before = {name for name, _ in files_below(tmp_path)}
    site = InstallationPaths(tmp_path / "other") if where == "no installation" else paths
    with pytest.raises((Conflict, StartupError, OSError)):
        back_up(site, {}, target, NOW, ignore)
    assert {name for name, _ in files_below(tmp_path)} == before


def test_two_backups_at_once_and_one_that_was_interrupted(paths: InstallationPaths, tmp_path: Path) -> None:
    (paths.home / "backup-left" / "audio").mkdir(parents=True)
    with _only_one(paths.home):
        remove_interrupted(paths.home)
        assert (paths.home / "backup-left").exists()
        with pytest.raises(Conflict, match="Another backup"):
            back_up(paths, {}, tmp_path / "one.tar", NOW, ignore)
    back_up(paths, {}, tmp_path / "two.tar", NOW, ignore)
    assert not list(paths.home.glob("backup-*"))
    assert not (tmp_path / "one.tar").exists()


# Hostile archives

Edit = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]


def plain(name: str, content: bytes = b"x") -> tuple[tarfile.TarInfo, bytes]:
    header = tarfile.TarInfo(name)
    header.size = len(content)
    return header, content


def special(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    header = tarfile.TarInfo(name)
    header.type, header.linkname = kind, target
    return header, b""


def with_manifest(change: Callable[[dict[str, Any]], object]) -> Edit:
    def edit(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        values = json.loads(members.pop()[1])
        change(values)
        members.append(plain("manifest.json", json.dumps(values).encode()))

    return edit


def with_member(*member: tuple[tarfile.TarInfo, bytes], at: int = 0) -> Edit:
    def edit(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members[at:at] = member

    return edit


def listed(name: str) -> Edit:
    """Add a file, and list it in the manifest with its true hash."""

    def edit(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members.insert(0, plain(name))
        entry = {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
        with_manifest(lambda values: values["files"].update({name: entry}))(members)

    return edit


def sparse(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    header = tarfile.TarInfo(SOUND)
    header.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.size": str(1 << 50), "GNU.sparse.map": f"{1 << 49},1"}
    header.size = 1
    members.insert(0, (header, b"x"))


HOSTILE: dict[str, tuple[Edit, str]] = {
    "parent": (listed("../escaped"), "belongs to no installation"),
    "parent below": (listed("audio/../../escaped"), "belongs to no installation"),
    "absolute": (listed("/tmp/escaped"), "belongs to no installation"),
    "unknown": (listed("models/evil.py"), "belongs to no installation"),
    "journal": (listed("erased.journal"), "belongs to no installation"),
    "hidden": (listed("tls/acme/.pem"), "belongs to no installation"),
    "symbolic link": (with_member(special("audio", tarfile.SYMTYPE, "/etc")), "not a plain file"),
    "hard link": (with_member(special(SOUND, tarfile.LNKTYPE, "../home.key")), "not a plain file"),
    "device": (with_member(special("push.key", tarfile.CHRTYPE)), "not a plain file"),
    "pipe": (with_member(special("push.key", tarfile.FIFOTYPE)), "not a plain file"),
    "directory": (with_member(special("audio", tarfile.DIRTYPE)), "not a plain file"),
    "sparse bomb": (sparse, "not a plain file"),
    "twice": (with_member(plain("push.key"), plain("push.key")), "twice"),
    "unlisted": (with_member(plain("mail.key")), "differ: mail.key"),
    "missing": (lambda members: members.__delitem__(0), "differ"),
    "more after the manifest": (lambda members: members.append(plain("mail.key")), "after its manifest"),
    "no manifest": (lambda members: members.__delitem__(-1), "no manifest"),
    "changed": (lambda members: members.__setitem__(0, plain(members[0][0].name, b"changed")), "SHA-256"),
    "another format": (with_manifest(lambda values: values.update(format="unificx backup 9")), "another format"),
    "another field": (with_manifest(lambda values: values.update(more=1)), "cannot be read"),
    "no list": (with_manifest(lambda values: values.update(version=7)), "cannot be read"),
    "newer database": (with_manifest(lambda values: values.update(schema="9999")), "newer database"),
    "nothing": (lambda members: members.clear(), "no manifest"),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[tarfile.TarInfo, bytes]]:
    """The members of a small backup."""
    folder = tmp_path_factory.mktemp("small")
    manifest = Manifest("0.1.0", known_revisions()[-1], NOW.isoformat())
    with writing(folder / "backup.tar", manifest, ignore) as archive:
        for name in ("unificx.db", "keys.db", "push.key"):
            (folder / name).write_bytes(name.encode())
            archive.add(name, folder / name)
    with tarfile.open(folder / "backup.tar") as tar:
        return [(member, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]


def written(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for header, content in members:
            tar.addfile(header, io.BytesIO(content))
    return path


def refused(archive: Path, home: Path) -> str:
    """Restore, which must fail without a trace; return the message."""
    before = {str(path) for path in home.parent.rglob("*")}
    with pytest.raises((Invalid, Conflict, StartupError)) as error:
        restore_into(archive, home, {}, ignore)
    assert {str(path) for path in home.parent.rglob("*")} == before
    return error.value.message


@pytest.mark.promise("T3")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_as_a_whole(small, tmp_path: Path, name: str) -> None:
    edit, expected = HOSTILE[name]
    members = list(small)
    edit(members)
    assert expected in refused(written(tmp_path / "backup.tar", members), tmp_path / "home")


@pytest.mark.promise("T3")
def test_a_damaged_archive_is_refused_as_a_whole(small, tmp_path: Path) -> None:
    whole = written(tmp_path / "backup.tar", small).read_bytes()
    restore_into(tmp_path / "backup.tar", tmp_path / "control", {}, ignore)
    length = len(whole.rstrip(b"\0"))
    for size in {*range(0, length, 511), *range(0, length, 512)}:
        (tmp_path / "backup.tar").write_bytes(whole[:size])
        refused(tmp_path / "backup.tar", tmp_path / "home")
    for content in (b"\x1f\x8b\x08" + os.urandom(2000), b"PK\x03\x04" * 600, b"\xff" * 10_240):
        (tmp_path / "backup.tar").write_bytes(content)
        refused(tmp_path / "backup.tar", tmp_path / "home")


def test_a_home_directory_that_is_not_empty_is_not_touched(small, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "mine").write_bytes(b"mine")
    archive = written(tmp_path / "backup.tar", small)
    assert "is not empty" in refused(archive, home)
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    assert "is not empty" in refused(archive, tmp_path / "link")
    assert (home / "mine").read_bytes() == b"mine"


def test_a_backup_is_restored_into_a_volume(small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "ismount", lambda path: path == tmp_path / "volume")
    volume = tmp_path / "volume"
    volume.mkdir()
    inode = volume.stat().st_ino
    edit, expected = HOSTILE["changed"]
    members = list(small)
    edit(members)
    assert expected in refused(written(tmp_path / "bad.tar", members), volume)
    killed = volume / ".volume.restore-killed"
    killed.mkdir()
    with _locked(killed), pytest.raises(Conflict, match="not empty"):
        restore_into(written(tmp_path / "backup.tar", small), volume, {}, ignore)  # it is being written
    restore_into(tmp_path / "backup.tar", volume, {}, ignore)
    assert sorted(path.name for path in volume.iterdir()) == ["keys.db", "push.key", "unificx.db"]
    assert volume.stat().st_ino == inode


# PostgreSQL


async def test_a_backup_with_postgresql_is_restored(
    postgres: Postgres, postgres_template: str, paths: InstallationPaths, tmp_path: Path
) -> None:
    source, empty = await postgres.create(postgres_template), await postgres.create()
    try:
        archive = tmp_path / "backup.tar"
        made = back_up(paths, {"UNIFICX_DATABASE": postgres.url(source)}, archive, NOW, ignore)
        assert "database.dump" in made.files
        assert "unificx.db" not in made.files
        for environ in ({}, {"UNIFICX_DATABASE": postgres.url(source)}):  # not set, and not empty
            with pytest.raises((Conflict, StartupError)):
                restore_into(archive, tmp_path / "restored", environ, ignore)
            assert not (tmp_path / "restored").exists()
        environ = {"UNIFICX_DATABASE": postgres.url(empty)}
        assert restore_into(archive, tmp_path / "restored", environ, ignore) == made
        assert kind_of("database.dump")
        assert not (tmp_path / "restored" / "database.dump").exists()
        again = back_up(InstallationPaths(tmp_path / "restored"), environ, tmp_path / "again.tar", NOW, ignore)
        assert again.files.keys() == made.files.keys()
    finally:
        for name in (source, empty):
            await postgres.drop(name)


def test_a_backup_without_the_setting_of_the_server_names_it(tmp_path: Path) -> None:
    """The command has an environment of its own: without UNIFICX_DATABASE it looks for the file."""
    with pytest.raises(StartupError, match="There is no database") as caught:
        sources.copy_sqlite(tmp_path / "unificx.db", tmp_path / "copy.db")
    assert "UNIFICX_DATABASE" in caught.value.hint
    assert not (tmp_path / "copy.db").exists()


async def test_the_move_of_a_tenant_without_the_setting_of_the_server_names_it(tmp_path: Path) -> None:
    paths = InstallationPaths(tmp_path / "home")
    paths.home.mkdir()
    paths.keys.touch()
    with pytest.raises(StartupError, match="There is no database") as caught:
        await opened_stores(paths, {}, SystemClock(), stopped=False).__aenter__()
    assert "UNIFICX_DATABASE" in caught.value.hint
    assert not paths.database.exists()


def test_pg_dump_missing_or_failing_is_named(
    paths: InstallationPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {"UNIFICX_DATABASE": "postgresql://nobody:canary@127.0.0.1:1/none"}
    with pytest.raises(StartupError, match="pg_dump failed: ") as failed:
        back_up(paths, environ, tmp_path / "backup.tar", NOW, ignore)
    assert "canary" not in failed.value.message
    assert failed.value.message.endswith("Connection refused.")
    monkeypatch.setattr(sources.shutil, "which", lambda tool: None)
    with pytest.raises(StartupError, match="pg_dump is missing"):
        back_up(paths, environ, tmp_path / "backup.tar", NOW, ignore)
    assert not (tmp_path / "backup.tar").exists()


# Commands


def test_the_commands(paths: InstallationPaths, tmp_path: Path) -> None:
    app = build(None, backup, None, SystemClock(), {}, operation={"backup": backup, "restore": restore})  # type: ignore[arg-type]

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, list(words))

    archive, target = tmp_path / "backup.tar", tmp_path / "restored"
    made = run("backup", str(archive), "--home", str(paths.home), "--json")
    assert json.loads(made.stdout)["files"] == 2 + len(CONTENTS)
    assert "exists" in run("backup", str(archive), "--home", str(paths.home)).stderr
    restored = run("restore", str(archive), "--home", str(target))
    assert str(tmp_path / "restored.key") in restored.stdout
    assert str(tmp_path / "restored.erasures") in restored.stdout
    assert run("restore", str(archive), "--home", str(target)).exit_code == 2
    assert run("restore", str(tmp_path / "none"), "--home", str(tmp_path / "x")).exit_code == 2
