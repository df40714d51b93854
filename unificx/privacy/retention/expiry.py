"""Data that ends: each area names its rows and removes them with its own code."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select

from unificx.privacy.retention.periods import Period


@dataclass(frozen=True, slots=True)
class Expiry:
    """Rows of one kind that end with a retention class.

    `rows(tenant_id)` selects `id` and `at`, the time from which the period counts, of the rows that are there. After
    `remove(tenant_id, ids)`, which is idempotent, it does not select these any more. `period(tenant_id)` is the
    period of an area with settings of its own.
    """

    retention: str
    kind: str
    rows: Callable[[str], Select[str, datetime] | Select[str, datetime | None]]
    remove: Callable[[str, Sequence[str]], Awaitable[None]]
    period: Callable[[str], Period] | None = None
