"""The record of transmissions to third parties: recipient, categories of data, purpose, and number by day.

A transmission is in the spool before the data leaves. Each process counts for itself, so that a record that is applied
twice changes nothing. The values themselves are not recorded.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Table, case, func, select

from unificx.cluster import RecordLog
from unificx.core.errors import StorageFull
from unificx.db import Database, SpoolFull, UnitOfWork, insert_into
from unificx.privacy.models import TransmissionRow

_KIND = "transmission"
_KEY = ("node", "recipient", "day", "purpose", "categories")
_SHOWN = timedelta(days=30)
_TABLE: Table = TransmissionRow.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Transmission:
    """Data of some categories (keys of the vocabulary) that a recipient gets for a purpose on a day (UTC)."""

    recipient: str
    day: date
    purpose: str
    categories: tuple[str, ...]


class Transmissions:
    """Registers itself with the spool."""

    def __init__(self, database: Database, spool: RecordLog) -> None:
        self._database, self._spool = database, spool
        self._node = database.clock.new_id()
        # Owner: this process.
        self._counts: Counter[Transmission] = Counter()
        spool.register_handler(_KIND, self._apply)

    def write(self, made: Transmission) -> None:
        """Record a transmission that is about to happen. Raise StorageFull."""
        values = (self._node, made.recipient, made.day.isoformat(), made.purpose, " ".join(made.categories))
        self._counts[made] += 1
        try:
            self._spool.append(_KIND, json.dumps([*values, self._counts[made]]).encode())
        except SpoolFull:
            raise StorageFull("The transmission cannot be recorded.", hint="Free disk space.") from None

    async def by_day(self) -> Mapping[tuple[str, date], int]:
        """Return the number of transmissions of the last 30 days, by recipient and day."""
        since = self._database.clock.now().date() - _SHOWN
        key = (TransmissionRow.recipient, TransmissionRow.day)
        query = select(*key, func.sum(TransmissionRow.count)).where(TransmissionRow.day >= since).group_by(*key)
        async with self._database.read() as session:
            return {(recipient, day): int(count) for recipient, day, count in await session.execute(query)}

    async def _apply(self, uow: UnitOfWork, records: list[bytes]) -> None:
        latest: dict[tuple[str, ...], int] = {}
        for *key, count in map(json.loads, records):
            latest[tuple(key)] = max(count, latest.get(tuple(key), 0))
        connection = await uow.session.connection()
        insert = insert_into(_TABLE, connection.dialect.name)
        greatest = case(
            (insert.excluded["count"] > _TABLE.c["count"], insert.excluded["count"]), else_=_TABLE.c["count"]
        )
        statement = insert.on_conflict_do_update(index_elements=list(_KEY), set_={"count": greatest})
        rows = [
            {**dict(zip(_KEY, key, strict=True)), "day": date.fromisoformat(key[2]), "count": count}
            for key, count in latest.items()
        ]
        await connection.execute(statement, rows)
