"""The log of monitored calls: written before a supervisor hears anything, and shown to the parties of the call."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, delete, or_, select

from unificx.calls import Conversation
from unificx.core.clock import Clock
from unificx.db import Database, Erased, Keys, Page, PageByTime, SealedCodec, owned_by
from unificx.recording.models import ListenerPart, MonitoringRow
from unificx.recording.schemas import MonitoringEvent, Supervisor

_SUPERVISOR = SealedCodec(MonitoringRow, ListenerPart)


@dataclass(frozen=True, slots=True)
class MonitoringEntry:
    """An entry of the log. `extensions` are those of the call's internal parties."""

    id: str
    at: datetime
    kind: MonitoringEvent
    call_id: str
    extensions: tuple[str, ...]
    supervisor: str | Erased = field(repr=False)


class MonitoringLog:
    """The log of all tenants."""

    def __init__(self, database: Database, keys: Keys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    async def add(self, conversation: Conversation, supervisor: Supervisor, kind: MonitoringEvent) -> None:
        """Store an entry. Raises ErasedSubject, OperationalError."""
        entry_id, tenant_id = self._clock.new_id(), conversation.tenant_id
        part = ListenerPart(supervisor.name)
        [sealed] = _SUPERVISOR.seal(self._keys, tenant_id, [(supervisor.subject, entry_id, part)])
        async with self._database.begin() as uow:
            uow.session.add(
                MonitoringRow(
                    id=entry_id,
                    tenant_id=tenant_id,
                    at=self._clock.now(),
                    kind=kind,
                    call_id=conversation.call_id,
                    caller_extension=conversation.caller.extension_id,
                    callee_extension=conversation.callee.extension_id,
                    subject_id=supervisor.subject,
                    sealed=sealed,
                )
            )

    def rows(self, tenant_id: str) -> Select[str, datetime]:
        """Select the entries of a tenant, with their times."""
        return select(MonitoringRow.id, MonitoringRow.at).where(MonitoringRow.tenant_id == tenant_id)

    async def drop(self, tenant_id: str, entry_ids: Sequence[str]) -> None:
        """Delete entries."""
        chosen = (owned_by(MonitoringRow.tenant_id, tenant_id), MonitoringRow.id.in_(entry_ids))
        async with self._database.begin() as uow:
            await uow.session.execute(delete(MonitoringRow).where(*chosen))

    async def page(
        self, tenant_id: str, extensions: Collection[str] | None, *, cursor: str | None = None, limit: int = 50
    ) -> Page[MonitoringEntry]:
        """Return a page of the entries about calls of these extensions (None: all), newest first. Raises Invalid."""
        request = PageByTime.parse(cursor, limit)
        query = select(MonitoringRow).where(MonitoringRow.tenant_id == tenant_id)
        if extensions is not None:
            parties = (MonitoringRow.caller_extension, MonitoringRow.callee_extension)
            query = query.where(or_(*(each.in_(extensions) for each in parties)))
        async with self._database.read() as session:
            rows = (await session.scalars(request.apply(query, MonitoringRow.at, MonitoringRow.id))).all()
        sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
        opened = _SUPERVISOR.open(self._keys, tenant_id, sealed)
        names = {row_id: part for (_, row_id, _), part in zip(sealed, opened, strict=True)}
        found = [_entry(row, names.get(row.id, Erased())) for row in rows]
        return request.of_rows(found, lambda one: (one.at, one.id))


def _entry(row: MonitoringRow, part: ListenerPart | Erased) -> MonitoringEntry:
    extensions = tuple(filter(None, (row.caller_extension, row.callee_extension)))
    name = part.name if isinstance(part, ListenerPart) else part
    return MonitoringEntry(row.id, row.at, row.kind, row.call_id, extensions, name)  # type: ignore[arg-type]
