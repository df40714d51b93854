"""Payments by card: begun here, made on pages of the processor, reported by it, and posted in the ledger once."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain, count
from typing import Final

import structlog

from unificx.billing import repository as ledger_rows
from unificx.billing.cards import repository
from unificx.billing.cards.ports import ForgedReport
from unificx.billing.cards.processors import Processors
from unificx.billing.cards.schemas import CardOrder, CardPayment, CardReport
from unificx.billing.events import PaymentDisputed, RefundFailed
from unificx.billing.invoicing.invoices import Invoices
from unificx.billing.locks import Lock, lock
from unificx.billing.machine.card_payment import step
from unificx.billing.machine.ledger import payment
from unificx.billing.machine.money import MICROS, is_currency, minor_unit
from unificx.billing.payments import check_payment, recorded, refund_too_large
from unificx.billing.schemas import Payment
from unificx.core.errors import Conflict, DomainError, Invalid, NotFound, ServiceUnavailable, TooManyRequests
from unificx.core.phrases import Phrase
from unificx.db import Database, UnitOfWork, log_and_continue

PAGE_LIFETIME: Final = timedelta(hours=1)
"""How long the page of the processor can be used. The amount to pay may change later."""
MAX_TOP_UP: Final = 10_000 * MICROS
MAX_PER_HOUR: Final = 20
"""Payments that a tenant begins within an hour."""
ABANDONED: Final = timedelta(days=30)
REPEATED: Final = timedelta(days=30)
"""The processor repeats a report for three days."""
UNKNOWN: Final = timedelta(hours=1)
"""A report about an unknown payment is refused for so long, so that the processor repeats it."""
MAX_LISTED: Final = 100
log = structlog.get_logger()


class CardPayments:
    """The payments by card of all tenants.

    The ledger follows the state of a payment by differences, in the transaction that stores the state. So a report
    that is lost, late or repeated changes nothing in the end.
    """

    def __init__(self, database: Database, processors: Processors, invoices: Invoices) -> None:
        self._database, self.processors, self._invoices = database, processors, invoices

    async def begin(self, tenant_id: str, invoice: str, top_up: tuple[int, str], page: str) -> tuple[CardPayment, str]:
        """Begin to pay what is left of an invoice, or with "" a credit of an amount and currency; return the payment
        and the URL of the page on which it is paid. `page`: the page to which the payer returns. While a page for an
        invoice is open, it is that page again, so that two people do not pay the same invoice.

        Raise Invalid, NotFound, TooManyRequests; Conflict if the invoice is not to be paid, if there is no processor,
        or if what is left of the invoice has changed since its page was opened."""
        amount, currency = top_up
        if invoice:
            payable = await self._invoices.get(tenant_id, invoice)
            if payable.state not in ("open", "overdue"):
                raise Conflict("This invoice is not to be paid.", hint="List invoices by `unificx invoice list`.")
            amount, currency = payable.left, payable.currency
        elif not (is_currency(currency) and 0 < amount <= MAX_TOP_UP and amount % minor_unit(currency) == 0):
            raise Invalid("Enter an amount of at most 10,000, with the decimals of its currency.", field="amount")
        clock = self._database.clock
        now, random = clock.now(), base64.b32encode(clock.random_bytes(10)).decode()
        begun = CardPayment(f"card-{random}", tenant_id, "", currency, amount, invoice, now)
        present = None
        async with self._database.begin() as uow:
            secrets = await self.processors.secrets(uow.session)
            await lock(uow.session, Lock.PAYMENTS, tenant_id)
            if invoice:
                present = await repository.open_payment(uow.session, tenant_id, invoice, now - PAGE_LIFETIME)
                if present is not None and (present.amount, present.currency) != (amount, currency):
                    raise Conflict(
                        "A page with another amount is open for this invoice.",
                        hint=Phrase(
                            "Pay on it, or try again after {} UTC.", f"{present.created + PAGE_LIFETIME:%H:%M}"
                        ),
                    )
                begun = present or begun
            if begun is not present:
                if await repository.count_since(uow.session, tenant_id, now - timedelta(hours=1)) >= MAX_PER_HOUR:
                    raise TooManyRequests("Too many payments were begun.", retry_after=3600.0)
                await repository.delete_abandoned(uow.session, tenant_id, now - ABANDONED)
                await repository.insert_payment(uow.session, begun)
        return begun, await self._checkout(secrets.secret_key, begun, page)

    async def close_pages(self, tenant_id: str | None = None) -> None:
        """Close the open pages of invoices, of one tenant or of all, of which another amount is left to pay by now.

        They were paid by bank transfer, for example. To be called after that, and periodically: the processor may not
        answer. A page that was paid meanwhile stays."""
        async with self._database.read() as session:
            since = self._database.clock.now() - PAGE_LIFETIME
            pages = await repository.open_pages(session, since, tenant_id)
            if not pages:
                return
            try:
                secrets = await self.processors.secrets(session)
            except Conflict:
                return
        for one in pages:
            with log_and_continue("card_page_not_closed", payment=one.reference):
                await self._close_page(secrets.secret_key, one)

    async def _close_page(self, secret_key: str, one: CardPayment) -> None:
        if await self._is_payable(one):
            return
        try:
            await self.processors.gateway.close(secret_key, one.page)
        except DomainError as refused:
            log.info("card_page_not_closed", payment=one.reference, reason=str(refused))
            return
        async with self._database.begin() as uow:
            await repository.delete_unpaid(uow.session, one.tenant_id, one.reference)

    async def _is_payable(self, one: CardPayment) -> bool:
        try:
            invoice = await self._invoices.get(one.tenant_id, one.invoice)
        except NotFound:
            return False
        return invoice.state in ("open", "overdue") and invoice.left == one.amount

    async def _checkout(self, secret_key: str, begun: CardPayment, page: str) -> str:
        """Return the URL of the page of a payment; the processor returns the same one for the same payment."""
        title, expires = begun.invoice or "Credit", begun.created + PAGE_LIFETIME
        pages = f"{page}?paid={begun.reference}", page
        order = CardOrder(begun.reference, begun.currency, begun.amount, title, *pages, expires)
        made = await self.processors.gateway.checkout(secret_key, order)
        async with self._database.begin() as uow:
            await repository.set_page(uow.session, begun.tenant_id, begun.reference, made.id)
        return made.url

    async def list(self, tenant_id: str) -> Sequence[CardPayment]:
        """Return the last payments of a tenant, newest first."""
        async with self._database.read() as session:
            return await repository.list_payments(session, tenant_id, MAX_LISTED)

    async def refund(self, tenant_id: str, reference: str, own: str, amount: int) -> Payment:
        """Refund a part of a payment to its card. `own`: reference of the refund; the same one refunds once.

        Raise Invalid; NotFound; Conflict if more than is left of the payment would be refunded, or if the ledger has
        that reference."""
        async with self._database.read() as session:
            found = await repository.find_payment(session, tenant_id, reference)
            secrets = await self.processors.secrets(session)
            is_recorded = await ledger_rows.get_payment(session, tenant_id, f"refund:{reference}:{own}") is not None
        if found is None or not found.intent:
            raise NotFound("Payment not found.", hint="List them with `unificx payment list`.")
        if is_recorded:
            raise recorded()
        check_payment(own, found.currency, amount)
        if amount > found.had.net:
            raise refund_too_large()
        gateway, key = self.processors.gateway, f"{reference}:{own}"
        total, made = await gateway.refund(secrets.secret_key, found.intent, (amount, found.currency), key)
        async with self._database.begin() as uow:
            await lock(uow.session, Lock.PAYMENTS, tenant_id)
            current = await repository.find_payment(uow.session, tenant_id, reference)
            assert current is not None
            after = replace(current, had=step(step(current.had, total), made))
            posted = await self._book(uow, after, own)
        # Nothing is left to post if the report of the processor, or another request of this refund, was faster.
        return posted or Payment(own, reference, found.currency, -amount, self._database.clock.now(), after.invoice)

    async def receive(self, body: bytes, signature: str) -> None:
        """Handle a report of the processor, once. Raise ForgedReport; NotFound if there is no processor;
        ServiceUnavailable for one about an unknown payment, which may be early."""
        async with self._database.read() as session:
            try:
                secrets = await self.processors.secrets(session)
            except Conflict:
                raise NotFound("There are no payments by card here.") from None
        now = self._database.clock.now()
        try:
            report = self.processors.gateway.read(body, signature, secrets.webhook_secret, now)
        except ForgedReport as refused:
            log.warning("card_report_refused", reason=str(refused))
            raise
        if report is not None:
            await self._apply(report)

    async def _apply(self, report: CardReport) -> None:
        now, seller_id = self._database.clock.now(), self.processors.seller_id()
        async with self._database.begin() as uow:
            if not await repository.insert_event(uow.session, seller_id, report.id, now):
                return
            await repository.delete_events(uow.session, seller_id, now - REPEATED)
            named = await repository.tenant_of_report(uow.session, report.reference, report.intent)
            if named is None:
                if now - report.created < UNKNOWN:  # its mark is rolled back
                    raise ServiceUnavailable("This payment is not known yet.", hint="Report it later.")
                log.info("card_report_unknown", report=report.id)
                return
            await lock(uow.session, Lock.PAYMENTS, named[0])
            before = await repository.find_payment(uow.session, *named)
            assert before is not None
            if report.currency != before.currency:
                log.error("card_report_of_other_currency", report=report.id, payment=before.reference)
                return
            after = replace(before, intent=report.intent or before.intent, had=step(before.had, report.report))
            if after.had.dispute == "open" != before.had.dispute:
                uow.publish(PaymentDisputed(self._database.clock.new_id(), after.tenant_id, after.reference))
            if after.had.failed_refunds != before.had.failed_refunds:
                uow.publish(RefundFailed(self._database.clock.new_id(), after.tenant_id, after.reference))
            await self._book(uow, after, "")

    async def _book(self, uow: UnitOfWork, after: CardPayment, own: str) -> Payment | None:
        """Post the difference between a payment and what the ledger has of it, and store its state."""
        difference, at = after.had.net - after.booked, self._database.clock.now()
        if not after.had.paid or not difference:
            await repository.save_payment(uow.session, after)
            return None
        if not after.postings and after.invoice and await self._is_cancelled(after):
            log.info("card_payment_becomes_credit", payment=after.reference)
            after = replace(after, invoice="")
        of = after.reference if after.postings else ""
        # A refund by an operator may have one of the numbers already.
        numbers = map(str, count(after.postings))
        for reference in chain(filter(None, (own,)), numbers) if of else (after.reference,):
            key = f"refund:{of}:{reference}" if of else f"payment:{reference}"
            posting = payment(key, after.currency, difference, after.invoice)
            if await ledger_rows.post(uow.session, after.tenant_id, posting, at):
                break
        else:
            raise recorded()
        booked = replace(after, booked=after.had.net, postings=after.postings + 1)
        await repository.save_payment(uow.session, booked)
        return Payment(reference, of, after.currency, difference, at, after.invoice)

    async def _is_cancelled(self, paid: CardPayment) -> bool:
        try:
            return (await self._invoices.get(paid.tenant_id, paid.invoice)).state in ("cancelled", "credit_note")
        except NotFound:
            return True
