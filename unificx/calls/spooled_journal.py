"""The call journal of a single process: in the record log, and from there in the database."""

from collections.abc import Sequence

from unificx.calls import repository
from unificx.cluster import JournalEntry, RecordLog
from unificx.db import Database, UnitOfWork

KIND = "calls.live"


class SpooledCallJournal:
    """See `cluster.CallJournal`. Calls that start and end within one batch of the log never reach the database."""

    def __init__(self, log: RecordLog, database: Database) -> None:
        self._log = log
        self._database = database
        log.register_handler(KIND, self._apply)

    def put(self, entry: JournalEntry, *, absorbed: str = "") -> None:
        # One record for both: with only one of the two, a restart would lose or duplicate a participant.
        marker = f"* {absorbed}" if absorbed else "+"
        self._log.append(KIND, f"{marker} {entry.call_id} {entry.tenant_id} ".encode() + entry.sealed)

    def remove(self, call_id: str) -> None:
        self._log.append(KIND, f"- {call_id}".encode(), use_reserve=True)

    async def entries(self) -> Sequence[JournalEntry]:
        async with self._database.read() as session:
            return await repository.list_live_calls(session)

    async def _apply(self, uow: UnitOfWork, batch: list[bytes]) -> None:
        live: dict[str, tuple[str, str, bytes]] = {}
        ended: list[str] = []
        for record in batch:
            marker, *fields = record.split(b" ", 4 if record.startswith(b"*") else 3)
            if marker != b"+":  # an earlier batch may have stored it too
                ended_id = fields.pop(0).decode()
                live.pop(ended_id, None)
                ended.append(ended_id)
            if marker != b"-":
                call_id, tenant = fields[0].decode(), fields[1].decode()
                live[call_id] = (call_id, tenant, fields[2])
        if ended:
            await repository.delete_live_calls(uow.session, ended)
        if live:
            await repository.upsert_live_calls(uow.session, list(live.values()))
