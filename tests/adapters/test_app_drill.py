"""A drill restores a backup beside the installation, opens and checks it, and leaves nothing."""

import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres
from typer.testing import CliRunner

from unificx.cli.app import build
from unificx.core.clock import ManualClock, SystemClock
from unificx.identity import NewPerson, NewTenant
from unificx.privacy import Erasure
from unificx.server.backup.commands import backup, restore
from unificx.server.backup.drill import DrillFault, DrillResult, drill
from unificx.server.backup.operations import back_up
from unificx.server.bootstrap import open_installation
from unificx.server.paths import InstallationPaths, database_url

CLOCK = ManualClock()


def ignore(count: int) -> None:
    """Do not show the progress."""


async def furnish(paths: InstallationPaths, environ: dict[str, str]) -> None:
    """Create a tenant with two people; a third one is erased."""
    async with open_installation(paths, database_url(paths, environ), environ, CLOCK) as container:
        acme = await container.identity.tenants.create(NewTenant("acme", "Acme", "acme.example"))
        for name in ("ana", "ben", "cleo"):
            person = await container.identity.users.create(acme.id, NewPerson(name, f"{name}@acme.example"))
        container.erasure.erase_subject(acme.id, person.subject)


@pytest.fixture
async def site(tmp_path: Path, sqlite_template: bytes) -> InstallationPaths:
    paths = InstallationPaths(tmp_path / "home")
    paths.home.mkdir()
    paths.database.write_bytes(sqlite_template)
    await furnish(paths, {})
    return paths


async def attempt(paths: InstallationPaths, archive: Path, environ: dict[str, str] | None = None) -> DrillResult:
    before = {path: path.stat().st_mtime_ns for path in paths.home.rglob("*") if path.is_file()}
    found = await drill(archive, paths, environ or {}, CLOCK, ignore)
    assert {path: path.stat().st_mtime_ns for path in paths.home.rglob("*") if path.is_file()} == before
    assert not [path for path in archive.parent.iterdir() if path.name.startswith(".")]
    return found


@pytest.mark.promise("T3", "D3")
async def test_erased_people_stay_erased_in_a_backup_from_before(site: InstallationPaths, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar"
    back_up(site, {}, archive, CLOCK.now(), ignore)
    async with open_installation(site, database_url(site, {}), {}, CLOCK) as container:
        [acme] = [each for each in container.identity.directory.tenants() if each.slug == "acme"]
        page = await container.identity.users.page(acme.id, limit=10)
        container.erasure.erase_subject(acme.id, page.items[0].subject)
    found = await attempt(site, archive)
    assert (found.faults, found.tenants, found.people) == ((), 1, 2)
    assert (found.erased, found.repeated) == (2, 1)


def with_rows(name: str, statement: str) -> Callable[[InstallationPaths], object]:
    def change(paths: InstallationPaths) -> None:
        with closing(sqlite3.connect(paths.home / name)) as opened, opened:
            opened.execute(statement)

    return change


AUDIO = (
    "INSERT INTO audio (id, tenant_id, created, state, form, wrapped)"
    " SELECT 'lost', id, created, 'kept', 'opus', X'00' FROM tenant WHERE slug = 'acme'"
)
BEFORE: dict[DrillFault, Callable[[InstallationPaths], object]] = {
    "values": with_rows("keys.db", "DELETE FROM subject_key WHERE wrapped IS NOT NULL"),
    "files": with_rows("unificx.db", AUDIO),
    "database": with_rows("unificx.db", "UPDATE installation SET id = 'another'"),
}
"""Damage to an installation from which a backup is made."""


@pytest.mark.parametrize("fault", BEFORE)
async def test_a_backup_of_something_wrong_is_found_out(
    site: InstallationPaths, tmp_path: Path, fault: DrillFault
) -> None:
    BEFORE[fault](site)
    back_up(site, {}, tmp_path / "backup.tar", CLOCK.now(), ignore)
    assert (await attempt(site, tmp_path / "backup.tar")).faults[:1] == (fault,)


def cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-20_000])


def other_key(archive: Path) -> None:
    (archive.parent / "home.key").write_bytes(base64.b64encode(bytes(range(32))))


def no_journal(archive: Path) -> None:
    (archive.parent / "home.erasures").unlink()


AFTER: dict[DrillFault, Callable[[Path], object]] = {"damaged": cut, "keys": other_key, "journal": no_journal}


