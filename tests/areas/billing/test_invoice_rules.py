"""Rules of invoices without a database: tax by country, sums, which invoices are paid, valid details."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.billing.invoicing.details import checked
from unificx.billing.invoicing.drafting import Parties
from unificx.billing.invoicing.schemas import BillingDetails
from unificx.billing.machine.invoice import Account, Document, Line, Party
from unificx.billing.machine.ledger import InvoicedSums, invoice
from unificx.billing.machine.receivables import REMINDERS, Claim, open_amounts, reminder_level, state_of
from unificx.billing.machine.taxes import OUTSIDE_SCOPE, REVERSE_CHARGE, TaxRate, tax_of, tax_rate
from unificx.core.errors import Conflict, Invalid

DAY = date(2027, 2, 28)
CENT = 10_000


@pytest.mark.promise("U4")
@pytest.mark.parametrize(
    ("seller", "buyer", "business", "day", "expected"),
    [
        ("DE", "DE", True, DAY, TaxRate("S", 1900)),
        ("DE", "DE", False, date(2020, 12, 31), TaxRate("S", 1600)),
        ("DE", "FR", True, DAY, REVERSE_CHARGE),
        ("DE", "FI", False, DAY, TaxRate("S", 2550)),
        ("DE", "US", True, DAY, OUTSIDE_SCOPE),
        ("DE", "CH", False, DAY, OUTSIDE_SCOPE),
        ("CH", "CH", False, DAY, TaxRate("S", 810)),
        ("CH", "DE", True, DAY, OUTSIDE_SCOPE),
    ],
)
def test_tax_by_country(seller: str, buyer: str, business: bool, day: date, expected: TaxRate) -> None:
    assert tax_rate(seller, buyer, day, has_vat_id=business) == expected


def test_a_country_without_a_known_rate_is_refused() -> None:
    with pytest.raises(Conflict):
        tax_rate("US", "US", DAY, has_vat_id=False)
    with pytest.raises(Conflict):
        tax_rate("DE", "DE", date(1990, 1, 1), has_vat_id=False)


@pytest.mark.parametrize(
    ("net", "rate", "currency", "tax"),
    [
        (50 * CENT, 1900, "EUR", 10 * CENT),
        (-50 * CENT, 1900, "EUR", -10 * CENT),
        (2 * CENT, 2500, "EUR", CENT),
        (CENT, 2550, "EUR", 0),
        (15_000_000, 1000, "JPY", 2_000_000),
    ],
)
def test_tax_is_rounded_to_the_minor_unit_halves_away_from_zero(net: int, rate: int, currency: str, tax: int) -> None:
    assert tax_of(net, rate, currency) == tax


PARTY = Party("Acme GmbH", "", "Street 1", "10115", "Berlin", "DE", "DE136695976", "", "")
LINES = st.builds(
    Line,
    kind=st.just("plan"),
    name=st.just("Basic"),
    quantity=st.integers(1, 9),
    unit=st.just("month"),
    unit_price=st.none(),
    amount=st.integers(-(10**6), 10**9).map(lambda cents: cents * CENT),
    tax=st.sampled_from([TaxRate("S", 1900), TaxRate("S", 2550), TaxRate("S", 0)]),
    since=st.just(date(2027, 2, 1)),
    until=st.just(date(2027, 3, 1)),
)


def document(lines: list[Line]) -> Document:
    days = date(2027, 3, 1), date(2027, 3, 15), date(2027, 2, 1), date(2027, 3, 1)
    return Document(
        "invoice", "2027-00001", "", *days, "EUR", "en", PARTY, Account("", "", ""), PARTY, None, tuple(lines)
    )


@pytest.mark.promise("U4")
@given(st.lists(LINES, max_size=20), st.integers(-(10**12), 10**12))
def test_tax_is_rounded_once_for_each_rate_and_the_posting_moves_the_total(lines: list[Line], moved: int) -> None:
    made = document(lines)
    rates = {each.tax for each in lines}
    assert len(made.taxes) == len(rates), "one sum for each category and rate"
    assert made.total == sum(each.amount for each in lines) + sum(each.tax for each in made.taxes)
    for each in made.taxes:
        assert each.net == sum(
            line.amount for line in lines if (line.tax.category, line.tax.rate) == (each.category, each.rate)
        )
        assert each.tax % CENT == 0
        assert abs(each.tax - each.net * each.rate / 10_000) <= CENT / 2
    sums = InvoicedSums(made.total, made.tax, moved)
    issued, taken_back = (invoice("x", "invoice", "EUR", each) for each in (sums, sums.taken_back()))
    assert issued.owed == made.total - moved == -taken_back.owed


AMOUNTS = st.integers(0, 10**9)


@pytest.mark.promise("U4")
@given(st.lists(AMOUNTS, max_size=8), st.lists(st.tuples(st.integers(0, 9), AMOUNTS), max_size=8))
def test_what_is_open_is_what_is_owed_and_named_payments_come_first(
    totals: list[int], payments: list[tuple[int, int]]
) -> None:
    claims = [Claim(str(number), DAY, total) for number, total in enumerate(totals)]
    named: dict[str, int] = {}
    for number, amount in payments:
        named[str(number)] = named.get(str(number), 0) + amount
    owed = sum(totals) - sum(amount for _, amount in payments)
    left = open_amounts(claims, named, owed)
    assert sum(left.values()) == max(owed, 0)
    assert all(0 <= left[each.number] <= each.total - min(named.get(each.number, 0), each.total) for each in claims)


def test_states_and_reminders() -> None:
    claim = Claim("1", DAY, CENT)
    assert state_of(claim, 0, DAY + timedelta(days=9)) == "paid"
    assert state_of(claim, CENT, DAY) == "open"
    assert state_of(claim, 1, DAY + timedelta(days=1)) == "overdue"
    levels = [reminder_level(DAY, DAY + timedelta(days=days)) for days in (0, REMINDERS[0], REMINDERS[0] + 1, 99)]
    assert levels == [0, 0, 1, 3]


DETAILS = BillingDetails("Acme GmbH", "Street 1", "10115", "Berlin", "de")


def test_details_are_stored_in_their_usual_form() -> None:
    given_details = replace(
        DETAILS,
        name="  Acme  GmbH ",
        vat_id="de 136 695 976",
        iban="de89 3704 0044 0532 0130 00",
        bic="cobadeffxxx",
        creditor_id="DE98ZZZ09999999999",
        mandate="ACME-1",
        mandate_signed=DAY,
    )
    found = checked(given_details, DAY)
    assert (found.name, found.country, found.vat_id) == ("Acme GmbH", "DE", "DE136695976")
    assert (found.iban, found.bic) == ("DE89370400440532013000", "COBADEFFXXX")
    assert checked(found, DAY) == found
    assert checked(replace(DETAILS, country="GR", vat_id="EL094259216"), DAY).vat_id == "EL094259216"
    assert checked(replace(DETAILS, country="CH", vat_id="CHE-107.787.577"), DAY).vat_id == "CHE107787577"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("street", "x" * 101),
        ("city", "a\0b"),
        ("country", "Germany"),
        ("vat_id", "DE136695977"),
        ("vat_id", "FR40303265045"),
        ("iban", "DE89370400440532013001"),
        ("bic", "x"),
        ("creditor_id", "DE99ZZZ09999999999"),
        ("mandate", "ACME-1"),
        ("mandate_signed", DAY),
        ("email", "acme"),
        ("payment_days", 91),
        ("number_prefix", "a/b"),
        ("tax_number", "!"),
        ("issue_day", 29),
        ("issue_day", -1),
    ],
)
def test_bad_details_are_refused_by_field(field: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        checked(replace(DETAILS, **{field: value}), DAY)
    assert refused.value.field in (field, "mandate", "iban")


def test_names_have_the_characters_that_invoices_can_show() -> None:
    for name in ("ΑΛΦΑ Ά. Ε.", "Иван Љубић", "Đường Nguyễn", "Łódź & Söhne"):
        assert checked(replace(DETAILS, name=name), DAY).name == name
    with pytest.raises(Invalid, match="cannot show the character 株"):
        checked(replace(DETAILS, name="Acme 株式会社"), DAY)


ACCOUNT = {"iban": "DE89370400440532013000", "mandate": "ACME-1", "mandate_signed": DAY}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"mandate": "A" * 36}, "mandate"),
        ({"mandate": "A_1"}, "mandate"),
        ({"mandate_signed": None}, "mandate_signed"),
        ({"mandate_signed": DAY + timedelta(days=1)}, "mandate_signed"),
        ({"country": "CH", "vat_id": "CHE/107"}, "vat_id"),
    ],
)
def test_a_faulty_mandate_or_foreign_vat_id_is_refused(values: dict[str, object], field: str) -> None:
    assert checked(replace(DETAILS, **ACCOUNT), DAY).mandate == "ACME-1"
    with pytest.raises(Invalid) as refused:
        checked(replace(DETAILS, **{**ACCOUNT, **values}), DAY)
    assert refused.value.field == field


def test_no_invoice_is_drafted_without_a_known_rate() -> None:
    american = replace(DETAILS, country="US")
    assert Parties(DETAILS, replace(DETAILS, country="DE"), "en").tax_on(DAY) is not None
    with pytest.raises(Conflict, match="US"):
        Parties(american, american, "en").tax_on(DAY)
