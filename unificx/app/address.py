"""The address this installation is reached at from outside, for links and codes."""

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from unificx.app.settings import ANYWHERE
from unificx.kernel.errors import CannotStart

PUBLIC_VARIABLE = "UNIFICX_PUBLIC_URL"
"""Such as https://pbx.example.com: where a proxy or a name in the DNS leads people here."""
_FAR = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Nobody's addresses (RFC 5737, RFC 3849): asked for the way there, the machine says which of its own it would use."""


def public_url(environ: Mapping[str, str]) -> str:
    """The setting, "" if it is not set. Raises CannotStart if it is no such address."""
    given = environ.get(PUBLIC_VARIABLE, "").rstrip("/")
    try:
        parts = urlsplit(given)
        fit = parts.scheme in ("http", "https") and parts.hostname and not (parts.path or parts.query or parts.fragment)
        fit = fit and parts.username is None and (parts.port or 443) > 0
    except ValueError:
        fit = False
    if given and not fit:
        raise CannotStart(
            f"{PUBLIC_VARIABLE} takes an address without a path.", hint="For example https://pbx.example.com."
        )
    return given


def at(scheme: str, host: str, port: int) -> str:
    """An address as a URL."""
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def listening(http: tuple[str, int], https: tuple[str, int]) -> str:
    """Where to reach a server that listens on these: by TLS if others can, else by the plain address of the machine."""
    host, port = https
    if host in ANYWHERE:
        return at("https", _own_address(host), port)
    return at("https", host, port) if not ip_address(host).is_loopback else at("http", *http)


def _own_address(anywhere: str) -> str:
    """The address of this machine that others would see; nothing is sent for it."""
    family = socket.AF_INET6 if ":" in anywhere else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_FAR[family], 9))
        except OSError:  # no network
            return "::1" if family == socket.AF_INET6 else "127.0.0.1"
        return probe.getsockname()[0]
