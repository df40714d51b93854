"""Sends to push services (RFC 8030 section 5): one POST, nothing followed, nothing of the answer read but its head."""

import asyncio
from collections.abc import Mapping

import httpcore

from unificx.net.public_only import PublicOnly
from unificx.notices import Answer, NotReached

SECONDS = 5.0
"""For one try, connection and all."""
MOST_CONNECTIONS = 128
IDLE_SECONDS = 30.0


class PushDelivery:
    """Fills `notices.ports.PushGate`. `loopback`: push services on this machine are sent to as well (tests)."""

    def __init__(self, *, loopback: bool = False) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=32,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=PublicOnly(loopback=loopback),
        )

    async def deliver(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST it. Raises NotReached."""
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        sent.append((b"Content-Length", str(len(body)).encode()))
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._pool.stream("POST", endpoint, headers=sent, content=body) as answer,
            ):
                return Answer(answer.status, _retry_after(answer.headers))
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            raise NotReached from None
        except (TimeoutError, OSError, ValueError):
            raise NotReached from None

    async def close(self) -> None:
        """Let go of every connection."""
        await self._pool.aclose()


def _retry_after(headers: list[tuple[bytes, bytes]]) -> float | None:
    """Seconds, where it says seconds: dates are for patience longer than ours."""
    said = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    return float(said) if said.isdigit() and len(said) < 7 else None
