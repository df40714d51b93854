"""HTTPS client for third-party servers, with limits on time and size.

Tenant administrators choose the servers, so internal addresses are blocked unless the caller allows them.
"""

import asyncio
import base64
import ipaddress
import ssl
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import urlencode, urlsplit

import httpcore

from unificx.integrations.ssrf_guard import PublicOnly

SECONDS = 10.0
"""Timeout of a request, including the connection."""
MOST_BYTES = 256 * 1024
MOST_CONNECTIONS = 16


class Fetcher:
    """HTTP client without redirects, cookies, proxies from the environment or compression."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._given = tls

    async def __call__(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
        inside: bool = False,
    ) -> bytes:
        """GET, or POST `form`, with `login` as HTTP Basic credentials; return the body of a 200 response.

        Only `https`; with `inside` also internal addresses, and `http` to this machine. Raise OSError on any
        failure.
        """
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
        if scheme != "https" and not (scheme == "http" and inside and is_this_machine(host)):
            raise OSError("only https URLs are supported")
        headers = [("Accept", "application/json"), ("Accept-Encoding", "identity")]
        if login is not None:
            headers.append(("Authorization", "Basic " + base64.b64encode(":".join(login).encode()).decode()))
        content = b""
        if form is not None:
            content = urlencode(form).encode()
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        pool = self._inside if inside else self._public
        method = "GET" if form is None else "POST"
        try:
            async with asyncio.timeout(SECONDS), pool.stream(method, url, headers=headers, content=content) as answer:
                return await _body(answer)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, ValueError) as fault:
            # From None, because the cause may contain the address.
            raise OSError(f"no usable response: {type(fault).__name__}") from None

    @cached_property
    def _public(self) -> httpcore.AsyncConnectionPool:
        return self._pool(PublicOnly())

    @cached_property
    def _inside(self) -> httpcore.AsyncConnectionPool:
        return self._pool(None)

    def _pool(self, backend: httpcore.AsyncNetworkBackend | None) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._tls,
            max_connections=MOST_CONNECTIONS,
            # A few requests a day do not justify open connections.
            max_keepalive_connections=0,
            network_backend=backend,
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        if self._given is not None:
            return self._given
        context = httpcore.default_ssl_context()
        # A tenant's private CA is only in the system's trust store.
        context.load_default_certs()
        return context


def is_this_machine(host: str) -> bool:
    """Whether a host is a loopback address or "localhost"."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _body(answer: httpcore.Response) -> bytes:
    if answer.status != 200:
        raise OSError(f"response status {answer.status}")
    body = b""
    async for chunk in answer.aiter_stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise OSError("response too large")
    return body
