"""E-mails about access copies that are ready."""

from contextlib import suppress

from unificx.archive.events import CopyReady
from unificx.core.errors import DomainError
from unificx.db import UnitOfWork
from unificx.identity import Identity
from unificx.notifications import NotificationService
from unificx.server.container import Container


class CopyNotices:
    """Sends an e-mail to the requester of a copy. `on_ready` is an outbox handler."""

    def __init__(self, identity: Identity, notifications: NotificationService) -> None:
        self._users, self._notifications = identity.users, notifications

    async def on_ready(self, event: CopyReady, uow: UnitOfWork) -> None:
        with suppress(DomainError):  # account closed or erased meanwhile
            person = await self._users.get(event.tenant, event.person_id)
            await self._notifications.send_copy_notice(person, uow)


def connect_access_copies(container: Container) -> None:
    """Connect the access copies with the sending of e-mails."""
    notices = CopyNotices(container.identity, container.notification_service)
    container.outbox.subscribe(CopyReady, notices.on_ready, purpose="administration")
