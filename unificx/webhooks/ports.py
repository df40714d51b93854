"""Port to the HTTPS client that delivers messages."""

from collections.abc import Mapping
from typing import Protocol

from unificx.webhooks.schemas import Failure


class WebhookUnreachable(Exception):
    """No response."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure: Failure = failure


class WebhookTransport(Protocol):
    """HTTPS client for addresses that administrators of tenants choose."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """POST a message with a timeout of some seconds, without redirects; return the status. Raise
        WebhookUnreachable."""
        ...
