"""Ports of the SIP server; filled by the composition root."""

from typing import Protocol

from unificx.calls import InboundCall
from unificx.sip.transactions.events import Event


class MessageCounts(Protocol):
    """Message counts; implemented from the mailboxes by the composition root. Answered from memory."""

    def waiting(self, extension_id: str) -> tuple[int, int]:
        """Return the new and old messages for the phones of an extension."""
        ...


class SwitchStates(Protocol):
    """Codes with a state that phones show on a key. Answered from memory."""

    def state(self, tenant_id: str, dialled: str, /) -> bool | None:
        """Return whether the code is on; None if it is not one of these."""
        ...


class OwnSwitchStates(Protocol):
    """Codes whose state depends on the extension that watches them. Answered from memory."""

    def state(self, tenant_id: str, extension_id: str, dialled: str, /) -> bool | None:
        """Return whether the code is on for the extension of the tenant; None if it is not one of these."""
        ...


class MeetingGuests(Protocol):
    """The guests who are visiting meetings. Answered from memory."""

    def call_of(self, guest_id: str) -> InboundCall | None:
        """Return the only call that a guest may make: to the room of the meeting; None after the visit."""
        ...


class RequestSource(Protocol):
    """Sends requests of its own, outside calls and subscriptions, and gets their responses."""

    def event(self, event: Event, now: float) -> bool:
        """Handle an event of the endpoint. Return whether it belongs to one of its requests."""
        ...

    def deadline(self) -> float:
        """Return when `timer` has to be called next; infinity: not."""
        ...

    def timer(self, now: float) -> None:
        """Do what is due."""
        ...
