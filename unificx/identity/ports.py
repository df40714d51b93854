"""Ports: account notifications, HTTP access to SSO providers. Implementations are passed in by `server`."""

from collections.abc import Mapping
from typing import Protocol

from unificx.identity.schemas import Language, Person, SecurityNoticeKind

INSTALLATION_SCOPE = "installation"
"""Alias scope beyond a single tenant: sign-in e-mail addresses."""


class AccountNotifier(Protocol):
    """Sends account e-mails. Each method returns once the e-mail is stored in a queue, without network access.

    `url` contains a secret: it is sent only to the user's own address and never logged.
    """

    @property
    def can_send(self) -> bool:
        """Whether e-mail is configured."""
        ...

    async def send_invitation(self, person: Person, url: str, language: Language) -> None:
        """Send an invitation."""
        ...

    async def send_recovery(self, person: Person, url: str, language: Language) -> None:
        """Send a password reset link, valid for half an hour."""
        ...

    async def send_sign_up(self, recipient: Person, url: str, language: Language) -> None:
        """Send the link of a sign-up, valid for an hour, to a person without an account."""
        ...

    async def send_notice(self, person: Person, kind: SecurityNoticeKind, detail: str) -> None:
        """Send a security notice about the account. `detail`: for example a device name."""
        ...


class HttpFetch(Protocol):
    """HTTP client for third-party servers, with limits on time and size, without redirects."""

    async def __call__(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
        inside: bool = False,
    ) -> bytes:
        """Return the body of a 200 response to a GET, or to a POST of `form`, with `login` as HTTP Basic credentials.

        Private addresses are allowed only with `inside`. Raise OSError on any failure.
        """
        ...
