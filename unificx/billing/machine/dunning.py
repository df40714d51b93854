"""Steps after the last reminder of an unpaid invoice. Pure.

The tenant is notified that calls outside end on a day, and once more on that day. Calls outside are refused from that
day on, for as long as the invoice is overdue. An invoice that is not overdue any more loses these steps, so one that
becomes overdue again, as after a disputed payment, is announced anew.
"""

from collections.abc import Collection
from datetime import date, timedelta

from unificx.billing.machine.receivables import REMINDERS, InvoiceState

LAST_REMINDER = len(REMINDERS)
ANNOUNCED = LAST_REMINDER + 1
ENDED = ANNOUNCED + 1
"""Levels of notices about an invoice, after those of its reminders."""
DEFAULT_STOP_DAYS = 14
MAX_STOP_DAYS = 90


def announced_end(today: date, stop_days: int) -> date:
    """Return the first day without calls outside if it is announced today."""
    return today + timedelta(days=stop_days)


def has_ended(calls_end: date | None, today: date) -> bool:
    """Return whether calls outside are refused. `calls_end`: the announced day, None for none."""
    return calls_end is not None and today >= calls_end


def step_due(state: InvoiceState, sent: Collection[int], calls_end: date | None, today: date) -> int:
    """Return the level of the notice that is due after the last reminder, 0 for none. `sent`: levels so far."""
    if state != "overdue" or LAST_REMINDER not in sent:
        return 0
    if ANNOUNCED not in sent:
        return ANNOUNCED
    return ENDED if ENDED not in sent and has_ended(calls_end, today) else 0


def is_withdrawn(state: InvoiceState, sent: Collection[int]) -> bool:
    """Return whether steps were announced for an invoice that is not overdue any more."""
    return state != "overdue" and any(level > LAST_REMINDER for level in sent)
