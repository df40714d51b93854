"""Checks of the database, and the keys of the key store."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, inspect, select

from unificx.attachments import known_attachment_files
from unificx.audio_store import known_files
from unificx.db import Base, Database
from unificx.db.base import sealed_part
from unificx.db.migrations.models import load_all_models
from unificx.privacy import JournalHead
from unificx.server.verification.scan import Needles, ScanResult

_OWN = {"alembic_version", "sqlite_sequence"}
_ATTEMPTS, _INTERVAL = 150, 0.2
"""Of looking for what erasures leave: 30 s, in which the server repeats an erasure three times."""
Sleep = Callable[[float], Awaitable[object]]
Subjects = set[tuple[str, str, str]]
"""Table, tenant and subject of sealed values."""


class StoredKeys:
    """The keys in the file of a key store: present ones and destroyed ones, as (tenant, subject)."""

    def __init__(self, path: Path) -> None:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
            rows = db.execute("SELECT tenant, subject, wrapped IS NOT NULL FROM subject_key").fetchall()
            destroyed = db.execute("SELECT tenant FROM tenant_key WHERE wrapped IS NULL").fetchall()
            head = db.execute("SELECT length, mac FROM journal").fetchone()
        self.journal = JournalHead(*head) if head else JournalHead()
        self.destroyed_tenants = {row[0] for row in destroyed}
        self.tenants = {tenant for tenant, _, _ in rows} - self.destroyed_tenants
        self.destroyed = {(tenant, subject) for tenant, subject, present in rows if not present}
        self._subjects = {subject for _, subject, _ in rows}
        self._present = [(tenant, subject) for tenant, subject, present in rows if present and tenant in self.tenants]

    def present(self) -> dict[str, list[str]]:
        """Return the subjects whose keys are there, by tenant."""
        found: dict[str, list[str]] = {}
        for tenant, subject in self._present:
            found.setdefault(tenant, []).append(subject)
        return found

    def knows(self, tenant: str, subject: str) -> bool:
        """Whether the subject has or had a key, in its tenant or in a scope of objects."""
        return subject in self._subjects or tenant in self.destroyed_tenants


async def left_after_erasures(find: Callable[[], list[str]], sleep: Sleep) -> list[str]:
    """Return what `find` still finds once the erasures of a running server should have ended. The server answers before
    that, and destroys a key a moment after the journal has its entry, or repeats it if the key store is busy."""
    left = find()
    for _ in range(_ATTEMPTS):
        if not left:
            break
        await sleep(_INTERVAL)
        left = find()
    return left


async def undeclared_tables(database: Database) -> list[str]:
    """Return tables and columns of the database that no model declares."""
    load_all_models()

    def find(connection: Connection) -> Iterator[str]:
        inspector = inspect(connection)
        for name in inspector.get_table_names():
            declared = Base.metadata.tables.get(name)
            if declared is not None:
                columns = {each["name"] for each in inspector.get_columns(name)}
                yield from (f"column {name}.{each}" for each in sorted(columns.difference(declared.columns.keys())))
            elif name not in _OWN:
                yield f"table {name}"

    async with database.read() as session:
        return await (await session.connection()).run_sync(lambda connection: list(find(connection)))


async def scan_tables(database: Database, needles: Needles, result: ScanResult) -> None:
    """Search for plaintext in all values of all tables, for a database whose files are elsewhere."""
    metadata = MetaData()
    async with database.read() as session:
        connection = await session.connection()
        await connection.run_sync(metadata.reflect)
        for table in metadata.tables.values():
            async for row in await connection.stream(select(table)):
                data = b"\0".join(map(_as_bytes, row))
                result.bytes += len(data)
                if needles.are_in(data):
                    result.found.append(f"table {table.name}")
                    break


async def sealed_subjects(database: Database) -> Subjects:
    """Return table, tenant and subject of all sealed values."""
    found: Subjects = set()
    async with database.read() as session:
        for table, subject, columns in _sealed_tables():
            for column in columns:
                query = select(table.c.tenant_id, table.c[subject]).where(column.is_not(None)).distinct()
                found |= {(table.name, row[0], row[1]) for row in await session.execute(query) if row[1]}
    return found


async def journal_in(database: Database) -> JournalHead:
    """Return the state of the erasure journal that the database knows."""
    table = Base.metadata.tables["applied_erasures"]
    async with database.read() as session:
        row = (await session.execute(select(table.c.length, table.c.mac))).first()
    return JournalHead(row.length, row.mac) if row is not None else JournalHead()


async def files_with_rows(database: Database) -> set[str]:
    """Return the names of all sound files and files of messages that should exist."""
    async with database.read() as session:
        return await known_files(session) | await known_attachment_files(session)


def _sealed_tables() -> Iterator[tuple[Table, str, list[Any]]]:
    load_all_models()
    for table in Base.metadata.tables.values():
        by_subject: dict[str, list[Any]] = {}
        for column in table.columns:
            if (part := sealed_part(column)) is not None:
                by_subject.setdefault(part.subject, []).append(column)
        if "tenant_id" in table.c:
            yield from ((table, subject, columns) for subject, columns in by_subject.items())


def _as_bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value).encode()
