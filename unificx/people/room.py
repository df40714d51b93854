"""What the room's use cases share: the database, the keys, the directory, and how a change is made."""

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

from unificx.kernel.background import Background
from unificx.kernel.clock import Clock
from unificx.kernel.errors import Conflict, Invalid, NotFound
from unificx.kernel.facts import Fact
from unificx.people.contracts import Page, Tenant
from unificx.people.directory import Directory
from unificx.people.passwords import Passwords
from unificx.people.ports import Courier, Fetch, KeyRing
from unificx.store.database import Database, UnitOfWork

T = TypeVar("T")

log = structlog.get_logger()

_ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijkmnpqrstuvwxyz23456789")
"""Base32 in letters that are hard to mistake for one another on a desk phone's display."""

MOST_PER_PAGE = 500

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Change:
    """One change being made: its rows and facts, and what the directory will hear once they are committed."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.session: AsyncSession = uow.session
        self.publish: Callable[[Fact], None] = uow.publish
        self.afterwards: list[Callable[[], object]] = []


@dataclass(frozen=True, slots=True)
class Tools:
    """What the room's use cases work with."""

    database: Database
    keys: KeyRing
    clock: Clock
    passwords: Passwords
    courier: Courier
    fetch: Fetch


class Room:
    """Changes happen one after the other, so that what was checked still holds when it is written."""

    def __init__(self, tools: Tools) -> None:
        self.directory = Directory()
        self._database = tools.database
        self._keys = tools.keys
        self._clock = tools.clock
        self._passwords = tools.passwords
        self._courier = tools.courier
        self._changes = asyncio.Lock()
        self._errands = Background()

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[Change]:
        """A unit of work; what it leaves in `afterwards` is done after the commit and before the next change."""
        async with self._changes:
            try:
                async with self._database.begin() as uow:
                    change = Change(uow)
                    yield change
            except IntegrityError:
                # From None: the driver's words quote the values.
                raise Conflict("Somebody else changed the same thing at the same time.", hint="Try again.") from None
            for step in change.afterwards:
                step()

    async def settle(self) -> None:
        """Wait for what is still being done after its request was answered. To be called at the end."""
        await self._errands.settle()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it after the answer: whoever asks learns nothing from how long it takes."""
        self._errands.begin(_safely(work))

    def _tenant(self, tenant_id: str) -> Tenant:
        tenant = self.directory.tenant(tenant_id)
        if tenant is None:
            raise NotFound("There is no such tenant.")
        return tenant

    def _characters(self, random_bytes: int) -> str:
        """Eight characters for every five random bytes."""
        return base64.b32encode(self._clock.random_bytes(random_bytes)).decode().translate(_ALPHABET)


async def _safely(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception as fault:
        log.error("errand_failed", fault=type(fault).__name__)


def behind(cursor: str | None) -> str | None:
    """The id a page begins behind, None at the start. Raises Invalid for a cursor that no page ever named."""
    if cursor is not None and _ID.fullmatch(cursor) is None:
        raise Invalid("That is not a cursor of this list.", hint="Give `next` of the page before.", field="cursor")
    return cursor


def page_size(limit: int) -> int:
    """What somebody asked for, within bounds."""
    return max(1, min(limit, MOST_PER_PAGE))


def page(found: Sequence[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """A page of what was `found`: one more than fits says that there is another."""
    size = page_size(limit)
    items = tuple(found[:size])
    return Page(items, key(items[-1]) if len(found) > size else None)
