"""HTTPS client for third-party servers, with limits on time and size.

Tenant administrators choose the servers, so internal addresses are blocked unless the caller allows them.
"""

import asyncio
import base64
import ssl
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import urlencode, urlsplit

import httpcore

from unificx.core.source_address import is_loopback
from unificx.integrations.egress import Vendor
from unificx.integrations.ssrf_guard import PublicAddressBackend

TIMEOUT = 10.0
"""Timeout of a request, including the connection."""
MAX_BYTES = 256 * 1024
MAX_CONNECTIONS = 16


class HttpClient:
    """HTTP client without redirects, cookies, proxies from the environment or compression."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._custom_tls = tls
        self._vendor = Vendor("sign_in")

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
        if scheme != "https" and not (scheme == "http" and inside and is_loopback(host)):
            raise OSError("only https URLs are supported")
        self._vendor.disclose(host, ["user.account.username"])
        headers = [("Accept", "application/json"), ("Accept-Encoding", "identity")]
        if login is not None:
            headers.append(("Authorization", "Basic " + base64.b64encode(":".join(login).encode()).decode()))
        content = b""
        if form is not None:
            content = urlencode(form).encode()
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        pool = self._internal_pool if inside else self._public_pool
        method = "GET" if form is None else "POST"
        try:
            async with asyncio.timeout(TIMEOUT), pool.stream(method, url, headers=headers, content=content) as response:
                return await _read_body(response)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, ValueError) as fault:
            # From None, because the cause may contain the address.
            raise OSError(f"no usable response: {type(fault).__name__}") from None

    @cached_property
    def _public_pool(self) -> httpcore.AsyncConnectionPool:
        return self._pool(PublicAddressBackend())

    @cached_property
    def _internal_pool(self) -> httpcore.AsyncConnectionPool:
        return self._pool(None)

    def _pool(self, backend: httpcore.AsyncNetworkBackend | None) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._tls,
            max_connections=MAX_CONNECTIONS,
            # A few requests a day do not justify open connections.
            max_keepalive_connections=0,
            network_backend=backend,
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        if self._custom_tls is not None:
            return self._custom_tls
        context = httpcore.default_ssl_context()
        # A tenant's private CA is only in the system's trust store.
        context.load_default_certs()
        return context


async def _read_body(response: httpcore.Response) -> bytes:
    if response.status != 200:
        raise OSError(f"response status {response.status}")
    body = b""
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise OSError("response too large")
    return body
