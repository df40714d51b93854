"""Asking a server of somebody else's over HTTPS, under limits. Fills `people.ports.Fetch`.

Who is asked was chosen by people who administer one organisation, so nothing inside our network is asked unless the
caller says that it may be.
"""

import asyncio
import base64
import ipaddress
import ssl
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import urlencode, urlsplit

import httpcore

from unificx.net.public_only import PublicOnly

SECONDS = 10.0
"""For one question, connection and all."""
MOST_BYTES = 256 * 1024
MOST_CONNECTIONS = 16


class Fetcher:
    """Asks and gives the answer's body: no redirects, no cookies, no proxy of the environment, no compression."""

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
        """The body of a 200 answer: to a GET, or to a POST of `form`, with `login` as HTTP Basic.

        `https` only, and `http` to this machine itself where `inside` is allowed. Raises OSError if anything is wrong.
        """
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
        if scheme != "https" and not (scheme == "http" and inside and is_this_machine(host)):
            raise OSError("only https is asked")
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
            # From None: the fault may quote the address.
            raise OSError(f"no usable answer: {type(fault).__name__}") from None

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
            # Asked a few times a day: a connection kept would only be one to close at the end.
            max_keepalive_connections=0,
            network_backend=backend,
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        if self._given is not None:
            return self._given
        context = httpcore.default_ssl_context()
        # An authority of the organisation's own is known to the system alone.
        context.load_default_certs()
        return context


def is_this_machine(host: str) -> bool:
    """Whether a host of an address is this machine itself, by its number or the one name for it."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _body(answer: httpcore.Response) -> bytes:
    if answer.status != 200:
        raise OSError(f"answered {answer.status}")
    body = b""
    async for chunk in answer.aiter_stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise OSError("the answer is too large")
    return body
