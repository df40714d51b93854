"""Validation of push endpoints. The server sends requests to these user-supplied addresses."""

import base64
import binascii
import ipaddress
import re
from urllib.parse import urlsplit

from unificx.core.errors import Invalid

MAX_ENDPOINT_LENGTH = 1000
POINT_BYTES, SECRET_BYTES = 65, 16
"""RFC 8291 section 2: an uncompressed P-256 point, and the authentication secret."""
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.IGNORECASE)


def check_endpoint(url: str, *, loopback: bool = False) -> str:
    """Return the endpoint unchanged. Raises Invalid unless it is https on a named public host, port 443.

    `loopback` also allows loopback addresses, over http and on any port, for tests. The host is resolved and its
    addresses are checked at each request.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise _invalid_endpoint() from None
    well_formed = url.isascii() and url.isprintable() and " " not in url and len(url) <= MAX_ENDPOINT_LENGTH
    if not well_formed or parts.username is not None or parts.password is not None or parts.fragment:
        raise _invalid_endpoint()
    if loopback and parts.scheme in ("http", "https") and is_loopback(host):
        return url
    if parts.scheme != "https" or port not in (None, 443) or _NAME.fullmatch(host) is None:
        raise _invalid_endpoint()
    return url


def is_loopback(host: str) -> bool:
    """Return whether `host` is a numeric loopback address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_public_key(text: str) -> str:
    """Return a browser's public key, without checking that it is on the curve. Raises Invalid for a wrong format."""
    raw = _bytes(text)
    if len(raw) != POINT_BYTES or raw[0] != 4:
        raise Invalid("Invalid public key.", hint="Send p256dh of the subscription.", field="keys.p256dh")
    return text.rstrip("=")


def check_secret(text: str) -> str:
    """Return the authentication secret of a subscription. Raises Invalid."""
    if len(_bytes(text)) != SECRET_BYTES:
        raise Invalid("Invalid authentication secret.", hint="Send auth of the subscription.", field="keys.auth")
    return text.rstrip("=")


def decode_base64url(text: str) -> bytes:
    """Decode base64url without padding (RFC 7515 section 2). Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _bytes(text: str) -> bytes:
    try:
        return decode_base64url(text.rstrip("="))
    except (binascii.Error, ValueError):
        return b""


def _invalid_endpoint() -> Invalid:
    return Invalid(
        "This endpoint is not allowed.",
        hint="Use the https endpoint of a push service on a public host.",
        field="endpoint",
    )
