"""Partial credit notes: whatever is credited in which order, never more than the invoice, rate by rate."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unificx.billing.machine.credit_note import credited_lines, left_of_lines, partial_note, spread
from unificx.billing.machine.invoice import Account, Document, Line, Party
from unificx.billing.machine.ledger import InvoicedSums, invoice
from unificx.billing.machine.taxes import TaxRate
from unificx.core.errors import Conflict, Invalid

CENT, EURO = 10_000, 1_000_000
PARTY = Party("", "", "", "", "", "DE", "", "", "")
DAY = date(2027, 2, 1)
RATES = (TaxRate("S", 1900), TaxRate("S", 700))


def document(*amounts: tuple[int, int]) -> Document:
    """Return an invoice with lines of amounts in cents, each with the index of its rate."""
    lines = tuple(
        Line("plan", "Basic", 1, "month", amount * CENT, amount * CENT, RATES[rate], DAY, date(2027, 3, 1))
        for amount, rate in amounts
    )
    return Document(
        kind="invoice",
        number="2027-00001",
        cancels="",
        issued=DAY,
        due=DAY,
        since=DAY,
        until=date(2027, 3, 1),
        currency="EUR",
        language="en",
        seller=PARTY,
        account=Account("", "", ""),
        buyer=PARTY,
        mandate=None,
        lines=lines,
    )


def issue(
    issued: Document, notes: list[Document], *, lines: dict[int, int | None] | None = None, amount: int | None = None
) -> Document:
    """Add the next credit note about an invoice and return it."""
    whole = replace(issued, kind="credit_note", cancels=issued.number)
    note = partial_note(whole, notes, credited_lines(issued, notes, lines=lines or {}, amount=amount))
    notes.append(note)
    return note


AMOUNTS = st.lists(st.tuples(st.integers(-500, 20_000), st.integers(0, 1)), min_size=1, max_size=6)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("amount"), st.integers(1, 30_000)),
        st.tuples(st.integers(1, 6), st.one_of(st.none(), st.integers(1, 20_000))),
    ),
    max_size=12,
)


@pytest.mark.promise("U4")
@given(AMOUNTS, STEPS)
def test_credit_notes_never_exceed_the_invoice_and_the_ledger_balances(
    amounts: list[tuple[int, int]], steps: list[tuple[str | int, int | None]]
) -> None:
    issued = document(*amounts)
    notes: list[Document] = []
    sums = InvoicedSums(issued.total, issued.tax, 0)
    owed = invoice("invoice:1", "invoice", "EUR", sums).owed
    for what, cents in steps:
        micros = None if cents is None else cents * CENT
        try:
            if what == "amount":
                note = issue(issued, notes, amount=micros)
            else:
                note = issue(issued, notes, lines={int(what): micros})
        except (Conflict, Invalid):
            continue
        if micros is not None:
            assert note.net == micros
        assert all(each.amount > 0 and each.amount % CENT == 0 for each in note.lines)
        taken = InvoicedSums(note.total, note.tax, 0).taken_back()
        owed += invoice(f"credit_note:{len(notes)}", "credit_note", "EUR", taken).owed
    assert owed == issued.total - sum(each.total for each in notes) >= min(issued.total, 0)
    left = left_of_lines(issued, notes)
    assert all(0 <= each <= max(line.amount, 0) for each, line in zip(left, issued.lines, strict=True))
    for rate in RATES:
        credited = sum(line.amount for note in notes for line in note.lines if line.tax == rate)
        assert credited <= sum(max(line.amount, 0) for line in issued.lines if line.tax == rate)


@pytest.mark.promise("U4")
@given(AMOUNTS, st.data())
def test_an_invoice_that_is_credited_in_any_parts_is_credited_to_zero(
    amounts: list[tuple[int, int]], data: st.DataObject
) -> None:
    issued = document(*amounts)
    assume(all(each.net >= 0 for each in issued.taxes))
    notes: list[Document] = []
    while issued.net > sum(each.net for each in notes):
        left = left_of_lines(issued, notes)
        number = data.draw(st.sampled_from([at for at, each in enumerate(left, 1) if each]))
        if data.draw(st.booleans()):
            issue(issued, notes, amount=data.draw(st.integers(1, sum(left) // CENT)) * CENT)
        else:
            issue(issued, notes, lines={number: data.draw(st.integers(1, left[number - 1] // CENT)) * CENT})
        if len(notes) == 8 and (rest := sum(left_of_lines(issued, notes))):
            issue(issued, notes, amount=rest)
    assert (sum(each.net for each in notes), sum(each.tax for each in notes)) == (issued.net, issued.tax)
    for note in notes:
        for rate, own in zip(note.taxes, note.taxes_of_lines, strict=True):
            assert abs(rate.tax - own.tax) <= CENT  # as far as BR-S-09 of EN 16931 permits


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8), st.data())
def test_shares_add_up_and_fit(cents: list[int], data: st.DataObject) -> None:
    left = [each * CENT for each in cents]
    assume(sum(cents))
    amount = data.draw(st.integers(1, sum(cents))) * CENT
    shares = spread(amount, left, CENT)
    assert sum(shares) == amount
    assert all(0 <= share <= each and share % CENT == 0 for share, each in zip(shares, left, strict=True))


def test_bad_requests_are_refused() -> None:
    issued = document((1000, 0), (500, 1), (-200, 0))
    for lines, amount in (({}, None), ({1: 5 * CENT}, 5 * CENT), ({4: None}, None), ({1: 5}, None), ({}, 5)):
        with pytest.raises(Invalid):
            credited_lines(issued, [], lines=lines, amount=amount)
    for lines, amount in (({1: 1001 * CENT}, None), ({1: 801 * CENT}, None), ({3: None}, None), ({}, 1301 * CENT)):
        with pytest.raises(Conflict):
            credited_lines(issued, [], lines=lines, amount=amount)
    notes: list[Document] = []
    assert left_of_lines(issued, []) == [8 * EURO, 5 * EURO, 0]  # the third line is a credit of the rate of the first
    issue(issued, notes, lines={1: None})
    with pytest.raises(Conflict):
        issue(issued, notes, lines={1: CENT})
    exceeded = document((1000, 0), (-200, 1))  # a rate with nothing but a credit
    with pytest.raises(Conflict):
        issue(exceeded, [], lines={1: None})
    issue(exceeded, [], lines={1: 6 * EURO})
