"""E-mail submission to the configured SMTP server (RFC 6409), never unencrypted over a network."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from aiosmtplib.protocol import normalize_message_line_endings

from unificx.core.clock import Clock, SystemClock
from unificx.core.errors import StartupError
from unificx.core.source_address import is_loopback
from unificx.integrations.dkim import DkimKey
from unificx.integrations.egress import Vendor
from unificx.notifications import EmailRejected

STEP_TIMEOUT = 15.0
"""Timeout of each step of an SMTP session."""
SESSION_TIMEOUT = 30.0
"""Timeout of a session until it sends the content."""
ACCEPTANCE_TIMEOUT = 600.0
"""Timeout of the reply to the content (RFC 5321 section 4.5.3.2.6). Servers check it for minutes before they accept it;
the next attempt after one that was given up earlier is delivered too, and so on for a day. Before the content is sent
nothing can be delivered twice, so the other replies have less time."""
MESSAGE_TOO_LARGE = 552
"""Reply code for an e-mail that exceeds the server's size limit (RFC 1870)."""
MIN_BYTES_PER_SECOND = 64 << 10
"""Minimum transfer rate in bytes per second; timeouts grow with the size of the e-mail accordingly."""
_LINE_START_DOT = re.compile(rb"(?m)^\.")
_PORTS = {"smtp": 587, "smtps": 465}
_HINT = (
    "smtp://user:password@mail.example.com:587?from=pbx@example.com, or smtps:// for TLS from the first byte. In user "
    "and password write @ : / ? # % as %40 %3A %2F %3F %23 %25."
)
_CONFIGURATION_ERRORS = (
    aiosmtplib.SMTPAuthenticationError,
    aiosmtplib.SMTPSenderRefused,
    aiosmtplib.SMTPHeloError,
    aiosmtplib.SMTPConnectResponseError,
)
"""Errors of our configuration rather than of the e-mail; retried, because an administrator may fix them."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server. `implicit` means TLS from the first byte; `starttls` makes STARTTLS mandatory."""

    host: str
    port: int
    implicit_tls: bool
    starttls: bool
    sender: Address
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def parse_mail_url(url: str, variable: str) -> MailServer:
    """Parse `smtp[s]://[user:password@]host[:port]?from=ADDRESS[&tls=required]`.

    STARTTLS is mandatory unless the server is this machine; `tls=required` makes it mandatory there too. Raise
    StartupError without quoting the URL, which contains a password.
    """
    try:
        parts = urlsplit(url)
        options = parse_qs(parts.query, strict_parsing=bool(parts.query), max_num_fields=4)
        port, host = parts.port, parts.hostname
        sender = _parse_address(options.pop("from", [""])[0])
        tls_option = options.pop("tls", [""])[0]
    except (ValueError, MessageError):
        raise _invalid_url(variable) from None
    if (
        parts.scheme not in _PORTS
        or not host
        or options
        or tls_option not in ("", "required")
        or parts.path not in ("", "/")
    ):
        raise _invalid_url(variable)
    return MailServer(
        host=host,
        port=port or _PORTS[parts.scheme],
        implicit_tls=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp" and (tls_option == "required" or not is_loopback(host)),
        sender=sender,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _parse_address(text: str) -> Address:
    name, address = parseaddr(text)
    if not (text.isprintable() and address.isascii()):
        raise ValueError("the sender address has to be printable ASCII")
    found = Address(name, addr_spec=address)
    if not found.username or "." not in found.domain:
        raise ValueError("not an address")
    return found


def _invalid_url(variable: str) -> StartupError:
    return StartupError(f"{variable} is invalid.", hint=f"For example {_HINT}")


class _Session(aiosmtplib.SMTP):
    """An SMTP session that announces the content of an e-mail once the server is ready for it, signs it as it is sent,
    and remembers its acceptance."""

    def __init__(
        self, before_data: Callable[[], Awaitable[None]] | None, sign: Callable[[bytes], bytes], **settings: Any
    ) -> None:
        super().__init__(**settings)
        self._before_data = before_data
        self._sign = sign
        self.accepted = False

    async def data(self, message: bytes | str, *args: Any, **kwargs: Any) -> aiosmtplib.SMTPResponse:
        """As the method of the library, which has one timeout for both replies, with more time for the second one."""
        content = self._sign(message.encode("ascii") if isinstance(message, str) else message)
        ready = await self.execute_command(b"DATA", timeout=kwargs["timeout"])
        if ready.code != aiosmtplib.SMTPStatus.start_input:
            raise aiosmtplib.SMTPDataError(ready.code, ready.message)
        if self._before_data is not None:
            await self._before_data()
        if self.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        self.protocol.write(_LINE_START_DOT.sub(b"..", normalize_message_line_endings(content)) + b".\r\n")
        response = await self.protocol.read_response(kwargs["timeout"] + ACCEPTANCE_TIMEOUT)
        if response.code != aiosmtplib.SMTPStatus.completed:
            raise aiosmtplib.SMTPDataError(response.code, response.message)
        self.accepted = True
        return response


class SmtpClient:
    """SMTP client with one session per e-mail. `dkim`: the key that signs them with the time of `clock`."""

    def __init__(self, server: MailServer, dkim: DkimKey | None = None, clock: Clock | None = None) -> None:
        self._server = server
        self._dkim = dkim
        self._clock = clock or SystemClock()
        self._vendor = Vendor("mail", {server.host})

    async def send(
        self,
        message: EmailMessage,
        before_data: Callable[[], Awaitable[None]] | None = None,
        *,
        within: float | None = None,
    ) -> None:
        """Submit an e-mail. Raise EmailRejected if the server does not accept it; see `SmtpTransport`."""
        session: _Session | None = None

        async def begin() -> None:
            limit.reschedule(None)  # from here on each step has its own timeout
            if before_data is not None:
                await before_data()

        categories = ["user.contact.email", "user.name"]
        if any(message.iter_attachments()):
            categories.append("user.content.private.voicemail")
        try:
            self._vendor.disclose(self._server.host, categories)
            extra_seconds = (
                sum(len(part.get_payload()) for part in message.walk() if not part.is_multipart())
                / MIN_BYTES_PER_SECOND
            )
            async with (
                asyncio.timeout(within),
                asyncio.timeout(SESSION_TIMEOUT + extra_seconds) as limit,
                self._session(begin) as session,
            ):
                await session.send_message(message, timeout=STEP_TIMEOUT + extra_seconds)
        except (aiosmtplib.SMTPException, OSError) as fault:  # TimeoutError and ssl.SSLError are OSErrors
            # A session that breaks once the e-mail is accepted, for example at QUIT, must not cause a second delivery.
            if session is None or not session.accepted:
                raise _rejection(fault) from None

    async def check(self) -> str:
        """Connect, encrypt and sign in without sending; return the result as text. Raise StartupError with a hint."""
        where = f"{self._server.host}:{self._server.port}"
        try:
            async with asyncio.timeout(SESSION_TIMEOUT), self._session() as smtp:
                # NOOP proves that the session works, not only that the connection is open.
                await smtp.noop()
                encrypted = smtp.transport is not None and smtp.transport.get_extra_info("ssl_object") is not None
        except aiosmtplib.SMTPAuthenticationError as refusal:
            raise StartupError(
                f"{where} refuses the user or the password ({refusal.code})", hint="Correct them."
            ) from None
        except ssl.SSLCertVerificationError:
            raise _untrusted_certificate(where) from None
        except aiosmtplib.SMTPResponseException as refusal:
            raise StartupError(f"{where} rejects the session ({refusal.code})", hint="Ask its administrator.") from None
        except (aiosmtplib.SMTPException, OSError) as fault:
            if isinstance(fault.__cause__, ssl.SSLCertVerificationError):
                raise _untrusted_certificate(where) from None
            problem, hint = _connection_problem(fault)
            raise StartupError(f"{where} {problem}", hint=hint) from None
        return f"{where} accepts e-mail" + (", encrypted" if encrypted else ", on this machine")

    def _signed(self, email: bytes) -> bytes:
        if self._dkim is None:
            return email
        return self._dkim.sign(email, self._server.sender.domain, self._clock.now())

    @asynccontextmanager
    async def _session(self, before_data: Callable[[], Awaitable[None]] | None = None) -> AsyncIterator[_Session]:
        server = self._server
        smtp = _Session(
            before_data,
            self._signed,
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit_tls,
            start_tls=False if server.implicit_tls else True if server.starttls else None,
            username=server.user or None,
            password=server.password or None,
            timeout=STEP_TIMEOUT,
            local_hostname=server.sender.domain,
            tls_context=_tls_context(verified=server.implicit_tls or server.starttls),
        )
        try:
            await smtp.connect()
            yield smtp
            await smtp.quit()
        finally:
            smtp.close()


def _rejection(fault: BaseException) -> EmailRejected:
    if isinstance(fault, aiosmtplib.SMTPRecipientsRefused):
        worst = max(fault.recipients, key=lambda each: each.code)
        permanent = all(each.code >= 500 for each in fault.recipients)
        return EmailRejected(permanent=permanent, status=worst.code, reply=worst.message, recipient=True)
    if isinstance(fault, aiosmtplib.SMTPResponseException):
        permanent = fault.code == MESSAGE_TOO_LARGE or (
            fault.code >= 500 and not isinstance(fault, _CONFIGURATION_ERRORS)
        )
        return EmailRejected(permanent=permanent, status=fault.code, reply=fault.message)
    return EmailRejected(permanent=False)


def _tls_context(*, verified: bool) -> ssl.SSLContext:
    """Return a context that trusts the system's CAs; unverified for a server on this machine, which is not needed."""
    context = ssl.create_default_context()
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _untrusted_certificate(where: str) -> StartupError:
    return StartupError(
        f"The certificate of {where} is not trusted",
        hint="Use the host name in its certificate, or add its CA to the system's trust store.",
    )


def _connection_problem(fault: BaseException) -> tuple[str, str]:
    """Return what is wrong with a connection, and what to do."""
    if isinstance(fault.__cause__, ssl.SSLError):
        hint = "Use smtp:// for STARTTLS (usually port 587), or the port for TLS (usually 465)."
        return "does not speak TLS from the first byte", hint
    if isinstance(fault, TimeoutError):
        return "does not respond in time", "Check its address and the network; port 465 needs smtps://."
    if isinstance(fault, aiosmtplib.SMTPConnectError | OSError):
        return "is not reachable", "Check its address and the network."
    if "STARTTLS" in str(fault):
        hint = "Use the port that offers it (usually 587), or smtps:// for TLS (usually port 465)."
        return "does not offer STARTTLS", hint
    return "does not offer a sign-in method", "Leave user and password out, or ask its administrator."
