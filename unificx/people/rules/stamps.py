"""Values that go out and come back: who gets one cannot change it, use it elsewhere, or use it later.

A stamp is kept by whoever has it, not by us, so that strangers asking for any number of them cost no memory.
"""

import base64
import hashlib
import hmac

_MAC = 32
_TIME = 8


def stamp(secret: bytes, purpose: str, payload: bytes, expires: int) -> bytes:
    """`payload`, good for `purpose` until `expires`, in seconds since 1970."""
    body = expires.to_bytes(_TIME) + payload
    return _mac(secret, purpose, body) + body


def read(secret: bytes, purpose: str, stamped: bytes, now: int) -> bytes | None:
    """The payload; None for what was not stamped with this secret for this purpose, or has run out."""
    mac, body = stamped[:_MAC], stamped[_MAC:]
    if len(body) < _TIME or not hmac.compare_digest(mac, _mac(secret, purpose, body)):
        return None
    return body[_TIME:] if int.from_bytes(body[:_TIME]) > now else None


def as_text(raw: bytes) -> str:
    """Base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """The other way; b"" for what is no base64url."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def _mac(secret: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(secret, purpose.encode() + b"\0" + body, hashlib.sha256)
