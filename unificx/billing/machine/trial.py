"""The trial of a tenant: which days are free, when its plan is charged, and when it is reminded. Pure.

Days are those of the time zone of the tenant. A trial ends by itself; the plan is charged only if the tenant, or the
operator for it, has decided to continue. So nothing is owed that was not ordered.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from unificx.core.errors import Conflict, Invalid
from unificx.core.phrases import Phrase

MAX_DAYS = 366
REMINDERS = (7, 1, 0)
"""Days before the end at which administrators are reminded; 0: it has ended."""
TrialState = Literal["running", "continued", "ended", "charged"]
"""`continued`: runs, and the plan is charged afterwards; `ended`: over without a decision, so that calls outside are
refused; `charged`: over, and the plan is charged."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial from the day `since` to the day before `until`. `charged_since`: first day on which the plan is charged,
    None while that is not decided. `reminded`: days of the last reminder, None before the first."""

    since: date
    until: date
    charged_since: date | None = None
    reminded: int | None = None

    def state(self, today: date) -> TrialState:
        """Return the state on a day."""
        if self.charged_since is None:
            return "running" if today < self.until else "ended"
        return "continued" if today < self.charged_since else "charged"

    def is_free(self, day: date) -> bool:
        """Return whether calls answered on a day are free."""
        return self.since <= day < self.until

    def is_charged(self, day: date) -> bool:
        """Return whether the plan is charged for a day: before the trial, and from `charged_since` on."""
        return day < self.since or (self.charged_since is not None and day >= self.charged_since)

    def reminder(self, today: date) -> int | None:
        """Return the reminder that is due, None for none. One that was missed is not sent later on."""
        if self.state(today) not in ("running", "ended"):
            return None
        left = (self.until - today).days
        due = min((days for days in REMINDERS if left <= days), default=None)
        return due if due is not None and (self.reminded is None or due < self.reminded) else None


def begun(since: date, days: int) -> Trial:
    """Return a trial of some days. Raise Invalid."""
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(Phrase("A trial has 1 to {} days.", MAX_DAYS), field="trial_days")
    return Trial(since, since + timedelta(days=days))


def continued(trial: Trial, today: date) -> Trial:
    """Return a trial after which the plan is charged, from today on if it has ended. Repeating it changes nothing."""
    return trial if trial.charged_since is not None else replace(trial, charged_since=max(trial.until, today))


def with_end(trial: Trial, until: date, today: date) -> Trial:
    """Return a trial that ends before another day: extended, shortened, or resumed after its end. Raise Invalid,
    Conflict once the plan is charged."""
    if trial.state(today) == "charged":
        raise Conflict("The trial is over and the plan is charged.", hint="Assign another plan, or end the plan.")
    if not max(today, trial.since) <= until <= trial.since + timedelta(days=MAX_DAYS):
        raise Invalid(Phrase("A trial ends today at the earliest, and has at most {} days.", MAX_DAYS), field="until")
    charged = None if trial.charged_since is None else until
    return replace(trial, until=until, charged_since=charged, reminded=None)
