"""Fetches the certificates of signed caller ids, with limits on time, size and number."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore

from unificx.core.clock import Clock
from unificx.integrations.egress import Vendor
from unificx.integrations.ssrf_guard import PublicAddressBackend

TIMEOUT = 2.0
"""Seconds until a certificate has to be there: a call may wait for it."""
MAX_BYTES = 32 * 1024
MAX_CACHED, MAX_FETCHES = 512, 16
CACHE_SECONDS, FAILURE_SECONDS = 3_600.0, 60.0
"""How long a certificate is used, and how long a failure is remembered."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A certificate chain in PEM, b"" if there was none, and when it has to be fetched again, in monotonic seconds."""

    pem: bytes
    until: float


class CallerCertificates:
    """Certificate chains by URL. `fetch` returns the body of a response; by default from public addresses only."""

    def __init__(self, clock: Clock, fetch: Callable[[str], Awaitable[bytes]] | None = None) -> None:
        self._clock = clock
        self._fetch = fetch or _HttpsFetch()
        # Owner: this node: a cache.
        self._cached: dict[str, Fetched] = {}
        self._running: dict[str, asyncio.Future[bytes]] = {}

    def cached(self, url: str) -> bytes | None:
        """Return a chain that is known, b"" for one that could not be fetched a moment ago, None for an unknown one."""
        found = self._cached.get(url)
        return found.pem if found is not None and found.until > self._clock.monotonic() else None

    async def get(self, url: str) -> bytes:
        """Return a chain; b"" if it cannot be had in time."""
        known = self.cached(url)
        if known is not None:
            return known
        running = self._running.get(url)
        if running is None:
            if len(self._running) >= MAX_FETCHES:
                return b""
            running = self._running[url] = asyncio.ensure_future(self._load(url))
            running.add_done_callback(lambda _: self._running.pop(url, None))
        return await asyncio.shield(running)

    async def _load(self, url: str) -> bytes:
        try:
            async with asyncio.timeout(TIMEOUT):
                pem = await self._fetch(url)
        except (OSError, ValueError):
            pem = b""
        if len(pem) > MAX_BYTES:
            pem = b""
        if len(self._cached) >= MAX_CACHED:
            self._cached.pop(next(iter(self._cached)))
        seconds = CACHE_SECONDS if pem else FAILURE_SECONDS
        self._cached[url] = Fetched(pem, self._clock.monotonic() + seconds)
        return pem


class _HttpsFetch:
    def __init__(self) -> None:
        self._vendor = Vendor("carrier")
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def __call__(self, url: str) -> bytes:
        """Return the body of a 200 response. Raise OSError."""
        if urlsplit(url).scheme != "https":
            raise OSError("only https URLs are supported")
        self._vendor.disclose(urlsplit(url).hostname or "", [])
        self._pool = self._pool or httpcore.AsyncConnectionPool(
            max_connections=MAX_FETCHES, max_keepalive_connections=0, network_backend=PublicAddressBackend()
        )
        body = b""
        try:
            async with self._pool.stream("GET", url, headers=[("Accept-Encoding", "identity")]) as response:
                if response.status != 200:
                    raise OSError(f"response status {response.status}")
                async for chunk in response.aiter_stream():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise OSError("response too large")
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as fault:
            raise OSError(f"no usable response: {type(fault).__name__}") from None
        return body
