"""Calendar periods in the notation of ISO 8601-1:2019, 5.5.2.2: whole years, months, weeks and days."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

_FORMAT = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?|P(\d{1,4})W", re.ASCII)
_UNITS = (
    (Phrase("1 year"), "{} years"),
    (Phrase("1 month"), "{} months"),
    (Phrase("1 day"), "{} days"),
)
_REFERENCE = datetime(2001, 1, 1, tzinfo=UTC)
"""Periods are compared from this day on, the first of a year and of a month."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period of the calendar: `Period.parse("P1Y6M")`. Weeks are stored as days."""

    years: int = 0
    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str, field: str = "period") -> "Period":
        """Return the period; raise Invalid for other text, for none, and for more than a hundred years."""
        found = _FORMAT.fullmatch(text)
        if found is not None:
            years, months, days, weeks = (int(each or 0) for each in found.groups())
            period = cls(years, months, days + 7 * weeks)
            if period != cls() and 12 * period.years + period.months <= 1200 and period.days <= 36_500:
                return period
        raise Invalid(
            Phrase("{} is not a period.", repr(text[:20])),
            hint="Write years, months, weeks or days, such as P6M or P14D.",
            field=field,
        )

    def before(self, moment: datetime) -> datetime:
        """Return the time this much earlier. A day that the month does not have becomes its last one."""
        return self._shifted(moment, -1)

    def after(self, moment: datetime) -> datetime:
        """Return the time this much later."""
        return self._shifted(moment, 1)

    def _shifted(self, moment: datetime, direction: int) -> datetime:
        months = moment.year * 12 + moment.month - 1 + direction * (12 * self.years + self.months)
        year, month = months // 12, months % 12 + 1
        day = min(moment.day, calendar.monthrange(year, month)[1])
        return moment.replace(year=year, month=month, day=day) + direction * timedelta(days=self.days)

    def exceeds(self, other: "Period") -> bool:
        """Whether this period is longer than the other."""
        return self.after(_REFERENCE) > other.after(_REFERENCE)

    def __str__(self) -> str:
        numbers = zip((self.years, self.months, self.days), "YMD", strict=True)
        return "P" + "".join(f"{number}{unit}" for number, unit in numbers if number)

    @property
    def text(self) -> Phrase:
        """The period as a text: "1 year 6 months"."""
        numbers = zip((self.years, self.months, self.days), _UNITS, strict=True)
        found = [one if number == 1 else Phrase(more, number) for number, (one, more) in numbers if number]
        return Phrase(" ".join(["{}"] * len(found)), *found)
