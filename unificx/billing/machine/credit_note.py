"""Partial credit notes: which part of an invoice they take back, never more than is left of it. Pure.

Amounts are net and in micros. A credit note has the lines of the invoice with the credited amounts and the tax of the
invoice, so each rate is credited by its own share (Art. 219 of Directive 2006/112/EC: it refers to the invoice).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from unificx.billing.machine.invoice import Document, Line
from unificx.billing.machine.money import minor_unit
from unificx.core.errors import Conflict, Invalid


def left_of_lines(document: Document, credited: Sequence[Document]) -> list[int]:
    """Return what credit notes have left of each line; 0 for a line that is a credit itself."""
    left = [max(each.amount, 0) for each in document.lines]
    for note in credited:
        for line in note.lines:
            left[line.of - 1] -= line.amount
    return left


def spread(amount: int, left: Sequence[int], unit: int) -> list[int]:
    """Return shares of an amount in whole `unit`s, in proportion to what is left of each line and at most that.

    Raise Conflict if less is left."""
    whole = sum(left)
    if amount > whole:
        raise _too_much()
    shares = [amount * each // whole // unit * unit for each in left]
    rest = amount - sum(shares)
    for index, each in enumerate(left):
        added = min(rest, each - shares[index])
        shares[index] += added
        rest -= added
    return shares


def credited_lines(
    document: Document, credited: Sequence[Document], *, lines: Mapping[int, int | None], amount: int | None
) -> tuple[Line, ...]:
    """Return the lines of the next partial credit note of an invoice.

    `lines`: amounts by the number of the line from 1 on, None for all that is left of it; or else `amount`: a sum that
    is spread over all lines. Raise Invalid; Conflict if more would be credited than is left.
    """
    unit, left = minor_unit(document.currency), left_of_lines(document, credited)
    if (amount is None) == (not lines):
        raise Invalid("Give either lines or an amount.", field="lines")
    if amount is not None:
        _check(amount, unit, "amount")
        shares = spread(amount, left, unit)
    else:
        shares = [0] * len(left)
        for number, wanted in lines.items():
            if not 1 <= number <= len(left):
                raise Invalid(f"The invoice has the lines 1 to {len(left)}.", field="lines")
            share = left[number - 1] if wanted is None else wanted
            if share > left[number - 1] or not left[number - 1]:
                raise _too_much()
            _check(share, unit, "lines")
            shares[number - 1] = share
    return tuple(
        _part(line, number, share)
        for number, (line, share) in enumerate(zip(document.lines, shares, strict=True), 1)
        if share
    )


def check_within(document: Document, credited: Sequence[Document], note: Document) -> None:
    """Raise Conflict if an invoice would be credited by more than its sums: it may have lines that are credits, and the
    tax of several notes is rounded for each."""
    notes = [*credited, note]
    if sum(each.net for each in notes) > document.net or sum(each.total for each in notes) > document.total:
        raise _too_much()


def _part(line: Line, number: int, share: int) -> Line:
    if share == line.amount:
        return replace(line, of=number)
    return replace(line, quantity=1, unit="month", unit_price=None, amount=share, of=number)


def _check(amount: int, unit: int, field: str) -> None:
    if amount <= 0 or amount % unit:
        raise Invalid("An amount is more than 0, without more decimals than the currency has.", field=field)


def _too_much() -> Conflict:
    return Conflict(
        "More would be credited than is left of the invoice.",
        hint="Show what is left of each line with `unificx invoice show`.",
    )
