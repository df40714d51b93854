"""E-mails about low credit, to the administrators of a tenant. Handler of the outbox."""

from unificx.billing import format_amount
from unificx.billing.events import CreditLow
from unificx.db import UnitOfWork
from unificx.server.administrators import administrators
from unificx.server.container import Container


def connect_credit(container: Container) -> None:
    """Send e-mails about low credit. To be called before the outbox starts."""

    async def on_low(event: CreditLow, uow: UnitOfWork) -> None:
        state = await container.billing.credit.state(event.tenant)
        if state is None:
            return
        detail = f"{format_amount(state.available)} {state.terms.currency}"
        for person in await administrators(container.rights.accounts, event.tenant):
            await container.notification_service.send_notice(person, "credit_low", detail, uow)

    container.outbox.subscribe(CreditLow, on_low, purpose="administration")
