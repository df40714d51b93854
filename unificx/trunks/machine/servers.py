"""Order of the servers of a carrier from SRV records (RFC 2782, RFC 3263). Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

MAX_SERVERS = 8
"""Servers of one trunk that are used; further ones are ignored."""


@dataclass(frozen=True, slots=True)
class SrvRecord:
    """A record: a smaller `priority` is used first; among equals, the chance is in proportion to `weight`."""

    priority: int
    weight: int
    port: int
    target: str


def ordered(records: Iterable[SrvRecord], random: Callable[[], float]) -> list[SrvRecord]:
    """Return the records in the order in which to try them (RFC 2782). `random` returns numbers from 0 to below 1.

    A record with the target "." means that the service is not available; it is left out.
    """
    left = [record for record in records if record.target.rstrip(".") and record.port]
    found: list[SrvRecord] = []
    for priority in sorted({record.priority for record in left}):
        group = sorted((one for one in left if one.priority == priority), key=lambda one: (one.weight, one.target))
        while group:
            found.append(group.pop(_selected(group, random())))
    return found


def _selected(group: list[SrvRecord], chance: float) -> int:
    """Return the index of the record to use next. Records with weight 0 come first, so they have a small chance."""
    limit = int(chance * (sum(record.weight for record in group) + 1))
    total = 0
    for index, record in enumerate(group):
        total += record.weight
        if total >= limit:
            return index
    return len(group) - 1


def merged(groups: Iterable[tuple[Iterable[str], int]]) -> tuple[tuple[str, int], ...]:
    """Return the addresses of the servers in order without repetitions: from (IP addresses, port) of each server."""
    pairs = dict.fromkeys((address, port) for addresses, port in groups for address in addresses)
    return tuple(pairs)[:MAX_SERVERS]
