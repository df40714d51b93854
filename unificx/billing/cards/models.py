"""Tables of payments by card. There is no card data in them: the payer enters it on pages of the processor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _credential() -> Any:
    return personal(
        "user.authorization.credentials",
        uses=("billing",),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class CardProcessorPart:
    """Secrets of the operator's account at the processor."""

    secret_key: str = _credential()
    webhook_secret: str = _credential()


class CardProcessorRow(Base):
    """The operator's account at the processor. Without a row there are no payments by card."""

    __tablename__ = "card_processor"

    tenant_id: Mapped[str] = plain("the tenant of the operators", primary_key=True)
    mode: Mapped[str] = plain("live or test")
    created: Mapped[datetime] = plain("time of its last change")
    subject_id: Mapped[str] = plain("random subject id of the account, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(CardProcessorPart, subject="subject_id")


class CardPaymentRow(Base):
    """A payment by card that a tenant has begun, and how much of it the ledger has."""

    __tablename__ = "card_payment"
    __table_args__ = (Index(None, "tenant_id", "created"), Index(None, "intent"))

    reference: Mapped[str] = plain("our own random reference, also in the ledger", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    intent: Mapped[str] = plain("random id of the payment at the processor, or nothing")
    currency: Mapped[str] = plain("code of the currency")
    amount: Mapped[int] = plain("amount that is asked for", BigInteger)
    invoice: Mapped[str] = plain("number of the invoice that it pays, or nothing")
    created: Mapped[datetime] = plain("when it was begun")
    paid: Mapped[int] = plain("amount that was paid", BigInteger)
    page: Mapped[str] = plain("random id of its page at the processor, or nothing", default="")
    refunded: Mapped[int] = plain("all refunds", BigInteger)
    refunds: Mapped[str] = plain("random ids of refunds with their amounts, negative for one that failed", default="")
    disputed: Mapped[int] = plain("amount that the payer disputes", BigInteger)
    dispute: Mapped[str] = plain("none, open, won or lost")
    booked: Mapped[int] = plain("its sum in the ledger", BigInteger)
    postings: Mapped[int] = plain("number of its postings")


class CardEventRow(Base):
    """A report of the processor that was handled. The primary key prevents a second handling."""

    __tablename__ = "card_event"
    __table_args__ = (Index(None, "tenant_id", "received"),)

    tenant_id: Mapped[str] = plain("the tenant of the operators", primary_key=True)
    id: Mapped[str] = plain("random id of the report at the processor", primary_key=True)
    received: Mapped[datetime] = plain("when it was handled")
