"""Access copies from the declarations: records of rows, with the fields that are declared with `export=True`.

A plain column is exported if its type holds no text (times, counts, yes or no), or if its name is one of `_TEXTS`. All
other texts stay inside: ids of others, digests of credentials.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Row, Table
from sqlalchemy.types import TypeDecorator

from unificx.core.personal import InvalidDeclaration, Personal
from unificx.db import Database, SealedCodec
from unificx.db.base import declared_fields, plain_reason, sealed_part
from unificx.privacy import repository
from unificx.privacy.keys import KeyStore

_TEXTS = frozenset(
    {
        *("audio_id", "call_id", "country", "currency", "key", "kind", "language", "maker", "number", "outcome"),
        *("prefix", "purpose"),
        *("reason", "recording_id", "role", "scopes", "state", "step"),
    }
)
"""Plain columns with texts that describe the record: words of fixed lists, and ids that connect records of the copy."""
_TYPES: dict[type, dict[str, str]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}
DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class DataSubject:
    """A data subject of a tenant. `person_id` and `extension_ids` are empty unless it has an account.

    `with_others`: an export about a caller without an account names the other parties, which only a file for an
    authority may do."""

    tenant_id: str
    subject: str
    person_id: str = ""
    extension_ids: tuple[str, ...] = ()
    with_others: bool = False

    @property
    def id(self) -> str:
        """Id in plans and receipts: that of the account, or of the subject of an outsider."""
        return self.person_id or self.subject


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of records. `name` names its file; `schema` is the JSON Schema of one record; the others are keys of the
    vocabulary, sorted."""

    name: str
    title: str
    schema: Mapping[str, Any] = field(repr=False)
    categories: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    retention: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """Records of one kind about a subject, as JSON values. `read` may be called several times."""

    kind: RecordKind
    read: Callable[[], AsyncIterator[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of an access copy. `path` is relative and made of random ids."""

    path: str
    media_type: str
    read: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Files:
    """Files about a subject."""

    title: str
    read: Callable[[], AsyncIterator[ExportedFile]]


Export = Records | Files


def record_kind(name: str, title: str, record: type[Any], *parts: type[Any]) -> RecordKind:
    """Return the kind of records that are instances of the dataclass `record`, made from values of sealed `parts`."""
    schema = TypeAdapter(record).json_schema(mode="serialization")
    declared = [each for part in parts for each in declared_fields(part).values()]
    return _kind(name, title, {**schema, "additionalProperties": False}, declared)


class RowExporter:
    """Exports the rows of a model. `withheld`: names of columns that are left out."""

    def __init__(self, database: Database, keys: KeyStore, row: type[Any], withheld: Collection[str] = ()) -> None:
        self._database = database
        self._keys = keys
        self._row = row
        self._table: Table = row.__table__
        self._plain = [each for each in self._table.columns if each.name not in withheld and _is_exported(each)]
        self._deps = {column: part for column in self._table.columns if (part := sealed_part(column)) is not None}

    def of_subject(self, title: str, owner: DataSubject) -> Records:
        """Return the rows with parts that are sealed for the subject."""
        return self.where(title, owner, next(iter(self._deps.values())).subject, (owner.subject,))

    def of_extensions(self, title: str, owner: DataSubject) -> Records:
        """Return the rows that name an extension of the subject."""
        return self.where(title, owner, "extension_id", owner.extension_ids)

    def where(self, title: str, owner: DataSubject, column: str, values: Sequence[str]) -> Records:
        """Return the rows of the subject's tenant with one of these values in a column."""

        async def read() -> AsyncIterator[Mapping[str, Any]]:
            after: tuple[Any, ...] | None = None
            while values:
                async with self._database.read() as session:
                    chosen = (column, values)
                    found = await repository.page_of_rows(session, self._row, owner.tenant_id, chosen, after)
                for record in self._open(owner.tenant_id, found):
                    yield record
                if len(found) < repository.PAGE:
                    return
                after = _key(self._table, found[-1])

        return Records(_row_kind(self._table, title, self._plain, [part.part for part in self._deps.values()]), read)

    def _open(self, tenant_id: str, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
        records = [_plain_values(self._table, self._plain, row) for row in rows]
        for column, part in self._deps.items():
            if not _exported(part.part):
                continue
            present = [index for index, row in enumerate(rows) if getattr(row, column.name) is not None]
            items = [
                (getattr(rows[index], part.subject), records[index]["id"], getattr(rows[index], column.name))
                for index in present
            ]
            opened = SealedCodec(self._row, part.part).open_exported(self._keys, tenant_id, items)
            for index, values in zip(present, opened, strict=True):
                records[index].update(values)
        return records


def _plain_values(table: Table, plain: Sequence[Column[Any]], row: Row[Any]) -> dict[str, Any]:
    values = {column.name: getattr(row, column.name) for column in plain}
    dated = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return {"id": "/".join(map(str, _key(table, row))), **dated}


def _key(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in table.primary_key.columns)


def _is_exported(column: Column[Any]) -> bool:
    if plain_reason(column) is None or column.primary_key:
        return False
    kind = _python_type(column)
    return kind in _TYPES if kind is not str else column.name in _TEXTS


def _python_type(column: Column[Any]) -> type:
    kind = column.type
    return (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type


def _exported(part: type[Any]) -> dict[str, Personal]:
    return {name: declared for name, declared in declared_fields(part).items() if declared.export}


def _row_kind(table: Table, title: str, plain: Sequence[Column[Any]], parts: Sequence[type[Any]]) -> RecordKind:
    properties: dict[str, Any] = {"id": {"type": "string"}}
    for column in plain:
        kind = _TYPES[_python_type(column)]
        properties[column.name] = {"anyOf": [kind, {"type": "null"}]} if column.nullable else kind
    required = list(properties)
    declared: list[Personal] = []
    for part in parts:
        fields = TypeAdapter(part).json_schema(mode="serialization")["properties"]
        for name, each in _exported(part).items():
            if name in properties:
                raise InvalidDeclaration(f"{table.name}: {name} is both a column and a field of a sealed part")
            properties[name] = fields[name]
            declared.append(each)
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return _kind(table.name, title, schema, declared)


def _kind(name: str, title: str, schema: Mapping[str, Any], declared: Sequence[Personal]) -> RecordKind:
    return RecordKind(
        name,
        title,
        {"$schema": DRAFT, **schema, "title": title},
        tuple(sorted({each.category for each in declared})),
        tuple(sorted({use for each in declared for use in each.uses})),
        tuple(sorted({each.retention for each in declared})),
    )
