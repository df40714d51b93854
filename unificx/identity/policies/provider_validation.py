"""Validation of SSO provider settings and of provider URLs."""

from urllib.parse import urlsplit

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.core.source_address import is_loopback

_MAX_LENGTH = 500


def issuer(text: str, *, inside: bool) -> str:
    """Validate an issuer URL (OpenID Connect Core section 2): https, no query, no fragment. Raise Invalid.

    `http` is allowed only for loopback addresses, and only with `inside`.
    """
    stripped = text.strip()
    if not is_allowed_url(stripped, inside=inside) or "?" in stripped or "#" in stripped:
        raise Invalid("Invalid issuer. Enter a URL such as https://login.example.com.", field="issuer")
    return stripped


def client_id(text: str) -> str:
    """Validate a client id. Raise Invalid."""
    if not 1 <= len(text) <= _MAX_LENGTH or not text.isascii() or not text.isprintable():
        raise Invalid(Phrase("A client id has 1 to {} printable ASCII characters.", _MAX_LENGTH), field="client_id")
    return text


def client_secret(text: str) -> str:
    """Validate a client secret. Raise Invalid."""
    if len(text) > _MAX_LENGTH or not text.isascii() or (text and not text.isprintable()):
        raise Invalid(
            Phrase("A client secret has at most {} printable ASCII characters.", _MAX_LENGTH), field="client_secret"
        )
    return text


def is_allowed_url(url: str, *, inside: bool) -> bool:
    """Whether a browser may be redirected to a provider URL."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or len(url) > _MAX_LENGTH or not url.isascii() or not url.isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and inside and is_loopback(host))


def is_same_issuer(one: str, other: str) -> bool:
    """Whether two issuers are equal except for a trailing slash."""
    return one.rstrip("/") == other.rstrip("/")
