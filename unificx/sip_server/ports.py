"""Ports of the SIP server; filled by the composition root."""

from typing import Protocol

from unificx.registrar import Caller
from unificx.sip.flow import Flow
from unificx.sip.message import Request
from unificx.sip.transactions.events import Event, ServerKey


class MessageCounts(Protocol):
    """Message counts; implemented from the mailboxes by the composition root. Answered from memory."""

    def waiting(self, extension_id: str) -> tuple[int, int] | None:
        """Return the new and old messages for the phones of an extension; None without voicemail and without
        messages."""
        ...


class CallHandler(Protocol):
    """All live calls; implemented by `calls.CallManager`."""

    def incoming(self, key: ServerKey, request: Request, flow: Flow, caller: Caller, now: float) -> None:
        """Handle an INVITE outside any dialog from an authenticated caller."""
        ...

    def has_dialog_of(self, request: Request) -> bool:
        """Return whether a request inside a dialog belongs to a call."""
        ...

    def event(self, event: Event, now: float) -> bool:
        """Handle any other endpoint event; False if it does not belong to a call."""
        ...

    def deadline(self) -> float:
        """Return when `timer` has to be called next; infinity if never."""
        ...

    def timer(self, now: float) -> None:
        """Handle expired timers."""
        ...
