"""An update backs up what the former version has stored, and the backup leads back to it.

`tests/fixtures/home-0.1.0.tar.xz` is the home directory of the previous release (see `tests/outside/test_upgrade.py`).
"""

import hashlib
import shutil
import sqlite3
import tarfile
from collections import namedtuple
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres
from sqlalchemy import text

from unificx.core.clock import ManualClock, SystemClock
from unificx.core.errors import StartupError
from unificx.db import Database
from unificx.db.migrations import known_revisions
from unificx.privacy import KeyStore
from unificx.server.backup.archive import Manifest
from unificx.server.backup.folder import backup_folder, new_file, stored_backups
from unificx.server.backup.operations import back_up, restore
from unificx.server.backup.update import back_up_before_update
from unificx.server.bootstrap import open_installation
from unificx.server.paths import InstallationPaths, database_url

FIXTURE = Path(__file__).parents[1] / "fixtures" / "home-0.1.0.tar.xz"
FORMER = "0017"
Usage = namedtuple("Usage", "total used free")


def ignore(count: int) -> None:
    """Do not show the progress."""


@pytest.fixture
def paths(tmp_path: Path) -> InstallationPaths:
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(tmp_path, filter="data")
    return InstallationPaths(tmp_path / "home")


def contents(home: Path) -> dict[str, Any]:
    """All rows of both databases with the statements that made their tables, and the digests of sealed sound."""
    found: dict[str, Any] = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in home.glob("audio/*/*")
    }
    for name in ("unificx.db", "keys.db"):
        with closing(sqlite3.connect(home / name)) as opened:
            found[name] = list(opened.iterdump())
    return found


async def update(paths: InstallationPaths) -> None:
    """Start the present version and stop it."""
    async with open_installation(paths, database_url(paths, {}), {}, SystemClock()) as container:
        assert container.identity.directory.tenants()


@pytest.mark.promise("T3")
async def test_an_update_is_taken_back_by_the_backup_that_it_made(paths: InstallationPaths, tmp_path: Path) -> None:
    shutil.copytree(paths.home, tmp_path / "before")
    before = contents(tmp_path / "before")
    await update(paths)
    after = contents(paths.home)
    assert after["unificx.db"] != before["unificx.db"], "control"
    assert after["keys.db"] != before["keys.db"], "control"
    [made] = stored_backups(tmp_path / "home.backups")
    assert made.before_update
    assert made.path.stat().st_mode & 0o777 == 0o600
    manifest = restore(made.path, tmp_path / "again", {}, ignore)
    assert manifest.schema == FORMER
    assert contents(tmp_path / "again") == before
    shutil.copy(tmp_path / "home.key", tmp_path / "again.key")
    shutil.copy(tmp_path / "home.erasures", tmp_path / "again.erasures")
    await update(InstallationPaths(tmp_path / "again"))
    await update(paths)
    assert [each.path for each in stored_backups(tmp_path / "home.backups")] == [made.path], "the second start made one"


async def test_an_update_without_a_way_back_is_refused(
    paths: InstallationPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(paths.home)
    monkeypatch.setattr("unificx.server.backup.operations.shutil.disk_usage", lambda _path: Usage(1 << 40, 0, 1 << 20))
    with pytest.raises(StartupError, match="No backup could be made before the update") as refused:
        await back_up_before_update(paths, database_url(paths, {}), {}, SystemClock())
    assert "UNIFICX_BACKUPS" in refused.value.hint
    assert contents(paths.home) == before
    assert not stored_backups(tmp_path / "home.backups")
    without = {"UNIFICX_BACKUPS": "none"}
    assert await back_up_before_update(paths, database_url(paths, {}), without, SystemClock()) is None


async def test_backups_before_earlier_updates_are_deleted_but_the_newest(
    paths: InstallationPaths, tmp_path: Path
) -> None:
    folder = tmp_path / "home.backups"
    for day in (1, 2, 3):
        new_file(folder, datetime(2026, 1, day, tzinfo=UTC), before_update=day != 1).write_bytes(b"earlier")
    (folder / "of-the-operator.tar").write_bytes(b"earlier")
    await back_up_before_update(paths, database_url(paths, {}), {}, ManualClock(datetime(2026, 2, 1, tzinfo=UTC)))
    assert sorted(each.name for each in folder.iterdir()) == [
        "of-the-operator.tar",
        "unificx-20260101T000000Z.tar",
        "unificx-20260103T000000Z-before-update.tar",
        "unificx-20260201T000000Z-before-update.tar",
    ]


def test_the_directory_is_outside_the_home_directory(tmp_path: Path) -> None:
    assert backup_folder(tmp_path / "home", {}) == tmp_path / "home.backups"
    with pytest.raises(StartupError, match="inside the home directory"):
        backup_folder(tmp_path / "home", {"UNIFICX_BACKUPS": str(tmp_path / "home" / "backups")})


async def test_the_revision_of_a_former_postgresql_database_is_in_the_backup(
    postgres: Postgres, postgres_template: str, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await postgres.create(postgres_template)
    environ, paths = {"UNIFICX_DATABASE": postgres.url(name)}, InstallationPaths(tmp_path / "home")
    paths.home.mkdir()
    KeyStore(paths.keys, bytes(32), clock).close()
    database, manifests = Database(postgres.url(name), clock), list[Manifest]()
    try:
        assert await back_up_before_update(paths, postgres.url(name), environ, clock) is None
        async with database.engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = :former"), {"former": FORMER})
        monkeypatch.setattr(
            "unificx.server.backup.update.back_up", lambda *args, **named: manifests.append(back_up(*args, **named))
        )
        assert await back_up_before_update(paths, postgres.url(name), environ, clock) is not None
        assert [each.schema for each in manifests] == [FORMER]
        assert known_revisions()[-1] != FORMER
    finally:
        await database.close()
        await postgres.drop(name)
