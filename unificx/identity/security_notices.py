"""Security notices to users, and background tasks whose errors are logged."""

from collections.abc import Coroutine
from typing import Any

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
from unificx.identity.ports import AccountNotifier
from unificx.identity.repository import accounts
from unificx.identity.schemas import SecurityNoticeKind
from unificx.identity.store import IdentityStore

log = structlog.get_logger()


class LoggedTasks(BackgroundTasks):
    """Background tasks that log the type of an exception. Used where the response time must not reveal anything."""

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Start a task."""
        super().spawn(_log_errors(coroutine))


class SecurityNotices:
    """Sends security notices in the background."""

    def __init__(self, store: IdentityStore, notifier: AccountNotifier, background: LoggedTasks) -> None:
        self._store = store
        self._notifier = notifier
        self._background = background

    def send(self, tenant_id: str, person_id: str, kind: SecurityNoticeKind, detail: str) -> None:
        """Send the user a security notice, unless they have not accepted their invitation yet."""
        self._background.spawn(self._send(tenant_id, person_id, kind, detail))

    async def _send(self, tenant_id: str, person_id: str, kind: SecurityNoticeKind, detail: str) -> None:
        async with self._store.read() as session:
            person = await accounts.person(session, self._store.keys, tenant_id, person_id)
        if person is not None and person.state != "invited":
            await self._notifier.send_notice(person, kind, detail)


async def _log_errors(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        await coroutine
    except Exception as error:
        log.error("errand_failed", **describe_fault(error))
