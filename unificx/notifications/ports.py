"""Ports of notifications, implemented by SMTP and HTTP clients."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol


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
