"""Double-entry ledger: each transaction adds up to zero, so all accounts together do. Pure.

Accounts of a tenant: `unbilled` (sold and not yet on an invoice), `customer` (invoices that are not paid; negative:
credit that is left), `revenue` (what was sold), `tax` (value added tax of invoices) and `payments` (what was received).
"""

from dataclasses import dataclass
from typing import Literal

Account = Literal["unbilled", "customer", "revenue", "tax", "payments"]
Kind = Literal["call", "invoice", "credit_note", "payment", "refund", "correction"]
OWED: tuple[Account, ...] = ("unbilled", "customer")
"""The accounts whose sum a tenant owes."""


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount on an account, in micros: positive is a debit."""

    account: Account
    amount: int


class Unbalanced(ValueError):
    """The postings of a transaction do not add up to zero."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """Postings that belong together. `reference` is unique in a tenant: the same one is never posted twice."""

    reference: str
    kind: Kind
    currency: str
    postings: tuple[Posting, ...]
    pays: str = ""
    """Number of the invoice that a payment names."""

    def __post_init__(self) -> None:
        if sum(each.amount for each in self.postings):
            raise Unbalanced("The postings of a transaction must add up to zero.")

    @property
    def owed(self) -> int:
        """By how much it changes what the tenant owes."""
        return sum(each.amount for each in self.postings if each.account in OWED)


def sale(reference: str, kind: Kind, currency: str, amount: int) -> Transaction:
    """Return the transaction of something that the next invoice charges; a negative amount takes it back."""
    return Transaction(reference, kind, currency, (Posting("unbilled", amount), Posting("revenue", -amount)))


@dataclass(frozen=True, slots=True)
class InvoicedSums:
    """Sums of an invoice: `total` with `tax`, and the unbilled sales `moved` to it. A plan may make the net sum
    differ from these, by fees and included minutes."""

    total: int
    tax: int
    moved: int

    def taken_back(self) -> "InvoicedSums":
        return InvoicedSums(-self.total, -self.tax, -self.moved)


def invoice(reference: str, kind: Kind, currency: str, sums: InvoicedSums) -> Transaction:
    """Return the transaction of an invoice, or of the credit note that takes one back: unbilled sales become part of
    what is to be paid, and the rest of the net sum is sold with the invoice."""
    postings = (
        Posting("customer", sums.total),
        Posting("unbilled", -sums.moved),
        Posting("tax", -sums.tax),
        Posting("revenue", sums.moved + sums.tax - sums.total),
    )
    return Transaction(reference, kind, currency, postings)


def payment(reference: str, currency: str, amount: int, pays: str = "") -> Transaction:
    """Return the transaction of a received payment; a negative amount is a refund. `pays`: the invoice it names."""
    kind: Kind = "payment" if amount >= 0 else "refund"
    return Transaction(reference, kind, currency, (Posting("payments", amount), Posting("customer", -amount)), pays)
