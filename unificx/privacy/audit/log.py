"""The audit log: appends entries in the unit of work of their change, signs heads, gives proofs, verifies itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import Insert, event
from sqlalchemy.orm import ORMExecuteState, Session

from unificx.core.events import DomainEvent
from unificx.db import Database, Erased, Key, Page, UnitOfWork
from unificx.privacy.audit import repository
from unificx.privacy.audit.acts import Act, current_act
from unificx.privacy.audit.entries import (
    MAX_OBJECT,
    SALT_BYTES,
    AuditParty,
    NewAuditEntry,
    PartyKind,
    commitment,
    entry_content,
    leaf_of,
)
from unificx.privacy.audit.models import AuditEntryRow, AuditPartyPart, AuditPartyRow
from unificx.privacy.audit.outside import HeadFile
from unificx.privacy.audit.tree import AuditTree
from unificx.privacy.keys import KeyStore
from unificx.privacy.signing import ReceiptSigner

log = structlog.get_logger()
_WROTE, _CREATED, _RECORDED = "audit.wrote", "audit.created", "audit.recorded"
MAX_OF_SUBJECT = 1000
CreatedRow = tuple[str, Mapping[str, Any]]
"""Table and values of a new row."""
_INTERNAL = ("outbox", "stored_answer")
_PERSONS = ("person", "extension")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A recorded act. A person who was erased is `Erased`; None where there is none: for the actor the control
    socket."""

    position: int
    time: datetime
    action: str
    object: str
    result: str
    leaf: str
    actor: AuditParty | Erased | None
    about: AuditParty | Erased | None


class AuditLog:
    """The log of an installation. `record` is its only way in."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        signer: ReceiptSigner,
        installation_id: str,
        outside: HeadFile | None = None,
    ) -> None:
        self.tree = AuditTree(database, keys, signer, installation_id, outside)
        self._database = database
        self._keys = keys
        self._clock = database.clock
        database.watch(self._watch)

    # ---- recording

    async def record(self, uow: UnitOfWork, entry: NewAuditEntry) -> None:
        """Append an entry within this unit of work. Call it last: the end of the log is locked until the commit."""
        await repository.append(uow.session, *self._rows(entry))

    async def record_at_once(self, entry: NewAuditEntry) -> None:
        """Append an entry in a unit of work of its own."""
        async with self._database.begin() as uow:
            await self.record(uow, entry)

    def _rows(self, entry: NewAuditEntry) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the row of an entry without position, and those of its persons."""
        time = self._clock.now().replace(microsecond=0)
        if len(entry.object) > MAX_OBJECT:
            entry = replace(entry, object=entry.object[:MAX_OBJECT])
        salt = self._clock.random_bytes(SALT_BYTES).hex()
        parties = self._sealed(salt, time, entry.parties())
        content = entry_content(entry, time, salt, {each["kind"]: each["commitment"] for each in parties})
        row = {
            "tenant_id": entry.tenant_id,
            "time": time,
            "action": entry.action,
            "object": entry.object,
            "result": entry.result,
            "salt": salt,
            "leaf": leaf_of(content).hex(),
        }
        return row, parties

    async def record_current(self, uow: UnitOfWork, action: str, target: str) -> None:
        """Record the act of the current request in this unit of work, with the action and object that only the change
        knows; it is not recorded again. Without a request nothing is recorded."""
        act = current_act()
        if act is None or act.entry is None:
            return
        await self._record_act(uow, act, replace(act.entry, action=action, object=target))

    async def settle(self, act: Act, *, failed: bool) -> None:
        """Record a declared act that is not recorded yet, or that it failed after a first change. Call it before the
        answer."""
        if act.entry is None or failed is not act.is_recorded or (act.is_reading and not failed):
            return
        async with self._database.begin() as uow:
            await self._record_act(uow, act, act.entry.failed() if failed else act.entry)

    def _watch(self, uow: UnitOfWork) -> Callable[[], Awaitable[None]] | None:
        """Return what records the current act in this unit of work, once it has changed something."""
        act = current_act()
        if act is None or not act.is_due():
            return None
        session = uow.session.sync_session
        event.listen(session, "do_orm_execute", _on_execute)
        event.listen(session, "after_flush", _on_flush)

        async def finish() -> None:
            await uow.session.flush()
            changed = bool(uow.events) or session.info.get(_WROTE, False)
            if changed and act.entry is not None and act.is_due() and not session.info.get(_RECORDED):
                created = _created(session)
                await self._record_act(uow, act, _with_created(act.entry, created, uow.events))

        return finish

    async def _record_act(self, uow: UnitOfWork, act: Act, entry: NewAuditEntry) -> None:
        await self.record(uow, entry)
        uow.session.sync_session.info[_RECORDED] = True

        def recorded() -> None:
            act.entry, act.is_recorded = entry, True

        uow.after_commit.append(recorded)

    def _sealed(self, salt: str, time: datetime, parties: Mapping[PartyKind, AuditParty]) -> list[dict[str, Any]]:
        """Return the rows of the persons of an entry who were not erased."""
        keys: dict[tuple[str, str], Key | None] = {}
        for tenant_id in {each.tenant_id for each in parties.values()}:
            subjects = [each.subject for each in parties.values() if each.tenant_id == tenant_id]
            keys |= {(tenant_id, name): key for name, key in self._keys.get(tenant_id, subjects).items()}
        found: list[dict[str, Any]] = []
        for kind, party in parties.items():
            key = keys[party.tenant_id, party.subject]
            if key is None:
                continue
            row_id, part = f"{salt}-{kind}", party.sealed_part(self._clock.random_bytes(SALT_BYTES))
            row = {
                "id": row_id,
                "kind": kind,
                "time": time,
                "tenant_id": party.tenant_id,
                "subject_id": party.subject,
                "commitment": commitment(part),
                "sealed": repository.PARTY.seal_with(key, party.tenant_id, party.subject, row_id, part),
            }
            found.append(row)
        return found

    # ---- reading

    async def page(self, tenant_id: str, wanted: repository.AuditFilter, limit: int) -> Page[AuditEntry]:
        """Return entries of a tenant, newest first; the cursor is the position of the last one."""
        async with self._database.read() as session:
            rows = await repository.page(session, tenant_id, wanted, limit + 1)
            found = await self._opened(session, rows[:limit])
        return Page(tuple(found), str(rows[limit - 1].position) if len(rows) > limit else None)

    async def recorded(self, tenant_id: str, action: str, objects: Sequence[str]) -> frozenset[str]:
        """Return which of these objects have an entry with this action that was done."""
        async with self._database.read() as session:
            return await repository.recorded_objects(session, tenant_id, action, objects)

    async def positions_of(self, tenant_id: str, subject: str) -> Sequence[int]:
        """Return the positions of the last entries in which a person is named."""
        async with self._database.read() as session:
            return await repository.positions_of_subject(session, tenant_id, subject, MAX_OF_SUBJECT)

    async def _opened(self, session: Any, rows: Sequence[AuditEntryRow]) -> list[AuditEntry]:
        if not rows:
            return []
        found = await repository.parties_between(session, rows[-1].position, rows[0].position)
        parts = repository.open_parties(self._keys, found)
        parties = {(each.position, each.kind): _party(each, parts[each.id]) for each in found}
        return [
            AuditEntry(
                row.position,
                row.time,
                row.action,
                row.object,
                row.result,
                row.leaf,
                parties.get((row.position, "actor")),
                parties.get((row.position, "about")),
            )
            for row in rows
        ]

    # ---- erasure

    async def erase_subject(self, tenant_id: str, subject: str) -> None:
        """Delete what opens the commitments to a person."""
        async with self._database.begin() as uow:
            await repository.erase_subject(uow.session, tenant_id, subject)

    async def on_tenant_deleted(self, event: DomainEvent, uow: UnitOfWork) -> None:
        """Delete all but the leaves of a deleted tenant. Outbox handler."""
        await repository.erase_tenant(uow.session, event.tenant)


