"""Fake account notifier that records its e-mails."""

from dataclasses import dataclass, field

from unificx.db import UnitOfWork
from unificx.identity import Person
from unificx.support.rights import MailKind, RightsRequest


@dataclass
class FakeAccountNotifier:
    """`sent` holds (kind, recipient, content)."""

    can_send: bool = True
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    async def send_invitation(self, person: Person, url: str, language: str) -> None:
        self.sent.append((f"invitation {language}", person.email, url))

    async def send_recovery(self, person: Person, url: str, language: str) -> None:
        self.sent.append((f"recovery {language}", person.email, url))

    async def send_sign_up(self, recipient: Person, url: str, language: str) -> None:
        self.sent.append((f"sign_up {language}", recipient.email, url))

    async def send_notice(self, person: Person, kind: str, detail: str) -> None:
        self.sent.append((kind, person.email, detail))

    def of_kind(self, kind: str) -> list[tuple[str, str]]:
        """Return (recipient, content) of every e-mail of a kind."""
        return [(to, what) for sent_kind, to, what in self.sent if sent_kind == kind]


class NoRequestEmails:
    """An installation without mail, for requests about personal data."""

    can_send = False

    async def alert_administrators(
        self, tenant_id: str, detail: str, *, without: str = "", uow: UnitOfWork | None = None
    ) -> None: ...

    async def send(
        self, request: RightsRequest, kind: MailKind, detail: str, uow: UnitOfWork | None = None
    ) -> None: ...

    async def warn(self, person: Person, detail: str, uow: UnitOfWork) -> None: ...
