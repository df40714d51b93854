"""Locks of billing. A transaction that takes several takes them in the order of `Lock`, so none wait for each other."""

from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import lock_scope


class Lock(StrEnum):
    """Something of a tenant that a transaction locks until its end."""

    RUNS = "invoice runs"
    """Runs of a seller: they begin one at a time."""
    DEBITS = "direct_debits"
    """Files of a seller: no two of them have the same invoice."""
    NUMBERS = "invoices"
    """Numbers of a seller, which have no gaps."""
    PAYMENTS = "payments"
    """Payments and refunds: their sums are checked before they are posted."""
    PRICES = "billing"
    """Calls: each is either reserved or posted, and is moved to one invoice."""
    DECKS = "rate decks"
    """Decks: their number, and which of them are in force."""


async def lock(session: AsyncSession, what: Lock, tenant_id: str) -> None:
    """Hold a lock until the end of the transaction."""
    await lock_scope(session, what.value, tenant_id)
