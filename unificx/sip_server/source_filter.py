"""Sources that may send SIP at all, by address and country, as the operator decides. Pure.

Rules are lines of a text file; of several networks that contain an address the smallest one decides, and any network
precedes a country:

    allow 192.0.2.0/24
    block 198.51.100.7
    allow country DE
    otherwise block

Countries of addresses come from a CSV file with lines NETWORK,COUNTRY or FIRST,LAST,COUNTRY; their ranges must not
overlap. Sources on this machine are always accepted.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from unificx.core.source_address import is_local_source

MAX_RULES = 10_000
MAX_RANGES = 2_000_000
MAX_CACHED = 4_096
_country = re.compile(r"[A-Z]{2}").fullmatch
_VERDICTS = {"allow": True, "block": False}


@dataclass(frozen=True, slots=True)
class SourceRules:
    """Verdicts, True to accept: by network, by ISO code of a country, and for all other sources."""

    networks: Mapping[IPv4Network | IPv6Network, bool]
    countries: Mapping[str, bool]
    otherwise: bool = True


class AddressRange(NamedTuple):
    """Addresses of a country, as numbers."""

    version: int
    first: int
    last: int
    country: str


def parse_rules(lines: Iterable[str]) -> SourceRules:
    """Return the rules of a file. Raise ValueError, which names the line."""
    networks: dict[IPv4Network | IPv6Network, bool] = {}
    countries: dict[str, bool] = {}
    otherwise = True
    for number, line in enumerate(lines, 1):
        if len(networks) > MAX_RULES:
            raise ValueError(f"there are more than {MAX_RULES:,} rules")
        match line.partition("#")[0].split():
            case []:
                continue
            case ["otherwise", verdict] if verdict in _VERDICTS:
                otherwise = _VERDICTS[verdict]
            case [verdict, "country", *codes] if verdict in _VERDICTS and codes and all(map(_country, codes)):
                countries.update(dict.fromkeys(codes, _VERDICTS[verdict]))
            case [verdict, network] if verdict in _VERDICTS and (found := _network(network)) is not None:
                networks[found] = _VERDICTS[verdict]
            case _:
                raise ValueError(f"line {number} is not a rule")
    return SourceRules(networks, countries, otherwise)


def parse_ranges(lines: Iterable[str], countries: Iterable[str]) -> Iterator[AddressRange]:
    """Yield the ranges of some countries from a file. Raise ValueError, which names the line."""
    wanted = frozenset(countries)
    for number, line in enumerate(lines, 1):
        if number > MAX_RANGES:
            raise ValueError(f"there are more than {MAX_RANGES:,} lines")
        *addresses, country = [word.strip().strip('"') for word in line.split(",")]
        if country.upper() not in wanted:
            continue
        try:
            if len(addresses) == 1:
                network = ip_network(addresses[0], strict=False)
                first, last = network.network_address, network.broadcast_address
            else:
                first, last = map(ip_address, addresses)
        except ValueError:
            raise ValueError(f"line {number} has no range of addresses") from None
        if first.version != last.version or int(first) > int(last):
            raise ValueError(f"line {number} has no range of addresses")
        yield AddressRange(first.version, int(first), int(last), country.upper())


class SourceFilter:
    """Decides from memory; the verdicts on recent sources are cached."""

    def __init__(self, rules: SourceRules, ranges: Iterable[AddressRange] = ()) -> None:
        self._rules = rules
        self._networks = sorted(rules.networks.items(), key=lambda item: -item[0].prefixlen)
        self._ranges = sorted(ranges)
        # Owner: this node, derived from the rules.
        self._verdicts: dict[str, bool] = {}

    def accepts(self, host: str) -> bool:
        """Return whether messages of a source address are processed."""
        verdict = self._verdicts.get(host)
        if verdict is None:
            if len(self._verdicts) >= MAX_CACHED:
                self._verdicts.clear()
            verdict = self._verdicts[host] = self._decide(host)
        return verdict

    def _decide(self, host: str) -> bool:
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return self._rules.otherwise
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if address.is_loopback or is_local_source(str(address)):
            return True
        for network, verdict in self._networks:
            if address in network:
                return verdict
        country = self._country(address.version, int(address))
        return self._rules.countries.get(country, self._rules.otherwise)

    def _country(self, version: int, address: int) -> str:
        index = bisect_right(self._ranges, (version, address, 1 << 128))
        found = self._ranges[index - 1] if index else None
        return found.country if found is not None and found.version == version and found.last >= address else ""


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
