"""Checks of external services: mail, push, TURN and the object store."""

from unificx.cli.doctor.check import Check
from unificx.cli.ports import Trial
from unificx.core.errors import DomainError


def mail(trial: Trial | None) -> Check:
    """Check that the mail server accepts our e-mail; nothing is sent."""
    if trial is None:
        return Check(
            "mail",
            "warn",
            "not configured",
            "Set UNIFICX_SMTP=smtp://user:password@mail.example.com?from=pbx@example.com; pass on links by hand.",
        )
    return _tried("mail", trial)


def push(trial: Trial | None) -> Check:
    """Check that push messages can be signed."""
    if trial is None:
        return Check("push", "warn", "not checked", "Run this on the server's machine.")
    return _tried("push", trial)


def relays(trial: Trial | None) -> Check:
    """Check that each TURN server allocates a relay address, which is released again."""
    if trial is None:
        return Check(
            "turn", "ok", "not configured", "For browsers in networks without UDP, set UNIFICX_TURN: see README.md."
        )
    return _tried("turn", trial)


def blobs(trial: Trial | None) -> Check:
    """Check that the object store accepts data."""
    if trial is None:
        return Check("recordings", "ok", "stored in the home directory", "For an object store, set UNIFICX_BLOBS.")
    return _tried("recordings", trial)


def _tried(name: str, trial: Trial) -> Check:
    try:
        return Check(name, "ok", trial())
    except DomainError as refusal:
        return Check(name, "fail", refusal.message.removesuffix("."), refusal.hint)
