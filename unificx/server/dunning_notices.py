"""Notices to administrators after the last reminder of an unpaid invoice."""

from unificx.billing import Billing, DunningNotice
from unificx.db import UnitOfWork, log_and_continue
from unificx.notifications import EmailKind, NotificationService
from unificx.server.administrators import administrators
from unificx.support.rights import Accounts


class DunningNotices:
    """Sends the notices that are due, each once."""

    def __init__(self, billing: Billing, accounts: Accounts, notifications: NotificationService) -> None:
        self._billing, self._accounts, self._notifications = billing, accounts, notifications

    async def send_due(self) -> None:
        """Queue the notices that are due, after those about paid invoices are withdrawn. To be called periodically."""
        await self._billing.dunning.withdraw()
        for notice in await self._billing.dunning.due():
            with log_and_continue("dunning_notice_not_sent", tenant=notice.tenant_id):
                await self._send(notice)

    async def _send(self, notice: DunningNotice) -> None:
        async with self._billing.database.begin() as uow:
            if await self._billing.dunning.mark(notice, uow):
                await self._queue(notice, uow)

    async def _queue(self, notice: DunningNotice, uow: UnitOfWork) -> None:
        kind: EmailKind = "calls_ended" if notice.ended else "calls_end"
        for person in await administrators(self._accounts, notice.tenant_id):
            await self._notifications.send_notice(person, kind, f"{notice.number}, {notice.calls_end.isoformat()}", uow)
