"""Schemas of payments by card."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from unificx.api.schemas.billing import Amount, Currency
from unificx.api.schemas.core import Input, Output

CardPaymentState = Literal["begun", "paid", "refunded", "disputed"]


class CardProcessor(Output):
    """Whether invoices can be paid by card."""

    enabled: bool
    mode: Literal["live", "test"] | None = Field(description="`test`: no money is moved. Null if it is off.")


class CardProcessorKeys(Input):
    """Secrets of the operator's account at Stripe. They are stored encrypted and never shown again."""

    secret_key: str = Field(max_length=300, description="Secret or restricted API key.")
    webhook_secret: str = Field(max_length=300, description="Signing secret of the webhook.")


class NewCardPayment(Input):
    """A payment of what is left of an invoice, or of a credit."""

    invoice: str = Field(default="", max_length=40, description="Number of the invoice; empty for credit.")
    amount: Amount = Field(default=0, ge=0, description="Credit in millionths; unused with an invoice.")
    currency: Currency = "EUR"


class CardPayment(Output):
    """A payment by card."""

    reference: str = Field(description="Reference of the payment in the ledger.")
    currency: str
    amount: Amount
    invoice: str = Field(description="Number of the invoice, empty for credit.")
    created: datetime
    state: CardPaymentState


class BegunCardPayment(Output):
    """A payment by card that was begun, and the page on which it is paid."""

    reference: str
    url: str = Field(description="Page of the processor, valid for an hour.")
