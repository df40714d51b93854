"""Notices about disputed payments by card, to the operators. Handler of the outbox."""

from unificx.billing.events import PaymentDisputed
from unificx.db import UnitOfWork
from unificx.server.administrators import administrators
from unificx.server.container import Container


def connect_disputes(container: Container) -> None:
    """Send notices about disputed payments. To be called before the outbox starts."""

    async def on_disputed(event: PaymentDisputed, uow: UnitOfWork) -> None:
        directory = container.identity.directory
        operator, tenant = directory.operator(), directory.tenant(event.tenant)
        if operator is None or tenant is None:
            return
        for person in await administrators(container.rights.accounts, operator.id):
            await container.notification_service.send_notice(
                person, "payment_disputed", f"{event.reference} ({tenant.slug})", uow
            )

    container.outbox.subscribe(PaymentDisputed, on_disputed, purpose="administration")
