"""Checks of how people are reached: mail, push, and media where a browser is shut in."""

from unificx.console.doctor.check import Check
from unificx.console.ports import Trial
from unificx.kernel.errors import Refused


def mail(trial: Trial | None) -> Check:
    """Whether the mail server takes letters from us; nothing is sent."""
    if trial is None:
        return Check(
            "mail",
            "warn",
            "not set up",
            "Set UNIFICX_SMTP=smtp://user:password@mail.example.com?from=pbx@example.com; until then hand links over.",
        )
    return _tried("mail", trial)


def push(trial: Trial | None) -> Check:
    """Whether pushes can be signed, so that a sleeping client can be woken."""
    if trial is None:
        return Check("push", "warn", "not looked at", "Ask where the installation lies.")
    return _tried("push", trial)


def relays(trial: Trial | None) -> Check:
    """Whether the TURN servers relay for us: each is asked for an address, which is given back."""
    if trial is None:
        return Check(
            "turn", "ok", "not set up", "For browsers in networks without UDP, set UNIFICX_TURN: see README.md."
        )
    return _tried("turn", trial)


def blobs(trial: Trial | None) -> Check:
    """Whether the object store keeps what it is given."""
    if trial is None:
        return Check("recordings", "ok", "lie in the home directory", "For an object store, set UNIFICX_BLOBS.")
    return _tried("recordings", trial)


def _tried(name: str, trial: Trial) -> Check:
    try:
        return Check(name, "ok", trial())
    except Refused as refusal:
        return Check(name, "fail", refusal.message.removesuffix("."), refusal.hint)
