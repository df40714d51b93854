"""Conference rooms on both databases: numbers, settings, PINs and deletion."""

import asyncio
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from typing import Any

import pytest
from conference_setup import ConferenceSetup
from sqlalchemy import select, update
from throttling import attempts_until_throttled

from unificx.cluster.local import LocalCounters
from unificx.conferencing import MeetingGuests, NewMeeting, NewRoom, RoomChange, RoomSettings
from unificx.conferencing.models import RoomRow
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
from unificx.db import Database
from unificx.identity import CountedAttempt, NewExtension, NewTenant, PasswordHashing, PinCaller, SharedPinThrottle
from unificx.identity.events import ExtensionDeleted, TenantDeleted


async def test_a_room_survives_a_restart(conference: ConferenceSetup) -> None:
    settings = RoomSettings(True, "names", True, True, 12, True, 60)
    made = await conference.rooms.create(
        conference.tenant.id, NewRoom("8000", "Board", settings, (conference.anna.id,), "4711", "8362")
    )
    await conference.rooms.create(conference.tenant.id, NewRoom("8001"))
    reopened = conference.reopen()
    await reopened.start()
    assert reopened.rooms_of_tenant(conference.tenant.id) == conference.rooms.rooms_of_tenant(conference.tenant.id)
    assert reopened.find(conference.tenant.id, "8000") == reopened.find(conference.tenant.id, made.id) == made
    assert (made.settings, made.hosts, made.has_pin, made.has_host_pin) == (settings, (conference.anna.id,), True, True)
    assert conference.anna.id in made.hosts
    assert conference.berta.id not in made.hosts
    assert reopened.by_number(conference.tenant.id, "8001").name == "8001"  # type: ignore[union-attr]
    assert reopened.by_number("another", "8000") is None


async def test_a_number_is_unique_within_a_tenant(conference: ConferenceSetup) -> None:
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000"))
    for number in ("8000", "1001"):
        with pytest.raises(Conflict):
            await conference.rooms.create(conference.tenant.id, NewRoom(number))
    with pytest.raises(Conflict):
        await conference.people.extensions.create(conference.tenant.id, NewExtension("8000", "Carl"))
    other = await conference.people.tenants.create(NewTenant("globex", "Globex", "globex.example"))
    await conference.rooms.create(other.id, NewRoom("1001"))
    await conference.rooms.delete(room)
    await conference.people.extensions.create(conference.tenant.id, NewExtension("8000", "Carl"))
    with pytest.raises(NotFound):
        await conference.rooms.delete(room)  # its number is that of Carl
    await conference.people.extensions.delete(conference.tenant.id, conference.berta.id)
    assert (await conference.rooms.create(conference.tenant.id, NewRoom("1002"))).number == "1002"
    with pytest.raises(NotFound):
        conference.rooms.find(conference.tenant.id, room.id)
    with pytest.raises(NotFound):
        conference.rooms.find(conference.tenant.id, conference.rooms.rooms_of_tenant(other.id)[0].id)


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
async def test_invalid_rooms_are_rejected(conference: ConferenceSetup, new: NewRoom, field: str) -> None:
    with pytest.raises(Invalid) as rejected:
        await conference.rooms.create(conference.tenant.id, new)
    assert rejected.value.field == field
    assert not conference.rooms.rooms_of_tenant(conference.tenant.id)


