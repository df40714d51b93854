"""The public URL of this installation, for links and QR codes."""

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from unificx.core.errors import StartupError

PUBLIC_VARIABLE = "UNIFICX_PUBLIC_URL"
"""For example https://pbx.example.com: the URL of a reverse proxy or public host name."""
WILDCARD_ADDRESSES = ("0.0.0.0", "::")
_DOCUMENTATION_ADDRESSES = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Documentation addresses (RFC 5737, RFC 3849): the local address of a route to them is the machine's own."""


def public_url(environ: Mapping[str, str]) -> str:
    """Return the configured URL, "" if unset. Raise StartupError if it is invalid."""
    url = environ.get(PUBLIC_VARIABLE, "").rstrip("/")
    try:
        parts = urlsplit(url)
        valid = (
            parts.scheme in ("http", "https") and parts.hostname and not (parts.path or parts.query or parts.fragment)
        )
        valid = valid and parts.username is None and (parts.port or 443) > 0
    except ValueError:
        valid = False
    if url and not valid:
        raise StartupError(
            f"{PUBLIC_VARIABLE} must be a URL without a path.", hint="For example https://pbx.example.com."
        )
    return url


def format_host(host: str) -> str:
    """Return a host as it is written before a port."""
    return f"[{host}]" if ":" in host else host


def format_url(scheme: str, host: str, port: int) -> str:
    """Return an address as a URL."""
    return f"{scheme}://{format_host(host)}:{port}"


def domain_url(domain: str, port: int) -> str:
    """Return the URL of a public domain, "" without one."""
    if not domain:
        return ""
    return f"https://{domain}" if port == 443 else f"https://{domain}:{port}"


def listening_url(http: tuple[str, int], https: tuple[str, int]) -> str:
    """Return the URL of a server that listens on these: TLS if reachable from other machines, else plain HTTP on
    loopback."""
    host, port = https
    if host not in WILDCARD_ADDRESSES and ip_address(host).is_loopback:
        return format_url("http", *http)
    return https_url(host, port)


def https_url(host: str, port: int) -> str:
    """Return the URL of a TLS listener; for one on all addresses, with the address that others see."""
    return format_url("https", _own_address(host) if host in WILDCARD_ADDRESSES else host, port)


def own_addresses() -> tuple[str, ...]:
    """Return the addresses of this machine as seen by others, IPv4 first; none without a network."""
    found = (_route_source(family) for family in _DOCUMENTATION_ADDRESSES)
    return tuple(address for address in found if address and not ip_address(address).is_loopback)


def _own_address(wildcard: str) -> str:
    """Return the address of this machine as seen by others."""
    family = socket.AF_INET6 if ":" in wildcard else socket.AF_INET
    return _route_source(family) or ("::1" if family == socket.AF_INET6 else "127.0.0.1")


def _route_source(family: socket.AddressFamily) -> str:
    """Return the source address of packets to other networks, "" without a network; no packet is sent."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((_DOCUMENTATION_ADDRESSES[family], 9))
            return probe.getsockname()[0]
    except OSError:
        return ""
