"""Where a browser may ask us to send to. Whoever is signed in names an address that this server then calls."""

import base64
import binascii
import ipaddress
import re
from urllib.parse import urlsplit

from unificx.kernel.errors import Invalid

LONGEST_ENDPOINT = 1000
POINT_BYTES, SECRET_BYTES = 65, 16
"""RFC 8291 section 2: an uncompressed P-256 point, and the authentication secret."""
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.IGNORECASE)


def endpoint(url: str, *, loopback: bool = False) -> str:
    """The address of a push service, as given. Raises Invalid unless it is https on a named public host, port 443.

    `loopback` allows this machine's own addresses too, over http and on any port: for tests. Names are looked up again,
    and their addresses judged, whenever something is sent.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise _no_endpoint() from None
    clean = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_ENDPOINT
    if not clean or parts.username is not None or parts.password is not None or parts.fragment:
        raise _no_endpoint()
    if loopback and parts.scheme in ("http", "https") and is_loopback(host):
        return url
    if parts.scheme != "https" or port not in (None, 443) or _NAME.fullmatch(host) is None:
        raise _no_endpoint()
    return url


def is_loopback(host: str) -> bool:
    """Whether `host` is a numeric address of this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def point(text: str) -> str:
    """A browser's public key, whether or not it lies on the curve. Raises Invalid for what cannot be one."""
    raw = _bytes(text)
    if len(raw) != POINT_BYTES or raw[0] != 4:
        raise Invalid(
            "That is not a browser's public key.", hint="Send p256dh of the subscription.", field="keys.p256dh"
        )
    return text.rstrip("=")


def secret(text: str) -> str:
    """The secret a browser shares with us. Raises Invalid."""
    if len(_bytes(text)) != SECRET_BYTES:
        raise Invalid("That is not an authentication secret.", hint="Send auth of the subscription.", field="keys.auth")
    return text.rstrip("=")


def unpadded(text: str) -> bytes:
    """Base64url without padding (RFC 7515 section 2). Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _bytes(text: str) -> bytes:
    try:
        return unpadded(text.rstrip("="))
    except (binascii.Error, ValueError):
        return b""


def _no_endpoint() -> Invalid:
    return Invalid(
        "Nothing is sent to that address.",
        hint="A push service's endpoint is https, on a public host.",
        field="endpoint",
    )
