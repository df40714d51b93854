"""Servers of a carrier by DNS: SRV records (RFC 3263 without NAPTR), then A and AAAA; never blocks the event loop.

Names that only this host knows, from its hosts file, are found by the system's resolver. dnspython is loaded for the
first name.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from unificx.core.source_address import is_ip_address
from unificx.trunks import MAX_SERVERS, Resolution, SrvRecord, TrunkTransport, merged, ordered

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

SERVICES = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}
DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
MIN_SECONDS, MAX_SECONDS = 30.0, 3_600.0
"""Bounds of the time for which an answer is used, whatever the TTL of the records."""
LOOKUP_SECONDS = 5.0
MAX_CONCURRENT = 16
MAX_RECORDS = 32
"""SRV records of one name that are looked at."""


class SipDnsResolver:
    """Resolves the names of carriers, at most `MAX_CONCURRENT` at a time.

    `random` returns numbers from 0 to below 1; `dns` replaces the name servers of the system.
    """

    def __init__(self, random: Callable[[], float], dns: "Resolver | None" = None) -> None:
        self._dns = dns
        self._limit = asyncio.Semaphore(MAX_CONCURRENT)
        self._random = random

    async def resolve(self, host: str, port: int, transport: TrunkTransport) -> Resolution:
        """Return the addresses of a host, by SRV records unless a port is given. Raise LookupError if it has none."""
        default = port or DEFAULT_PORTS[transport]
        if is_ip_address(host):
            return Resolution(((host, default),), MAX_SECONDS)
        async with self._limit:
            records, seconds = ([], MAX_SECONDS) if port else await self._srv(f"{SERVICES[transport]}.{host}")
            servers = [(one.target, one.port) for one in ordered(records, self._random)][:MAX_SERVERS]
            if records and not servers:
                raise LookupError("the carrier does not offer this transport")
            servers = servers or [(host, default)]
            found = await asyncio.gather(*(self._addresses(name) for name, _ in servers))
        addresses = merged((each, number) for (each, _), (_, number) in zip(found, servers, strict=True))
        if not addresses:
            raise LookupError("the name has no address")
        shortest = min(seconds, *(ttl for each, ttl in found if each))
        return Resolution(addresses, min(MAX_SECONDS, max(MIN_SECONDS, shortest)))

    async def _srv(self, name: str) -> tuple[list[SrvRecord], float]:
        """Return the records, none if there are none, and their time to live."""
        found, seconds = await self._query(name, "SRV")
        texts = [str(each).split() for each in found]
        return [SrvRecord(int(one), int(two), int(three), target) for one, two, three, target in texts], seconds

    async def _addresses(self, name: str) -> tuple[list[str], float]:
        """Return the addresses of a name, IPv4 first, and their time to live."""
        answers = [await self._query(name, kind) for kind in ("A", "AAAA")]
        found = [str(each) for records, _ in answers for each in records]
        if found:
            return found, min(seconds for records, seconds in answers if records)
        return await _system_addresses(name.rstrip(".")), MIN_SECONDS

    async def _query(self, name: str, kind: str) -> tuple[list[object], float]:
        """Return the records of a name, none if it has none or DNS does not answer, and how long that is true."""
        if self._dns is None:
            self._dns = await asyncio.to_thread(_system_resolver)
        if self._dns is None:
            return [], MAX_SECONDS
        from dns.exception import DNSException
        from dns.resolver import NXDOMAIN

        try:
            answer = await self._dns.resolve(name, kind, search=False, raise_on_no_answer=False)
        except NXDOMAIN:
            return [], MAX_SECONDS
        except (DNSException, OSError, UnicodeError):
            return [], MIN_SECONDS
        rrset = answer.rrset
        return ([], MAX_SECONDS) if rrset is None else (list(rrset)[:MAX_RECORDS], float(rrset.ttl))


def _system_resolver() -> "Resolver | None":
    """Return a client of the system's name servers, None if there are none.

    dnspython refuses a host whose own name cannot be a domain; the system then looks names up.
    """
    from dns.asyncresolver import Resolver
    from dns.exception import DNSException

    try:
        dns = Resolver()
    except DNSException:
        return None
    dns.lifetime = LOOKUP_SECONDS
    return dns


async def _system_addresses(name: str) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
