"""Opening hours over HTTP: managed by administrators, switched, and refused in words."""

from http_world import World

HOURS = "/api/v1/hours"
CALENDAR = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20991224\nEND:VEVENT\nEND:VCALENDAR"


async def test_administrators_manage_hours_and_users_only_see_them(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    wanted = {"name": "office", "open": ["mon-sun 00:00-24:00"], "then": "extension:1001", "otherwise": "hangup:busy"}
    made = await admin.post(HOURS, json=wanted)
    assert made.status_code == 201, made.text
    assert (made.json()["is_open"], made.json()["switch"]) == (True, "auto")
    closed = await admin.patch(f"{HOURS}/office", json={"switch": "closed", "holidays": ["2026-12-25"]})
    assert (closed.json()["is_open"], closed.json()["switch"]) == (False, "closed")
    imported = await admin.post(f"{HOURS}/office/holidays", json={"calendar": CALENDAR})
    assert imported.json()["holidays"] == ["2026-12-25", "2099-12-24"]
    assert [one["name"] for one in (await user.get(HOURS)).json()["items"]] == ["office"]
    assert (await user.patch(f"{HOURS}/office", json={"switch": "open"})).status_code == 403
    for change in ({"open": ["always"]}, {"then": "hours:office"}, {"otherwise": "group:6000"}, {"code": "28"}):
        assert (await admin.patch(f"{HOURS}/office", json=change)).status_code == 422
    assert (await admin.post(f"{HOURS}/office/holidays", json={"calendar": "no"})).status_code == 422
    assert (await admin.delete("/api/v1/extensions/1001")).status_code == 409
    assert (await admin.delete(f"{HOURS}/office")).status_code == 204
    assert (await admin.get(f"{HOURS}/office")).status_code == 404
