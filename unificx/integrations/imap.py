"""Reading of a mailbox by IMAP (RFC 9051), never unencrypted over a network. Nothing is changed in the mailbox."""

import asyncio
import imaplib
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from unificx.core.errors import StartupError
from unificx.core.lazy import lazy_import
from unificx.core.source_address import is_loopback
from unificx.integrations.egress import DisclosureRefused, Vendor
from unificx.support.mail_in import MAX_BYTES, Batch, FetchedEmail, MailboxUnreachable, Position

if TYPE_CHECKING:
    import imap_tools
else:
    imap_tools = lazy_import("imap_tools")

STEP_TIMEOUT, SESSION_SECONDS = 15.0, 60.0
"""Timeout of each command, and seconds after which no further e-mail is fetched in a session."""
LONGEST_SESSION = 300.0
"""Seconds after which a session ends, also within an answer whose bytes come one by one."""
BATCH_SIZE = 20
MAX_LOCAL_PART = 20
"""Characters of the local part of the reply address, to which a proof is added: 64 at most (RFC 5321)."""
MAX_LINES = 4 << 20
"""Bytes of a session besides its e-mails; the list of the e-mails is a line of at most a megabyte."""
_PORTS = {"imap": 143, "imaps": 993}
_HINT = "imaps://user:password@mail.example.com/INBOX?address=support@example.com&organisation=acme"


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """A mailbox. `address`: that of the mailbox, to which answers come back; `organisation`: short name of the tenant
    that gets e-mails without a recipient of a tenant's domain. `encrypted` except on this machine."""

    host: str
    port: int
    implicit_tls: bool
    encrypted: bool
    folder: str
    address: Address
    organisation: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def parse_mailbox_url(url: str, variable: str) -> MailboxSettings:
    """Parse `imap[s]://user:password@host[:port][/FOLDER]?address=ADDRESS&organisation=SLUG[&tls=required]`.

    Raise StartupError without quoting the URL, which contains a password.
    """
    invalid = StartupError(f"{variable} is invalid.", hint=f"For example {_HINT}")
    try:
        parts = urlsplit(url)
        options = parse_qs(parts.query, strict_parsing=True, max_num_fields=4)
        address = Address(addr_spec=options.pop("address")[0])
        organisation, tls = options.pop("organisation")[0], options.pop("tls", [""])[0]
        port, host = parts.port, parts.hostname
    except (ValueError, KeyError, IndexError):
        raise invalid from None
    known = parts.scheme in _PORTS and host and parts.username and not options and tls in ("", "required")
    if not known or host is None or "." not in address.domain:
        raise invalid
    if len(address.username) > MAX_LOCAL_PART:
        raise StartupError(
            f"The address in {variable} has more than {MAX_LOCAL_PART} characters before the @.",
            hint="Use a shorter one, such as support@example.com.",
        )
    implicit = parts.scheme == "imaps"
    return MailboxSettings(
        host=host,
        port=port or _PORTS[parts.scheme],
        implicit_tls=implicit,
        encrypted=implicit or tls == "required" or not is_loopback(host),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        address=address,
        organisation=organisation,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class ImapMailbox:
    """Implements `MailSource`. Each call is one session in a thread."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        self._vendor = Vendor("mail", {settings.host})

    @property
    def name(self) -> str:
        """Host, user and folder; it is stored as a hash only."""
        return f"{self._settings.user}@{self._settings.host}/{self._settings.folder}"

    async def fetch(self, after: Position | None) -> Batch:
        """Return the next e-mails after a position, oldest first. Raises MailboxUnreachable."""
        return await asyncio.to_thread(copy_context().run, self._fetch, after)

    async def check(self) -> str:
        """Connect, encrypt, sign in and open the folder; return the result as text. Raise StartupError with a hint."""
        where = f"{self._settings.host}:{self._settings.port}"
        try:
            batch = await asyncio.to_thread(copy_context().run, self._fetch, None)
        except MailboxUnreachable as fault:
            raise StartupError(f"{where}: {fault}", hint="Correct the address, the user or the password.") from None
        encrypted = "encrypted" if self._settings.encrypted else "on this machine"
        return f"{where} gives access to {self._settings.folder}, {encrypted}; newest e-mail: {batch.start}"

    def _fetch(self, after: Position | None) -> Batch:
        ends = time.monotonic() + SESSION_SECONDS
        with self._session() as box:
            status = box.folder.status(self._settings.folder, ["UIDVALIDITY", "UIDNEXT"])
            validity, following = status["UIDVALIDITY"], status["UIDNEXT"]
            if after is None:
                return Batch(validity, (), following - 1)
            last = after.uid if after.validity == validity else 0
            box.folder.set(self._settings.folder, readonly=True)
            found = sorted(int(uid) for uid in box.uids(f"UID {last + 1}:*"))
            emails: list[FetchedEmail] = []
            # A range that ends with * contains the newest e-mail even if its UID is lower (RFC 9051 section 9).
            for uid in [each for each in found if each > last][:BATCH_SIZE]:
                if time.monotonic() > ends:
                    break
                raw = self._download(box, uid)
                if raw != b"":
                    emails.append(FetchedEmail(uid, raw))
            return Batch(validity, emails)

    def _download(self, box: "imap_tools.BaseMailBox", uid: int) -> bytes | None:
        """Return an e-mail, None for one that is too large, or b"" for one that was deleted meanwhile."""
        _, answer = box.client.uid("FETCH", str(uid), "(RFC822.SIZE)")
        size = re.search(rb"RFC822\.SIZE (\d+)", _bytes(answer))
        if size is None:
            return b""
        if int(size[1]) > MAX_BYTES:
            return None
        # The size is what the server says: read one byte more than is taken, to notice a larger e-mail.
        _, answer = box.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MAX_BYTES + 1}>)")
        raw = next((each[1] for each in answer if isinstance(each, tuple)), b"")
        return raw if len(raw) <= MAX_BYTES else None

    @contextmanager
    def _session(self) -> Iterator["imap_tools.BaseMailBox"]:
        """Yield a session that is signed in. Raises MailboxUnreachable, also for what fails within it."""
        settings = self._settings
        try:
            # An e-mail is received, so nothing is handed over; the host and the agreement are checked all the same.
            self._vendor.disclose(settings.host, ())
            box = self._connect()
            try:
                box.login(settings.user, settings.password, initial_folder=None)
                yield box
                box.logout()
            finally:
                with suppress(OSError):  # closed already after a sign-out
                    box.client.shutdown()
        except imap_tools.MailboxLoginError:
            raise MailboxUnreachable("the server refuses the user or the password") from None
        except ssl.SSLCertVerificationError:
            raise MailboxUnreachable("the certificate of the server is not trusted") from None
        except TimeoutError:
            raise MailboxUnreachable("the server does not respond in time") from None
        except (DisclosureRefused, OSError) as fault:
            raise MailboxUnreachable(f"the server is not reachable ({type(fault).__name__})") from None
        except (imaplib.IMAP4.error, imap_tools.ImapToolsError, ValueError, KeyError) as fault:
            raise MailboxUnreachable(f"the server answers otherwise than expected ({type(fault).__name__})") from None

    def _connect(self) -> "imap_tools.BaseMailBox":
        client = _connected_client(self._settings)

        class Box(imap_tools.BaseMailBox):
            def _get_mailbox_client(self) -> imaplib.IMAP4:
                return client

        return Box()


class _Client(imaplib.IMAP4):
    """A session of limited time and size, also with a hostile server."""

    _lines_left, _literals_left = MAX_LINES, BATCH_SIZE * (MAX_BYTES + 1)

    def open(self, *args: Any, **options: Any) -> None:
        super().open(*args, **options)
        self._timer = threading.Timer(LONGEST_SESSION, self._disconnect)
        self._timer.daemon = True
        self._timer.start()

    def shutdown(self) -> None:
        self._timer.cancel()
        super().shutdown()

    def read(self, size: int) -> bytes:
        self._literals_left -= size
        if size > MAX_BYTES + 1 or self._literals_left < 0:
            raise self.abort("too large an answer")
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._lines_left -= len(line)
        if self._lines_left < 0:
            raise self.abort("too large an answer")
        return line

    def _disconnect(self) -> None:
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # not that of TLS, which a thread is reading


class _TlsClient(_Client, imaplib.IMAP4_SSL):
    pass


def _connected_client(settings: MailboxSettings) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if settings.implicit_tls:
        return _TlsClient(settings.host, settings.port, ssl_context=context, timeout=STEP_TIMEOUT)
    client = _Client(settings.host, settings.port, STEP_TIMEOUT)
    try:
        if settings.encrypted:
            client.starttls(context)
    except BaseException:
        with suppress(OSError):
            client.shutdown()
        raise
    return client


def _bytes(answer: Any) -> bytes:
    return b" ".join(each if isinstance(each, bytes) else b"" for each in answer)
