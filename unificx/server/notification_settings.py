"""Settings of notifications: SMTP server, push key and contact; also the audio store."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unificx.audio_store import BlobStore
from unificx.core.errors import StartupError
from unificx.integrations.smtp import MailServer, SmtpClient, parse_mail_url
from unificx.integrations.web_push import WebPushClient
from unificx.notifications import KEY_BYTES, Vapid, new_private_key
from unificx.privacy import KeyWrapper, MasterKey, master_key, read_sealed_file, sealed_file
from unificx.server.address import public_url
from unificx.server.blob_config import blobs_of
from unificx.server.paths import Site

MAIL_VARIABLE = "UNIFICX_SMTP"
"""`smtp[s]://user:password@host:port?from=ADDRESS`; unset: no e-mail is sent."""
CONTACT_VARIABLE = "UNIFICX_PUSH_CONTACT"
"""A mailto: or https: contact of the operator for push services. Default: the sender of e-mails, or the public URL."""
LOOPBACK_VARIABLE = "UNIFICX_PUSH_LOOPBACK"
"""1: allow push services on this machine. For tests."""
PURPOSE = "push"
_NO_CONTACT = "mailto:admin@unificx.invalid"


@dataclass(frozen=True, slots=True)
class Reaching:
    """Transports and keys of notifications, and the audio store. `mail` is None without an SMTP server."""

    vapid: Vapid
    gate: WebPushClient
    mail: MailServer | None
    loopback: bool
    blobs: BlobStore


def reaching(site: Site, environ: Mapping[str, str], master: KeyWrapper) -> Reaching:
    """Read the settings and the push key, which is created if missing. Raise CannotStart."""
    mail = mail_of(environ)
    loopback = environ.get(LOOPBACK_VARIABLE) == "1"
    blobs = blobs_of(site, environ)
    key = sealed_file(site.push_key, master, PURPOSE, new_private_key)
    return Reaching(_vapid(key, contact_of(environ, mail)), WebPushClient(loopback=loopback), mail, loopback, blobs)


def mail_of(environ: Mapping[str, str]) -> MailServer | None:
    """Return the configured SMTP server. Raise CannotStart."""
    url = environ.get(MAIL_VARIABLE)
    return parse_mail_url(url, MAIL_VARIABLE) if url else None


def contact_of(environ: Mapping[str, str], mail: MailServer | None) -> str:
    """Return the contact for push services. Raise CannotStart if they would reject it (RFC 8292 section 2.1)."""
    given = environ.get(CONTACT_VARIABLE)
    if given:
        if not given.startswith(("mailto:", "https://")) or not given.isascii() or not given.isprintable():
            raise StartupError(
                f"{CONTACT_VARIABLE} is not a valid contact.", hint="For example mailto:admin@example.com."
            )
        return given
    if mail is not None:
        return f"mailto:{mail.sender.addr_spec}"
    url = public_url(environ)
    return url if url.startswith("https://") else _NO_CONTACT


def mail_trial(environ: Mapping[str, str]) -> Callable[[], str] | None:
    """Return a check of the SMTP server for `unificx doctor`; None if none is configured."""

    def trial() -> str:
        mail = mail_of(environ)
        assert mail is not None
        return asyncio.run(SmtpClient(mail).check())

    return trial if environ.get(MAIL_VARIABLE) else None


def push_trial(site: Site, environ: Mapping[str, str]) -> Callable[[], str]:
    """Return a check of the push key for `unificx doctor`."""

    def trial() -> str:
        contact = contact_of(environ, mail_of(environ))
        if not site.push_key.exists():
            return "the key will be created at the first start"
        master = MasterKey(master_key(site.home, environ, create=False))
        _vapid(read_sealed_file(site.push_key, master, PURPOSE), contact)
        return "the key is readable; contact for push services: " + ("none" if contact == _NO_CONTACT else contact)

    return trial


def _vapid(key: bytes, contact: str) -> Vapid:
    if len(key) != KEY_BYTES:
        raise StartupError(
            "The push key has the wrong size.", hint="Restore the file, or delete it to create a new key."
        )
    return Vapid(key, contact)
