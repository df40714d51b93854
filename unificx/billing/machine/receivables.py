"""Which invoices are paid, and how late others are. Pure. Amounts are in micros."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

InvoiceState = Literal["open", "collected", "paid", "overdue", "cancelled", "credit_note"]
"""`collected`: in a file of direct debits, until it is paid or the debit is returned."""
REMINDERS = (7, 21, 35)
"""Days after the due date from which the reminders of the levels 1 to 3 are due: a bank transfer takes days."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An invoice that was not cancelled."""

    number: str
    due: date
    total: int


def open_amounts(claims: Sequence[Claim], named: Mapping[str, int], owed: int) -> Mapping[str, int]:
    """Return what is left to pay of each invoice, in their order.

    `named`: payments that name an invoice, less their refunds; `owed`: what the invoices together leave to pay. All
    other payments, and what exceeds a named invoice, pay the invoices in their order.
    """
    left = {each.number: each.total - min(max(named.get(each.number, 0), 0), each.total) for each in claims}
    free = max(sum(left.values()) - owed, 0)
    for number, amount in left.items():
        used = min(amount, free)
        left[number] = amount - used
        free -= used
    return left


def state_of(claim: Claim, left: int, today: date, *, collected: bool = False) -> InvoiceState:
    """Return the state of an invoice of which this amount is left to pay."""
    if left <= 0:
        return "paid"
    if collected:
        return "collected"
    return "overdue" if today > claim.due else "open"


def reminder_level(due: date, today: date) -> int:
    """Return the level of the reminder that is due for an unpaid invoice, 0 for none."""
    return sum(today > due + timedelta(days=days) for days in REMINDERS)
