"""Port of payments by card, which the server fills."""

from datetime import datetime
from typing import Protocol

from unificx.billing.cards.schemas import CardOrder, CardPage, CardReport
from unificx.billing.machine.card_payment import Refund, Refunded
from unificx.core.errors import Forbidden


class CardGateway(Protocol):
    """A processor of payments by card. All methods but `read` raise DomainError if it refuses or does not answer."""

    async def check(self, secret_key: str) -> None:
        """Raise Invalid unless the processor accepts the key."""
        ...

    async def checkout(self, secret_key: str, order: CardOrder) -> CardPage:
        """Return a page of the processor on which an order is paid. The same order returns the same page."""
        ...

    async def close(self, secret_key: str, page: str) -> None:
        """Let a page be used no more. Raise Conflict if it was paid, or has expired."""
        ...

    async def refund(self, secret_key: str, intent: str, amount: tuple[int, str], key: str) -> tuple[Refunded, Refund]:
        """Refund an amount with its currency of a payment; return the sum of its refunds, and this one. The same `key`
        refunds once."""
        ...

    def read(self, body: bytes, signature: str, webhook_secret: str, now: datetime) -> CardReport | None:
        """Return what a report says, None for one that is of no interest. Raise ForgedReport unless its signature is
        valid and not older than some minutes."""
        ...


class ForgedReport(Forbidden):
    """A report that is not from the processor, or is too old."""
