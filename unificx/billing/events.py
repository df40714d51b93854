"""Events of billing."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class CreditLow(DomainEvent):
    """The available credit has fallen below the threshold of the tenant. Published again only after it was above."""


@dataclass(frozen=True, slots=True)
class RefundFailed(DomainEvent):
    """The bank of the payer does not accept a refund of a payment by card: the payer has not got the amount back."""

    reference: str


@dataclass(frozen=True, slots=True)
class PaymentDisputed(DomainEvent):
    """A payer disputes a payment by card at their bank, which has taken the amount back."""

    reference: str
