"""Rows of a moved tenant as JSON, independent of the database: sealed parts stay sealed."""

import base64
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.engine import default
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

from unificx.core.errors import Invalid
from unificx.server.transfer.moved_rows import admitted, tenant_column


def encode_rows(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return rows with the values of all columns, in their order."""
    return json.dumps([[_encoded(value) for value in row] for row in rows], separators=(",", ":")).encode()


def decode_rows(table: Table, name: str, data: bytes, tenant: str) -> list[dict[str, Any]]:
    """Return the rows in the file `name`, as the receiver takes them. Raise Invalid, which names it, unless each is
    a row of this table and tenant."""
    columns = list(table.columns)
    rows: list[dict[str, Any]] = []
    for values in load_list(name, data):
        if not isinstance(values, list) or len(values) != len(columns):
            raise unusable(name)
        try:
            row = {column.name: _decoded(column, value) for column, value in zip(columns, values, strict=True)}
        except (ValueError, TypeError, OverflowError):
            raise unusable(name) from None
        if row[tenant_column(table).name] != tenant:
            raise unusable(name)
        rows.append(admitted(table.name, row))
    return rows


def load_list(name: str, data: bytes) -> list[Any]:
    """Return the JSON array in a file. Raise Invalid, which names it."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise unusable(name)
    return found


def unusable(name: str) -> Invalid:
    return Invalid(f"{name} in the moved tenant cannot be used.", hint="Export the tenant again.")


def _encoded(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def _decoded(column: Column[Any], value: Any) -> Any:
    if value is None:
        if not column.nullable:
            raise ValueError("a value is missing")
        return None
    kind = column.type
    if not isinstance(kind, TypeDecorator):
        return _typed(kind, value)
    decoded = _typed(kind.impl_instance, value)
    kind.process_bind_param(decoded, default.DefaultDialect())  # refuses what the column does
    return decoded


def _typed(kind: TypeEngine[Any], value: Any) -> Any:
    if isinstance(kind, JSON):
        return value
    expected = kind.python_type
    if expected is bytes:
        return base64.b64decode(value, validate=True)
    if expected in (datetime, date):
        return expected.fromisoformat(value)
    if expected is float and type(value) is int:
        return float(value)
    if type(value) is not expected:
        raise TypeError("a value of another type")
    return value
