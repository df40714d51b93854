"""Ports of the SIP server; filled by the composition root."""

from typing import Protocol


class MessageCounts(Protocol):
    """Message counts; implemented from the mailboxes by the composition root. Answered from memory."""

    def waiting(self, extension_id: str) -> tuple[int, int] | None:
        """Return the new and old messages for the phones of an extension; None without voicemail and without
        messages."""
        ...


class SwitchStates(Protocol):
    """Codes with a state that phones show on a key. Answered from memory."""

    def state(self, tenant_id: str, dialled: str) -> bool | None:
        """Return whether the code is on; None if it is not one of these."""
        ...
