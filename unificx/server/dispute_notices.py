"""Notices about disputed payments by card and failed refunds, to the operators. Handlers of the outbox."""

from unificx.billing.events import PaymentDisputed, RefundFailed
from unificx.db import UnitOfWork
from unificx.notifications import EmailKind
from unificx.server.administrators import administrators
from unificx.server.container import Container


def connect_disputes(container: Container) -> None:
    """Send notices about disputed payments and failed refunds. To be called before the outbox starts."""

    async def send(event: PaymentDisputed | RefundFailed, uow: UnitOfWork, kind: EmailKind) -> None:
        directory = container.identity.directory
        operator, tenant = directory.operator(), directory.tenant(event.tenant)
        if operator is None or tenant is None:
            return
        for person in await administrators(container.rights.accounts, operator.id):
            await container.notification_service.send_notice(person, kind, f"{event.reference} ({tenant.slug})", uow)

    async def on_disputed(event: PaymentDisputed, uow: UnitOfWork) -> None:
        await send(event, uow, "payment_disputed")

    async def on_refund_failed(event: RefundFailed, uow: UnitOfWork) -> None:
        await send(event, uow, "refund_failed")

    container.outbox.subscribe(PaymentDisputed, on_disputed, purpose="administration")
    container.outbox.subscribe(RefundFailed, on_refund_failed, purpose="administration")
