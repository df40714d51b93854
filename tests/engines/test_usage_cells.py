"""Figures of usage insight, which identify no person."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from unificx.insight.cells import cells, complete_months, rounded_people


def people(count: int) -> frozenset[str]:
    return frozenset(map(str, range(count)))


@pytest.mark.promise("U5")
@pytest.mark.parametrize(
    ("used", "counted", "band", "percent"),
    [
        (0, 40, "few", None),
        (9, 40, "few", None),
        (10, 40, "some", 25),
        (11, 40, "some", 30),
        (30, 40, "some", 75),
        (31, 40, "most", None),
        (40, 40, "most", None),
        (10, 19, "most", None),
        (9, 19, "few", None),
        (10, 20, "some", 50),
    ],
)
def test_a_figure_has_ten_people_behind_it_and_ten_behind_the_rest(
    used: int, counted: int, band: str, percent: int | None
) -> None:
    [chat] = [each for each in cells({"chat": people(used)}, counted) if each.feature == "chat"]
    assert (chat.band, chat.percent) == (band, percent)


@pytest.mark.promise("U5")
def test_the_number_of_people_is_rounded_and_not_given_below_ten() -> None:
    assert [rounded_people(each) for each in (0, 9, 10, 14, 15)] == [None, None, 10, 10, 15]


def test_only_complete_months_are_shown_in_the_time_zone_of_the_tenant() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    found = complete_months(datetime(2026, 2, 28, 23, 30, tzinfo=UTC), berlin)
    assert [each[0] for each in found] == [date(2025, each, 1) for each in (9, 10, 11, 12)] + [
        date(2026, 1, 1),
        date(2026, 2, 1),
    ], "it is March in Berlin"
    first, *_, last = found
    assert first[1] == datetime(2025, 9, 1, tzinfo=berlin)
    assert last[1:] == (datetime(2026, 2, 1, tzinfo=berlin), datetime(2026, 3, 1, tzinfo=berlin))
