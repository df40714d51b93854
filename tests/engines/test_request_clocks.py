"""Time limits of requests about personal data over calendars, and their states. Pure."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from unificx.core.errors import Conflict, Invalid
from unificx.support.rights.clocks import (
    TimeLimits,
    breach_due,
    end_of,
    general_limits,
    local_day,
    regime_of,
    time_limits,
)
from unificx.support.rights.holidays import easter_sunday, is_working_day
from unificx.support.rights.schemas import State
from unificx.support.rights.states import FINAL, STEPS, Step, after, after_message, allowed

NOW = datetime(2026, 1, 5, tzinfo=UTC)
DUE = NOW + timedelta(days=30)
D = date.fromisoformat


@pytest.mark.parametrize(
    ("country", "received", "answer", "extended"),
    [
        ("DE", "2026-03-10", "2026-04-10", "2026-06-10"),  # the day with the same number
        ("DE", "2026-03-05", "2026-04-07", "2026-06-05"),  # Easter Sunday, then Easter Monday
        ("DE", "2026-03-03", "2026-04-07", "2026-06-03"),  # Good Friday, Saturday, Easter
        ("NL", "2026-03-03", "2026-04-03", "2026-06-03"),  # Good Friday is an ordinary day there
        ("DE", "2026-01-31", "2026-03-02", "2026-04-30"),  # 28 February is a Saturday; April has 30 days
        ("DE", "2024-01-31", "2024-02-29", "2024-04-30"),  # leap year
        ("DE", "2026-08-31", "2026-09-30", "2026-11-30"),  # 31 to 30
        ("DE", "2026-11-25", "2026-12-28", "2027-02-25"),  # Christmas, then a weekend
        ("FR", "2026-11-25", "2026-12-28", "2027-02-25"),  # Christmas is a Friday
        ("DE", "2026-12-01", "2027-01-04", "2027-03-01"),  # New Year's Day is a Friday
        ("DE", "2026-12-31", "2027-02-01", "2027-03-31"),  # over the end of the year, to a Sunday
        ("DE", "2026-09-03", "2026-10-05", "2026-12-03"),  # 3 October is a Saturday
        ("AT", "2026-09-26", "2026-10-27", "2026-12-28"),  # national holiday on a Monday; St Stephen's on a Saturday
        ("DE", "2026-04-25", "2026-05-26", "2026-07-27"),  # Whit Monday; then a Saturday
        ("DE", "2026-04-14", "2026-05-15", "2026-07-14"),  # Ascension is a Thursday
        ("XX", "2026-04-14", "2026-05-14", "2026-07-14"),  # no holidays are known: earlier, never later
    ],
)
@pytest.mark.promise("U6", "D1", "D3")
def test_gdpr_month_ends_on_a_working_day(country: str, received: str, answer: str, extended: str) -> None:
    assert time_limits("gdpr", country, D(received)) == TimeLimits(None, D(answer), D(extended))


@pytest.mark.parametrize(
    ("received", "confirm", "answer", "extended"),
    [
        ("2026-03-02", "2026-03-16", "2026-04-16", "2026-05-31"),  # calendar days are not moved
        ("2026-06-29", "2026-07-14", "2026-08-13", "2026-09-27"),  # 4 July is observed on Friday, 3 July
        ("2026-11-20", "2026-12-07", "2027-01-04", "2027-02-18"),  # Thanksgiving
        ("2027-12-20", "2028-01-05", "2028-02-03", "2028-03-19"),  # 25 December on the 24th, 1 January on 31 December
        ("2026-01-16", "2026-02-02", "2026-03-02", "2026-04-16"),  # Martin Luther King's birthday
    ],
)
@pytest.mark.promise("U6")
def test_ccpa_counts_business_days_and_calendar_days(received: str, confirm: str, answer: str, extended: str) -> None:
    assert time_limits("ccpa", "US", D(received)) == TimeLimits(D(confirm), D(answer), D(extended))


def test_easter_holidays_and_weekends_are_known() -> None:
    assert [easter_sunday(year) for year in (2000, 2024, 2025, 2026, 2038)] == [
        *(D("2000-04-23"), D("2024-03-31"), D("2025-04-20"), D("2026-04-05"), D("2038-04-25"))
    ]
    free = ("2026-04-04", "2026-04-05", "2026-10-03", "2026-12-25")
    assert not any(is_working_day(D(day), "DE") for day in free)
    assert is_working_day(D("2026-12-24"), "DE")
    assert not is_working_day(D("2026-05-25"), "US")  # the last Monday of May
    assert is_working_day(D("2026-05-18"), "US")
    assert not is_working_day(D("2025-04-26"), "NL")  # King's Day is not on a Sunday


def test_days_are_those_of_the_tenant() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert local_day(datetime(2026, 3, 4, 23, 30, tzinfo=UTC), berlin) == D("2026-03-05")
    assert end_of(D("2026-04-07"), berlin) == datetime(2026, 4, 7, 22, tzinfo=UTC)
    assert end_of(D("2026-01-31"), None) == datetime(2026, 2, 1, tzinfo=UTC)
    assert (regime_of("US"), regime_of("DE"), regime_of("")) == ("ccpa", "gdpr", "gdpr")


@pytest.mark.promise("T4")
def test_a_breach_has_72_hours_over_any_weekend() -> None:
    assert breach_due(datetime(2026, 4, 3, 17, tzinfo=UTC)) == datetime(2026, 4, 6, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("received", "prove refuse withdraw"),
        ("proved", "begin reply extend answer refuse withdraw"),
        ("in_work", "reply extend answer refuse withdraw"),
        ("extended", "reply answer refuse withdraw"),
        ("answered", ""),
        ("refused", ""),
        ("withdrawn", ""),
    ],
)
@pytest.mark.promise("U6")
def test_only_these_steps_are_possible(state: State, steps: str) -> None:
    assert allowed(state) == tuple(steps.split())
    for step in STEPS:
        if step in allowed(state):
            following = after(state, step, note="why", due=DUE, now=NOW)
            assert (following in FINAL) is (step in ("answer", "refuse", "withdraw"))
        else:
            with pytest.raises(Conflict):
                after(state, step, note="why", due=DUE, now=NOW)


@pytest.mark.parametrize("step", ["refuse", "extend"])
def test_refusals_and_extensions_give_reasons(step: Step) -> None:
    with pytest.raises(Invalid) as refused:
        after("in_work", step, note="  ", due=DUE, now=NOW)
    assert refused.value.field == "note"


def test_an_extension_after_the_time_limit_is_too_late() -> None:
    assert after("in_work", "extend", note="many calls", due=DUE, now=DUE - timedelta(seconds=1)) == "extended"
    with pytest.raises(Conflict):
        after("in_work", "extend", note="many calls", due=DUE, now=DUE)


@pytest.mark.parametrize(
    ("kind", "received", "answer", "extended"),
    [
        ("abuse", "2026-04-02", "2026-04-08", "2026-04-10"),  # Easter is in between
        ("technical", "2026-03-06", "2026-03-11", "2026-03-16"),
        ("inquiry", "2026-03-06", "2026-03-13", "2026-03-20"),
        ("technical", "2026-12-23", "2026-12-29", "2027-01-04"),  # Christmas and New Year
    ],
)
@pytest.mark.promise("U6")
def test_general_limits_are_working_days(kind: str, received: str, answer: str, extended: str) -> None:
    assert general_limits(kind, "DE", D(received)) == TimeLimits(None, D(answer), D(extended))


def test_a_message_opens_an_answered_request_for_thirty_days() -> None:
    assert after_message("received", None, NOW) == "received"
    assert after_message("extended", None, NOW) == "extended"
    lately = NOW - timedelta(days=30) + timedelta(seconds=1)
    assert [after_message(state, lately, NOW) for state in ("answered", "refused")] == ["in_work"] * 2
    for state, closed in (("withdrawn", lately), ("answered", NOW - timedelta(days=30))):
        with pytest.raises(Conflict):
            after_message(state, closed, NOW)


def test_a_reply_needs_a_text_and_leaves_the_request_open() -> None:
    assert after("proved", "reply", note="Which?", due=DUE, now=NOW) == "in_work"
    assert after("extended", "reply", note="Which?", due=DUE, now=NOW) == "extended"
    with pytest.raises(Invalid):
        after("proved", "reply", note=" ", due=DUE, now=NOW)
    assert "reply" not in allowed("received")
