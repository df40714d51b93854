"""The call journal of a single process: in the record log, and from there in the database."""

from collections.abc import Awaitable, Callable, Sequence

from unificx.calls import repository
from unificx.cluster import JournalEntry, RecordLog
from unificx.db import Database, UnitOfWork

KIND = "calls.journal"
_EARLIER_KIND = "calls.live"
"""Kind of records of an earlier version, sealed under a key of the tenant."""


class SpooledCallJournal:
    """See `cluster.CallJournal`. Calls that start and end within one batch of the log never reach the database.
    `after_batch` is awaited with each batch."""

    def __init__(self, log: RecordLog, database: Database, after_batch: Callable[[], Awaitable[None]]) -> None:
        self._log = log
        self._database = database
        self._after_batch = after_batch
        log.register_handler(KIND, self._apply)
        log.register_handler(_EARLIER_KIND, self._apply_earlier)

    def put(self, entry: JournalEntry, *, absorbed: str = "") -> None:
        # One record for both: with only one of the two, a restart would lose or duplicate a participant.
        marker = f"* {absorbed}" if absorbed else "+"
        fields = f"{marker} {entry.call_id} {entry.tenant_id} {entry.key_id} {entry.wrapped} "
        self._log.append(KIND, fields.encode() + entry.sealed)

    def remove(self, call_id: str) -> None:
        self._log.append(KIND, f"- {call_id}".encode(), use_reserve=True)

    async def entries(self) -> Sequence[JournalEntry]:
        async with self._database.read() as session:
            return await repository.list_live_calls(session)

    async def _apply(self, uow: UnitOfWork, batch: list[bytes]) -> None:
        await self._store(uow, batch, _entry, fields=5)

    async def _apply_earlier(self, uow: UnitOfWork, batch: list[bytes]) -> None:
        await self._store(uow, batch, _earlier_entry, fields=3)

    async def _store(
        self, uow: UnitOfWork, batch: list[bytes], entry: Callable[[list[bytes]], JournalEntry], *, fields: int
    ) -> None:
        live: dict[str, JournalEntry] = {}
        ended: list[str] = []
        for record in batch:
            marker, *found = record.split(b" ", fields + record.startswith(b"*"))
            if marker != b"+":  # an earlier batch may have stored it too
                ended_id = found.pop(0).decode()
                live.pop(ended_id, None)
                ended.append(ended_id)
            if marker != b"-":
                journalled = entry(found)
                live[journalled.call_id] = journalled
        if ended:
            await repository.delete_live_calls(uow.session, ended)
        if live:
            await repository.upsert_live_calls(uow.session, list(live.values()))
        await self._after_batch()


def _entry(fields: list[bytes]) -> JournalEntry:
    call_id, tenant, key_id, wrapped = (field.decode() for field in fields[:4])
    return JournalEntry(call_id, tenant, key_id, wrapped, fields[4])


def _earlier_entry(fields: list[bytes]) -> JournalEntry:
    return JournalEntry(fields[0].decode(), fields[1].decode(), repository.EARLIER_KEY, "", fields[2])
