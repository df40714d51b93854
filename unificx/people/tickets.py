"""Tickets: a sign-in that is half done. In memory, few, and for minutes; a restart means to begin again."""

import base64
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unificx.kernel.clock import Clock

LIFETIME = timedelta(minutes=5)
MOST = 10_000
_BYTES = 24


@dataclass(frozen=True, slots=True)
class Ticket:
    """Stands for a first proof. `person_id` is "" where the second will say who it is, as a passkey does."""

    purpose: str
    tenant_id: str
    person_id: str
    expires: datetime
    code: str = field(repr=False)


class Tickets:
    """The tickets that are out; beyond `most` the oldest is void."""

    def __init__(self, clock: Clock, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._out: OrderedDict[str, Ticket] = OrderedDict()

    def issue(self, purpose: str, tenant_id: str = "", person_id: str = "") -> Ticket:
        """A new ticket. `purpose` says which step it leads to: no other step takes it."""
        code = base64.urlsafe_b64encode(self._clock.random_bytes(_BYTES)).decode()
        ticket = Ticket(purpose, tenant_id, person_id, self._clock.now() + LIFETIME, code)
        self._out[code] = ticket
        while len(self._out) > self._most:
            self._out.popitem(last=False)
        return ticket

    def look(self, code: str, purpose: str) -> Ticket | None:
        """The ticket, which stays good; None for one that is none, has expired, or leads to another step."""
        ticket = self._out.get(code)
        if ticket is None or ticket.purpose != purpose or ticket.expires <= self._clock.now():
            return None
        return ticket

    def take(self, code: str, purpose: str) -> Ticket | None:
        """The ticket, which is used up now."""
        ticket = self.look(code, purpose)
        if ticket is not None:
            del self._out[code]
        return ticket

    def drop_of(self, person_id: str) -> None:
        """Void a person's tickets: what was proved does not hold any more."""
        for code in [code for code, ticket in self._out.items() if ticket.person_id == person_id]:
            del self._out[code]
