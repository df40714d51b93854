"""The document of an invoice or credit note, and its sums by the rules of EN 16931. Pure. Amounts are in micros.

Each line is rounded to the minor unit of the currency; the tax is computed and rounded once for all lines of a rate
(BR-CO-17, BR-S-09), and the total is the sum of both. A credit note takes back an invoice, with the same lines, or a
part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from unificx.billing.machine.taxes import TaxCategory, TaxRate, tax_of

DocumentKind = Literal["invoice", "credit_note"]
LineKind = Literal["plan", "extensions", "numbers", "storage", "calls", "earlier_calls"]
LineUnit = Literal["month", "extension", "number", "gigabyte", "minute"]


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer, as of the day of issue. `country`: ISO 3166; empty texts: not given."""

    name: str
    contact: str
    street: str
    postcode: str
    city: str
    country: str
    vat_id: str
    tax_number: str
    email: str


@dataclass(frozen=True, slots=True)
class Account:
    """Bank account of the seller, to which the invoice is paid."""

    iban: str
    bic: str
    creditor_id: str


@dataclass(frozen=True, slots=True)
class Mandate:
    """SEPA direct debit mandate of the buyer."""

    iban: str
    reference: str
    signed: date


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was sold from `since` to the day before `until`. `amount`: net, in whole minor units. `quantity`:
    gigabytes have up to two decimals.

    `unit_price` is None for the sum of several prices, such as those of calls. `of`: in a partial credit note, the
    number of the line of the invoice that it takes back, from 1 on.
    """

    kind: LineKind
    name: str
    quantity: int | Decimal
    unit: LineUnit
    unit_price: int | None
    amount: int
    tax: TaxRate
    since: date
    until: date
    of: int = 0


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """Sums of all lines with a rate."""

    category: TaxCategory
    rate: int
    net: int
    tax: int


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, or the credit note about the invoice `cancels`: with `partial` a part of it, otherwise all of it.
    `until` is exclusive; `number` is "" for a draft. A credit note has positive amounts."""

    kind: DocumentKind
    number: str
    cancels: str
    issued: date
    due: date
    since: date
    until: date
    currency: str
    language: str
    seller: Party
    account: Account
    buyer: Party
    mandate: Mandate | None
    lines: tuple[Line, ...]
    partial: bool = False
    shares: tuple[TaxTotal, ...] = ()
    """Of a partial credit note: its share of the taxes of the invoice. Otherwise the taxes are those of the lines."""

    @property
    def net(self) -> int:
        return sum(each.amount for each in self.lines)

    @property
    def taxes(self) -> Sequence[TaxTotal]:
        """The sums of each rate, the highest first."""
        return self.shares or self.taxes_of_lines

    @property
    def taxes_of_lines(self) -> Sequence[TaxTotal]:
        """The sums of each rate with the tax that the lines alone have."""
        rates = sorted({each.tax for each in self.lines}, key=lambda tax: (-tax.rate, tax.category))
        totals: list[TaxTotal] = []
        for each in rates:
            net = sum(line.amount for line in self.lines if line.tax == each)
            totals.append(TaxTotal(each.category, each.rate, net, tax_of(net, each.rate, self.currency)))
        return totals

    @property
    def tax(self) -> int:
        return sum(each.tax for each in self.taxes)

    @property
    def total(self) -> int:
        return self.net + self.tax
