"""Copy in memory of stored objects: found within their tenant by name and id, also under a new name."""

from dataclasses import dataclass, replace

from unificx.db import MemoryCopy


@dataclass(frozen=True)
class Room:
    id: str
    tenant_id: str
    number: str


RED, BLUE, OTHER = Room("2", "acme", "8000"), Room("1", "acme", "8001"), Room("3", "globex", "8000")


def copy_of(*rooms: Room) -> MemoryCopy[Room]:
    found = MemoryCopy[Room](lambda room: room.number)
    for room in rooms:
        found.put(room)
    return found


def test_objects_are_found_in_their_tenant() -> None:
    rooms = copy_of(RED, BLUE, OTHER)
    assert rooms.named("acme", "8000") == rooms.find("acme", "8000") == rooms.find("acme", "2") == RED
    assert rooms.find("globex", "8000") == rooms.get("3") == OTHER
    assert rooms.find("globex", "2") is rooms.find("globex", "8001") is rooms.named("acme", "2") is None
    assert rooms.of_tenant("acme") == [BLUE, RED]
    assert set(rooms) == {RED, BLUE, OTHER}


def test_page_begins_after_its_cursor() -> None:
    ids = [f"00000000-0000-0000-0000-00000000000{number}" for number in range(3)]
    rooms = copy_of(*(Room(id_, "acme", id_) for id_ in ids))
    first = rooms.page("acme", None, 2)
    assert [room.id for room in first.items] == ids[:2]
    assert [room.id for room in rooms.page("acme", first.next, 2).items] == ids[2:]
    assert rooms.page("globex", None, 2).items == ()


def test_a_changed_object_has_left_its_former_name() -> None:
    rooms = copy_of(RED, OTHER)
    moved = replace(RED, number="8005")
    rooms.put(moved)
    assert rooms.named("acme", "8000") is None
    assert rooms.find("acme", "8005") == rooms.get("2") == moved
    assert rooms.of_tenant("acme") == [moved]
    rooms.put(replace(BLUE, number="8000"))
    rooms.drop(RED)  # as it was before the change
    assert [room.number for room in rooms.of_tenant("acme")] == ["8000"]


def test_the_name_of_a_dropped_object_stays_with_the_one_that_has_got_it() -> None:
    rooms = copy_of(RED)
    heir = replace(BLUE, number=RED.number)
    rooms.put(heir)
    rooms.drop(RED)
    assert rooms.named("acme", "8000") == heir
    assert rooms.of_tenant("acme") == [heir]


def test_a_dropped_object_leaves_nothing() -> None:
    rooms = copy_of(RED, OTHER)
    rooms.drop(RED)
    rooms.drop(RED)
    assert rooms.find("acme", "8000") is rooms.find("acme", "2") is None
    assert rooms.of_tenant("acme") == []
    assert list(rooms) == [OTHER]
