"""E-mails about accounts that their owners have closed. Handler of the outbox."""

from unificx.core.errors import NotFound
from unificx.db import UnitOfWork
from unificx.privacy.events import OwnErasureScheduled
from unificx.server.container import Container


def connect_closing(container: Container) -> None:
    """Send e-mails about closed accounts. To be called before the outbox starts."""

    async def on_scheduled(event: OwnErasureScheduled, uow: UnitOfWork) -> None:
        try:
            person = await container.rights.accounts.get(event.tenant, event.person_id)
        except NotFound:  # erased meanwhile
            return
        detail = f"{event.due:%Y-%m-%d %H:%M} UTC"
        await container.notification_service.send_notice(person, "closing", detail, uow)

    container.outbox.subscribe(OwnErasureScheduled, on_scheduled, purpose="administration")
