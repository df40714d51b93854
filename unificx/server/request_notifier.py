"""E-mails and push messages about requests."""

import structlog

from unificx.api import PublicAddress
from unificx.core.errors import DomainError
from unificx.core.faults import describe_fault
from unificx.db import ErasedSubject, UnitOfWork
from unificx.identity import Identity, Person, outside_recipient
from unificx.notifications import NotificationService, RequestReference
from unificx.privacy import KeyStore
from unificx.server.administrators import administrators
from unificx.support.rights import Accounts, MailKind, RequestProofs, RightsRequest

log = structlog.get_logger()


class RequestEmails:
    """Implements `rights.RequestNotifier`. A message that cannot be queued is logged: the request is stored already."""

    def __init__(
        self, identity: Identity, keys: KeyStore, notifications: NotificationService, public_address: PublicAddress
    ) -> None:
        self._directory, self._accounts = identity.directory, Accounts(identity)
        self._notifications, self._public_address = notifications, public_address
        self._proofs = RequestProofs(keys)

    @property
    def can_send(self) -> bool:
        return self._notifications.can_send

    async def alert_administrators(
        self, tenant_id: str, detail: str, *, without: str = "", uow: UnitOfWork | None = None
    ) -> None:
        try:
            found = await self._administrators(tenant_id, without)
            operator = self._directory.operator()
            if not found and operator is not None:
                found = await self._administrators(operator.id, without)
            for person in found:
                await self._notifications.send_notice(person, "privacy_request", detail, uow)
        except Exception as fault:
            log.error("request_alert_not_sent", tenant=tenant_id, **describe_fault(fault))

    async def _administrators(self, tenant_id: str, without: str) -> list[Person]:
        return [each for each in await administrators(self._accounts, tenant_id) if each.id != without]

    async def send(self, request: RightsRequest, kind: MailKind, detail: str, uow: UnitOfWork | None = None) -> None:
        about = RequestReference(request.id) if kind == "request_answer" else None
        try:
            if request.origin == "account" and request.person_id:
                person = await self._accounts.get(request.home, request.person_id)
                link = self._link("/app/settings/support", kind)
                await self._notifications.send_notice(person, kind, detail, uow, link=link, about=about)
            elif request.email:
                link = self._link(f"/privacy/request/history/{self._proofs.proof(request.id)}", kind)
                await self._notifications.send_to_outsider(
                    _recipient(request), kind, uow, detail=detail, link=link, about=about
                )
        except DomainError:  # the account was closed
            log.warning("request_message_not_sent", request=request.id)
        except Exception as fault:
            log.error("request_message_not_sent", request=request.id, **describe_fault(fault))

    def _link(self, path: str, kind: MailKind) -> str:
        """Return the link of an answer, "" while the public address is not known."""
        url = self._public_address.url
        return f"{url}{path}" if url and kind == "request_answer" else ""

    async def warn(self, person: Person, detail: str, uow: UnitOfWork) -> None:
        try:
            await self._notifications.send_notice(person, "breach_notice", detail, uow)
        except ErasedSubject:
            log.warning("breach_notice_not_sent", person=person.id)


def _recipient(request: RightsRequest) -> Person:
    """Return the sender of a request as the recipient of an e-mail, sealed under the key of the request."""
    return outside_recipient(
        request.id, request.tenant_id, request.subject, request.received, name=request.name, email=request.email
    )
