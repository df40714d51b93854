"""Notices to all people of a tenant, each once: new versions of the privacy policy, and a move to this installation.
Also the one to administrators that the space for files is nearly used up."""

import structlog

from unificx.attachments.events import StorageLow
from unificx.core.errors import DomainError
from unificx.db import UnitOfWork, log_and_continue
from unificx.identity import Person
from unificx.notifications import MOVED, EmailKind, notified_tenants, put_announcement, waiting_tenants
from unificx.privacy import PolicyVersion, released_versions
from unificx.server.administrators import MAX_ACCOUNTS, administrators
from unificx.server.container import Container

log = structlog.get_logger()


class Announcements:
    """Sends what is due, a tenant at a time and with its mark in one transaction."""

    def __init__(self, container: Container) -> None:
        self._container, self._accounts = container, container.rights.accounts

    async def send_due(self) -> None:
        """Queue the notices that are due. To be called periodically; a suspended tenant gets them once it is active."""
        newest = released_versions()[-1]
        version = f"policy_changed {newest.version}"
        async with self._container.database.read() as session:
            notified = await notified_tenants(session, version)
            moved = await waiting_tenants(session, MOVED)
        for tenant in self._container.identity.directory.tenants():
            with log_and_continue("announcement_not_sent", tenant=tenant.id):
                if tenant.state == "active" and tenant.id in moved:
                    await self._notify(tenant.id, MOVED, "tenant_moved", f"{self._container.clock.now():%Y-%m-%d}")
                if tenant.state == "active" and tenant.id not in notified:
                    await self._notify(tenant.id, version, "policy_changed", _describe(newest))

    async def _notify(self, tenant_id: str, name: str, kind: EmailKind, detail: str) -> None:
        found = [each for each in await self._accounts.all(tenant_id, MAX_ACCOUNTS) if each.state == "active"]
        if kind == "policy_changed":
            found = await self._behind(tenant_id, found)
        database = self._container.database
        try:
            async with database.begin() as uow:
                await put_announcement(uow.session, tenant_id, name, database.clock.now(), sent=True)
                for person in found:
                    await self._container.notification_service.send_notice(person, kind, detail, uow)
        except DomainError as fault:  # someone was erased meanwhile: the next run tells the others
            log.warning("announcement_delayed", tenant=tenant_id, kind=kind, fault=type(fault).__name__)

    async def _behind(self, tenant_id: str, people: list[Person]) -> list[Person]:
        behind = await self._container.identity.acceptances.behind(tenant_id, [each.id for each in people])
        return [each for each in people if each.id in behind]


def connect_storage(container: Container) -> None:
    """Notify administrators that space is nearly used up. To be called before the outbox starts."""

    async def on_low(event: StorageLow, uow: UnitOfWork) -> None:
        limits, used = await container.chat.attachments.limits(event.tenant)
        detail = f"{used * 100 // max(limits.quota_bytes, 1)} %"
        for person in await administrators(container.rights.accounts, event.tenant):
            await container.notification_service.send_notice(person, "storage_low", detail, uow)

    container.outbox.subscribe(StorageLow, on_low, purpose="administration")


def _describe(version: PolicyVersion) -> str:
    summary = version.summary
    return f"{version.in_force}: {summary.get('en', '')} / {summary.get('de', '')}"
