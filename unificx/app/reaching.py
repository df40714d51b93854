"""How people and things are reached: mail server, push key and store of sound this installation was given."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unificx.app.address import public_url
from unificx.app.site import Site
from unificx.app.storing import blobs_of
from unificx.kernel.errors import CannotStart
from unificx.net import MailServer, PushDelivery, SmtpPostman, mail_server
from unificx.notices import KEY_BYTES, Vapid, new_private_key
from unificx.privacy import Master, MasterKey, master_key, read_sealed_file, sealed_file
from unificx.recordings import Blobs

MAIL_VARIABLE = "UNIFICX_SMTP"
"""`smtp[s]://user:password@host:port?from=ADDRESS`; unset: nothing is sent by e-mail."""
CONTACT_VARIABLE = "UNIFICX_PUSH_CONTACT"
"""A mailto: or https: address at which push services reach whoever runs this. Default: mail's sender, or our URL."""
LOOPBACK_VARIABLE = "UNIFICX_PUSH_LOOPBACK"
"""1: push services on this machine are sent to as well. For tests."""
PURPOSE = "push"
_NO_CONTACT = "mailto:admin@unificx.invalid"


@dataclass(frozen=True, slots=True)
class Reaching:
    """What the room `notices` works with, and where sealed sound lies. `mail` is None where no mail server is set."""

    vapid: Vapid
    gate: PushDelivery
    mail: MailServer | None
    loopback: bool
    blobs: Blobs


def reaching(site: Site, environ: Mapping[str, str], master: Master) -> Reaching:
    """Read the settings, and the key, which is made if there is none. Raises CannotStart."""
    mail = mail_of(environ)
    loopback = environ.get(LOOPBACK_VARIABLE) == "1"
    blobs = blobs_of(site, environ)
    key = sealed_file(site.push_key, master, PURPOSE, new_private_key)
    return Reaching(_vapid(key, contact_of(environ, mail)), PushDelivery(loopback=loopback), mail, loopback, blobs)


def mail_of(environ: Mapping[str, str]) -> MailServer | None:
    """The mail server that is set. Raises CannotStart."""
    url = environ.get(MAIL_VARIABLE)
    return mail_server(url, MAIL_VARIABLE) if url else None


def contact_of(environ: Mapping[str, str], mail: MailServer | None) -> str:
    """Whom push services may write to. Raises CannotStart for what they would not take (RFC 8292 section 2.1)."""
    given = environ.get(CONTACT_VARIABLE)
    if given:
        if not given.startswith(("mailto:", "https://")) or not given.isascii() or not given.isprintable():
            raise CannotStart(f"{CONTACT_VARIABLE} is no contact.", hint="For example mailto:admin@example.com.")
        return given
    if mail is not None:
        return f"mailto:{mail.sender.addr_spec}"
    url = public_url(environ)
    return url if url.startswith("https://") else _NO_CONTACT


def mail_trial(environ: Mapping[str, str]) -> Callable[[], str] | None:
    """What tries the mail server out, for `unificx doctor`; None where none is set."""

    def trial() -> str:
        mail = mail_of(environ)
        assert mail is not None
        return asyncio.run(SmtpPostman(mail).try_out())

    return trial if environ.get(MAIL_VARIABLE) else None


def push_trial(site: Site, environ: Mapping[str, str]) -> Callable[[], str]:
    """What looks at the push key, for `unificx doctor`."""

    def trial() -> str:
        contact = contact_of(environ, mail_of(environ))
        if not site.push_key.exists():
            return "its key is made at the first start"
        master = MasterKey(master_key(site.home, environ, create=False))
        _vapid(read_sealed_file(site.push_key, master, PURPOSE), contact)
        return "its key can be read; push services are told " + (
            "no contact" if contact == _NO_CONTACT else f"to write to {contact}"
        )

    return trial


def _vapid(key: bytes, contact: str) -> Vapid:
    if len(key) != KEY_BYTES:
        raise CannotStart("The push key has the wrong size.", hint="Restore it, or delete it: a new one is made.")
    return Vapid(key, contact)
