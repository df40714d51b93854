"""What the SIP face needs from others; filled by the wiring."""

from typing import Protocol

from unificx.presence import Caller
from unificx.sip.endpoint import Event, ServerKey
from unificx.sip.flow import Flow
from unificx.sip.message import Request


class Waits(Protocol):
    """Knows how many messages wait; `app` fills it from the mailboxes. Answered from memory."""

    def waiting(self, extension_id: str) -> tuple[int, int] | None:
        """New messages and old ones of whose phones these are; None where there is no voicemail and nothing waits."""
        ...


class TakesCalls(Protocol):
    """All live calls: `calls.Conductor` is one."""

    def incoming(self, key: ServerKey, request: Request, flow: Flow, caller: Caller, now: float) -> None:
        """An INVITE outside any dialog, of a caller whose credentials were verified."""
        ...

    def knows(self, request: Request) -> bool:
        """Whether a request inside a dialog is about one of them."""
        ...

    def event(self, event: Event, now: float) -> bool:
        """Any other event of the endpoint; False if it belongs to no call."""
        ...

    def deadline(self) -> float:
        """When `timer` wants to be called; infinity if never."""
        ...

    def timer(self, now: float) -> None:
        """Do what has become due."""
        ...
