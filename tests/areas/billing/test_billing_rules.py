"""Pure rules of billing: prices, included minutes, the ledger, rows of a rate deck."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.billing.machine.allocation import Allowance
from unificx.billing.machine.deck_csv import BadLine, DeckReader
from unificx.billing.machine.ledger import Posting, Transaction, Unbalanced, payment, sale
from unificx.billing.machine.money import MICROS, format_amount, parse_amount, rounded
from unificx.billing.machine.months import Period, beginning, month_of, share, split
from unificx.billing.machine.rates import ALWAYS, Deck, Rate, billed_seconds, charge
from unificx.billing.machine.storage import GIGABYTE, charged_gigabytes, mean

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


groups = st.sampled_from(["", "fixed", "mobile"])
minutes = st.dictionaries(groups, st.integers(-5, 60), max_size=3)


@given(st.lists(st.tuples(groups, lengths), max_size=12), minutes)
def test_included_minutes_cover_at_most_what_there_is_and_at_most_the_call(found, included) -> None:
    allowance = Allowance(included)
    covered = [(group, seconds, allowance.cover(group, seconds)) for group, seconds in found]
    assert all(0 <= part <= seconds for _, seconds, part in covered)
    total = sum(part for *_, part in covered)
    assert total == sum(allowance.used().values()) <= sum(max(0, each) * 60 for each in included.values())
    if any(part < seconds for _, seconds, part in covered):
        assert allowance.used().get("", 0) == max(0, included.get("", 0)) * 60
    assert allowance.is_used_up == (dict(allowance.used()) == allowance.included)


def test_a_call_uses_the_minutes_of_its_group_first() -> None:
    allowance = Allowance({"": 1, "mobile": 1})
    assert [allowance.cover("mobile", 90), allowance.cover("fixed", 60), allowance.cover("mobile", 1)] == [90, 30, 0]
    assert Allowance({"mobile": 31}, 10, 31).included == {"mobile": 600}


days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@given(days, st.sets(days, max_size=5), st.integers(0, 10**13))
def test_the_shares_of_the_periods_of_a_month_add_up(day: date, found: set[date], amount: int) -> None:
    month = month_of(day)
    periods = [period for period, _ in split(month, [(each, each) for each in found], None)]
    assert (periods[0].since, periods[-1].until) == (month.since, month.until)
    assert all(one.until == other.since for one, other in pairwise(periods))
    assert sum(share(amount, period, month) for period in periods) == amount


def test_periods_with_the_same_prices_are_joined() -> None:
    first, tenth, last = date(2027, 4, 1), date(2027, 4, 10), date(2027, 4, 30)
    found = split(month_of(first), [(last, "b"), (tenth, "a"), (first, "a"), (date(2027, 5, 1), "c")], None)
    assert found == [(Period(first, last), "a"), (Period(last, date(2027, 5, 1)), "b")]


def test_months_begin_in_the_time_zone_over_changes_of_the_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert beginning(date(2027, 3, 1), berlin) == datetime(2027, 2, 28, 23, tzinfo=UTC)
    assert beginning(date(2027, 4, 1), berlin) == datetime(2027, 3, 31, 22, tzinfo=UTC)
    beirut = ZoneInfo("Asia/Beirut")  # its clock skips midnight
    assert beginning(date(2027, 3, 28), beirut) == datetime(2027, 3, 27, 22, tzinfo=UTC)


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


@pytest.mark.parametrize("header", ["49,0.01", "Vorwahl;Preis", ""])
def test_a_missing_title_row_is_named(header: str) -> None:
    with pytest.raises(BadLine, match=r"The title row is missing: .* prefix, price"):
        DeckReader(header)


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=31), st.integers(0, 10**13))
def test_charged_storage_is_the_mean_above_what_is_included_in_hundredths(days: list[int], included: int) -> None:
    charged = charged_gigabytes(mean(days), included)
    above = max(0, mean(days) - included)
    assert charged * GIGABYTE <= above < (charged + Decimal("0.01")) * GIGABYTE
    assert charged_gigabytes(mean(days), included + GIGABYTE) == max(0, charged - 1)
    assert mean([*days, mean(days)]) == mean(days)  # a day without a measurement is like one with the mean


def test_a_hundredth_of_a_gigabyte_is_charged_when_it_is_full() -> None:
    sizes = (0, 2 * GIGABYTE, 2_009_999_999, 2_010_000_000, 3_200_000_000, 12 * GIGABYTE)
    written = [str(charged_gigabytes(size, 2 * GIGABYTE)) for size in sizes]
    assert written == ["0", "0", "0", "0.01", "1.2", "10"]
