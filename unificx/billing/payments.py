"""Payments by bank transfer, their refunds, and what a tenant owes."""

import re
from datetime import datetime
from typing import Final

from unificx.billing import repository
from unificx.billing.errors import InvoiceNotPayable, ReferenceRecorded, RefundTooLarge
from unificx.billing.invoicing.invoices import Invoices
from unificx.billing.invoicing.schemas import Invoice
from unificx.billing.locks import Lock, lock
from unificx.billing.machine.ledger import OWED, payment
from unificx.billing.machine.money import MAX_AMOUNT, is_currency, minor_unit
from unificx.billing.schemas import Balance, Payment
from unificx.core.errors import Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.db import Database, UnitOfWork
from unificx.db.pagination import Page, PageByTime

MAX_REFERENCE: Final = 28
"""Characters. Two of them and the prefix of a refund fit into a cursor."""
_REFERENCE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._/-]{{0,{MAX_REFERENCE - 1}}}\Z", re.ASCII)
_CARD = re.compile(r"card-[A-Z2-7]{16}\Z", re.ASCII)


class Payments:
    """The payments of all tenants, in the ledger. Amounts are in micros.

    A payment is identified by its reference in the bank statement. The primary key of the ledger prevents a second
    posting of it.
    """

    def __init__(self, database: Database, invoices: Invoices) -> None:
        self._database, self._invoices = database, invoices

    async def record(self, tenant_id: str, reference: str, currency: str, amount: int, invoice: str = "") -> Payment:
        """Post a received payment, of the invoice that it names. Raises Invalid; NotFound for an unknown invoice;
        Conflict if the reference is recorded already, or the invoice is paid, cancelled or of another currency."""
        if not is_currency(currency):
            raise Invalid("A currency is written with three letters.", hint="Use EUR, for example.", field="currency")
        check_payment(reference, currency, amount)
        if is_by_card(reference):
            raise Invalid("References of this form are those of payments by card.", field="reference")
        async with self._database.begin() as uow:
            await lock(uow.session, Lock.PAYMENTS, tenant_id)
            if await repository.get_payment(uow.session, tenant_id, f"payment:{reference}") is not None:
                raise recorded()
            if invoice:
                _check_invoice(await self._invoices.find(uow.session, tenant_id, invoice), currency)
            return await self._post(uow, tenant_id, Payment(reference, "", currency, amount, self._now(), invoice))

    async def refund(self, tenant_id: str, payment_reference: str, reference: str, amount: int) -> Payment:
        """Post a refund of a payment in its currency. Raises Invalid; NotFound; Conflict if the reference is recorded
        already, or more than the payment would be refunded."""
        async with self._database.begin() as uow:
            await lock(uow.session, Lock.PAYMENTS, tenant_id)
            paid = await repository.get_payment(uow.session, tenant_id, f"payment:{payment_reference}")
            if paid is None:
                raise NotFound("Payment not found.", hint="List them with `unificx payment list`.", field="payment")
            check_payment(reference, paid.currency, amount)
            refunded = await repository.sum_of_refunds(uow.session, tenant_id, f"refund:{payment_reference}:")
            if refunded + amount > paid.amount:
                raise refund_too_large()
            refund = Payment(reference, payment_reference, paid.currency, -amount, self._now(), paid.invoice)
            return await self._post(uow, tenant_id, refund)

    async def list(self, tenant_id: str, page: PageByTime, refund_of: str = "") -> Page[Payment]:
        """Return payments and refunds, newest first; with `refund_of` the refunds of that payment alone."""
        async with self._database.read() as session:
            return await repository.list_payments(session, tenant_id, page, f"refund:{refund_of}:" if refund_of else "")

    async def balance(self, tenant_id: str) -> tuple[Balance, ...]:
        """Return the balance of each currency that has postings, by its code."""
        async with self._database.read() as session:
            sums = await repository.balances(session, tenant_id)
        currencies = sorted({currency for _, currency in sums})
        return tuple(
            Balance(
                currency,
                sold=-sum(sums.get((account, currency), 0) for account in ("revenue", "tax")),
                received=sums.get(("payments", currency), 0),
                owed=sum(sums.get((account, currency), 0) for account in OWED),
                unbilled=sums.get(("unbilled", currency), 0),
            )
            for currency in currencies
        )

    async def _post(self, uow: UnitOfWork, tenant_id: str, one: Payment) -> Payment:
        key = f"refund:{one.refund_of}:{one.reference}" if one.refund_of else f"payment:{one.reference}"
        if not await repository.post(
            uow.session, tenant_id, payment(key, one.currency, one.amount, one.invoice), one.at
        ):
            raise recorded()
        return one

    def _now(self) -> datetime:
        return self._database.clock.now()


def recorded() -> ReferenceRecorded:
    """Return the refusal of a reference that is in the ledger."""
    hint = "List payments with `unificx payment list`."
    return ReferenceRecorded("This reference is recorded already.", hint=hint, field="reference")


def refund_too_large() -> RefundTooLarge:
    """Return the refusal of a refund beyond what is left of its payment."""
    hint = "List payments and refunds with `unificx payment list`."
    return RefundTooLarge("The refunds would be larger than the payment.", hint=hint, field="amount")


def _check_invoice(payable: Invoice, currency: str) -> None:
    if payable.state in ("cancelled", "credit_note") or payable.currency != currency:
        raise InvoiceNotPayable(
            "This invoice is cancelled, a credit note, or of another currency.",
            hint="List invoices with `unificx invoice list`.",
            field="invoice",
        )
    if payable.state == "paid":
        raise InvoiceNotPayable(
            "This invoice is paid already.",
            hint="Compare the reference with its payments. Without an invoice, the payment becomes a credit.",
            field="invoice",
        )


def is_by_card(reference: str) -> bool:
    """Return whether a reference is that of a payment by card."""
    return _CARD.match(reference) is not None


def check_payment(reference: str, currency: str, amount: int) -> None:
    """Raise Invalid unless reference and amount can be posted."""
    if not _REFERENCE.match(reference):
        raise Invalid(
            Phrase(
                "A reference has 1 to {} letters, digits and . _ / -, and begins with a letter or digit.", MAX_REFERENCE
            ),
            hint="Use the number of the transaction in the bank statement.",
            field="reference",
        )
    if not 0 < amount <= MAX_AMOUNT:
        raise Invalid("The amount must be more than 0 and at most 1,000,000.", field="amount")
    if amount % minor_unit(currency):
        raise Invalid("The amount has more decimals than the currency.", field="amount")
