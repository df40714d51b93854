"""Invoices for tests of their files."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from unificx.billing.machine.invoice import Account, Document, Line, Mandate, Party
from unificx.billing.machine.taxes import OUTSIDE_SCOPE, REVERSE_CHARGE, TaxRate

FIRST, END = date(2027, 2, 1), date(2027, 3, 1)
VAT = TaxRate("S", 1900)
REDUCED, FORMER = TaxRate("S", 700), TaxRate("S", 1600)
EURO = 1_000_000
SELLER = Party("PBX GmbH", "", "Weg 1", "10115", "Berlin", "DE", "DE136695976", "", "")
BUYER = Party("Łódź & Söhne", "Frau Ångström", "Weg 2", "20095", "Hamburg", "DE", "", "", "a@acme.example")
IBAN = "DE89370400440532013000"
CREDITOR = "DE98ZZZ09999999999"
LINES = (
    Line("plan", "Business", 1, "month", 29_900_000, 29_900_000, VAT, FIRST, END),
    Line("numbers", "Business", 10, "number", EURO, 5 * EURO, VAT, date(2027, 2, 15), END),
    Line("calls", "DE", 42, "minute", None, 8_420_000, VAT, FIRST, END),
    Line("earlier_calls", "", 1, "month", None, -EURO, VAT, date(2027, 1, 1), FIRST),
)
STORAGE = Line("storage", "Archive", Decimal("3.25"), "gigabyte", 100_000, 330_000, VAT, FIRST, END)
INVOICE = Document(
    "invoice",
    "2027-00042",
    "",
    END,
    date(2027, 3, 15),
    FIRST,
    END,
    "EUR",
    "de",
    SELLER,
    Account(IBAN, "COBADEFFXXX", CREDITOR),
    BUYER,
    None,
    LINES,
)
MANDATE = Mandate(IBAN, "ACME-1", FIRST)


def taxed(rate: TaxRate) -> tuple[Line, ...]:
    return tuple(replace(each, tax=rate) for each in LINES)


KINDS = [
    (INVOICE, "380", "S"),
    (replace(INVOICE, lines=(*LINES, STORAGE)), "380", "S"),
    (replace(INVOICE, lines=(*LINES, replace(STORAGE, tax=REDUCED), replace(LINES[2], tax=FORMER))), "380", "S"),
    (replace(INVOICE, kind="credit_note", cancels="2027-00041"), "381", "S"),
    (replace(INVOICE, mandate=MANDATE), "380", "S"),
    (replace(INVOICE, buyer=replace(BUYER, vat_id="FR40303265045"), lines=taxed(REVERSE_CHARGE)), "380", "AE"),
    (replace(INVOICE, account=Account("", "", ""), lines=taxed(OUTSIDE_SCOPE)), "380", "O"),
    (replace(INVOICE, currency="JPY", lines=LINES[1:2]), "380", "S"),
]
"""Documents with their type (UNCL 1001) and the category of their tax."""
