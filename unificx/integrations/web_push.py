"""Web Push delivery (RFC 8030 section 5): one POST without redirects; only the head of the response is read."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpcore

from unificx.integrations.egress import Vendor
from unificx.integrations.ssrf_guard import PublicAddressBackend
from unificx.notifications import PushResponse, PushServiceUnreachable

TIMEOUT = 5.0
"""Timeout of one attempt, including the connection."""
MAX_CONNECTIONS = 128
IDLE_SECONDS = 30.0


class WebPushClient:
    """Web Push client. `loopback` also allows push services on this machine, for tests."""

    def __init__(self, *, loopback: bool = False) -> None:
        self._vendor = Vendor("push")
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=32,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=PublicAddressBackend(loopback=loopback),
        )

    async def deliver(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> PushResponse:
        """POST a push message. Raise NotReached if the push service is unreachable."""
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        sent.append((b"Content-Length", str(len(body)).encode()))
        try:
            self._vendor.disclose(urlsplit(endpoint).netloc, ["user.device.push_token"])
            async with (
                asyncio.timeout(TIMEOUT),
                self._pool.stream("POST", endpoint, headers=sent, content=body) as response,
            ):
                return PushResponse(response.status, _retry_after(response.headers))
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            raise PushServiceUnreachable from None
        except (TimeoutError, OSError, ValueError):
            raise PushServiceUnreachable from None

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


def _retry_after(headers: list[tuple[bytes, bytes]]) -> float | None:
    """Return the seconds of Retry-After. Dates are ignored, because they exceed our retry period."""
    seconds = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    return float(seconds) if seconds.isdigit() and len(seconds) < 7 else None
