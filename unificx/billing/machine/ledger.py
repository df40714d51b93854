"""Double-entry ledger: each transaction adds up to zero, so all accounts together do. Pure.

Accounts of a tenant: `customer` (what the tenant owes; negative: credit that is left), `revenue` (what was sold) and
`payments` (what was received).
"""

from dataclasses import dataclass
from typing import Literal

Account = Literal["customer", "revenue", "payments"]
Kind = Literal["call", "fee", "payment", "refund", "correction"]


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

    def __post_init__(self) -> None:
        if sum(each.amount for each in self.postings):
            raise Unbalanced("The postings of a transaction must add up to zero.")

    @property
    def owed(self) -> int:
        """By how much it changes what the tenant owes."""
        return sum(each.amount for each in self.postings if each.account == "customer")


def sale(reference: str, kind: Kind, currency: str, amount: int) -> Transaction:
    """Return the transaction of something that the tenant has to pay; a negative amount takes it back."""
    return Transaction(reference, kind, currency, (Posting("customer", amount), Posting("revenue", -amount)))


def payment(reference: str, currency: str, amount: int) -> Transaction:
    """Return the transaction of a received payment; a negative amount is a refund."""
    kind: Kind = "payment" if amount >= 0 else "refund"
    return Transaction(reference, kind, currency, (Posting("payments", amount), Posting("customer", -amount)))
