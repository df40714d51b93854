"""TOTP verification and recovery codes."""

import base64
import hashlib
import hmac

from pyotp.totp import TOTP

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""Accepted clock drift in steps, in both directions (RFC 6238 section 5.2)."""
MAX_FACTORS = 20
RECOVERY_CODE_COUNT = 10


def encode_secret(random: bytes) -> str:
    """Return a TOTP secret in base32 (RFC 4648 section 6)."""
    return base64.b32encode(random).decode()


def time_step(seconds: float) -> int:
    """Return the time step of a Unix time in seconds."""
    return int(seconds) // STEP_SECONDS


def matching_step(secret: str, code: str, now: int, last: int | None) -> int | None:
    """Return the step near `now` and after `last` whose one-time password is `code`; None if there is none."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    totp = TOTP(secret, interval=STEP_SECONDS)
    found = None
    for step in range(max(0, now - DRIFT_STEPS), now + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step), digits) and (last is None or step > last):
            found = step
    return found


def provisioning_uri(secret: str, account: str, issuer: str) -> str:
    """Return the `otpauth://totp/...` URI for a QR code."""
    return TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account or issuer, issuer_name=issuer)


def recovery_digest(code: str) -> str:
    """Return the stored digest of a recovery code, ignoring spaces, hyphens and case."""
    normalized = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(normalized.encode("utf-8", "replace")).hexdigest()
