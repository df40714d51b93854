"""E-mails about suspensions: to the person, or to the administrators of a suspended tenant. Handlers of the outbox."""

from unificx.core.errors import NotFound
from unificx.db import UnitOfWork
from unificx.identity import Person, Suspension, SuspensionReason
from unificx.identity.events import PersonResumed, PersonSuspended, TenantResumed, TenantSuspended
from unificx.notifications import EmailKind
from unificx.server.administrators import administrators
from unificx.server.container import Container

_REASONS: dict[SuspensionReason, str] = {
    "terms": "terms of use / Nutzungsbedingungen",
    "security": "security of the account / Sicherheit des Kontos",
    "fraud": "suspected fraud / Betrugsverdacht",
    "payment": "unpaid invoice / offene Rechnung",
    "absence": "absence / Abwesenheit",
    "minor": "reported to be under 18 / als minderjährig gemeldet",
    "closing": "closed / geschlossen",
    "approval": "waits for approval / wartet auf Freigabe",
    "identity_provider": "deactivated by the identity provider / vom Identitätsanbieter deaktiviert",
    "other": "other / sonstiger Grund",
}


class _SuspensionEmails:
    """Tells people that they were suspended or are active again."""

    def __init__(self, container: Container) -> None:
        self._container, self._accounts = container, container.rights.accounts
        outbox = container.outbox
        outbox.subscribe(PersonSuspended, self._on_person_suspended, purpose="administration")
        outbox.subscribe(PersonResumed, self._on_person_resumed, purpose="administration")
        outbox.subscribe(TenantSuspended, self._on_tenant_suspended, purpose="administration")
        outbox.subscribe(TenantResumed, self._on_tenant_resumed, purpose="administration")
        outbox.subscribe(PersonResumed, self._close_review, purpose="requests")
        outbox.subscribe(TenantResumed, self._close_review_of_tenant, purpose="requests")

    async def _on_person_suspended(self, event: PersonSuspended, uow: UnitOfWork) -> None:
        found = await self._container.identity.suspensions.current(event.tenant, event.person_id)
        if found is not None:
            await self._send(uow, await self._person(event.tenant, event.person_id), "suspended", _describe(found))

    async def _on_person_resumed(self, event: PersonResumed, uow: UnitOfWork) -> None:
        await self._send(uow, await self._person(event.tenant, event.person_id), "resumed")

    async def _on_tenant_suspended(self, event: TenantSuspended, uow: UnitOfWork) -> None:
        found = await self._container.identity.suspensions.current(event.tenant, "")
        if found is not None and found.reason != "approval":  # the applicant knows, and sees it when signing in
            people = await administrators(self._accounts, event.tenant)
            if found.erases is not None:
                await self._send(uow, people, "tenant_closing", f"{found.erases:%Y-%m-%d %H:%M} UTC")
            else:
                await self._send(uow, people, "tenant_suspended", _describe(found))

    async def _on_tenant_resumed(self, event: TenantResumed, uow: UnitOfWork) -> None:
        await self._send(uow, await administrators(self._accounts, event.tenant), "tenant_resumed")

    async def _close_review(self, event: PersonResumed, uow: UnitOfWork) -> None:
        if event.review_id:
            await self._container.rights.close_lifted(uow, event.tenant, event.review_id)

    async def _close_review_of_tenant(self, event: TenantResumed, uow: UnitOfWork) -> None:
        operator = self._container.identity.directory.operator()
        if event.review_id and operator is not None:
            await self._container.rights.close_lifted(uow, operator.id, event.review_id)

    async def _person(self, tenant_id: str, person_id: str) -> list[Person]:
        try:
            person = await self._accounts.get(tenant_id, person_id)
        except NotFound:  # closed or erased meanwhile
            return []
        return [person] if person.state != "invited" else []

    async def _send(self, uow: UnitOfWork, people: list[Person], kind: EmailKind, detail: str = "") -> None:
        for person in people:
            await self._container.notification_service.send_notice(person, kind, detail, uow)


def connect_suspensions(container: Container) -> None:
    """Send e-mails about suspensions. To be called before the outbox starts."""
    _SuspensionEmails(container)


def _describe(suspension: Suspension) -> str:
    parts = [_REASONS[suspension.reason], suspension.text]
    if suspension.until is not None:
        parts.append(f"until / bis {suspension.until:%Y-%m-%d %H:%M} UTC")
    return "; ".join(part for part in parts if part)
