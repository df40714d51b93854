"""Protection against server-side request forgery: connections to public addresses only.

The address that was checked is the one that is connected to, so DNS rebinding has no effect.
"""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, cast

import httpcore

_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv6 addresses with an embedded IPv4 address (RFC 6052)."""


def is_public(address: str) -> bool:
    """Whether a numeric address is a public internet address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _embedded_ipv4(found)
    if inner is not None:
        found = inner
    if isinstance(found, IPv6Address) and found.is_site_local:  # deprecated, but a network of QEMU leads to its host
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _embedded_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address embedded in an IPv6 address, or None."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class NoPublicAddress(httpcore.ConnectError):
    """The name of a server has no address, or none that is public."""


class PublicAddressBackend(httpcore.AsyncNetworkBackend):
    """httpcore network backend for public addresses. `loopback` also allows loopback addresses, for tests."""

    def __init__(self, *, loopback: bool = False) -> None:
        self._loopback = loopback
        self._backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first of the name's addresses that accepts. Raise httpcore.ConnectError, NoPublicAddress."""
        fault: Exception = NoPublicAddress("the name has no public address")
        try:
            async with asyncio.timeout(timeout):
                for address in await self._allowed(host, port):
                    try:
                        return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
                    except (httpcore.ConnectError, httpcore.ConnectTimeout) as refusal:
                        fault = refusal
        except TimeoutError:
            raise httpcore.ConnectTimeout("not connected in time") from None
        raise fault

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raise httpcore.ConnectError: not supported."""
        del path, timeout, socket_options
        raise httpcore.ConnectError("only public addresses are allowed")

    async def sleep(self, seconds: float) -> None:
        """Sleep, as required by httpcore."""
        await asyncio.sleep(seconds)

    async def _allowed(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return []
        addresses = dict.fromkeys(str(address[0]) for *_, address in found)
        return [one for one in addresses if is_public(one) or (self._loopback and ip_address(one).is_loopback)]
