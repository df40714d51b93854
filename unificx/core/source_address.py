"""Network addresses: what is one, and the source key of one, for rate limits and abuse detection."""

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=4096)  # called several times per message, mostly for recently seen addresses
def source_network(host: str) -> str:
    """Return the IPv4 address, or the IPv6 /64 assigned to one subscriber; anything else unchanged."""
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> 64 << 64))


def is_local_source(source: str) -> bool:
    """Whether a source is this host: possibly a reverse proxy that carries the traffic of every client.

    The peer of a Unix socket has no address at all.
    """
    return not source or source == "::" or source.startswith("127.")


def is_loopback(host: str) -> bool:
    """Return whether a host is "localhost" or a loopback address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=4096)  # called several times per request, mostly for the domains of tenants
def is_ip_address(host: str) -> bool:
    """Return whether it is an IP address, maybe in brackets."""
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def truncated_address(host: str) -> str:
    """Return the network of an address that has at least 256 (IPv4: /24) or 65,536 (IPv6: /48) subscribers; "" for
    anything else."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None) or address
    return str(ipaddress.ip_network((mapped, 24 if mapped.version == 4 else 48), strict=False))