def _party(row: AuditPartyRow, part: AuditPartyPart | Erased) -> AuditParty | Erased:
    if isinstance(part, Erased):
        return part
    return AuditParty(row.tenant_id, row.subject_id, part.person, part.role, part.key, part.by)


def _on_execute(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info[_WROTE] = True
    if state.is_insert:
        statement = cast("Insert", state.statement)
        given: Any = state.parameters or statement.compile().params
        rows = given if isinstance(given, list) else [given]
        _created(state.session).extend((str(statement.table), row) for row in rows)


def _on_flush(session: Session, _: object) -> None:
    session.info[_WROTE] = True
    _created(session).extend((cast("Any", row).__tablename__, vars(row)) for row in session.new)


def _created(session: Session) -> list[CreatedRow]:
    return session.info.setdefault(_CREATED, [])


def _with_created(entry: NewAuditEntry, created: Sequence[CreatedRow], events: Sequence[DomainEvent]) -> NewAuditEntry:
    """Add what was created to an entry that names no object: rows with an id of their own, or the ids in events, and
    the first person."""
    if entry.object or entry.about is not None:
        return entry
    rows = [(table, row) for table, row in created if isinstance(row.get("id"), str) and table not in _INTERNAL]
    about = next((_party_of(table, row) for table, row in rows if table in _PERSONS), None)
    names = [f"{table}:{row['id']}" for table, row in rows if table != "person"]
    if not rows:
        names = [f"{name.removesuffix('_id')}:{value}" for one in events for name, value in _ids(one).items()]
    return replace(entry, object=" ".join(names[:3]), about=about)


def _party_of(table: str, row: Mapping[str, Any]) -> AuditParty:
    return AuditParty(row["tenant_id"], row["subject_id"], row["id"] if table == "person" else "")


def _ids(published: DomainEvent) -> dict[str, str]:
    values = {each.name: getattr(published, each.name) for each in fields(published)}
    return {name: value for name, value in values.items() if name.endswith("_id") and name != "person_id" and value}
