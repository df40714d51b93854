"""HTTPS client for webhooks: one POST to a public address, without redirects; only the head of the response is read."""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import httpcore

from unificx.integrations.egress import Vendor
from unificx.integrations.ssrf_guard import NoPublicAddress, PublicAddressBackend
from unificx.webhooks import Failure, WebhookUnreachable

TIMEOUT = 10.0
"""Timeout of one attempt, including the connection."""
MAX_CONNECTIONS = 32
IDLE_SECONDS = 30.0
_FAULTS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    OSError,  # TimeoutError among them
    ValueError,
)


class WebhookClient:
    """Webhook client. `loopback` also allows receivers on this machine, and `tls` their certificates, for tests."""

    def __init__(self, *, loopback: bool = False, tls: ssl.SSLContext | None = None) -> None:
        self._vendor = Vendor("integration")
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=PublicAddressBackend(loopback=loopback),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """POST a message; return the status. Raise WebhookUnreachable."""
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        sent.append((b"Content-Length", str(len(body)).encode()))
        try:
            self._vendor.disclose(urlsplit(url).netloc, ["user.behavior.call_detail", "user.contact.phone_number"])
            async with asyncio.timeout(TIMEOUT), self._pool.stream("POST", url, headers=sent, content=body) as response:
                return response.status
        except _FAULTS as fault:
            raise WebhookUnreachable(_failure(fault)) from None

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


def _failure(fault: Exception) -> Failure:
    if isinstance(fault, NoPublicAddress):
        return "no_address"
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in _causes(fault)):
        return "no_tls"
    if isinstance(fault, (TimeoutError, httpcore.TimeoutException)):
        return "no_answer"
    return "no_connection"


def _causes(fault: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = fault
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
