"""Checks of the installation: certificates and the components of a running server."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from unificx.cli.doctor.check import Check

EXPIRY_WARNING = timedelta(days=14)
TIMEOUT_SECONDS = 5.0
_WARNING = frozenset({"emails", "invoices", "erasures"})
"""Components that work, with something to look after if they give a reason."""


def certificate(path: Path, now: datetime, *, configured: bool = False) -> Check:
    """Check that a certificate exists and is valid. `configured`: by the operator, who renews it."""
    from cryptography import x509

    name = f"certificate {path.stem if path.parent.name == 'acme' else path.name}"
    failure = _issue_failure(path.with_suffix(".json"))
    if failure is not None:
        return Check(name, "fail" if not path.exists() else "warn", *failure)
    if not path.exists() and not configured:
        return Check(
            name, "warn", "not created yet", "The first `unificx up` creates one; install your own for public use."
        )
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as fault:
        return Check(name, "fail", f"cannot be read: {fault.strerror}", f"Check the permissions of {path}.")
    except ValueError:
        return Check(name, "fail", "is not a PEM certificate", f"Replace {path} with a PEM certificate, or delete it.")
    until = found.not_valid_after_utc
    renew = f"Replace {path}, or delete it to create a new one at the next start."
    if configured:
        renew = f"Replace {path}, then send SIGHUP to the server."
    if now > until:
        return Check(name, "fail", f"expired on {until:%Y-%m-%d}", renew)
    if now < found.not_valid_before_utc:
        return Check(name, "fail", f"is valid only from {found.not_valid_before_utc:%Y-%m-%d}", "Set the clock.")
    if until - now < EXPIRY_WARNING:
        return Check(name, "warn", f"expires on {until:%Y-%m-%d}", renew)
    return Check(name, "ok", f"valid until {until:%Y-%m-%d}")


def _issue_failure(state: Path) -> tuple[str, str] | None:
    """Return why a public certificate was not issued or renewed, and what to do; None if all is well."""
    try:
        failure = json.loads(state.read_text("utf-8"))
        return (str(failure["message"]).removesuffix("."), str(failure["hint"])) if failure else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_running(control: Path) -> bool:
    """Return whether a server accepts connections on its control socket."""
    import socket

    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(TIMEOUT_SECONDS)
            probe.connect(str(control))
    except OSError:
        return False
    return True


def server(control: Path) -> list[Check]:
    """Return the components' state reported by a running server."""
    import httpx

    log = "Check the server's log, and restart it."
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(control)), timeout=TIMEOUT_SECONDS) as client:
            parts = client.get("http://unificx/readyz").json()["parts"]
            found = [_component(part["name"], part["ok"], part["why"]) for part in parts]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
        return [Check("server", "fail", f"running, but gives no valid response ({type(fault).__name__})", log)]
    return [Check("server", "ok", "running"), *found]


def _component(name: str, ok: bool, why: str) -> Check:
    what, _, do = why.partition(". ")
    if ok:
        return Check(name, "warn", what, do) if name in _WARNING and why else Check(name, "ok", why or "works")
    return Check(name, "fail", what or "does not work", do or "Check the server's log.")
