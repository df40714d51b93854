"""One row in every table of every holding, with a value in every field: of one person, and of another."""

import dataclasses
import types
import typing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from sqlalchemy import Column, Table, insert

from unificx.audio_store import NO_VIDEO, AudioStore, AudioStoreDependencies, LocalBlobStore
from unificx.core.clock import ManualClock
from unificx.db import Base, Database, SealedCodec
from unificx.db.base import sealed_part
from unificx.db.migrations.models import load_all_models
from unificx.privacy import DataSubject, Holding, KeyStore
from unificx.server.holdings import all_holdings

TENANT = "tenant-1"
OWN_KEYS = ("number_block", "rights_note", "rights_request", "rights_step")
"""Tables whose rows are sealed under keys of their own."""
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Given = typing.Mapping[str, Any]
"""Values of columns, by name."""


def owner(name: str) -> DataSubject:
    return DataSubject(TENANT, f"subject-{name}", f"person-{name}", (f"extension-{name}",))


def canary(name: str, table: str, field: str) -> str:
    """Return the value of a field with text: it names person, table and field."""
    return f"canary {name} {table} {field} end"


@dataclass(frozen=True)
class Installation:
    """A database in which `ana` and `ben` have a row in every table."""

    database: Database
    keys: KeyStore
    holdings: typing.Sequence[Holding]


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: bytes) -> str:
    path = tmp_path / "unificx.db"
    path.write_bytes(sqlite_template)
    return f"sqlite:///{path}"


@pytest.fixture
async def installation(database: Database, keys: KeyStore, clock: ManualClock, tmp_path: Path) -> Installation:
    load_all_models()
    parts = AudioStoreDependencies(database, keys, MagicMock(), LocalBlobStore(tmp_path / "audio"))
    container = MagicMock(database=database, audio=AudioStore(parts))
    container.configure_mock(**{"rights.retention.queues_of": lambda tenant_id: (tenant_id,)})
    holdings = all_holdings(container)
    async with database.begin() as uow:
        for name in ("ana", "ben"):
            for row in rows_to_fill():
                if name == "ana" or row.__tablename__ != "tenant":
                    await uow.session.execute(insert(row), [filled(keys, row, name)])
    return Installation(database, keys, holdings)


def covered_tables() -> set[str]:
    load_all_models()
    container = MagicMock()
    return {table for holding in all_holdings(container) for table in holding.tables} | {"number_block"}


def rows_to_fill() -> list[type[Any]]:
    """Return the models of all tables with data of people, and those that they refer to, in order of insertion."""
    models = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]
    names = {*covered_tables(), "tenant", "call", "recording", "ring_group_member", "room_host", "queue_agent"}
    names |= {"people_import"}
    names -= {"audio_derived"}
    return [models[table.name] for table in Base.metadata.sorted_tables if table.name in names]


def filled(keys: KeyStore, row: type[Any], name: str, given: Given | None = None) -> dict[str, Any]:
    """Return a row of a person with a value in every column, those that are `given` by name of column included."""
    table: Table = row.__table__
    plain = [column for column in table.columns if not sealed_part(column)]
    values = {column.name: (given or {}).get(column.name) or plain_value(column, table, name) for column in plain}
    return values | sealed_values(keys, row, name, values)


def sealed_values(keys: KeyStore, row: type[Any], name: str, values: Given) -> dict[str, Any]:
    """Return the sealed columns of a row with a value in every field; `values` are its plain columns."""
    table: Table = row.__table__
    row_id = "/".join(str(values[column.name]) for column in table.primary_key.columns)
    found: dict[str, Any] = {}
    for column in table.columns:
        part = sealed_part(column)
        if part is not None:
            value = part.part(
                **{
                    field: part_value(kind, canary(name, table.name, f"{column.name}.{field}"))
                    for field, kind in typing.get_type_hints(part.part).items()
                    if field in {each.name for each in dataclasses.fields(part.part)}
                }
            )
            codec, subject = SealedCodec(row, part.part), values[part.subject]
            [found[column.name]] = codec.seal(keys, values.get("tenant_id", TENANT), [(subject, row_id, value)])
    return found


def plain_value(column: Column[Any], table: Table, name: str) -> Any:
    for key in column.foreign_keys:
        if key.column.table.name != "tenant":
            return f"{key.column.table.name}-{name}"
    named = {
        "tenant_id": TENANT,
        "subject_id": f"subject-{name}",
        "caller_subject_id": f"subject-{name}",
        "extension_id": f"extension-{name}",
        "person_id": f"person-{name}",
        "call_id": f"call-{name}",
        "recording_id": f"recording-{name}",
        "request_id": f"rights_request-{name}",
        "about_subject": f"subject-{name}",
        "state": "kept",
    }
    if table.name == "tenant" and column.name == "id":
        return TENANT
    if table.name in OWN_KEYS and column.name == "subject_id":
        return f"{table.name}-key-{name}"
    if table.name == "rights_request" and column.name == "kind":
        return "access"
    if table.name == "audio" and column.name == "video":
        return NO_VIDEO
    if column.name in named:
        return named[column.name]
    if column.name == "id":
        return f"{table.name}-{name}"
    kind = getattr(column.type, "impl_instance", column.type).python_type
    return {
        str: f"{column.name}-{name}"[-40:],
        bytes: f"{column.name}-{name}".encode(),
        bool: True,
        int: 1,
        float: 1.5,
        datetime: NOW,
        date: NOW.date(),
    }[kind]


def part_value(kind: Any, text: str) -> Any:
    """Return a value of the type of a field; a text if it may be one."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return part_value(next(each for each in arguments if each is not types.NoneType), text)
    if origin is tuple:
        return (part_value(arguments[0], text),)
    if origin is typing.Literal:
        return arguments[0]
    return {str: text, bool: True, int: 7, float: 0.5, datetime: NOW}[kind]
