"""The space of a tenant for files of messages."""

from unificx.attachments import repository
from unificx.attachments.events import StorageLow
from unificx.attachments.schemas import AttachmentLimits, QuotaExceeded
from unificx.core.clock import Clock
from unificx.core.phrases import Phrase
from unificx.db import UnitOfWork, lock_scope

LOW_PERCENT = 90
"""Share of the space from which administrators are notified."""


async def lock_space(uow: UnitOfWork, tenant_id: str) -> AttachmentLimits:
    """Let no other transaction change the limits or the used space of a tenant before this one ends. Return the
    limits."""
    await lock_scope(uow.session, "attachments", tenant_id)
    return await repository.limits(uow.session, tenant_id)


async def require_space(uow: UnitOfWork, clock: Clock, tenant_id: str, quota: int, size: int) -> None:
    """Check that of `quota` bytes there are so many left, which the transaction stores. Call `lock_space` before. Raise
    QuotaExceeded."""
    used, low = await repository.usage(uow.session, tenant_id), quota * LOW_PERCENT // 100
    if used + size > quota:
        raise QuotaExceeded(
            Phrase("The organisation's {} MB for files of messages are used up.", in_megabytes(quota)),
            hint="Delete messages with files, or ask your administrator for more space.",
        )
    if used < low <= used + size:
        uow.publish(StorageLow(clock.new_id(), tenant_id))


def in_megabytes(size: int) -> int:
    """Return a number of bytes in whole megabytes."""
    return round(size / (1 << 20))
