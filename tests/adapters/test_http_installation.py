"""Health and tenants of the installation: numbers, for operators only."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from http_world import FakeCall, World

from unificx.api import Backup, BackupDrill, BackupFailure, BackupSchedule, BackupState
from unificx.api.installation_ports import HealthState
from unificx.core.clock import ManualClock, SystemClock
from unificx.integrations.local_ca import ensure_certificates
from unificx.media import MediaUnavailable
from unificx.server.bootstrap import open_installation
from unificx.server.health import HealthSources, InstallationHealth, backup_check, certificate_check, disk_check
from unificx.server.paths import InstallationPaths, certificates_in, database_url

NOW = ManualClock().now()


async def test_tenants_are_shown_in_numbers_without_their_people(world: World) -> None:
    await world.user(world.acme, "1001")
    world.calls.live_calls = [FakeCall("call-1", world.acme.id, world.clock.now())]
    operator = world.client(operator=True)
    answer = await operator.get("/api/v1/installation/tenants")
    acme, globex = answer.json()["items"]
    assert acme == {
        "id": world.acme.id,
        "name": "Acme Ltd",
        "state": "active",
        "plan": None,
        "people": 1,
        "extensions": 1,
        "live_calls": 1,
    }
    assert (globex["people"], globex["live_calls"]) == (0, 0)
    assert "1001" not in answer.text
    admin = await world.admin(world.acme)
    for path in ("tenants", "health"):
        assert (await admin.get(f"/api/v1/installation/{path}")).status_code == 403
    checks = (await operator.get("/api/v1/installation/health")).json()["checks"]
    assert checks == [{"name": "disk", "state": "warn", "value": 1_500_000_000}]


class NoMedia:
    async def query(self, *_: object) -> None:
        raise MediaUnavailable("silent")


async def no_mixer() -> None:
    raise MediaUnavailable("silent")


async def test_health_is_that_of_the_running_parts(migrated_home: Path) -> None:
    paths, clock = InstallationPaths(migrated_home), SystemClock()
    ensure_certificates(paths.tls, ["localhost"], clock)
    sources = HealthSources(lambda: 0, lambda: 3, no_mixer, lambda: certificates_in(paths.tls))
    async with open_installation(paths, database_url(paths, {}), {}, clock) as container:
        health = InstallationHealth(container, cast("Any", NoMedia()), sources)
        reasons = {each.name: each.why for each in await health.states() if not each.ok}
        assert reasons.keys() == {"rtpengine"}, reasons
        found = await health.health()
    states = {each.name: each.state for each in found}
    assert {name for name, state in states.items() if state == "fail"} == {"sip", "rtpengine", "mixer"}
    assert {name for name, state in states.items() if state == "warn"} == {"mail_server", "backup"}
    values = {each.name: each.value for each in found}
    assert (values["sip"], values["calls"]) == (0, 3)
    assert (values["certificate"] or 0) > 14


@pytest.mark.parametrize(("days", "state"), [([400], "ok"), ([400, 13], "warn"), ([-1], "fail"), ([], "ok")])
def test_the_first_end_of_a_certificate_counts(days: list[int], state: HealthState) -> None:
    assert certificate_check([NOW + timedelta(days=each) for each in days], NOW).state == state


def test_the_disk() -> None:
    checks = disk_check(1 << 40, is_full=False), disk_check(1 << 30, is_full=False), disk_check(1 << 40, is_full=True)
    assert [each.state for each in checks] == ["ok", "warn", "fail"]


MADE = Backup("unificx-20260101T000000Z.tar", NOW - timedelta(hours=5), 1, before_update=False)
STATE = BackupState("/b", [MADE], BackupSchedule("daily"), False, None, None, False, (), "")
UNUSABLE = replace(MADE, drill=BackupDrill(NOW, ("damaged",)))
BACKUPS: list[tuple[BackupState, HealthState]] = [
    (STATE, "ok"),
    (replace(STATE, schedule=BackupSchedule("never")), "warn"),
    (replace(STATE, backups=[], schedule=BackupSchedule("never")), "warn"),
    (replace(STATE, overdue=True), "fail"),
    (replace(STATE, backups=[], overdue=True), "fail"),
    (replace(STATE, failure=BackupFailure(NOW, "not_written")), "fail"),
    (replace(STATE, backups=[UNUSABLE, MADE]), "fail"),
    (replace(STATE, backups=[MADE, UNUSABLE]), "ok"),
]


@pytest.mark.parametrize(("state", "expected"), BACKUPS)
def test_the_newest_backup_counts(state: BackupState, expected: HealthState) -> None:
    assert backup_check(state, NOW).state == expected


def test_the_age_of_the_newest_backup_is_shown() -> None:
    assert backup_check(STATE, NOW).value == 5
