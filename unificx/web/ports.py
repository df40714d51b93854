"""What the HTTP face asks of the rest of the house; `app.wiring` fills these."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class IceServer:
    """A STUN or TURN server as browsers take it (RTCIceServer), with credentials for an hour at the most."""

    urls: tuple[str, ...]
    username: str = field(default="", repr=False)
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SipProof:
    """What a client's telephone registers and calls with."""

    expires: datetime
    bearer: str = field(repr=False)
    """RFC 8898."""


class Telephony(Protocol):
    """What our own client needs to be a telephone, and whether it can be rung."""

    def proof(self, device_id: str) -> SipProof:
        """A fresh proof for a device."""
        ...

    def ice_servers(self) -> Sequence[IceServer]:
        """The servers that help a browser out of its network, with fresh credentials."""
        ...

    def registered(self, extension_id: str, device_id: str) -> bool:
        """Whether the device is registered now."""
        ...

    def can_be_woken(self, extension_id: str, device_id: str) -> bool:
        """Whether the device is woken for a call while it is not."""
        ...


class Parts(Protocol):
    """The parts `/readyz` tells about: database, keys, SIP listeners, rtpengine."""

    async def states(self) -> Sequence[PartState]:
        """Ask every part, within a second or so."""
        ...

    def full(self) -> bool:
        """Whether there is no room to keep anything new."""
        ...
