"""INSERT of many rows at a time, for the batches of the spool, INSERT that goes along with the next statement, and
INSERT of what may be there already.

SQLAlchemy builds the parameters of each row anew, which took a tenth of the CPU time of a call. Here the statement is
compiled once, and only the values are converted, by the types of their columns. SQLite inserts several rows by one
statement: its thread would stop the event loop's at the end of each.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Dialect, Insert, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

_ROWS = 50
"""Rows of a statement of SQLite."""
_Compiled = tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]]]
"""Statement, and the function that converts a row into its parameters."""


def insert_into(table: Table, dialect: str) -> Any:
    """Return an INSERT of the dialect of this name, which has ON CONFLICT."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # 2 MB, which SQLite does not need

    return postgresql.insert(table)


async def insert_new(session: AsyncSession, table: Table, *rows: Mapping[str, Any]) -> int:
    """Insert rows, except those that exist already; return how many."""
    connection = await session.connection()
    return len((await connection.execute(_insert_new(table, connection.dialect.name), rows)).all())


@cache
def _insert_new(table: Table, dialect: str) -> Insert:
    """Return the statement, built once: that takes as long as to run it."""
    return insert_into(table, dialect).on_conflict_do_nothing().returning(*table.primary_key)


class BulkInsert:
    """Inserts rows into a table; rows that exist already are left unchanged."""

    def __init__(self, table: Table) -> None:
        self._table = table
        # Owner: this process: statements by dialect and columns.
        self._compiled: dict[tuple[str, tuple[str, ...]], _Compiled] = {}

    async def execute(self, session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows that all have the columns of the first one. Raise TypeError for an unsealed value in a sealed
        column."""
        if not rows:
            return
        connection = await session.connection()
        dialect, columns = connection.dialect, tuple(rows[0])
        key = dialect.name, columns
        if key not in self._compiled:
            insert = insert_into(self._table, dialect.name).on_conflict_do_nothing()
            self._compiled[key] = _compile(insert, dialect, columns)
        statement, parameters = self._compiled[key]
        values = [parameters(row) for row in rows]
        if dialect.name != "sqlite":
            await connection.exec_driver_sql(statement, values)
            return
        marks = f"({', '.join('?' * len(values[0]))})"
        for start in range(0, len(values), _ROWS):
            some = values[start : start + _ROWS]
            several = statement.replace(marks, ", ".join([marks] * len(some)))
            await connection.exec_driver_sql(several, tuple(chain.from_iterable(some)))


class DeferredInsert:
    """Inserts single rows whose result nothing waits for. SQLite gets them along with the next statement of their
    transaction or with its commit, which raises the error of one that fails; PostgreSQL at once. `insert` may compute
    columns that are not among those of the rows."""

    def __init__(self, insert: Insert, columns: Sequence[str]) -> None:
        self._insert = insert
        self._columns = columns
        # Owner: this process: statements by dialect.
        self._compiled: dict[str, _Compiled] = {}

    def execute(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, one after the other. Raise TypeError for an unsealed value in a sealed column."""
        if not rows:
            return
        connection = session.connection()
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _compile(self._insert, dialect, self._columns)
        statement, parameters = self._compiled[dialect.name]
        values = [parameters(row) for row in rows]
        if dialect.name != "sqlite":
            connection.exec_driver_sql(statement, values)
            return
        opened: Any = connection.connection.dbapi_connection
        for each in values:
            opened.defer(statement, each)


def _compile(insert: Insert, dialect: Dialect, columns: Sequence[str]) -> _Compiled:
    compiled = insert.compile(dialect=dialect, column_keys=list(columns))
    names: list[str] = compiled.positiontup or []
    types = [insert.table.c[name].type.dialect_impl(dialect) for name in names]
    converters = [(at, found) for at, each in enumerate(types) if (found := each.bind_processor(dialect)) is not None]

    def parameters(row: Mapping[str, Any]) -> tuple[Any, ...]:
        values = list(map(row.__getitem__, names))
        for at, convert in converters:
            values[at] = convert(values[at])
        return tuple(values)

    return str(compiled), parameters
