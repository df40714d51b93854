"""States of a payment by card, and the sum that the ledger has of it. Pure. Amounts are in micros.

Reports of the processor arrive late, twice and in any order. Each part of the state only grows, so the state is the
same in every order, and the ledger follows it by differences.
"""

from dataclasses import dataclass, replace
from typing import Literal

DisputeState = Literal["none", "open", "won", "lost"]
_ORDER: tuple[DisputeState, ...] = ("none", "open", "won", "lost")


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund. It may fail days later, when the bank of the payer does not accept it; that is final."""

    id: str
    amount: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class CardState:
    """`refunded`: the largest sum of refunds that was reported. `refunds`: those that are known one by one, by their
    ids. `disputed`: what the bank of the payer has taken back, until the dispute is won."""

    paid: int = 0
    refunded: int = 0
    disputed: int = 0
    dispute: DisputeState = "none"
    refunds: tuple[Refund, ...] = ()

    @property
    def given_back(self) -> int:
        """All refunds that did not fail. A sum without ids includes those that failed later."""
        failed = sum(each.amount for each in self.refunds if each.failed)
        return max(self.refunded - failed, sum(each.amount for each in self.refunds if not each.failed))

    @property
    def failed_refunds(self) -> frozenset[str]:
        """Ids of the refunds that failed."""
        return frozenset(each.id for each in self.refunds if each.failed)

    @property
    def net(self) -> int:
        """The rest of the payment after refunds and disputes."""
        disputed = self.disputed if self.dispute in ("open", "lost") else 0
        return max(self.paid - self.given_back - disputed, 0)


@dataclass(frozen=True, slots=True)
class Paid:
    """The payer has paid."""

    amount: int


@dataclass(frozen=True, slots=True)
class Refunded:
    """`total`: all refunds of the payment together."""

    total: int


@dataclass(frozen=True, slots=True)
class Disputed:
    """The payer disputes the payment at their bank, or the dispute was decided."""

    amount: int
    state: DisputeState


Report = Paid | Refunded | Refund | Disputed


def step(state: CardState, report: Report) -> CardState:
    """Return the state after a report."""
    match report:
        case Paid(amount):
            return replace(state, paid=max(state.paid, amount))
        case Refunded(total):
            return replace(state, refunded=max(state.refunded, total))
        case Refund():
            return replace(state, refunds=_with(state.refunds, report))
        case Disputed(amount, dispute):
            latest = max(state.dispute, dispute, key=_ORDER.index)
            return replace(state, disputed=max(state.disputed, amount), dispute=latest)


def _with(refunds: tuple[Refund, ...], one: Refund) -> tuple[Refund, ...]:
    """Return refunds with what is known of one: its largest amount, and whether any report says that it failed."""
    same = [each for each in refunds if each.id == one.id]
    amount, failed = max(each.amount for each in (*same, one)), any(each.failed for each in (*same, one))
    others = (each for each in refunds if each.id != one.id)
    return tuple(sorted((*others, Refund(one.id, amount, failed)), key=lambda each: each.id))
