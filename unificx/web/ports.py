"""What the HTTP face asks of the rest of the house; `app.wiring` fills these."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class LiveCall(Protocol):
    """A call that is going on."""

    @property
    def id(self) -> str: ...
    @property
    def tenant_id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def started(self) -> datetime: ...
    @property
    def answered(self) -> datetime | None: ...
    @property
    def caller(self) -> str:
        """The caller's number."""
        ...

    @property
    def callee(self) -> str:
        """The number that was dialled."""
        ...


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

    def full(self) -> bool:
        """Whether there is no room to keep anything new."""
        ...
