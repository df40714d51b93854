"""Opening hours: weekly hours to the minute across changes of the clock, holidays, the switch, storage."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_factory import identity_on

from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database
from unificx.identity import NewTenant, TenantChange
from unificx.privacy import KeyStore
from unificx.routing import (
    HOURS_APP,
    CallApp,
    DestinationDirectory,
    DestinationRef,
    DestinationServiceDependencies,
    FeatureCodes,
    GoTo,
    HangupKind,
    HoursChange,
    HoursService,
    NewHours,
)
from unificx.routing.hours.calendar import MAX_EVENTS, read_holidays
from unificx.routing.hours.weekly import is_open, parse_weekly

OPEN, BUSY = DestinationRef("hangup"), DestinationRef("hangup", "busy")
ZONES = ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")


@pytest.mark.parametrize(
    ("text", "local", "expected"),
    [
        ("mon-fri 09:00-17:00", "2026-11-27 09:00", True), ("mon-fri 09:00-17:00", "2026-11-27 08:59", False),
        ("mon-fri 09:00-17:00", "2026-11-27 16:59", True), ("mon-fri 09:00-17:00", "2026-11-27 17:00", False),
        ("mon-fri 09:00-17:00", "2026-11-28 12:00", False), ("MON,Sat 9:00-12:00,13:00-14:00", "2026-11-28 13:30", True),
        ("mon,sat 9:00-12:00,13:00-14:00", "2026-11-28 12:30", False), ("sun 20:00-24:00", "2026-11-29 23:59", True),
        ("fri 22:00-06:00", "2026-11-28 05:59", True), ("fri 22:00-06:00", "2026-11-28 06:00", False),
        ("fri-mon 00:00-24:00", "2026-11-29 00:00", True), ("fri-mon 00:00-24:00", "2026-12-01 00:00", False),
        ("fri 22:00-00:00", "2026-11-28 00:00", False),
    ],
)  # fmt: skip
def test_weekly_hours(text: str, local: str, expected: bool) -> None:
    assert is_open(parse_weekly([text]), (), datetime.fromisoformat(local)) is expected


@pytest.mark.parametrize("text", ["", "mon", "09:00-17:00", "mon-foo 09:00-17:00", "mon 9-17", "mon 25:00-26:00",
                                  "mon 09:60-17:00", "mon 09:00-24:01", "mon 09:00-09:00", "mon 24:00-01:00"])  # fmt: skip
def test_malformed_hours_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_weekly([text])
    assert refused.value.field == "open"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Invalid):
        parse_weekly([text])


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.sets(st.integers(0, 6), min_size=1),
)
def test_open_exactly_while_the_wall_clock_shows_the_hours(
    zone: str, at: datetime, start: int, end: int, days: set[int]
) -> None:
    """The reference lists the minutes of the wall clock by name, so that a repeated or skipped hour follows from it."""
    if start == end:
        return
    names = ",".join(("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day] for day in days)
    ranges = parse_weekly([f"{names} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"])
    local = at.astimezone(ZoneInfo(zone))
    shown = int(f"{local:%H}") * 60 + int(f"{local:%M}")
    weekday = date(local.year, local.month, local.day).isoweekday() - 1
    if start < end:
        expected = weekday in days and shown in range(start, end)
    else:
        expected = (weekday in days and shown >= start) or ((weekday + 6) % 7 in days and shown < end)
    assert is_open(ranges, (), local) is expected


def test_holiday_is_closed_and_ends_the_night_before() -> None:
    ranges, christmas = parse_weekly(["mon-sun 20:00-04:00"]), date(2026, 12, 25)
    at = datetime(2026, 12, 24, 19, 0)
    found = [is_open(ranges, (christmas,), at + timedelta(hours=hour)) for hour in range(36)]
    assert found == [False] + [True] * 4 + [False] * 31


CALENDAR = """BEGIN:VCALENDAR\r
BEGIN:VEVENT\r
SUMMARY:Christmas\r
DTSTART;VALUE=DATE:20251225\r
DTEND;VALUE=DATE:20251227\r
RRULE:FREQ=YEARLY;COUNT=3\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;TZID="Europe/Berlin";X-LONG=\r
 1:20261231T140000\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20240229\r
RRULE:FREQ=YEARLY;UNTIL=20290301\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_calendar_gives_whole_days_from_this_year_on() -> None:
    found = read_holidays(CALENDAR, date(2026, 11, 27))
    assert found == tuple(
        map(date.fromisoformat, ("2026-12-25", "2026-12-26", "2026-12-31", "2027-12-25", "2027-12-26", "2028-02-29"))
    )


def event(*lines: str) -> str:
    return "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", "x" * 300_000, event("DTSTART:20261332"), event("DTSTART:never"), event(),
        event("DTSTART:20260101", "DTEND:20261231"), event("DTSTART:20260101", "RRULE:FREQ=SECONDLY"),
        event("DTSTART:20260101", "RRULE:FREQ=YEARLY;COUNT=99999999999"), event("DTSTART:99991231"),
        event("DTSTART:20260101", "RRULE:FREQ=YEARLY;BYDAY=MO"), event(*["X:1"] * 5, "DTSTART:20260230"),
        "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\n" * (MAX_EVENTS + 1),
    ],
)  # fmt: skip
def test_calendar_bomb_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_holidays(text, date(2026, 1, 1))


