"""Settings of notifications: SMTP server, push key and contact; also the audio store."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unificx.audio_store import BlobStore
from unificx.core.access import Access, stating
from unificx.core.errors import StartupError
from unificx.integrations.dkim import DkimKey, published
from unificx.integrations.dns_text import txt_records
from unificx.integrations.egress import set_agreements
from unificx.integrations.imap import ImapMailbox, MailboxSettings, parse_mailbox_url
from unificx.integrations.smtp import MailServer, SmtpClient, parse_mail_url
from unificx.integrations.web_push import WebPushClient
from unificx.notifications import KEY_BYTES, Vapid, new_private_key
from unificx.privacy import MasterKey, load_master, read_sealed_file, sealed_file
from unificx.server.address import public_url
from unificx.server.blob_config import create_blob_store
from unificx.server.paths import InstallationPaths
from unificx.server.sealed_home_files import DKIM_PURPOSE, PUSH_PURPOSE

MAILBOX_VARIABLE = "UNIFICX_MAILBOX"
"""`imap[s]://user:password@host[:port][/FOLDER]?address=ADDRESS&organisation=SLUG`; unset: no e-mail is received."""
MAIL_VARIABLE = "UNIFICX_SMTP"
"""`smtp[s]://user:password@host:port?from=ADDRESS`; unset: no e-mail is sent."""
CONTACT_VARIABLE = "UNIFICX_PUSH_CONTACT"
"""A mailto: or https: contact of the operator for push services. Default: the sender of e-mails, or the public URL."""
LOOPBACK_VARIABLE = "UNIFICX_PUSH_LOOPBACK"
"""1: allow push services on this machine. For tests."""
_NO_CONTACT = "mailto:admin@unificx.invalid"


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """Transports and keys of notifications, and the audio store. `mail` is None without an SMTP server."""

    vapid: Vapid
    push_delivery: WebPushClient
    mail: MailServer | None
    loopback: bool
    blobs: BlobStore
    mailbox: MailboxSettings | None = None
    dkim: DkimKey | None = None


def load_notification_settings(
    paths: InstallationPaths, environ: Mapping[str, str], master: MasterKey
) -> NotificationSettings:
    """Read the settings and the push key, which is created if missing. Raise StartupError."""
    set_agreements(environ)
    mail = smtp_server(environ)
    loopback = environ.get(LOOPBACK_VARIABLE) == "1"
    blobs = create_blob_store(paths, environ)
    key = sealed_file(paths.push_key, master, PUSH_PURPOSE, new_private_key)
    return NotificationSettings(
        _vapid(key, push_contact(environ, mail)),
        WebPushClient(loopback=loopback),
        mail,
        loopback,
        blobs,
        _support_mailbox(environ),
        dkim_key(paths, master),
    )


def smtp_server(environ: Mapping[str, str]) -> MailServer | None:
    """Return the configured SMTP server. Raise StartupError."""
    url = environ.get(MAIL_VARIABLE)
    return parse_mail_url(url, MAIL_VARIABLE) if url else None


def _support_mailbox(environ: Mapping[str, str]) -> MailboxSettings | None:
    """Return the configured mailbox for requests. Raise StartupError."""
    url = environ.get(MAILBOX_VARIABLE)
    return parse_mailbox_url(url, MAILBOX_VARIABLE) if url else None


def dkim_key(paths: InstallationPaths, master: MasterKey) -> DkimKey | None:
    """Return the key that signs e-mails; None if there is none. Raise StartupError."""
    try:
        return DkimKey.parse(read_sealed_file(paths.dkim_key, master, DKIM_PURPOSE))
    except FileNotFoundError:
        return None


def push_contact(environ: Mapping[str, str], mail: MailServer | None) -> str:
    """Return the contact for push services. Raise StartupError if they would reject it (RFC 8292 section 2.1)."""
    contact = environ.get(CONTACT_VARIABLE)
    if contact:
        if not contact.startswith(("mailto:", "https://")) or not contact.isascii() or not contact.isprintable():
            raise StartupError(
                f"{CONTACT_VARIABLE} is not a valid contact.", hint="For example mailto:admin@example.com."
            )
        return contact
    if mail is not None:
        return f"mailto:{mail.sender.addr_spec}"
    url = public_url(environ)
    return url if url.startswith("https://") else _NO_CONTACT


def smtp_check(environ: Mapping[str, str]) -> Callable[[], str] | None:
    """Return a check of the SMTP server for `unificx doctor`; None if none is configured."""

    def check() -> str:
        mail = smtp_server(environ)
        assert mail is not None
        return asyncio.run(SmtpClient(mail).check())

    return check if environ.get(MAIL_VARIABLE) else None


def dkim_check(
    paths: InstallationPaths, environ: Mapping[str, str], lookup: Callable[[str], list[str]] = txt_records
) -> Callable[[], str] | None:
    """Return a check of the record with the public key of e-mails for `unificx doctor`; None if this server signs none.
    `lookup` returns the TXT records of a name; raises OSError."""

    def check() -> str:
        mail, key = smtp_server(environ), dkim_key(paths, load_master(paths.home, environ, create=False))
        if mail is None or key is None:
            return "e-mails are not sent"
        name = key.name(mail.sender.domain)
        try:
            texts = lookup(name)
        except OSError as fault:
            raise StartupError(f"The DNS does not answer for {name}: {fault}.", hint="Try again later.") from None
        if not published(texts, key):
            found = "has another key" if texts else "does not exist"
            raise StartupError(f"The TXT record {name} {found}.", hint="`unificx mail dkim` shows what it must be.")
        return f"e-mails are signed, and {name} has the public key"

    return check if paths.dkim_key.exists() else None


def mailbox_check(environ: Mapping[str, str]) -> Callable[[], str] | None:
    """Return a check of the mailbox for `unificx doctor`; None if none is configured."""

    def check() -> str:
        mailbox = _support_mailbox(environ)
        assert mailbox is not None
        with stating(Access("requests", "doctor")):
            return asyncio.run(ImapMailbox(mailbox).check())

    return check if environ.get(MAILBOX_VARIABLE) else None


def push_check(paths: InstallationPaths, environ: Mapping[str, str]) -> Callable[[], str]:
    """Return a check of the push key for `unificx doctor`."""

    def check() -> str:
        contact = push_contact(environ, smtp_server(environ))
        if not paths.push_key.exists():
            return "the key will be created at the first start"
        master = load_master(paths.home, environ, create=False)
        _vapid(read_sealed_file(paths.push_key, master, PUSH_PURPOSE), contact)
        return "the key is readable; contact for push services: " + ("none" if contact == _NO_CONTACT else contact)

    return check


def _vapid(key: bytes, contact: str) -> Vapid:
    if len(key) != KEY_BYTES:
        raise StartupError(
            "The push key has the wrong size.", hint="Restore the file, or delete it to create a new key."
        )
    return Vapid(key, contact)
