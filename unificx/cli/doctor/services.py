"""Checks of external services: mail, push, TURN and the object store."""

from unificx.cli.doctor.check import Check
from unificx.cli.ports import Probe
from unificx.core.errors import DomainError


def mail(probe: Probe | None, *, sign_up: bool = False) -> Check:
    """Check that the mail server accepts our e-mail; nothing is sent. Without one, visitors cannot set up
    organisations, though the operator has allowed it (`sign_up`)."""
    if probe is None:
        return Check(
            "mail",
            "fail" if sign_up else "warn",
            "not configured, so sign-up is closed" if sign_up else "not configured",
            "Set UNIFICX_SMTP=smtp://user:password@mail.example.com?from=pbx@example.com. Until then, notices can"
            " be read in the portal; pass on links by hand.",
        )
    return _run_probe("mail", probe)


def dkim(probe: Probe | None) -> Check:
    """Check that the public key of signed e-mails is in the DNS."""
    if probe is None:
        hint = "Unless the mail server signs with DKIM, make a key: unificx mail dkim."
        return Check("dkim", "ok", "e-mails are not signed by this server", hint)
    return _run_probe("dkim", probe)


def mailbox(probe: Probe | None) -> Check:
    """Check that the mailbox for requests can be read; nothing is fetched."""
    if probe is None:
        return Check("mailbox", "ok", "not configured", "To receive requests by e-mail, set UNIFICX_MAILBOX.")
    return _run_probe("mailbox", probe)


def push(probe: Probe | None) -> Check:
    """Check that push messages can be signed."""
    if probe is None:
        return Check("push", "warn", "not checked", "Run this on the server's machine.")
    return _run_probe("push", probe)


def turn(probe: Probe | None) -> Check:
    """Check that each TURN server allocates a relay address, which is released again."""
    if probe is None:
        return Check(
            "turn",
            "ok",
            "not configured",
            "For networks without UDP, set UNIFICX_TURN: docs/reference/configuration.md.",
        )
    return _run_probe("turn", probe)


def object_store(probe: Probe | None) -> Check:
    """Check that the object store accepts data."""
    if probe is None:
        return Check("recordings", "ok", "stored in the home directory", "For an object store, set UNIFICX_BLOBS.")
    return _run_probe("recordings", probe)


def _run_probe(name: str, probe: Probe) -> Check:
    try:
        return Check(name, "ok", probe())
    except DomainError as refusal:
        return Check(name, "fail", refusal.message.removesuffix("."), refusal.hint)
