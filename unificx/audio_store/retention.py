"""Retention of audio that its owners have archived: until it is erased, they can restore it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy import Select

from unificx.audio_store.service import AudioStore
from unificx.core.clock import Clock
from unificx.privacy import Period, ended


def due_eraser(
    audio: AudioStore,
    clock: Clock,
    rows: Callable[[str], Select[str, datetime] | Select[str, datetime | None]],
    period: Callable[[str], Period],
) -> Callable[[str, Sequence[str]], Awaitable[None]]:
    """Return the `remove` of an expiry of archived audio. Audio that is restored while a sweep runs is not erased."""

    async def erase(tenant_id: str, audio_ids: Sequence[str]) -> None:
        await audio.erase(tenant_id, audio_ids, ended(rows(tenant_id), period(tenant_id).before(clock.now())))

    return erase
