"""Decisions about second factors: which one-time password is right, what a recovery code looks like."""

import base64
import hashlib
import hmac

from pyotp.totp import TOTP

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How many steps a clock may be off, either way (RFC 6238 section 5.2)."""
MOST_FACTORS = 20
RECOVERY_CODES = 10


def secret(random: bytes) -> str:
    """A shared secret as authenticators take it: base32 (RFC 4648 section 6)."""
    return base64.b32encode(random).decode()


def step_of(seconds: float) -> int:
    """The time step of a moment, in seconds since 1970."""
    return int(seconds) // STEP_SECONDS


def right_step(secret: str, code: str, now: int, last: int | None) -> int | None:
    """The step near `now`, and later than the `last` one used, that `code` is the one-time password of."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    totp = TOTP(secret, interval=STEP_SECONDS)
    found = None
    for step in range(max(0, now - DRIFT_STEPS), now + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step), digits) and (last is None or step > last):
            found = step
    return found


def address(secret: str, account: str, issuer: str) -> str:
    """What an authenticator reads from a QR code: `otpauth://totp/...`."""
    return TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account or issuer, issuer_name=issuer)


def recovery_digest(code: str) -> str:
    """What is kept of a recovery code, however it was written down: spaces, hyphens and capitals do not count."""
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
