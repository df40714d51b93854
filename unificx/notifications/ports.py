"""Ports of notifications, implemented by SMTP and HTTP clients."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol


class EmailRejected(Exception):
    """The mail server did not accept an e-mail.

    `permanent` if retrying is useless; `status` is the reply code, 0 if there was none. `reply` is the text of the
    server, which may quote an address: it is not part of the message of the exception, and must not be logged.
    `recipient` if the server has rejected the recipient, and not our session or the content.
    """

    def __init__(self, *, permanent: bool, status: int = 0, reply: str = "", recipient: bool = False) -> None:
        super().__init__(f"not accepted ({status})")
        self.permanent = permanent
        self.status = status
        self.reply = reply
        self.recipient = recipient


class SmtpTransport(Protocol):
    """Sends e-mails through a mail server."""

    async def send(
        self,
        message: EmailMessage,
        before_data: Callable[[], Awaitable[None]] | None = None,
        *,
        within: float | None = None,
    ) -> None:
        """Send an e-mail, within 30 seconds plus transfer time until the content is sent, and ten minutes for the
        server to check it; with `within`, in that many seconds altogether. Raises EmailRejected.

        `before_data` is awaited once the server is ready for the content, right before it is sent.
        Once the server has accepted the content, this does not raise EmailRejected.
        """
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
