"""INSERT of many rows at a time, for the batches of the spool.

SQLAlchemy builds the parameters of each row anew, which took a tenth of the CPU time of a call. Here the statement is
compiled once, and only the values are converted, by the types of their columns. SQLite inserts several rows by one
statement: its thread would stop the event loop's at the end of each.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

_ROWS = 50
"""Rows of a statement of SQLite."""
_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_Compiled = tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]]]


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
        key = connection.dialect.name, tuple(rows[0])
        if key not in self._compiled:
            self._compiled[key] = self._compile(connection.dialect, key[1])
        statement, parameters = self._compiled[key]
        values = [parameters(row) for row in rows]
        if connection.dialect.name != "sqlite":
            await connection.exec_driver_sql(statement, values)
            return
        marks = f"({', '.join('?' * len(values[0]))})"
        for start in range(0, len(values), _ROWS):
            some = values[start : start + _ROWS]
            several = statement.replace(marks, ", ".join([marks] * len(some)))
            await connection.exec_driver_sql(several, tuple(chain.from_iterable(some)))

    def _compile(self, dialect: Dialect, columns: tuple[str, ...]) -> _Compiled:
        """Return the statement, and the function that converts a row into its parameters."""
        insert = _INSERT[dialect.name](self._table).on_conflict_do_nothing()
        compiled = insert.compile(dialect=dialect, column_keys=list(columns))
        names: list[str] = compiled.positiontup or []
        types = [self._table.c[name].type.dialect_impl(dialect) for name in names]
        converters = [
            (at, found) for at, each in enumerate(types) if (found := each.bind_processor(dialect)) is not None
        ]
        values_of = itemgetter(*names)

        def parameters(row: Mapping[str, Any]) -> tuple[Any, ...]:
            values = list(values_of(row))
            for at, convert in converters:
                values[at] = convert(values[at])
            return tuple(values)

        return str(compiled), parameters
