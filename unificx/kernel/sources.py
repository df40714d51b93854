"""Whom a network address counts against, for limits and for suspicion."""

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=4096)  # asked several times for every message, and nearly always about somebody who was there before
def source_of(host: str) -> str:
    """The IPv4 address, or the IPv6 /64 that one subscriber has to himself; anything else as it is."""
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> 64 << 64))


def is_here(source: str) -> bool:
    """Whether a source is this machine itself: a reverse proxy may stand there, with everybody behind it.

    A unix socket's peer has no address at all.
    """
    return not source or source == "::" or source.startswith("127.")
