"""Non-blocking DNS resolution (A and AAAA) with a short-lived cache."""

import asyncio
import socket
from collections import OrderedDict

CACHE_SECONDS = 30.0
MAX_CACHED_NAMES = 256
MAX_CONCURRENT = 32


class ResolutionError(Exception):
    """The name cannot be resolved."""


class Resolver:
    """Caching client of the system's resolver: one query per name at a time, at most `MAX_CONCURRENT` in total."""

    def __init__(self) -> None:
        # Owner: this node: a cache of DNS answers.
        self._cache: OrderedDict[str, tuple[float, tuple[str, ...]]] = OrderedDict()
        self._pending: dict[str, asyncio.Task[tuple[str, ...]]] = {}

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Return the numeric addresses of `host`, in the system's order of preference. Raise ResolutionError."""
        loop = asyncio.get_running_loop()
        known = self._cache.get(host)
        if known is not None and known[0] > loop.time():
            return known[1]
        task = self._pending.get(host)
        if task is None:
            if len(self._pending) >= MAX_CONCURRENT:
                raise ResolutionError("too many concurrent queries")
            task = asyncio.create_task(self._resolve(host))
            self._pending[host] = task
            task.add_done_callback(lambda _: self._pending.pop(host, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Cancel all queries."""
        tasks = tuple(self._pending.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _resolve(self, host: str) -> tuple[str, ...]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            raise ResolutionError("the name has no address") from None
        addresses = tuple(dict.fromkeys(str(address[0]) for *_, address in found))
        self._cache[host] = (loop.time() + CACHE_SECONDS, addresses)
        self._cache.move_to_end(host)
        if len(self._cache) > MAX_CACHED_NAMES:
            self._cache.popitem(last=False)
        return addresses
