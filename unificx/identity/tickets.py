"""Tickets of sign-ins that wait for a second factor. In memory, bounded, short-lived; lost at a restart."""

import base64
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unificx.core.clock import Clock

LIFETIME = timedelta(minutes=5)
MAX_TICKETS = 10_000
_BYTES = 24


@dataclass(frozen=True, slots=True)
class Ticket:
    """Proof of a completed first step. `person_id` is "" if the next step identifies the user, as a passkey does."""

    purpose: str
    tenant_id: str
    person_id: str
    expires: datetime
    code: str = field(repr=False)


class TicketStore:
    """Bounded ticket store; beyond `capacity` the oldest ticket is dropped."""

    def __init__(self, clock: Clock, capacity: int = MAX_TICKETS) -> None:
        self._clock = clock
        self._capacity = capacity
        self._tickets: OrderedDict[str, Ticket] = OrderedDict()

    def issue(self, purpose: str, tenant_id: str = "", person_id: str = "") -> Ticket:
        """Issue a ticket. `purpose` names the only step that accepts it."""
        code = base64.urlsafe_b64encode(self._clock.random_bytes(_BYTES)).decode()
        ticket = Ticket(purpose, tenant_id, person_id, self._clock.now() + LIFETIME, code)
        self._tickets[code] = ticket
        while len(self._tickets) > self._capacity:
            self._tickets.popitem(last=False)
        return ticket

    def peek(self, code: str, purpose: str) -> Ticket | None:
        """Return the ticket without consuming it; None if unknown, expired, or for another purpose."""
        ticket = self._tickets.get(code)
        if ticket is None or ticket.purpose != purpose or ticket.expires <= self._clock.now():
            return None
        return ticket

    def consume(self, code: str, purpose: str) -> Ticket | None:
        """Consume and return the ticket."""
        ticket = self.peek(code, purpose)
        if ticket is not None:
            del self._tickets[code]
        return ticket

    def revoke_for(self, person_id: str) -> None:
        """Revoke all tickets of a user, after their credentials changed."""
        for code in [code for code, ticket in self._tickets.items() if ticket.person_id == person_id]:
            del self._tickets[code]
