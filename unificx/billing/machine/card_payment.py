"""States of a payment by card, and the sum that the ledger has of it. Pure. Amounts are in micros.

Reports of the processor arrive late, twice and in any order. Each part of the state only grows, so the state is the
same in every order, and the ledger follows it by differences.
"""

from dataclasses import dataclass, replace
from typing import Literal

DisputeState = Literal["none", "open", "won", "lost"]
_ORDER: tuple[DisputeState, ...] = ("none", "open", "won", "lost")


@dataclass(frozen=True, slots=True)
class CardState:
    """`refunded`: all refunds together. `disputed`: what the bank of the payer has taken back, until the dispute is
    won."""

    paid: int = 0
    refunded: int = 0
    disputed: int = 0
    dispute: DisputeState = "none"

    @property
    def net(self) -> int:
        """The rest of the payment after refunds and disputes."""
        disputed = self.disputed if self.dispute in ("open", "lost") else 0
        return max(self.paid - self.refunded - disputed, 0)


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


Report = Paid | Refunded | Disputed


def step(state: CardState, report: Report) -> CardState:
    """Return the state after a report."""
    match report:
        case Paid(amount):
            return replace(state, paid=max(state.paid, amount))
        case Refunded(total):
            return replace(state, refunded=max(state.refunded, total))
        case Disputed(amount, dispute):
            latest = max(state.dispute, dispute, key=_ORDER.index)
            return replace(state, disputed=max(state.disputed, amount), dispute=latest)
