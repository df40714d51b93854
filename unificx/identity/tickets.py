"""Tickets of sign-ins that wait for a second factor. In memory, bounded, short-lived; lost at a restart."""

import base64
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unificx.core.clock import Clock

LIFETIME = timedelta(minutes=5)
MOST = 10_000
_BYTES = 24


@dataclass(frozen=True, slots=True)
class Ticket:
    """Proof of a completed first step. `person_id` is "" if the next step identifies the user, as a passkey does."""

    purpose: str
    tenant_id: str
    person_id: str
    expires: datetime
    code: str = field(repr=False)


class Tickets:
    """Bounded ticket store; beyond `capacity` the oldest ticket is dropped."""

    def __init__(self, clock: Clock, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._out: OrderedDict[str, Ticket] = OrderedDict()

    def issue(self, purpose: str, tenant_id: str = "", person_id: str = "") -> Ticket:
        """Issue a ticket. `purpose` names the only step that accepts it."""
        code = base64.urlsafe_b64encode(self._clock.random_bytes(_BYTES)).decode()
        ticket = Ticket(purpose, tenant_id, person_id, self._clock.now() + LIFETIME, code)
        self._out[code] = ticket
        while len(self._out) > self._most:
            self._out.popitem(last=False)
        return ticket

    def look(self, code: str, purpose: str) -> Ticket | None:
        """Return the ticket without consuming it; None if unknown, expired, or for another purpose."""
        ticket = self._out.get(code)
        if ticket is None or ticket.purpose != purpose or ticket.expires <= self._clock.now():
            return None
        return ticket

    def take(self, code: str, purpose: str) -> Ticket | None:
        """Consume and return the ticket."""
        ticket = self.look(code, purpose)
        if ticket is not None:
            del self._out[code]
        return ticket

    def drop_of(self, person_id: str) -> None:
        """Revoke all tickets of a user, after their credentials changed."""
        for code in [code for code, ticket in self._out.items() if ticket.person_id == person_id]:
            del self._out[code]
