"""Ports of the mailbox, implemented by an IMAP client and by the notifications."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Position:
    """Where the reading of a mailbox has arrived: UIDs up to `uid` are done, as long as UIDVALIDITY stays
    (RFC 9051 section 2.3.1.1)."""

    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class FetchedEmail:
    """An e-mail of a mailbox. `raw`: None for one that is too large."""

    uid: int
    raw: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """The next e-mails. For a mailbox that is read for the first time: none, and `start` is its newest UID."""

    validity: int
    emails: Sequence[FetchedEmail]
    start: int = 0


class MailboxUnreachable(Exception):
    """The mailbox cannot be read now. The text says why, without personal data."""


class MailSource(Protocol):
    """A mailbox. `name` identifies it without personal data."""

    @property
    def name(self) -> str: ...

    async def fetch(self, after: Position | None) -> Batch:
        """Return the next e-mails after a position. Raises MailboxUnreachable."""
        ...


class BounceReceiver(Protocol):
    """Takes reports of failed delivery and complaints."""

    async def bounce(self, raw: bytes) -> None:
        """Record a report; other reports of mail servers are ignored."""
        ...
