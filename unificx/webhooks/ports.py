"""Port to the HTTPS client that delivers messages."""

from collections.abc import Mapping
from typing import Protocol


class WebhookUnreachable(Exception):
    """No response: the receiver is down, too slow, has no valid certificate, or has an address inside the network."""


class WebhookTransport(Protocol):
    """HTTPS client for addresses that administrators of tenants choose."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """POST a message with a timeout of some seconds, without redirects; return the status. Raise
        WebhookUnreachable."""
        ...
