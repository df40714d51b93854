"""Standing rooms on both databases: their numbers, their settings, their PINs, and what goes with whom."""

import pytest
from meeting_house import House
from sqlalchemy import select

from unificx.kernel.errors import Conflict, Invalid, NotFound, TooMany
from unificx.meetings import NewRoom, RoomChange, RoomSettings
from unificx.meetings.tables import RoomRow
from unificx.people import NewExtension, NewTenant
from unificx.people.facts import ExtensionDeleted, TenantDeleted


async def test_a_room_is_there_after_a_start_as_it_was_made(house: House) -> None:
    settings = RoomSettings(True, "names", True, True, 12, True, 60)
    made = await house.rooms.create(
        house.tenant.id, NewRoom("8000", "Board", settings, (house.anna.id,), "4711", "8362")
    )
    await house.rooms.create(house.tenant.id, NewRoom("8001"))
    anew = house.anew()
    await anew.start()
    assert anew.of_tenant(house.tenant.id) == house.rooms.of_tenant(house.tenant.id)
    assert anew.find(house.tenant.id, "8000") == anew.find(house.tenant.id, made.id) == made
    assert (made.settings, made.hosts, made.has_pin, made.has_host_pin) == (settings, (house.anna.id,), True, True)
    assert anew.leads(made, house.anna.id)
    assert not anew.leads(made, house.berta.id)
    assert anew.at(house.tenant.id, "8001").name == "8001"  # type: ignore[union-attr]
    assert anew.at("another", "8000") is None