async def test_hosts_are_limited_and_a_meeting_needs_a_free_number(
    conference: ConferenceSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = conference.anna.id, conference.berta.id
    monkeypatch.setattr("unificx.conferencing.machine.values.MAX_HOSTS", 1)
    with pytest.raises(Invalid) as refused:
        await conference.rooms.create(conference.tenant.id, NewRoom("8000", hosts=hosts))
    assert refused.value.field == "hosts"
    monkeypatch.setattr("unificx.conferencing.machine.values.meeting_number", lambda random: "1001")
    with pytest.raises(Conflict, match="No number is free"):
        await conference.rooms.create_meeting(conference.tenant.id, conference.anna.id, NewMeeting("Review"))
    assert not conference.rooms.rooms_of_tenant(conference.tenant.id)


async def test_a_room_can_be_changed(conference: ConferenceSetup) -> None:
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000", pin="4711"))
    change = RoomChange("Board", True, "nothing", True, True, 5, True, 0, (conference.berta.id,), "", "8362")
    changed = await conference.rooms.update(room, change)
    assert changed.settings == RoomSettings(True, "nothing", True, True, 5, True, 0)
    assert (changed.name, changed.hosts, changed.has_pin, changed.has_host_pin) == (
        "Board",
        (conference.berta.id,),
        False,
        True,
    )
    assert await conference.rooms.update(room, RoomChange()) == changed
    assert (await conference.rooms.update(room, RoomChange(end_after_host=-1))).settings.end_after_host is None
    reopened = conference.reopen()
    await reopened.start()
    assert reopened.rooms_of_tenant(conference.tenant.id) == conference.rooms.rooms_of_tenant(conference.tenant.id)
    with pytest.raises(Invalid):
        await conference.rooms.update(room, RoomChange(pin="8362"))
    await conference.rooms.update(room, RoomChange(pin="9265"))
    with pytest.raises(Invalid):
        await conference.rooms.update(room, RoomChange(host_pin="9265"))
    await conference.rooms.delete(room)
    with pytest.raises(NotFound):
        await conference.rooms.update(room, RoomChange(name="Gone"))


async def test_a_pin_gives_the_guest_or_host_role_and_is_sealed(conference: ConferenceSetup) -> None:
    open_ = await conference.rooms.create(conference.tenant.id, NewRoom("8000", host_pin="8362"))
    closed = await conference.rooms.create(conference.tenant.id, NewRoom("8001", pin="4711", host_pin="8362"))
    standing = conference.rooms.role_for_pin
    assert [await standing(open_, PinCaller("1"), pin) for pin in ("", "8362", "4711")] == ["guest", "host", None]
    assert [await standing(closed, PinCaller("1"), pin) for pin in ("", "8362", "4711")] == [None, "host", "guest"]
    async with conference.database.read() as session:
        rows = (await session.scalars(select(RoomRow))).all()
    assert all(row.sealed and b"4711" not in row.sealed and b"argon2" not in row.sealed for row in rows)


async def test_pin_attempts_are_limited_per_caller_and_room(conference: ConferenceSetup) -> None:
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000", pin="4711"))
    other = await conference.rooms.create(conference.tenant.id, NewRoom("8001", pin="4711"))
    for _ in range(5):
        assert await conference.rooms.role_for_pin(room, PinCaller("carl"), "9999") is None
    with pytest.raises(TooManyRequests):
        await conference.rooms.role_for_pin(room, PinCaller("carl"), "4711")
    assert await conference.rooms.role_for_pin(room, PinCaller("anna"), "4711") == "guest"
    assert await conference.rooms.role_for_pin(other, PinCaller("carl"), "4711") == "guest"
    conference.clock.advance(2)
    assert await conference.rooms.role_for_pin(room, PinCaller("carl"), "4711") == "guest"


@pytest.mark.parametrize("number", ["+4930{:06}", ""], ids=["varied", "withheld"])
async def test_guessing_with_other_numbers_is_limited_and_locks_out_no_known_caller(
    conference: ConferenceSetup, number: str
) -> None:
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000", pin="4711"))
    enter, known, member = conference.rooms.role_for_pin, PinCaller("+49891"), PinCaller("anna", is_authenticated=True)
    assert await enter(room, known, "4711") == "guest"

    async def fail(attempt: int) -> None:
        if await enter(room, PinCaller(number.format(attempt)), "9999") is None:
            raise Forbidden("The PIN is wrong.")

    counted, _ = await attempts_until_throttled(fail, Forbidden)
    assert counted < 50
    refused = 0
    for attempt in range(360):  # an hour
        conference.clock.advance(10)
        try:
            assert await enter(room, PinCaller(number.format(100 + attempt)), "9999") is None
        except TooManyRequests:
            refused += 1
    assert 360 - refused < 30
    with pytest.raises(TooManyRequests):
        await enter(room, PinCaller("+49892"), "4711")
    assert [await enter(room, one, "4711") for one in (known, member)] == ["guest", "guest"]
    conference.clock.advance(300)
    assert await enter(room, PinCaller("+49892"), "4711") == "guest"


@pytest.mark.parametrize("authenticated", [True, False])
async def test_entering_the_guest_pin_allows_no_more_attempts_at_the_host_pin(
    conference: ConferenceSetup, *, authenticated: bool
) -> None:
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000", pin="4711", host_pin="8362"))
    for attempt in range(100):
        guest = PinCaller("anna" if authenticated else f"+4930{attempt:06}", is_authenticated=authenticated)
        assert await conference.rooms.role_for_pin(room, guest, "4711") == "guest"
        with suppress(TooManyRequests):
            await conference.rooms.role_for_pin(room, guest, "9999")
    assert await conference.rooms.role_for_pin(room, guest, "4711") == "guest"
    assert await conference.rooms.role_for_pin(room, guest, "8362") is None
    host = PinCaller("berta", is_authenticated=True)
    assert await conference.rooms.role_for_pin(room, host, "8362") == "host"


async def unavailable(*_: object) -> None:
    raise OSError


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("unificx.conferencing.repository.get_pins", unavailable, OSError),
        ("unificx.identity.passwords.MAX_WAITING", 0, TooManyRequests),
    ],
    ids=["database away", "overload"],
)
async def test_a_pin_that_was_not_checked_is_not_counted(
    conference: ConferenceSetup, monkeypatch: pytest.MonkeyPatch, name: str, value: Any, error: type[BaseException]
) -> None:
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000", pin="4711"))
    enter = conference.rooms.role_for_pin
    with monkeypatch.context() as patched:
        patched.setattr(name, value)
        for attempt in range(60):
            with pytest.raises(error):
                await asyncio.create_task(enter(room, PinCaller(f"+4930{attempt % 30:06}"), "4711"))
    for attempt in range(31):
        assert await enter(room, PinCaller(f"+4930{attempt:06}"), "4711") == "guest"