@pytest.mark.parametrize("fault", AFTER)
async def test_a_backup_that_cannot_be_opened_is_found_out(
    site: InstallationPaths, tmp_path: Path, fault: DrillFault
) -> None:
    archive = tmp_path / "backup.tar"
    back_up(site, {}, archive, CLOCK.now(), ignore)
    assert (await attempt(site, archive)).faults == (), "control"
    AFTER[fault](archive)
    assert (await attempt(site, archive)).faults == (fault,)


async def test_a_backup_is_not_blamed_for_a_missing_master_key(site: InstallationPaths, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar"
    back_up(site, {}, archive, CLOCK.now(), ignore)
    (tmp_path / "home.key").unlink()
    found = await attempt(site, archive)
    assert found.faults == ("not_restored",)
    assert "master key" in found.detail


@pytest.mark.promise("D3")
async def test_a_key_that_an_erasure_left_is_found_out(
    site: InstallationPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "backup.tar"
    back_up(site, {}, archive, CLOCK.now(), ignore)
    async with open_installation(site, database_url(site, {}), {}, CLOCK) as container:
        [acme] = [each for each in container.identity.directory.tenants() if each.slug == "acme"]
        page = await container.identity.users.page(acme.id, limit=10)
        container.erasure.erase_subject(acme.id, page.items[0].subject)
    monkeypatch.setattr(Erasure, "replay", lambda self: 0)
    assert (await attempt(site, archive)).faults == ("erased",)


def test_the_command(tmp_path: Path, site: InstallationPaths) -> None:
    app = build(None, backup, None, SystemClock(), {}, operation={"backup": backup, "restore": restore})  # type: ignore[arg-type]

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, list(words))

    archive = tmp_path / "backup.tar"
    run("backup", str(archive), "--home", str(site.home))
    tried = run("restore", str(archive), "--drill", "--home", str(site.home))
    assert (tried.exit_code, tried.stdout.partition(".")[0]) == (
        0,
        "Restored and opened: 1 organisation, 2 people, 0 sealed files",
    )
    other_key(archive)
    failed = run("restore", str(archive), "--drill", "--home", str(site.home), "--json")
    assert (failed.exit_code, json.loads(failed.stdout)["faults"]) == (1, ["keys"])


async def test_a_drill_that_may_not_create_a_database_says_so(
    postgres: Postgres, site: InstallationPaths, tmp_path: Path
) -> None:
    archive = tmp_path / "backup.tar"
    back_up(site, {}, archive, CLOCK.now(), ignore)
    await postgres.execute("CREATE ROLE without_rights LOGIN")
    try:
        url = postgres.url("postgres").replace("tester", "without_rights")
        found = await attempt(site, archive, {"UNIFICX_DATABASE": url})
        assert found.faults == ("not_restored",)
        assert found.detail.startswith("createdb failed: ")
        assert "permission denied to create database" in found.detail
        assert "needs the right to create databases: ALTER ROLE … CREATEDB." in found.detail
    finally:
        await postgres.execute("DROP ROLE without_rights")


def test_the_command_says_what_prevented_a_drill(
    tmp_path: Path, site: InstallationPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = build(None, backup, None, SystemClock(), {}, operation={"backup": backup, "restore": restore})  # type: ignore[arg-type]
    archive = tmp_path / "backup.tar"
    back_up(site, {}, archive, CLOCK.now(), ignore)
    monkeypatch.setenv("UNIFICX_DATABASE", "postgresql://nobody@127.0.0.1:1/unificx")
    tried = CliRunner().invoke(app, ["restore", str(archive), "--drill", "--home", str(site.home)])
    assert tried.exit_code == 1
    assert tried.stdout.startswith("The backup could not be tried (not_restored): createdb failed: ")


async def test_a_drill_with_postgresql_has_a_database_of_its_own(
    postgres: Postgres, postgres_template: str, tmp_path: Path
) -> None:
    name = await postgres.create(postgres_template)
    paths, environ = InstallationPaths(tmp_path / "home"), {"UNIFICX_DATABASE": postgres.url(name)}
    try:
        await furnish(paths, environ)
        back_up(paths, environ, tmp_path / "backup.tar", CLOCK.now(), ignore)
        found = await attempt(paths, tmp_path / "backup.tar", environ)
        assert (found.faults, found.tenants, found.people, found.erased) == ((), 1, 2, 1)
        async with postgres.connect() as connection:
            names = {row[0] for row in await connection.fetch("SELECT datname FROM pg_database")}
        assert name in names
        assert not [each for each in names if "drill" in each]
    finally:
        await postgres.drop(name)
