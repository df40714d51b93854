"""What the HTTP face asks of the rest of the house; `app.wiring` fills these."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that is going on. `caller` and `callee` are what a person reads: a name, else a number."""

    id: str
    tenant_id: str
    state: str
    started: datetime
    answered: datetime | None
    caller: str = field(repr=False)
    callee: str = field(repr=False)


class LiveCalls(Protocol):
    """The calls going on in this installation."""

    def live(self, tenant_id: str | None) -> Sequence[LiveCall]:
        """The live calls of one tenant, of all for None."""
        ...

    def hangup(self, call_id: str) -> None:
        """End the call for everybody in it. A call that is over already is no error."""
        ...


@dataclass(frozen=True, slots=True)
class PartState:
    """Whether one part of the installation can do its work; `why` says what is wrong and what to do."""

    name: str
    ok: bool
    why: str = ""


class Parts(Protocol):
    """The parts `/readyz` tells about: database, keys, SIP listeners, rtpengine."""

    async def states(self) -> Sequence[PartState]:
        """Ask every part, within a second or so."""
        ...
