"""Non-blocking DNS resolution (A and AAAA) with a short-lived cache."""

import asyncio
import socket
from collections import OrderedDict

REMEMBERED_SECONDS = 30.0
MOST_NAMES = 256
MOST_AT_ONCE = 32


class Unresolved(Exception):
    """The name cannot be resolved."""


class Resolver:
    """Caching client of the system's resolver: one query per name at a time, at most `MAX_CONCURRENT` in total."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, tuple[str, ...]]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[tuple[str, ...]]] = {}

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Return the numeric addresses of `host`, in the system's order of preference. Raise ResolutionError."""
        loop = asyncio.get_running_loop()
        known = self._known.get(host)
        if known is not None and known[0] > loop.time():
            return known[1]
        task = self._asking.get(host)
        if task is None:
            if len(self._asking) >= MOST_AT_ONCE:
                raise Unresolved("too many concurrent queries")
            task = asyncio.create_task(self._ask(host))
            self._asking[host] = task
            task.add_done_callback(lambda _: self._asking.pop(host, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Cancel all queries."""
        tasks = tuple(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, host: str) -> tuple[str, ...]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            raise Unresolved("the name has no address") from None
        addresses = tuple(dict.fromkeys(str(address[0]) for *_, address in found))
        self._known[host] = (loop.time() + REMEMBERED_SECONDS, addresses)
        self._known.move_to_end(host)
        if len(self._known) > MOST_NAMES:
            self._known.popitem(last=False)
        return addresses


def is_numeric(host: str) -> bool:
    """Whether `host` is an IPv4 or IPv6 address; no top-level domain ends in a digit (RFC 3696 section 2)."""
    return ":" in host or host[-1:].isdigit()
