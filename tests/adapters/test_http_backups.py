"""The backups that the server makes: on request, by a schedule, tried, deleted, and repeated after a stop."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from http_world import World

from unificx.api import BackupEvery, BackupSchedule
from unificx.core.clock import ManualClock
from unificx.db import claim_database
from unificx.server.backup import jobs
from unificx.server.backup.folder import new_file, stored_backups
from unificx.server.backup.operations import back_up
from unificx.server.backup.schedule import is_due, is_overdue
from unificx.server.backup.service import BackupService
from unificx.server.paths import InstallationPaths


def service_of(world: World) -> BackupService:
    return cast("BackupService", world.services.backups)


def restarted(world: World, **environ: str) -> BackupService:
    """Return the service as of the next start."""
    parts = service_of(world)._deps
    return BackupService(replace(parts, environ={**parts.environ, **environ}))


def folder_of(world: World) -> Path:
    home = service_of(world)._deps.paths.home
    return home.with_name(home.name + ".backups")


@pytest.mark.promise("T3")
async def test_a_backup_is_made_and_tried(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await claim_database(world.database, world.keys.installation_id, keys_unused=True)
    operator = world.client(operator=True)
    first = (await operator.get("/api/v1/backups")).json()
    assert (first["backups"], first["job"], first["restore"]) == ([], None, "")
    begun = await operator.post("/api/v1/backups")
    assert (begun.status_code, begun.json()["job"]["kind"]) == (202, "backup")
    assert (await operator.post("/api/v1/backups")).status_code == 409
    assert await service_of(world).work()
    state = (await operator.get("/api/v1/backups")).json()
    assert (state["job"], state["failure"]) == (None, None)
    [made] = state["backups"]
    assert made["opens"] is True
    drill = made["drill"]
    assert (drill["faults"], drill["tenants"], drill["erased"]) == ([], 2, 0)
    assert f"unificx restore {folder_of(world) / made['name']} --home " in state["restore"]
    tried: list[Path] = []

    async def interrupted(backup: Path, *_: object) -> None:
        tried.append(backup)

    monkeypatch.setattr("unificx.server.backup.service.run_drill", interrupted)
    again = await operator.post(f"/api/v1/backups/{made['name']}/drills")
    assert (again.status_code, again.json()["job"]["name"]) == (202, made["name"])
    assert await service_of(world).work()
    assert not await service_of(world).work()
    assert tried == [folder_of(world) / made["name"]]
    assert (await operator.get("/api/v1/backups")).json()["failure"]["fault"] == "interrupted"
    missing = await operator.post("/api/v1/backups/unificx-20260101T000000Z.tar/drills")
    assert missing.status_code == 404


async def test_only_the_operator_sees_backups(world: World) -> None:
    admin = await world.admin(world.acme)
    for verb, path in (
        ("GET", ""),
        ("POST", ""),
        ("POST", "/unificx-20260101T000000Z.tar/drills"),
        ("PUT", "/schedule"),
    ):
        answer = await admin.request(verb, f"/api/v1/backups{path}", json={"every": "daily"} if verb == "PUT" else None)
        assert answer.status_code == 403, path
    assert not folder_of(world).exists()


@pytest.mark.promise("T3")
async def test_backups_are_made_by_the_schedule_and_the_oldest_are_deleted(world: World) -> None:
    operator, folder = world.client(operator=True), folder_of(world)
    now = world.clock.now()
    for days in (1, 2, 3):
        new_file(folder, now - timedelta(days=days)).write_bytes(b"former")
    for days in (13, 15):
        new_file(folder, now - timedelta(days=days), before_update=True).write_bytes(b"former")
    assert not await service_of(world).work(), "nothing is due without a schedule"
    body = {"every": "daily", "keep": 2, "drill": False}
    assert (await operator.put("/api/v1/backups/schedule", json=body)).json()["schedule"] == body
    later = restarted(world)
    await later.start()
    assert (await later.state()).schedule == BackupSchedule("daily", 2, drill=False)
    world.clock.advance(86_400)
    assert await later.work()
    assert not await later.work(), "it is made once"
    left = stored_backups(folder)
    assert [each.before_update for each in left] == [False, False, True]
    assert left[0].created > now.replace(microsecond=0)
    assert (await operator.put("/api/v1/backups/schedule", json={**body, "keep": 0})).status_code == 422


async def test_a_request_is_repeated_after_a_stop(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def slow(
        paths: InstallationPaths, environ: Mapping[str, str], file: Path, now: datetime, count: Callable[[int], None]
    ) -> Any:
        def progress(number: int) -> None:
            begun.set()
            while True:
                count(0)  # until the server stops

        back_up(paths, environ, file, now, progress)

    await service_of(world).set_schedule(BackupSchedule(drill=False))
    await service_of(world).begin()
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "back_up", slow)
        running = asyncio.create_task(service_of(world).run())
        await asyncio.to_thread(begun.wait)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    folder = folder_of(world)
    assert sorted(each.name for each in folder.iterdir()) == ["wanted.json"]
    for left in (".unificx-20260101T000000Z.tar.7.part", ".drill-killed"):
        (folder / left).mkdir() if "drill" in left else (folder / left).write_bytes(b"")
    home = service_of(world)._deps.paths.home
    copies = home / "backup-killed", home.with_name(f".{home.name}.restore-killed")
    for each in copies:
        each.mkdir()
    later = restarted(world)
    await later.start()
    assert not any(each.exists() for each in copies)
    assert await later.work()
    assert sorted(each.suffix for each in folder.iterdir()) == [".json", ".tar"]


async def test_a_directory_that_cannot_be_used_is_named(world: World, tmp_path: Path) -> None:
    (tmp_path.parent / f"{tmp_path.name}.file").write_bytes(b"")
    blocked = restarted(world, UNIFICX_BACKUPS=str(tmp_path.parent / f"{tmp_path.name}.file"))
    await blocked.set_schedule(BackupSchedule("daily"))
    assert await blocked.work(), "it is due"
    state = await blocked.state()
    assert state.failure is not None
    assert state.overdue
    assert not await blocked.work(), "it waits before the next attempt"
    without = restarted(world, UNIFICX_BACKUPS="none")
    await without.set_schedule(BackupSchedule("daily"))
    assert not await without.work()
    assert (await without.state()).folder is None


async def test_a_failure_is_that_of_the_newest_attempt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    service, folder = service_of(world), folder_of(world)
    await service.set_schedule(BackupSchedule("daily", drill=False))

    def full(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "back_up", full)
        assert await service.work()
    failed = await service.state()
    assert failed.failure is not None
    assert failed.failure.fault == "not_written"
    world.clock.advance(3_600)
    assert await service.work()
    assert (await service.state()).failure is None
    [made] = stored_backups(folder)
    await service.begin_drill(made.path.name)
    made.path.unlink()
    assert await service.work()
    untried = await service.state()
    assert untried.failure is not None
    assert untried.failure.fault == "interrupted"


SUNDAY = datetime(2026, 2, 1, 12, tzinfo=UTC)
DUE: list[tuple[BackupEvery, timedelta, timedelta | None, bool]] = [
    ("never", timedelta(), None, False),
    ("daily", timedelta(), None, True),
    ("daily", timedelta(), timedelta(hours=9), False),
    ("daily", timedelta(), timedelta(hours=11), True),
    ("daily", timedelta(hours=13, minutes=59), timedelta(hours=23), False),
    ("daily", timedelta(hours=14), timedelta(hours=23), True),
    ("weekly", timedelta(), timedelta(hours=9), False),
    ("weekly", timedelta(), timedelta(hours=11), True),
    ("weekly", timedelta(days=6), timedelta(days=6), False),
    ("weekly", timedelta(days=6), timedelta(days=7), True),
    ("weekly", timedelta(hours=-11), timedelta(days=5), False),
]
"""Schedule, present time from Sunday noon, age of the newest backup, and whether one is due."""


@pytest.mark.parametrize(("every", "after", "age", "expected"), DUE)
def test_when_a_backup_is_due(every: BackupEvery, after: timedelta, age: timedelta | None, expected: bool) -> None:
    now = SUNDAY + after
    assert is_due(every, None if age is None else now - age, now) is expected


def test_when_backups_are_overdue() -> None:
    now = ManualClock().now()
    assert not is_overdue("never", None, now)
    assert is_overdue("daily", None, now)
    assert is_overdue("daily", now - timedelta(days=3), now)
    assert not is_overdue("weekly", now - timedelta(days=3), now)
