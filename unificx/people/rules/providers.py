"""What may be set as a sign-in provider, and where such a one may send a browser."""

import ipaddress
from urllib.parse import urlsplit

from unificx.kernel.errors import Invalid

_LONGEST = 500


def issuer(text: str, *, inside: bool) -> str:
    """An issuer's address (OpenID Connect Core section 2): https, without query and fragment. Raises Invalid.

    `http` is for this machine itself, and only where a provider may be `inside`.
    """
    stripped = text.strip()
    if not reachable(stripped, inside=inside) or "?" in stripped or "#" in stripped:
        raise Invalid("An issuer looks like https://login.example.com.", field="issuer")
    return stripped


def client_id(text: str) -> str:
    """What the provider calls this installation. Raises Invalid."""
    if not 1 <= len(text) <= _LONGEST or not text.isascii() or not text.isprintable():
        raise Invalid(f"A client id has 1 to {_LONGEST} printable ASCII characters.", field="client_id")
    return text


def client_secret(text: str) -> str:
    """What this installation proves itself to the provider with. Raises Invalid."""
    if len(text) > _LONGEST or not text.isascii() or (text and not text.isprintable()):
        raise Invalid(f"A client secret has {_LONGEST} printable ASCII characters at most.", field="client_secret")
    return text


def reachable(url: str, *, inside: bool) -> bool:
    """Whether a provider's address is one that a browser may be sent to."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or len(url) > _LONGEST or not url.isascii() or not url.isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and inside and _is_this_machine(host))


def same(one: str, other: str) -> bool:
    """Whether two issuers differ in nothing but a slash at the end, which people leave out."""
    return one.rstrip("/") == other.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
