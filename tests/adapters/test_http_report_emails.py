"""/report-emails, and the calls of each extension that reports show."""

import pytest
from http_world import World

PERIOD = {"since": "2026-01-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"}


async def test_an_administrator_chooses_who_gets_reports(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    boss = (await admin.get("/api/v1/me")).json()["person"]
    other = (await user.get("/api/v1/me")).json()["person"]["id"]
    path = f"/api/v1/report-emails/{boss['id']}/weekly"
    assert (await admin.put(f"/api/v1/report-emails/{other}/weekly")).json()["field"] == "person_id"
    assert (await admin.put(f"/api/v1/report-emails/{boss['id']}/hourly")).status_code == 422
    for each in (user.get("/api/v1/report-emails"), user.put(path), user.post(f"{path}/sending"), user.delete(path)):
        assert (await each).status_code == 403
    for _ in range(2):
        added = (await admin.put(path)).json()["items"]
    [schedule] = added
    assert (schedule["name"], schedule["every"], schedule["receives"]) == (boss["name"], "weekly", True)
    assert schedule["state"] is None
    [queued] = (await admin.post(f"{path}/sending")).json()["items"]
    assert (queued["state"], queued["next"]) == ("waiting", schedule["next"])
    emails = (await admin.get("/api/v1/emails")).json()["items"]
    assert [each["kind"] for each in emails] == ["report"]
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get("/api/v1/report-emails")).json()["items"] == []


@pytest.mark.promise("U5")
async def test_calls_are_counted_by_extension_without_people_who_object(world: World) -> None:
    admin, ada = await world.admin(world.acme), await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    await world.record_call(world.acme, "1001", "1002", seconds=42)

    async def found() -> list[tuple[object, ...]]:
        rows = (await admin.get("/api/v1/history/statistics/extensions", params=PERIOD)).json()["items"]
        return [
            (each["number"], each["made"], each["received"], each["answered"], each["talk_seconds"]) for each in rows
        ]

    both = [("1001", 1, 0, 0, 42), ("1002", 0, 1, 1, 42)]
    assert await found() == both
    body = {"purpose": "statistics", "objects": True, "language": "en"}
    assert (await ada.put("/api/v1/me/objections", json=body)).status_code < 300
    assert await found() == both[1:]
    endless = {**PERIOD, "until": "2027-01-01T00:00:00Z"}
    assert (await admin.get("/api/v1/history/statistics/extensions", params=endless)).status_code == 422
