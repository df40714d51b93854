"""Meetings that users create over HTTP: a room with a link, listed to its host and to administrators."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from failing import fail_first
from http_world import World
from sqlalchemy import select

from unificx.conferencing import Booking, Joining, Room, RoomSettings, calendar_entry, room_holding
from unificx.conferencing.machine.values import is_over
from unificx.conferencing.models import GuestLinkRow, RoomRow
from unificx.core.access import Access, stating
from unificx.core.errors import Conflict
from unificx.identity.events import ExtensionDeleted
from unificx.privacy import DataSubject, Records

MEETINGS = "/api/v1/meetings"
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.promise("C10")
async def test_a_user_creates_a_meeting_and_colleagues_open_its_link(world: World) -> None:
    anna, berta = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    admin, outsider = await world.admin(world.acme), await world.user(world.globex, "2001")
    wanted = {"name": "Review", "starts": "2126-03-01T09:00:00+01:00", "ends": "2126-03-01T10:00:00+01:00"}
    first, again = [await anna.post(MEETINGS, json=wanted, headers={"Idempotency-Key": "k-1"}) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, again.json()), first.text
    made = first.json()
    assert (made["name"], made["starts"], made["own"]) == ("Review", "2126-03-01T08:00:00Z", True)
    assert made["join_url"] == f"{world.services.public_address.url}/app/meetings/{made['id']}"
    path = f"{MEETINGS}/{made['id']}"
    assert (await berta.get(path)).json() == {**made, "own": False}
    assert (await outsider.get(path)).status_code == 404
    for user, own, rooms in ((anna, [made["id"]], 1), (berta, [], 0), (admin, [], 1)):
        assert [one["id"] for one in (await user.get(MEETINGS)).json()["items"]] == own
        assert len((await user.get("/api/v1/rooms")).json()["items"]) == rooms
    assert (await berta.get(f"/api/v1/rooms/{made['room']}")).json()["hosts"] == ["1001"]
    entry = await berta.get(f"{path}/calendar.ics?language=de")
    assert (entry.status_code, entry.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert "DTSTART:21260301T080000Z\r\nDTEND:21260301T090000Z\r\nSUMMARY:Review\r\n" in entry.text
    unfolded = entry.text.replace("\r\n ", "")
    assert f"URL:{made['join_url']}\r\n" in unfolded
    assert f"{made['room']} (im Unternehmen)" in unfolded
    assert (await outsider.get(f"{path}/calendar.ics")).status_code == 404
    assert (await berta.delete(path)).status_code == 403
    assert (await anna.delete(path)).status_code == 204
    assert (await anna.get(path)).status_code == 404
    late = {"starts": "2126-03-01T09:00:00Z", "ends": "2126-03-01T08:00:00Z"}
    for refused in (late, {"ends": "2020-01-01T00:00:00Z"}, {"starts": "2126-03-01T09:00:00"}):
        assert (await anna.post(MEETINGS, json=refused)).status_code == 422


@pytest.mark.parametrize(
    ("booking", "used", "days"),
    [
        (Booking(), None, 90),
        (Booking(), 30, 121),
        (Booking(starts=START + timedelta(days=10)), None, 100),
        (Booking(ends=START + timedelta(days=10)), None, 17),
        (Booking(ends=START + timedelta(days=10)), 30, 38),
    ],
)
def test_a_meeting_is_stored_for_its_retention_period(booking: Booking, used: int | None, days: int) -> None:
    last = START + timedelta(days=used) if used is not None else None
    room = Room("r", "t", "812345", "Review", START, RoomSettings(), booking=booking, used=last)
    end = START + timedelta(days=days)
    assert not is_over(room, end)
    assert is_over(room, end + timedelta(seconds=1))
    assert not is_over(replace(room, booking=None), end + timedelta(days=9_999))


def test_the_calendar_entry_of_a_meeting_is_escaped_and_has_an_end() -> None:
    name, url = "Ä; b, c\\d\nEND:VEVENT", "https://pbx.example/app/meetings/m-1"
    room = Room("m-1", "t", "812345", name, START, RoomSettings(), has_pin=True, booking=Booking(starts=START))
    text = calendar_entry(room, Joining(url, ("+49 30 1234",)), START)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")
    assert lines.count("END:VEVENT") == 1
    assert {"UID:m-1", "DTEND:20260301T010000Z", "SUMMARY:Ä\\; b\\, c\\\\d\\nEND:VEVENT"} <= set(lines)
    [described] = [one for one in lines if one.startswith("DESCRIPTION:")]
    parts = [f"Join: {url}", "By telephone: +49 30 1234\\, 812345 (inside the company)", "The meeting asks for a PIN."]
    assert described == "DESCRIPTION:" + "\\n".join(parts)
    with pytest.raises(Conflict):
        calendar_entry(replace(room, booking=Booking()), Joining(url), START)


@pytest.mark.promise("D1")
async def test_the_name_of_a_meeting_is_sealed_and_in_the_access_copy_of_its_host(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    assert (await anna.post(MEETINGS, json={"name": "Redundancies"})).status_code == 201
    async with world.database.read() as session:
        [row] = (await session.scalars(select(RoomRow))).all()
    assert "Redundancies" not in repr(vars(row))
    [host] = {one for room in world.services.rooms.rooms_of_tenant(world.acme.id) for one in room.hosts}
    for extension, names in ((host, ["Redundancies"]), ("another", [])):
        owner = DataSubject(world.acme.id, "s", "p", (extension,))
        records = room_holding(world.database, world.services.invitations).export(owner, world.keys)[-1]
        assert isinstance(records, Records)
        with stating(Access("history", "access copies")):
            assert [one["name"] async for one in records.read()] == names


async def test_a_meeting_is_deleted_a_week_after_its_end_unless_it_is_in_use(world: World) -> None:
    anna, rooms = await world.user(world.acme, "1001"), world.services.rooms
    bodies: list[dict[str, str]] = [{"ends": "2026-01-05T12:00:00Z"}, {"ends": "2026-01-06T12:00:00Z"}, {}]
    over, later, endless = [(await anna.post(MEETINGS, json=one)).json()["id"] for one in bodies]
    assert (await anna.post(f"{MEETINGS}/{over}/guest-links", json={})).status_code == 201
    world.clock.advance(7 * 86_400 + 4 * 3600)
    in_use = {over}
    rooms.uses.append(lambda room: room.id in in_use)
    await rooms.delete_ended()
    assert rooms.by_id(over) is not None
    in_use.clear()
    await rooms.delete_ended()
    assert [one and one.id for one in map(rooms.by_id, (over, later, endless))] == [None, later, endless]
    await world.services.guests.sweep()
    async with world.database.read() as session:
        assert not (await session.scalars(select(GuestLinkRow))).all()


async def test_a_meeting_that_cannot_be_deleted_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, rooms = await world.user(world.acme, "1001"), world.services.rooms
    made = [(await anna.post(MEETINGS, json={"ends": "2026-01-05T12:00:00Z"})).json()["id"] for _ in range(2)]
    world.clock.advance(9 * 86_400)
    fail_first(monkeypatch, rooms, "delete")
    for left in (1, 0):
        await rooms.delete_ended()
        assert sum(rooms.by_id(each) is not None for each in made) == left


async def test_meetings_of_a_host_are_limited_and_end_with_its_extension(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    for _ in range(100):
        assert (await anna.post(MEETINGS, json={})).status_code == 201
    assert (await anna.post(MEETINGS, json={})).status_code == 409
    [host] = {one for room in world.services.rooms.rooms_of_tenant(world.acme.id) for one in room.hosts}
    async with world.database.begin() as uow:
        await world.services.rooms.on_extension_deleted(ExtensionDeleted("e-1", world.acme.id, host), uow)
    assert (await anna.get(MEETINGS)).json()["items"] == []
    assert not world.services.rooms.rooms_of_tenant(world.acme.id)
