"""Ports of notifications, implemented by the key store, SMTP, HTTP and voicemail."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from unificx.db import Key


class KeyRing(Protocol):
    """Keys of subjects."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Return each subject's key; None if erased or, unless `create`, unknown."""
        ...


class EmailRejected(Exception):
    """The mail server did not accept an e-mail. Its reply text is omitted because it may quote an address.

    `permanent` if retrying is useless; `status` is the reply code, 0 if there was none.
    """

    def __init__(self, *, permanent: bool, status: int = 0) -> None:
        super().__init__(f"not accepted ({status})")
        self.permanent = permanent
        self.status = status


class SmtpTransport(Protocol):
    """Sends e-mails through a mail server."""

    async def send(self, message: EmailMessage) -> None:
        """Send an e-mail, within 30 seconds plus transfer time. Raises EmailRejected."""
        ...


class MessageAudio(Protocol):
    """Audio of voicemail messages; implemented by `voicemail`."""

    async def load(self, tenant_id: str, message_id: str, extension_id: str) -> bytes | None:
        """Return the WAV to attach to an e-mail to this extension's owner; None for no attachment. Raises Away; Refused
        for an erased message."""
        ...

    async def mark_sent(self, tenant_id: str, message_id: str) -> None:
        """Record that a mail server has accepted the audio."""
        ...


@dataclass(frozen=True, slots=True)
class PushResponse:
    """Response of a push service. `retry_after` in seconds, if given."""

    status: int
    retry_after: float | None = None


class PushServiceUnreachable(Exception):
    """The push service is unreachable or resolves to a forbidden address."""


class PushTransport(Protocol):
    """HTTP client for push services."""

    async def deliver(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> PushResponse:
        """POST a message with a timeout of some seconds, without redirects. Raises PushServiceUnreachable."""
        ...
