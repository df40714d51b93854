"""Erases tenants that were closed, once their days have passed."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from unificx.core.errors import DomainError
from unificx.db import log_and_continue

if TYPE_CHECKING:
    from unificx.server.container import Container

LONGEST_WAIT = timedelta(days=30)
"""How much longer a tenant waits for its last invoice: calls of a month are invoiced in the next one."""
log = structlog.get_logger()


class ClosedTenants:
    """Erases the closed tenants of an installation, each in one transaction with the end of its closing."""

    def __init__(self, container: "Container") -> None:
        self._container = container

    async def is_any_due(self) -> bool:
        """Whether the time of a closed tenant has come."""
        return bool(await self._container.identity.closings.due())

    async def erase_due(self) -> None:
        """Erase the tenants whose time has come. One that is refused, or waits for an invoice, is tried again."""
        for tenant_id, erases in await self._container.identity.closings.due():
            with log_and_continue("closed_tenant_not_erased", tenant=tenant_id):
                await self._erase(tenant_id, erases)

    async def _erase(self, tenant_id: str, erases: datetime) -> None:
        if await self._waits_for_invoice(tenant_id, erases):
            log.warning("closed_tenant_waits_for_invoice", tenant=tenant_id)
            return
        try:
            await self._container.identity.closings.erase(tenant_id)
        except DomainError as refused:  # a hold, a full disk
            log.warning("closed_tenant_not_erased", tenant=tenant_id, reason=refused.code)

    async def _waits_for_invoice(self, tenant_id: str, erases: datetime) -> bool:
        if self._container.clock.now() >= erases + LONGEST_WAIT:
            return False
        return any(each.unbilled for each in await self._container.billing.payments.balance(tenant_id))
