"""Signed tokens: HMAC-protected payloads bound to a purpose and an expiry.

The client holds the token, so that unauthenticated requests for tokens cost no server memory.
"""

import base64
import hashlib
import hmac

_MAC = 32
_TIME = 8


def sign(secret: bytes, purpose: str, payload: bytes, expires: int) -> bytes:
    """Sign `payload` for `purpose` until `expires` (Unix time in seconds)."""
    body = expires.to_bytes(_TIME) + payload
    return _mac(secret, purpose, body) + body


def unsign(secret: bytes, purpose: str, token: bytes, now: int) -> bytes | None:
    """Return the payload; None if the signature or purpose does not match or the token has expired."""
    mac, body = token[:_MAC], token[_MAC:]
    if len(body) < _TIME or not hmac.compare_digest(mac, _mac(secret, purpose, body)):
        return None
    return body[_TIME:] if int.from_bytes(body[:_TIME]) > now else None


def encode(raw: bytes) -> str:
    """Encode as base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Decode base64url; return b"" if malformed."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def _mac(secret: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(secret, purpose.encode() + b"\0" + body, hashlib.sha256)
