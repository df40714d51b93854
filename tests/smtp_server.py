"""Local SMTP server (aiosmtpd) with configurable STARTTLS and AUTH."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from unificx.core.clock import SystemClock
from unificx.integrations.local_ca import ensure_certificates
from unificx.integrations.smtp import MailServer
from unificx.integrations.smtp import parse_mail_url as read_mail_server


@dataclass
class ReceivedEmail:
    """One received e-mail."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    encrypted: bool
    user: str | None


@dataclass
class FakeSmtpServer:
    """Receives e-mails. `refusals` are returned to RCPT in turn, then recipients are accepted."""

    port: int = 0
    received: list[ReceivedEmail] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    """The e-mails as they were sent."""
    refusals: list[str] = field(default_factory=list)
    leave_after_data: bool = False
    """Whether the session ends without a reply to QUIT."""
    silent_seconds: float = 0.0
    """How long after DATA it is ready for the content."""
    checks_seconds: float = 0.0
    """How long the content of an e-mail is checked before it is accepted."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        if self.leave_after_data:
            server.transport.abort()
        return "221 Bye"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        email = cast("EmailMessage", message_from_bytes(envelope.content, policy=default))
        self.raw.append(envelope.content)
        user = session.auth_data.login.decode() if session.authenticated else None
        self.received.append(
            ReceivedEmail(envelope.mail_from, envelope.rcpt_tos, email, encrypted=session.ssl is not None, user=user)
        )
        self.arrived.set()
        await asyncio.sleep(self.checks_seconds)
        return "250 OK"


class _Conversation(SMTP):
    async def smtp_DATA(self, arg: str) -> None:
        await asyncio.sleep(self.event_handler.silent_seconds)
        await super().smtp_DATA(arg)


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return part.get_content()


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, given: LoginPassword) -> AuthResult:
    right = (given.login, given.password) == (b"pbx", b"p@ss:word")
    return AuthResult(success=right, handled=False, auth_data=given)


@asynccontextmanager
async def mail_server(
    folder: Path, *, tls: str = "starttls", auth: bool = True, max_size: int = 1 << 25
) -> AsyncIterator[FakeSmtpServer]:
    """`tls`: starttls, implicit or none; `max_size` in bytes per e-mail. The CA is `folder / "ca.pem"`."""
    files = ensure_certificates(folder, ["localhost"], SystemClock())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    box = FakeSmtpServer()

    def conversation() -> SMTP:
        return _Conversation(
            box,
            hostname="mail.example.com",
            data_size_limit=max_size,
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=_authenticate,
            auth_required=auth and tls == "starttls",
            auth_require_tls=tls == "starttls",
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(
        conversation, "127.0.0.1", 0, ssl=context if tls == "implicit" else None
    )
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()


def settings_of(box: FakeSmtpServer, **changes: str) -> MailServer:
    """Return its settings; `changes` to scheme, login or options."""
    scheme, login = changes.get("scheme", "smtp"), changes.get("login", "pbx:p%40ss%3Aword@")
    options = changes.get("options", "&tls=required")
    return read_mail_server(f"{scheme}://{login}localhost:{box.port}?from=pbx@example.com{options}", "UNIFICX_SMTP")
