"""E-mails with invoices and payment reminders: to the billing address of a tenant, or to its administrators."""

import structlog

from unificx.billing import Billing, InvoiceNotice
from unificx.core.errors import DomainError
from unificx.db import UnitOfWork, log_and_continue
from unificx.identity import Person, outside_recipient
from unificx.notifications import EmailKind, NotificationService
from unificx.server.administrators import administrators
from unificx.support.rights import Accounts

log = structlog.get_logger()


class InvoiceEmails:
    """Sends the invoices and reminders that are due, each once."""

    def __init__(self, billing: Billing, accounts: Accounts, notifications: NotificationService) -> None:
        self._billing, self._accounts, self._notifications = billing, accounts, notifications

    async def send_due(self) -> None:
        """Queue the e-mails that are due. To be called periodically: one that cannot be queued now is so later."""
        for notice in await self._billing.invoice_notices.due():
            with log_and_continue("invoice_not_sent", number=notice.number, level=notice.level):
                await self._send(notice)

    async def _send(self, notice: InvoiceNotice) -> None:
        try:
            people = await self._recipients(notice)
            async with self._billing.database.begin() as uow:
                if people and await self._billing.invoice_notices.mark(notice, uow):
                    await self._queue(notice, people, uow)
        except (DomainError, _NotQueuedError):  # its mark is rolled back
            log.info("invoice_not_sent", number=notice.number, level=notice.level)

    async def _queue(self, notice: InvoiceNotice, people: list[Person], uow: UnitOfWork) -> None:
        kind: EmailKind = "invoice_reminder" if notice.level else "invoice"
        queued = [
            await self._notifications.send_invoice(
                each, kind, notice.number, uow, language=notice.language, detail=notice.text
            )
            for each in people
        ]
        if not any(queued):
            raise _NotQueuedError

    async def _recipients(self, notice: InvoiceNotice) -> list[Person]:
        to = notice.recipient
        if to is None:
            return [each for each in await administrators(self._accounts, notice.tenant_id) if each.email]
        now = self._billing.database.clock.now()
        return [outside_recipient(to.subject, notice.tenant_id, to.subject, now, name=to.name, email=to.email)]


class _NotQueuedError(Exception):
    """A limit of e-mails is reached."""
