"""Which invoices and reminders are to be sent by e-mail, each once.

An invoice waits from the transaction on that issues it. It is marked as sent in the transaction that queues its e-mail,
as a reminder is, so neither a restart nor a second run sends it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from unificx.billing.invoicing import notice_repository
from unificx.billing.invoicing.details import Details
from unificx.billing.invoicing.invoices import Invoices
from unificx.billing.invoicing.texts import Wording
from unificx.billing.machine.receivables import REMINDERS
from unificx.db import Database, UnitOfWork, log_and_continue
from unificx.identity import DirectoryCache

MAX_AT_ONCE = 100
"""Invoices of one sweep."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Billing address of a tenant, with the subject of the details under whose key its e-mails are sealed."""

    subject: str
    name: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InvoiceNotice:
    """An invoice (level 0) or a reminder (1 to 3) that is to be sent. `recipient`: None for the administrators."""

    tenant_id: str
    number: str
    level: int
    language: Literal["en", "de"]
    text: str
    """Name, amount and due day of the document."""
    recipient: Recipient | None


class InvoiceNotices:
    """The invoices and reminders that are to be sent."""

    def __init__(self, database: Database, directory: DirectoryCache, details: Details, invoices: Invoices) -> None:
        self._database, self._directory, self._details, self._invoices = database, directory, details, invoices

    async def due(self) -> Sequence[InvoiceNotice]:
        """Return invoices that wait, at most 100, and the reminders that are due. A deleted tenant gets none."""
        seller_id = self._seller_id()
        if seller_id is None:
            return []
        before = self._invoices.today() - timedelta(days=REMINDERS[0])
        async with self._database.read() as session:
            waiting = await notice_repository.waiting(session, seller_id, MAX_AT_ONCE)
            late = await notice_repository.late_customers(session, seller_id, before)
        found: list[InvoiceNotice] = []
        for tenant_id, number in waiting:
            with log_and_continue("invoice_not_sent", number=number, level=0):
                if self._directory.tenant(tenant_id) is not None:
                    found.append(await self._notice(tenant_id, number, 0, 0))
        for tenant_id in late:
            with log_and_continue("reminders_not_sent", tenant=tenant_id):
                if self._directory.tenant(tenant_id) is not None:
                    found += await self._reminders(tenant_id)
        return found

    async def count_waiting(self) -> int:
        """Return how many invoices of all tenants, at most 100, were issued before today and not sent: there is no mail
        server, or their tenants have no address for invoices. Those of deleted tenants do not count."""
        seller_id = self._seller_id()
        if seller_id is None:
            return 0
        async with self._database.read() as session:
            found = await notice_repository.waiting(session, seller_id, MAX_AT_ONCE, self._invoices.today())
        return sum(self._directory.tenant(tenant_id) is not None for tenant_id, _ in found)

    async def send_again(self, tenant_id: str, number: str) -> None:
        """Let an invoice be sent again within some minutes, also one that waits. Raise NotFound."""
        await self._invoices.get(tenant_id, number)
        seller_id = self._seller_id()
        assert seller_id is not None
        async with self._database.begin() as uow:
            await notice_repository.wait_again(uow.session, seller_id, number)

    async def mark(self, notice: InvoiceNotice, uow: UnitOfWork) -> bool:
        """Mark a notice as sent within the transaction that queues it. Return False if it was sent before."""
        seller_id, now = self._seller_id(), self._database.clock.now()
        assert seller_id is not None
        return await notice_repository.mark_sent(uow.session, seller_id, notice.number, notice.level, now)

    def _seller_id(self) -> str | None:
        operator = self._directory.operator()
        return None if operator is None else operator.id

    async def _reminders(self, tenant_id: str) -> list[InvoiceNotice]:
        return [
            await self._notice(tenant_id, each.number, each.reminder, each.left)
            for each in await self._invoices.list(tenant_id)
            if each.sent is not None and each.reminder > each.reminded
        ]

    async def _notice(self, tenant_id: str, number: str, level: int, left: int) -> InvoiceNotice:
        document = await self._invoices.document(tenant_id, number)
        text = Wording(document).notice(level, left)
        language = "de" if document.language == "de" else "en"
        return InvoiceNotice(tenant_id, number, level, language, text, await self._recipient(tenant_id))

    async def _recipient(self, tenant_id: str) -> Recipient | None:
        details = await self._details.find(tenant_id)
        async with self._database.read() as session:
            subject = await notice_repository.subject_of_details(session, tenant_id)
        if details is None or subject is None or not details.email:
            return None
        return Recipient(subject, details.contact or details.name, details.email)