async def test_a_number_leads_to_one_thing(house: House) -> None:
    room = await house.rooms.create(house.tenant.id, NewRoom("8000"))
    for number in ("8000", "1001"):
        with pytest.raises(Conflict):
            await house.rooms.create(house.tenant.id, NewRoom(number))
    with pytest.raises(Conflict):
        await house.people.create_extension(house.tenant.id, NewExtension("8000", "Carl"))
    other = await house.people.create_tenant(NewTenant("globex", "Globex", "globex.example"))
    await house.rooms.create(other.id, NewRoom("1001"))
    await house.rooms.delete(room)
    await house.people.create_extension(house.tenant.id, NewExtension("8000", "Carl"))
    await house.people.delete_extension(house.tenant.id, house.berta.id)
    assert (await house.rooms.create(house.tenant.id, NewRoom("1002"))).number == "1002"
    with pytest.raises(NotFound):
        house.rooms.find(house.tenant.id, room.id)
    with pytest.raises(NotFound):
        house.rooms.find(house.tenant.id, house.rooms.of_tenant(other.id)[0].id)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewRoom("8"), "number"),
        (NewRoom("112"), "number"),
        (NewRoom("8000", "x" * 101), "name"),
        (NewRoom("8000", settings=RoomSettings(most=1)), "most"),
        (NewRoom("8000", settings=RoomSettings(most=501)), "most"),
        (NewRoom("8000", settings=RoomSettings(end_after_host=3601)), "end_after_host"),
        (NewRoom("8000", pin="123"), "pin"),
        (NewRoom("8000", pin="1234"), "pin"),
        (NewRoom("8000", host_pin="777777"), "host_pin"),
        (NewRoom("8000", pin="4711", host_pin="4711"), "host_pin"),
        (NewRoom("8000", hosts=("nobody",)), "hosts"),
    ],
)
async def test_what_a_room_cannot_be(house: House, new: NewRoom, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await house.rooms.create(house.tenant.id, new)
    assert refused.value.field == field
    assert not house.rooms.of_tenant(house.tenant.id)


async def test_a_room_is_changed(house: House) -> None:
    room = await house.rooms.create(house.tenant.id, NewRoom("8000", pin="4711"))
    change = RoomChange("Board", True, "nothing", True, True, 5, True, 0, (house.berta.id,), "", "8362")
    changed = await house.rooms.update(room, change)
    assert changed.settings == RoomSettings(True, "nothing", True, True, 5, True, 0)
    assert (changed.name, changed.hosts, changed.has_pin, changed.has_host_pin) == (
        "Board",
        (house.berta.id,),
        False,
        True,
    )
    assert await house.rooms.update(room, RoomChange()) == changed
    assert (await house.rooms.update(room, RoomChange(end_after_host=-1))).settings.end_after_host is None
    anew = house.anew()
    await anew.start()
    assert anew.of_tenant(house.tenant.id) == house.rooms.of_tenant(house.tenant.id)
    with pytest.raises(Invalid):
        await house.rooms.update(room, RoomChange(pin="8362"))
    await house.rooms.update(room, RoomChange(pin="9265"))
    with pytest.raises(Invalid):
        await house.rooms.update(room, RoomChange(host_pin="9265"))
    await house.rooms.delete(room)
    with pytest.raises(NotFound):
        await house.rooms.update(room, RoomChange(name="Gone"))


async def test_a_pin_makes_a_guest_or_a_host_and_is_sealed(house: House) -> None:
    open_ = await house.rooms.create(house.tenant.id, NewRoom("8000", host_pin="8362"))
    closed = await house.rooms.create(house.tenant.id, NewRoom("8001", pin="4711", host_pin="8362"))
    standing = house.rooms.standing
    assert [await standing(open_, "1", pin) for pin in ("", "8362", "4711")] == ["guest", "host", None]
    assert [await standing(closed, "1", pin) for pin in ("", "8362", "4711")] == [None, "host", "guest"]
    async with house.database.read() as session:
        rows = (await session.scalars(select(RoomRow))).all()
    assert all(row.sealed and b"4711" not in row.sealed and b"argon2" not in row.sealed for row in rows)


async def test_guessing_is_slowed_for_one_caller_of_one_room(house: House) -> None:
    room = await house.rooms.create(house.tenant.id, NewRoom("8000", pin="4711"))
    other = await house.rooms.create(house.tenant.id, NewRoom("8001", pin="4711"))
    for _ in range(5):
        assert await house.rooms.standing(room, "carl", "9999") is None
    with pytest.raises(TooMany):
        await house.rooms.standing(room, "carl", "4711")
    assert await house.rooms.standing(room, "anna", "4711") == "guest"
    assert await house.rooms.standing(other, "carl", "4711") == "guest"
    house.clock.advance(2)
    assert await house.rooms.standing(room, "carl", "4711") == "guest"


async def test_rooms_forget_whom_they_are_told_to(house: House) -> None:
    room = await house.rooms.create(house.tenant.id, NewRoom("8000", hosts=(house.anna.id, house.berta.id)))
    async with house.database.begin() as uow:
        await house.rooms.forget_extension(ExtensionDeleted("f-1", house.tenant.id, house.anna.id), uow)
    assert house.rooms.find(house.tenant.id, room.id).hosts == (house.berta.id,)
    async with house.database.begin() as uow:
        await house.rooms.forget_tenant(TenantDeleted("f-2", house.tenant.id), uow)
    anew = house.anew()
    await anew.start()
    assert anew.of_tenant(house.tenant.id) == house.rooms.of_tenant(house.tenant.id) == []


async def test_an_organisation_with_rooms_can_be_deleted(house: House) -> None:
    await house.rooms.create(house.tenant.id, NewRoom("8000"))
    await house.people.delete_tenant(house.tenant.id)


async def test_a_room_made_of_a_call_is_found_by_its_id_alone_until_it_is_shut(house: House) -> None:
    room = house.rooms.open(house.tenant.id, house.anna.id)
    assert house.rooms.by_id(room.id) == house.rooms.find(house.tenant.id, room.id) == room
    assert house.rooms.leads(room, house.anna.id)
    assert not house.rooms.of_tenant(house.tenant.id)
    with pytest.raises(NotFound):
        house.rooms.find("another", room.id)
    with pytest.raises(Conflict):
        await house.rooms.update(room, RoomChange(name="Mine"))
    with pytest.raises(Conflict):
        await house.rooms.delete(room)
    house.rooms.shut(room)
    assert house.rooms.by_id(room.id) is None
    standing = await house.rooms.create(house.tenant.id, NewRoom("8000"))
    house.rooms.shut(standing)
    assert house.rooms.by_id(standing.id) == standing
