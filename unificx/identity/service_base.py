"""Base of the services: dependencies, serialized transactions, background work, pagination."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.events import DomainEvent
from unificx.db.database import Database, UnitOfWork
from unificx.identity.cache import DirectoryCache
from unificx.identity.passwords import PasswordHashing
from unificx.identity.ports import AccountNotifier, HttpFetch, KeyRing
from unificx.identity.schemas import Page, Tenant

T = TypeVar("T")

log = structlog.get_logger()

_ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijkmnpqrstuvwxyz23456789")
"""Base32 alphabet without characters that look alike on a desk phone's display."""

MAX_PAGE_SIZE = 500

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Transaction:
    """Transaction in progress: session, events, and callbacks to run after the commit."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.session: AsyncSession = uow.session
        self.publish: Callable[[DomainEvent], None] = uow.publish
        self.on_commit: list[Callable[[], object]] = []


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Dependencies of the services."""

    database: Database
    keys: KeyRing
    clock: Clock
    passwords: PasswordHashing
    notifier: AccountNotifier
    fetch: HttpFetch


class ServiceBase:
    """Base of the services. Transactions are serialized, so that checks still hold when the change is written."""

    def __init__(self, tools: Dependencies) -> None:
        self.directory = DirectoryCache()
        self._database = tools.database
        self._keys = tools.keys
        self._clock = tools.clock
        self._passwords = tools.passwords
        self._notifier = tools.notifier
        self._transaction_lock = asyncio.Lock()
        self._background = BackgroundTasks()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Transaction]:
        """Open a unit of work. Its `on_commit` callbacks run after the commit and before the next transaction."""
        async with self._transaction_lock:
            try:
                async with self._database.begin() as uow:
                    tx = Transaction(uow)
                    yield tx
            except IntegrityError:
                # From None: the driver's message quotes the values.
                raise Conflict("The same object was changed concurrently.", hint="Try again.") from None
            for callback in tx.on_commit:
                callback()

    async def join_background_tasks(self) -> None:
        """Wait for the background tasks. Called at shutdown."""
        await self._background.join()

    def _run_in_background(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run in the background, so that the response time reveals nothing."""
        self._background.spawn(_log_errors(coroutine))

    def _tenant(self, tenant_id: str) -> Tenant:
        tenant = self.directory.tenant(tenant_id)
        if tenant is None:
            raise NotFound("Tenant not found.")
        return tenant

    def _random_characters(self, byte_count: int) -> str:
        """Return random characters: eight per five random bytes."""
        return base64.b32encode(self._clock.random_bytes(byte_count)).decode().translate(_ALPHABET)


async def _log_errors(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        await coroutine
    except Exception as error:
        log.error("errand_failed", fault=type(error).__name__)


def parse_cursor(cursor: str | None) -> str | None:
    """Return the id after which the page starts, None for the first page. Raise Invalid for a malformed cursor."""
    if cursor is not None and _ID.fullmatch(cursor) is None:
        raise Invalid("Invalid cursor.", hint="Pass `next` from the previous page.", field="cursor")
    return cursor


def page_size(limit: int) -> int:
    """Return the limit clamped to the allowed page size."""
    return max(1, min(limit, MAX_PAGE_SIZE))


def make_page(found: Sequence[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """Return a page of `found`, which holds one item more than the page if there is a next one."""
    size = page_size(limit)
    items = tuple(found[:size])
    return Page(items, key(items[-1]) if len(found) > size else None)
