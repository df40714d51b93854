"""What the room needs from others; filled by the wiring."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from unificx.store import Key


class KeyRing(Protocol):
    """Keys of subjects."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Each subject's key; None for an erased one and, unless `create`, for one never seen."""
        ...


class NotTaken(Exception):
    """The mail server did not take a letter. Its words are not in here: they may quote an address.

    `for_good` if it will not take this letter later either; `status` is its reply code, 0 if there was none.
    """

    def __init__(self, *, for_good: bool, status: int = 0) -> None:
        super().__init__(f"not taken ({status})")
        self.for_good = for_good
        self.status = status


class Postman(Protocol):
    """Hands letters to a mail server."""

    async def send(self, letter: EmailMessage) -> None:
        """Hand one over, within half a minute and what its length takes. Raises NotTaken."""
        ...


class Sounds(Protocol):
    """The sound of messages in mailboxes; `recordings.Mailed` fills it."""

    async def sound(self, tenant_id: str, message_id: str, extension_id: str) -> bytes | None:
        """WAV that goes with a letter to this extension's owner; None if none is to. Raises Away; Refused for a message
        that is no more."""
        ...

    async def sent(self, tenant_id: str, message_id: str) -> None:
        """A mail server has taken it."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a push service said. `retry_after` in seconds, where it asked for patience."""

    status: int
    retry_after: float | None = None


class NotReached(Exception):
    """The push service could not be reached, or its name leads to an address nothing is sent to."""


class PushGate(Protocol):
    """Sends to push services."""

    async def deliver(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST it, within some seconds, without following anything. Raises NotReached."""
        ...
