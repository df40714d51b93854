"""Input and output types of payments by card. Amounts are in micros of a currency."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.billing.machine.card_payment import CardState, Report

CardMode = Literal["live", "test"]
CardPaymentState = Literal["begun", "paid", "refunded", "disputed"]


@dataclass(frozen=True, slots=True)
class Processor:
    """The operator's account at the processor."""

    mode: CardMode
    created: datetime


@dataclass(frozen=True, slots=True)
class ProcessorKeys:
    """`secret_key` opens the account, `webhook_secret` signs its reports."""

    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardOrder:
    """An amount that a payer is asked for, and the pages to which the processor returns them."""

    reference: str
    currency: str
    amount: int
    title: str
    paid_url: str
    left_url: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class CardPage:
    """A page of the processor."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class CardPayment:
    """A payment by card of a tenant. `invoice`: that which it pays, "" for credit. `page`: id of the page on which it
    is paid, once that is known."""

    reference: str
    tenant_id: str
    intent: str
    currency: str
    amount: int
    invoice: str
    created: datetime
    had: CardState = field(default_factory=CardState)
    booked: int = 0
    postings: int = 0
    page: str = ""

    @property
    def state(self) -> CardPaymentState:
        if self.had.dispute in ("open", "lost"):
            return "disputed"
        if not self.had.paid:
            return "begun"
        return "paid" if self.had.net else "refunded"


@dataclass(frozen=True, slots=True)
class CardReport:
    """A report of the processor whose signature is valid. `reference` or `intent` name the payment."""

    id: str
    created: datetime
    reference: str
    intent: str
    currency: str
    report: Report
