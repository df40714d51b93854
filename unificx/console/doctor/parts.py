"""Checks of the installation: its certificates, its database, and the running server's own word."""

from datetime import datetime, timedelta
from pathlib import Path

from unificx.console.doctor.check import Check

RENEW_WITHIN = timedelta(days=14)
SECONDS = 5.0


def certificate(path: Path, now: datetime) -> Check:
    """Whether a certificate is there and in force."""
    from cryptography import x509

    name = f"certificate {path.name}"
    if not path.exists():
        return Check(name, "warn", "not made yet", "The first `unificx up` makes one; bring your own for the public.")
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as fault:
        return Check(name, "fail", f"cannot be read: {fault.strerror}", f"Look at the rights of {path}.")
    except ValueError:
        return Check(name, "fail", "is not a PEM certificate", f"Put a certificate into {path}, or delete it.")
    until = found.not_valid_after_utc
    renew = f"Replace {path}; deleted, it is made anew at the next start."
    if now > until:
        return Check(name, "fail", f"ran out on {until:%Y-%m-%d}", renew)
    if now < found.not_valid_before_utc:
        return Check(name, "fail", f"is in force only from {found.not_valid_before_utc:%Y-%m-%d}", "Set the clock.")
    if until - now < RENEW_WITHIN:
        return Check(name, "warn", f"runs out on {until:%Y-%m-%d}", renew)
    return Check(name, "ok", f"in force until {until:%Y-%m-%d}")


def is_running(control: Path) -> bool:
    """Whether a server answers at its control socket."""
    import socket

    try:
        with socket.socket(socket.AF_UNIX) as trial:
            trial.settimeout(SECONDS)
            trial.connect(str(control))
    except OSError:
        return False
    return True


def server(control: Path) -> list[Check]:
    """What a running server says of its parts."""
    import httpx

    log = "Look at the server's log, and restart it."
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(control)), timeout=SECONDS) as client:
            parts = client.get("http://unificx/readyz").json()["parts"]
            found = [_part(part["name"], part["ok"], part["why"]) for part in parts]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
        return [Check("server", "fail", f"runs, but does not answer as it should ({type(fault).__name__})", log)]
    return [Check("server", "ok", "runs and answers"), *found]


def _part(name: str, ok: bool, why: str) -> Check:
    if ok:
        return Check(name, "ok", why or "works")
    what, _, do = why.partition(". ")
    return Check(name, "fail", what or "does not work", do or "Look at the server's log.")
