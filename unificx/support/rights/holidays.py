"""Public holidays by country, computed from rules. Pure.

Only holidays of a whole country are included, and only of the countries below. A missing holiday makes a time limit end
earlier, never later, so the table may be incomplete but must not contain a wrong day.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache

Rule = Callable[[int], date]
"""Returns the day of a holiday in a year."""

_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (anonymous algorithm of Meeus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def _on(month: int, day: int) -> Rule:
    return lambda year: date(year, month, day)


def _easter(days: int) -> Rule:
    return lambda year: easter_sunday(year) + timedelta(days=days)


def _nth(month: int, weekday: int, count: int) -> Rule:
    """The `count`-th weekday of a month; -1 for the last one."""

    def rule(year: int) -> date:
        first = date(year, month, 1)
        day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1 if count > 0 else 4))
        return day if day.month == month else day - timedelta(days=7)

    return rule


def _observed(month: int, day: int) -> Rule:
    """A fixed day, on the Friday before a Saturday and the Monday after a Sunday (5 U.S.C. 6103)."""

    def rule(year: int) -> date:
        found = date(year, month, day)
        return found + timedelta(days={_SATURDAY: -1, _SUNDAY: 1}.get(found.weekday(), 0))

    return rule


def _kings_day(year: int) -> date:
    day = date(year, 4, 27)
    return day if day.weekday() != _SUNDAY else date(year, 4, 26)


_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY = _easter(1), _easter(39), _easter(50)
_NEW_YEAR, _MAY_DAY, _CHRISTMAS, _BOXING_DAY = _on(1, 1), _on(5, 1), _on(12, 25), _on(12, 26)
_ASSUMPTION, _ALL_SAINTS = _on(8, 15), _on(11, 1)
_WESTERN = (_NEW_YEAR, _EASTER_MONDAY, _MAY_DAY, _ASCENSION, _WHIT_MONDAY, _CHRISTMAS)

_RULES: Mapping[str, tuple[Rule, ...]] = {
    "AT": (*_WESTERN, _on(1, 6), _easter(60), _ASSUMPTION, _on(10, 26), _ALL_SAINTS, _on(12, 8), _BOXING_DAY),
    "BE": (*_WESTERN, _on(7, 21), _ASSUMPTION, _ALL_SAINTS, _on(11, 11)),
    "CH": (_NEW_YEAR, _ASCENSION, _on(8, 1), _CHRISTMAS),
    "DE": (*_WESTERN, _easter(-2), _on(10, 3), _BOXING_DAY),
    "FR": (*_WESTERN, _on(5, 8), _on(7, 14), _ASSUMPTION, _ALL_SAINTS, _on(11, 11)),
    "IT": (
        *(_NEW_YEAR, _on(1, 6), _EASTER_MONDAY, _on(4, 25), _MAY_DAY, _on(6, 2)),
        *(_ASSUMPTION, _ALL_SAINTS, _on(12, 8), _CHRISTMAS, _BOXING_DAY),
    ),
    "LU": (*_WESTERN, _on(5, 9), _on(6, 23), _ASSUMPTION, _ALL_SAINTS, _BOXING_DAY),
    "NL": (_NEW_YEAR, _EASTER_MONDAY, _kings_day, _ASCENSION, _WHIT_MONDAY, _CHRISTMAS, _BOXING_DAY),
    "US": (
        *(_observed(1, 1), _nth(1, _MONDAY, 3), _nth(2, _MONDAY, 3), _nth(5, _MONDAY, -1), _observed(6, 19)),
        *(_observed(7, 4), _nth(9, _MONDAY, 1), _nth(10, _MONDAY, 2), _observed(11, 11)),
        *(_nth(11, _THURSDAY, 4), _observed(12, 25)),
    ),
}


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    # New Year's Day of the following year may be observed on 31 December.
    return frozenset(rule(each) for rule in _RULES.get(country, ()) for each in (year, year + 1))


def is_working_day(day: date, country: str) -> bool:
    """Whether a day is neither Saturday, Sunday nor a public holiday of the country (ISO 3166 code)."""
    return day.weekday() < _SATURDAY and day not in _holidays(country, day.year)
