"""Partial credit notes: which part of an invoice they take back, never more than is left of it. Pure.

Amounts are net and in micros. A credit note has the lines of the invoice with the credited amounts and the tax of the
invoice, so each rate is credited by its own share (Art. 219 of Directive 2006/112/EC: it refers to the invoice).

The tax of a note is what all notes together take back of its rate, rounded, less what the notes before it have taken.
So the notes of a whole invoice add up to it exactly, and the tax of each is within a minor unit of its own rounding,
which EN 16931 permits (BR-S-09).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from unificx.billing.machine.invoice import Document, Line, TaxTotal
from unificx.billing.machine.money import minor_unit
from unificx.billing.machine.taxes import TaxRate, tax_of
from unificx.core.errors import Conflict, Invalid
from unificx.core.phrases import Phrase


def left_of_lines(document: Document, credited: Sequence[Document]) -> list[int]:
    """Return what credit notes have left of each line. A line that is a credit has 0, and reduces the others of its
    rate, the last ones first."""
    left = [max(each.amount, 0) for each in document.lines]
    for note in credited:
        for line in note.lines:
            left[line.of - 1] -= line.amount
    for rate in {each.tax for each in document.lines}:
        reduced = sum(-each.amount for each in document.lines if each.tax == rate and each.amount < 0)
        for index in reversed([at for at, each in enumerate(document.lines) if each.tax == rate]):
            taken = min(reduced, left[index])
            left[index] -= taken
            reduced -= taken
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
                raise Invalid(Phrase("The invoice has the lines 1 to {}.", len(left)), field="lines")
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


def partial_note(document: Document, credited: Sequence[Document], lines: tuple[Line, ...]) -> Document:
    """Return the credit note about lines that `credited_lines` has made. `document`: the one about the whole invoice.

    Raise Conflict if more than the sums of the invoice would be credited: the credits of a rate may exceed its rest."""
    note = replace(document, partial=True, lines=lines)
    note = replace(note, shares=tuple(_share(each, document, credited) for each in note.taxes_of_lines))
    notes = [*credited, note]
    if sum(each.net for each in notes) > document.net or sum(each.total for each in notes) > document.total:
        raise _too_much()
    return note


def _share(own: TaxTotal, document: Document, credited: Sequence[Document]) -> TaxTotal:
    """Return the sums of a rate in a note with the tax that is its share."""
    rate = TaxRate(own.category, own.rate)
    net, tax = _sums_of(credited, rate)
    return replace(own, tax=max(tax_of(net + own.net, own.rate, document.currency) - tax, 0))


def _sums_of(notes: Sequence[Document], rate: TaxRate) -> tuple[int, int]:
    """Return the net amount and the tax of a rate in credit notes."""
    found = [each for note in notes for each in note.taxes if (each.category, each.rate) == (rate.category, rate.rate)]
    return sum(each.net for each in found), sum(each.tax for each in found)


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
