"""Pure rules of billing: prices, included minutes, the ledger, rows of a rate deck."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.billing.machine.allocation import BilledCall, allocate
from unificx.billing.machine.deck_csv import BadLine, DeckReader
from unificx.billing.machine.ledger import Posting, Transaction, Unbalanced, payment, sale
from unificx.billing.machine.money import MICROS, format_amount, parse_amount, rounded
from unificx.billing.machine.rates import ALWAYS, Deck, Rate, billed_seconds, charge

DAY = date(2027, 3, 1).toordinal()
steps = st.integers(1, 120)
amounts = st.integers(0, 5 * MICROS)
lengths = st.integers(0, 20_000)
rates = st.builds(Rate, st.just("49"), amounts, steps, steps, amounts, amounts)


def test_a_call_is_billed_in_increments_with_fee_and_minimum() -> None:
    rate = Rate("49", 60_000, first=30, next=6, connection=5_000)
    assert [billed_seconds(rate, seconds) for seconds in (0, 1, 30, 31, 36, 37)] == [30, 30, 30, 36, 36, 42]
    assert charge(rate, 36).amount == 5_000 + 36_000
    assert charge(Rate("49", 10_000, minimum=50_000), 60).amount == 50_000
    assert charge(Rate("49", 10_001, first=1, next=1), 1).amount == 167  # rounded up to a micro


def test_included_seconds_are_free_of_fee_and_minimum_only_if_they_cover_the_call() -> None:
    rate = Rate("49", 60_000, first=60, next=60, connection=5_000, minimum=20_000)
    assert charge(rate, 61, included=120).amount == 0
    assert charge(rate, 61, included=60).amount == 5_000 + 60_000


@given(rates, lengths, lengths)
def test_a_longer_call_never_costs_less(rate: Rate, one: int, other: int) -> None:
    shorter, longer = sorted((one, other))
    assert charge(rate, shorter).amount <= charge(rate, longer).amount
    assert longer <= billed_seconds(rate, longer) < longer + max(rate.first, rate.next) + 1


@given(rates, lengths, lengths)
def test_more_included_seconds_never_cost_more(rate: Rate, seconds: int, included: int) -> None:
    assert charge(rate, seconds, included + 1).amount <= charge(rate, seconds, included).amount


def test_the_longest_prefix_that_is_valid_decides() -> None:
    deck = Deck(
        [
            Rate("49", 1),
            Rate("4930", 2, valid_until=DAY),
            Rate("4930", 3, valid_from=DAY, valid_until=DAY + 10),
            Rate("short:116117", 4),
        ]
    )
    found = [deck.find("49301234", day) for day in (DAY - 1, DAY, DAY + 9, DAY + 10)]
    assert [rate and rate.price for rate in found] == [2, 3, 3, 1]
    assert deck.find("4412", DAY) is None
    assert deck.find("short:116117", DAY) == Rate("short:116117", 4)
    assert deck.find("short:1161", DAY) is None


calls = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 600)), max_size=12)


@given(calls, st.integers(0, 3_000), st.randoms())
def test_included_minutes_are_used_in_the_order_of_calls_whatever_the_order_of_rating(found, included, random) -> None:
    start = datetime(2027, 3, 1, tzinfo=UTC)
    all_calls = [BilledCall(str(at), start + timedelta(seconds=s), length) for at, (s, length) in enumerate(found)]
    expected = allocate(all_calls, included)
    shuffled = all_calls[:]
    random.shuffle(shuffled)
    assert allocate(shuffled, included) == expected
    assert sum(covered for _, covered in expected) == min(included, sum(call.seconds for call in all_calls))


@given(st.lists(st.tuples(st.booleans(), st.integers(-MICROS, MICROS))))
def test_all_accounts_of_the_ledger_add_up_to_zero(found) -> None:
    posted = [sale("x", "call", "EUR", n) if is_sale else payment("y", "EUR", n) for is_sale, n in found]
    assert sum(posting.amount for each in posted for posting in each.postings) == 0
    assert sum(each.owed for each in posted) == sum(n if is_sale else -n for is_sale, n in found)


def test_a_transaction_that_does_not_balance_is_refused() -> None:
    with pytest.raises(Unbalanced):
        Transaction("x", "call", "EUR", (Posting("customer", 1), Posting("revenue", -2)))


@given(st.integers(-(10**12), 10**12))
def test_amounts_are_written_and_read_without_loss(micros: int) -> None:
    assert parse_amount(format_amount(micros)) == micros


def test_amounts_are_rounded_to_the_minor_unit() -> None:
    assert [rounded(n, "EUR") for n in (14_999, 15_000, -15_000)] == [10_000, 20_000, -20_000]
    assert rounded(1_500_000, "JPY") == 2_000_000
    assert rounded(1_499, "KWD") == 1_000


def test_a_row_has_columns_in_any_order_and_either_separator() -> None:
    reader = DeckReader("\ufeffname;Price;prefix;first;next;valid_from;group")
    assert reader.rate('"Berlin; Germany";0,012;+4930;30;6;2027-03-01;German-Fixed') == Rate(
        "4930", 12_000, 30, 6, valid_from=DAY, valid_until=ALWAYS, name="Berlin; Germany", group="german-fixed"
    )
    assert DeckReader("prefix,price").rate("49,1") == Rate("49", MICROS)
    assert DeckReader("prefix,price").rate("  ") is None


@pytest.mark.parametrize(
    "line",
    [
        "49,-1",
        "49,",
        "49,1e3",
        "49,1.1234567",
        "0049,1",
        "4930123456789,1",
        "short:1,1",
        "49,1,0",
        "49,1,60,3601",
        "49,1,60,60,2027-02-30",
        "49,1,60,60,2027-03-01,2027-03-01",
        "49,1,60,60,,,too,many",
        '49,"1',
        "49,9999999",
        "4" * 2_000,
    ],
)
def test_a_faulty_row_is_refused(line: str) -> None:
    reader = DeckReader("prefix,price,first,next,valid_from,valid_until")
    with pytest.raises(BadLine):
        reader.rate(line)


@pytest.mark.parametrize("header", ["", "prefix", "prefix,price,price", "prefix,price,colour", 'prefix,"price'])
def test_a_faulty_header_is_refused(header: str) -> None:
    with pytest.raises(BadLine):
        DeckReader(header)
