"""Ports of chat to the phones of its members; filled by the composition root."""

from collections.abc import Sequence
from typing import Protocol

from unificx.chat.schemas import PhoneText


class TextPhones(Protocol):
    """Phones that take text messages, answered from memory."""

    def of_persons(self, tenant_id: str, person_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Return person and device of the registered phones of these persons."""
        ...


class PhoneSender(Protocol):
    """Sends texts to phones."""

    async def send(self, text: PhoneText) -> int:
        """Send a text; return the status of SIP: 2xx once the phone has it, 480 if it is not registered."""
        ...


class NoPhones:
    """Implements `TextPhones` without phones."""

    def of_persons(self, tenant_id: str, person_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
        del tenant_id, person_ids
        return ()
