"""Partial credit notes: whatever is credited in which order, never more than the invoice, rate by rate."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unificx.billing.machine.credit_note import check_within, credited_lines, left_of_lines, spread
from unificx.billing.machine.invoice import Account, Document, Line, Party
from unificx.billing.machine.ledger import InvoicedSums, invoice
from unificx.billing.machine.taxes import TaxRate
from unificx.core.errors import Conflict, Invalid

CENT = 10_000
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


def note_of(document_: Document, lines: tuple[Line, ...]) -> Document:
    return replace(document_, kind="credit_note", cancels=document_.number, partial=True, lines=lines)


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
                lines = credited_lines(issued, notes, lines={}, amount=micros)
            else:
                lines = credited_lines(issued, notes, lines={int(what): micros}, amount=None)
            note = note_of(issued, lines)
            check_within(issued, notes, note)
        except (Conflict, Invalid):
            continue
        if micros is not None:
            assert note.net == micros
        assert all(each.amount > 0 and each.amount % CENT == 0 for each in note.lines)
        notes.append(note)
        taken = InvoicedSums(note.total, note.tax, 0).taken_back()
        owed += invoice(f"credit_note:{len(notes)}", "credit_note", "EUR", taken).owed
    assert owed == issued.total - sum(each.total for each in notes) >= min(issued.total, 0)
    left = left_of_lines(issued, notes)
    assert all(0 <= each <= max(line.amount, 0) for each, line in zip(left, issued.lines, strict=True))
    for rate in RATES:
        credited = sum(line.amount for note in notes for line in note.lines if line.tax == rate)
        assert credited <= sum(max(line.amount, 0) for line in issued.lines if line.tax == rate)


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
    for lines, amount in (({1: 1001 * CENT}, None), ({3: None}, None), ({}, 1501 * CENT)):
        with pytest.raises(Conflict):
            credited_lines(issued, [], lines=lines, amount=amount)
    whole = note_of(issued, credited_lines(issued, [], lines={1: None, 2: None}, amount=None))
    with pytest.raises(Conflict):  # the third line was a credit, so 2.00 of the first two are not left
        check_within(issued, [], whole)
    first = note_of(issued, credited_lines(issued, [], lines={1: None}, amount=None))
    check_within(issued, [], first)
    with pytest.raises(Conflict):
        credited_lines(issued, [first], lines={1: CENT}, amount=None)
