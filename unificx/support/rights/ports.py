"""Ports of requests, filled by the composition root."""

from typing import Literal, Protocol

from unificx.db import UnitOfWork
from unificx.identity import Person
from unificx.support.rights.schemas import RightsRequest

MailKind = Literal["request_code", "request_answer"]


class RequestNotifier(Protocol):
    """Sends e-mails and push messages. Nothing is sent without a mail server."""

    @property
    def can_send(self) -> bool:
        """Whether e-mail can be sent at all."""
        ...

    async def alert_administrators(
        self, tenant_id: str, detail: str, *, without: str = "", uow: UnitOfWork | None = None
    ) -> None:
        """Tell the administrators of a tenant, `without` one of them, that a request needs them; the operators if there
        is no other administrator. The e-mails are queued within `uow`, if there is one."""
        ...

    async def send(self, request: RightsRequest, kind: MailKind, detail: str, uow: UnitOfWork | None = None) -> None:
        """Send a code or an answer to the sender of a request: to the account, or to the address in the request. The
        e-mail is queued within `uow`, if there is one."""
        ...

    async def warn(self, person: Person, detail: str, uow: UnitOfWork) -> None:
        """Send a notice of a breach to a user. The e-mail is queued within `uow`."""
        ...
