"""Tickets of sign-ins that wait for a second factor. Bounded and short-lived."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unificx.cluster import OneTimeKind, OneTimeStore
from unificx.core.clock import Clock

LIFETIME = timedelta(minutes=5)
TICKETS = OneTimeKind("sign-in ticket", LIFETIME.total_seconds(), capacity=10_000)
_BYTES = 24


@dataclass(frozen=True, slots=True)
class NewTicket:
    """An issued ticket."""

    expires: datetime
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Proof of a completed first step."""

    tenant_id: str
    person_id: str


class TicketStore:
    """Tickets by code and purpose: the purpose names the only step that accepts a ticket."""

    def __init__(self, clock: Clock, store: OneTimeStore) -> None:
        self._clock = clock
        self._store = store

    async def issue(self, purpose: str, tenant_id: str, person_id: str) -> NewTicket:
        """Issue a ticket."""
        code = base64.urlsafe_b64encode(self._clock.random_bytes(_BYTES)).decode()
        value = json.dumps([tenant_id, person_id]).encode()
        await self._store.put(TICKETS, _key(purpose, code), value, group=person_id)
        return NewTicket(self._clock.now() + LIFETIME, code)

    async def peek(self, code: str, purpose: str) -> Ticket | None:
        """Return the ticket without consuming it; None if unknown, expired, or for another purpose."""
        return _ticket(await self._store.get(TICKETS, _key(purpose, code)))

    async def consume(self, code: str, purpose: str) -> Ticket | None:
        """Consume and return the ticket."""
        return _ticket(await self._store.take(TICKETS, _key(purpose, code)))

    async def revoke_for(self, person_id: str) -> None:
        """Revoke all tickets of a user, after their credentials changed."""
        await self._store.discard_group(TICKETS, person_id)


def _key(purpose: str, code: str) -> str:
    return f"{purpose} {code}"


def _ticket(value: bytes | None) -> Ticket | None:
    return Ticket(*json.loads(value)) if value is not None else None