@pytest.mark.parametrize(("pin", "expected"), [("9999", pytest.raises(TooManyRequests)), ("4711", nullcontext())])
async def test_a_wrong_pin_is_counted_although_its_caller_hangs_up(
    conference: ConferenceSetup,
    monkeypatch: pytest.MonkeyPatch,
    pin: str,
    expected: AbstractContextManager[object],
) -> None:
    """The check has begun, and goes on."""
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000", pin="4711"))
    enter = conference.rooms.role_for_pin
    begun, hung_up = asyncio.Event(), asyncio.Event()

    async def check(hashing: PasswordHashing, digest: str | None, entered: str) -> bool:
        begun.set()
        await hung_up.wait()
        return digest is not None and entered == "4711"

    with monkeypatch.context() as patched:
        patched.setattr(PasswordHashing, "verify", check)
        for attempt in range(40):
            begun.clear()
            hung_up.clear()
            task = asyncio.create_task(enter(room, PinCaller(f"+4930{attempt:06}"), pin))
            await begun.wait()
            task.cancel()
            hung_up.set()
            with pytest.raises(asyncio.CancelledError):
                await task
    with expected:
        assert await enter(room, PinCaller("+49309"), "4711") == "guest"


async def test_a_pin_is_not_counted_if_its_check_ends_with_the_call(
    conference: ConferenceSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that takes too long, in an overload, is given up after a hang-up."""
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000", pin="4711"))
    begun = asyncio.Event()

    async def check(hashing: PasswordHashing, digest: str | None, entered: str) -> bool:
        begun.set()
        return await asyncio.Future()

    with monkeypatch.context() as patched:
        patched.setattr(PasswordHashing, "verify", check)
        patched.setattr("unificx.db.polling_worker._CANCEL_GRACE", 0.0)
        for attempt in range(40):
            begun.clear()
            task = asyncio.create_task(conference.rooms.role_for_pin(room, PinCaller(f"+4930{attempt:06}"), "4711"))
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    assert await conference.rooms.role_for_pin(room, PinCaller("+49309"), "4711") == "guest"


async def test_mistakes_of_callers_who_then_enter_delay_no_others(conference: ConferenceSetup) -> None:
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000", pin="4711"))
    for group in range(4):
        callers = [PinCaller(f"+4930{group}{one:03}") for one in range(30)]
        for pin, role in (("4712", None), ("4711", "guest")):
            assert {await conference.rooms.role_for_pin(room, caller, pin) for caller in callers} == {role}


async def test_callers_with_the_right_pin_do_not_prolong_a_delay(conference: ConferenceSetup) -> None:
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000", pin="4711"))
    enter, numbers = conference.rooms.role_for_pin, iter(range(100, 1000))
    for _ in range(45):
        try:
            await enter(room, PinCaller(f"+4930{next(numbers)}"), "9999")
        except TooManyRequests as throttled:
            conference.clock.advance(throttled.retry_after + 1)
    conference.clock.advance(300)
    for _ in range(10):
        assert await enter(room, PinCaller(f"+4930{next(numbers)}"), "4711") == "guest"
    assert await enter(room, PinCaller(f"+4930{next(numbers)}"), "9999") is None
    with pytest.raises(TooManyRequests):
        await enter(room, PinCaller(f"+4930{next(numbers)}"), "4711")


async def test_an_attempt_that_is_taken_back_does_not_end_the_delay_of_a_later_one(clock: ManualClock) -> None:
    throttle, numbers = SharedPinThrottle(LocalCounters(clock), "PIN"), iter(range(1000))

    async def attempt() -> CountedAttempt:
        return await throttle.attempt("8000 host", PinCaller(f"+4930{next(numbers)}"))

    while not (await attempt()).delay:
        pass
    clock.advance(10)
    checked = await attempt()
    clock.advance(10)
    assert not (await attempt()).delay
    await throttle.withdraw(checked)
    assert (await attempt()).delay


async def test_callers_that_know_the_former_pin_gain_no_attempts_at_the_new_one(conference: ConferenceSetup) -> None:
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000", pin="4711"))
    callers = [PinCaller(f"+4930{one:03}") for one in range(60)]
    enter = conference.rooms.role_for_pin
    assert {await enter(room, caller, "4711") for caller in callers} == {"guest"}
    await conference.rooms.update(room, RoomChange(pin="9265"))

    async def attempt(number: int) -> None:
        if await enter(room, callers[number], "4711") is None:
            raise Forbidden("The PIN is wrong.")

    counted, _ = await attempts_until_throttled(attempt, Forbidden)
    assert counted < 50


async def test_deleted_extensions_and_tenants_are_removed(conference: ConferenceSetup) -> None:
    room = await conference.rooms.create(
        conference.tenant.id, NewRoom("8000", hosts=(conference.anna.id, conference.berta.id))
    )
    async with conference.database.begin() as uow:
        await conference.rooms.on_extension_deleted(
            ExtensionDeleted("f-1", conference.tenant.id, conference.anna.id), uow
        )
    assert conference.rooms.find(conference.tenant.id, room.id).hosts == (conference.berta.id,)
    async with conference.database.begin() as uow:
        await conference.rooms.on_tenant_deleted(TenantDeleted("f-2", conference.tenant.id), uow)
    reopened = conference.reopen()
    await reopened.start()
    assert (
        reopened.rooms_of_tenant(conference.tenant.id) == conference.rooms.rooms_of_tenant(conference.tenant.id) == []
    )


async def test_a_tenant_with_rooms_can_be_deleted(conference: ConferenceSetup) -> None:
    await conference.rooms.create(conference.tenant.id, NewRoom("8000"))
    await conference.people.tenants.delete(conference.tenant.id)


async def test_an_ad_hoc_room_is_found_by_id_until_closed(conference: ConferenceSetup) -> None:
    room = conference.rooms.open_ad_hoc(conference.tenant.id, conference.anna.id)
    assert conference.rooms.by_id(room.id) == conference.rooms.find(conference.tenant.id, room.id) == room
    assert conference.anna.id in room.hosts
    assert not conference.rooms.rooms_of_tenant(conference.tenant.id)
    with pytest.raises(NotFound):
        conference.rooms.find("another", room.id)
    with pytest.raises(Conflict):
        await conference.rooms.update(room, RoomChange(name="Mine"))
    with pytest.raises(Conflict):
        await conference.rooms.delete(room)
    conference.rooms.close_ad_hoc(room)
    assert conference.rooms.by_id(room.id) is None
    standing = await conference.rooms.create(conference.tenant.id, NewRoom("8000"))
    conference.rooms.close_ad_hoc(standing)
    assert conference.rooms.by_id(standing.id) == standing


async def test_changes_by_two_processes_are_both_stored(conference: ConferenceSetup, database_url: str) -> None:
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000"))
    database = Database(database_url, conference.clock)
    other = replace(conference, database=database).reopen()
    await other.start()
    for number in range(8):
        await asyncio.gather(
            conference.rooms.update(room, RoomChange(name=f"Board {number}")),
            other.update(room, RoomChange(most=10 + number)),
        )
        reopened = conference.reopen()
        await reopened.start()
        stored = reopened.find(conference.tenant.id, "8000")
        assert (stored.name, stored.settings.most) == (f"Board {number}", 10 + number)
    await asyncio.gather(
        conference.rooms.update(room, RoomChange(pin="4711")), other.update(room, RoomChange(host_pin="8362"))
    )
    assert await conference.rooms.role_for_pin(replace(room, has_pin=True), PinCaller("a"), "4711") == "guest"
    assert await conference.rooms.role_for_pin(replace(room, has_pin=True), PinCaller("a"), "8362") == "host"
    await database.close()


@pytest.mark.promise("D1", "R4")
async def test_a_name_of_an_earlier_version_is_sealed_at_the_start_and_lost_with_the_room(
    conference: ConferenceSetup,
) -> None:
    made = await conference.rooms.create(conference.tenant.id, NewRoom("8000", "Redundancies"))
    async with conference.database.begin() as uow:
        await uow.session.execute(update(RoomRow).values(name="Redundancies", sealed_name=None))
    reopened = conference.reopen()
    await reopened.start()
    assert reopened.find(conference.tenant.id, made.id) == made
    async with conference.database.read() as session:
        row = (await session.scalars(select(RoomRow))).one()
    assert row.name is None
    assert row.sealed_name is not None
    await reopened.delete(made)
    assert conference.keys.is_destroyed(conference.tenant.id, made.id)


async def test_two_hosts_do_not_exceed_the_limit_of_links_together(
    conference: ConferenceSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.conferencing.guests.MAX_LINKS", 1)
    room = await conference.rooms.create(conference.tenant.id, NewRoom("8000"))
    guests = MeetingGuests(conference.database, conference.rooms, conference.clock, LocalCounters(conference.clock))
    await asyncio.gather(*(guests.withdraw_links(room) for _ in range(3)))  # connects: the next ones run side by side
    made = await asyncio.gather(*(guests.create_link(room) for _ in range(3)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in made) == ["Conflict", "Conflict", "tuple"]
    await conference.rooms.delete(room)
    with pytest.raises(NotFound):
        await guests.create_link(room)