@pytest.fixture
async def hours(database: Database, keys: KeyStore, clock: ManualClock) -> AsyncIterator[tuple[HoursService, str]]:
    people = identity_on(database, keys, clock)
    await people.start()
    tenant = await people.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    await people.tenants.update(tenant.id, TenantChange(time_zone="Europe/Berlin"))
    destinations = DestinationDirectory((HangupKind(),))
    parts = DestinationServiceDependencies(database, keys, people.directory, destinations, clock)
    service = HoursService(parts, FeatureCodes(parts))
    destinations.add(service)
    await service.start()
    yield service, tenant.id
    await people.join_background_tasks()


def leads_to(service: HoursService, tenant: str) -> DestinationRef | None:
    found = service.find(tenant, "office")
    if found is None:
        return None
    [step] = found.plan().steps
    assert isinstance(step.action, GoTo)
    return step.action.ref


async def test_hours_are_stored_switched_and_deleted(
    hours: tuple[HoursService, str], database: Database, keys: KeyStore, clock: ManualClock
) -> None:
    service, tenant = hours
    new = NewHours("office", ("mon-sun 00:00-24:00",), OPEN, BUSY, (date(2026, 12, 25),), "*28")
    made = await service.create(tenant, new)
    assert leads_to(service, tenant) == OPEN
    assert service.at_number(tenant, "*282") == CallApp(HOURS_APP, (made.id, "2"))
    assert service.at_number(tenant, "*283") is service.at_number("another", "*28") is None
    closed = await service.switch_by_code(made.id, "")
    assert closed is not None
    assert (closed.switch, leads_to(service, tenant)) == ("closed", BUSY)
    loaded = HoursService(replace(service._deps, destinations=DestinationDirectory()), FeatureCodes(service._deps))
    await loaded.start()
    assert loaded.get(tenant, "office") == closed
    opened = await service.switch_by_code(made.id, "")
    assert opened is not None
    assert opened.switch == "auto"
    await service.update(opened, HoursChange(switch="open", weekly=("mon 09:00-10:00",)))
    assert leads_to(service, tenant) == OPEN
    with pytest.raises(Conflict):
        await service.create(tenant, new)
    for name in ("", "Office", "9to5", "a b", "office\n", "x" * 32):
        with pytest.raises(Invalid) as refused:
            await service.create(tenant, replace(new, name=name, code=""))
        assert refused.value.field == "name"
    days = tuple(date.fromordinal(738_000 + at) for at in range(1001))
    for change in (
        HoursChange(weekly=("never",)), HoursChange(weekly=("mon 09:00-10:00",) * 51), HoursChange(holidays=days),
        HoursChange(then=DestinationRef("hours", "office")), HoursChange(code="28"),
        HoursChange(otherwise=DestinationRef("hours", "night")),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            await service.update(made, change)
    await service.delete(made)
    with pytest.raises(NotFound):
        service.get(tenant, "office")
    with pytest.raises(NotFound):
        await service.update(made, HoursChange(switch="open"))
    assert leads_to(service, tenant) is service.at_number(tenant, "*28") is None


async def test_the_keys_of_phones_show_the_state_of_the_switch(
    hours: tuple[HoursService, str], clock: ManualClock
) -> None:
    service, tenant = hours
    changed: list[str] = []
    service.on_change.append(changed.append)
    made = await service.create(tenant, NewHours("office", ("mon-sun 10:00-18:00",), OPEN, BUSY, code="*28"))

    def lit() -> list[bool | None]:
        return [service.state(tenant, code) for code in ("*28", "*280", "*281", "*282")]

    assert [service.state(tenant, code) for code in ("*283", "*2800", "*2", "28")] == [None] * 4
    assert service.state("another", "*28") is None
    assert lit() == [False, True, False, False]
    clock.advance(8 * 3600)  # 09:00 UTC is 10:00 here
    assert lit() == [True, True, False, False]
    await service.update(made, HoursChange(switch="open"))
    assert lit() == [False, False, True, False]
    await service.switch_by_code(made.id, "")
    assert lit() == [True, False, False, True]
    await service.delete(made)
    assert lit() == [None] * 4
    assert changed == [tenant] * 3


async def test_calendar_is_added_to_the_holidays_of_the_tenants_year(hours: tuple[HoursService, str]) -> None:
    service, tenant = hours
    made = await service.create(tenant, NewHours("office", ("mon 09:00-10:00",), OPEN, holidays=(date(2026, 1, 1),)))
    changed = await service.import_calendar(made, event("DTSTART:20991224"))
    assert changed.holidays == (date(2026, 1, 1), date(2099, 12, 24))
    with pytest.raises(Invalid):
        await service.import_calendar(changed, "nothing")
    assert service.get(tenant, "office") == changed


async def test_an_import_leaves_the_holidays_that_were_entered_meanwhile(hours: tuple[HoursService, str]) -> None:
    service, tenant = hours
    made = await service.create(tenant, NewHours("office", ("mon 09:00-10:00",), OPEN))
    await service.update(made, HoursChange(holidays=(date(2099, 5, 1),)))
    changed = await service.import_calendar(made, event("DTSTART:20991224"))
    assert changed.holidays == (date(2099, 5, 1), date(2099, 12, 24))
