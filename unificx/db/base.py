"""Declarative base of all models: every column is declared plain, with a reason, or sealed, with its subject column.

A model with an undeclared column does not load.

class PersonRow(Base):
    __tablename__ = "person"
    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id"))
    subject_id: Mapped[str] = plain("subject whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(PersonPart, subject="subject_id")
"""

import contextlib
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Union

from sqlalchemy import JSON, Column, DateTime, Dialect, LargeBinary, MetaData, Table, event
from sqlalchemy.orm import DeclarativeBase, Mapper, mapped_column
from sqlalchemy.types import TypeDecorator

from unificx.core.personal import METADATA_KEY, InvalidDeclaration, Personal

SEAL_MARK = b"\x01"
"""First byte of every sealed value: the format version."""

_PLAIN, _SEALED = "plain", "sealed"


@dataclass(frozen=True, slots=True)
class SealedPart:
    """Content of a sealed column: `part` (a frozen dataclass) and the column of the same row that names its subject."""

    part: type[Any]
    subject: str


class Sealed(TypeDecorator[bytes]):
    """Column type for ciphertext. Rejects plaintext with TypeError, without quoting the value."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is not None and not (isinstance(value, bytes) and value.startswith(SEAL_MARK)):
            raise TypeError("a sealed column received an unsealed value")
        return value


class UtcDateTime(TypeDecorator[datetime]):
    """Timestamp in UTC, timezone-aware in Python on both databases. The type of `Mapped[datetime]`."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise TypeError("a timestamp needs a time zone")
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        # SQLAlchemy would call three functions for each value: a page of calls has hundreds.
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def plain(why: str, *args: Any, **kwargs: Any) -> Any:
    """Declare a column without personal data; `why` is the reason. Other arguments go to `mapped_column`."""
    if not isinstance(why, str) or not why.strip():
        raise InvalidDeclaration("plain() needs the reason why the column holds no personal data")
    return mapped_column(*args, info={_PLAIN: why}, **kwargs)


def sealed_column(part: type[Any], *, subject: str, **kwargs: Any) -> Any:
    """Declare a column of sealed `part`s; `subject` is the column of the same row that names the key's subject."""
    _check_part(part)
    return mapped_column(Sealed, info={_SEALED: SealedPart(part, subject)}, **kwargs)


def plain_reason(column: Column[Any]) -> str | None:
    """Return the reason given to `plain`, or None if the column is not plain."""
    return column.info.get(_PLAIN)


def sealed_part(column: Column[Any]) -> SealedPart | None:
    """Return the declaration of a sealed column, or None if the column is not sealed."""
    return column.info.get(_SEALED)


def declared_fields(part: type[Any]) -> dict[str, Personal]:
    """Return the declaration of each field of a sealed part. Raise InvalidDeclaration if one is missing."""
    undeclared = [f.name for f in fields(part) if not isinstance(f.metadata.get(METADATA_KEY), Personal)]
    if undeclared:
        raise InvalidDeclaration(f"{part.__name__}: declare these fields with personal(): {', '.join(undeclared)}")
    return {f.name: f.metadata[METADATA_KEY] for f in fields(part)}


def _check_part(part: type[Any]) -> None:
    """Raise InvalidDeclaration unless `part` is a frozen dataclass of declared, flat fields with one `on_erase`."""
    if not is_dataclass(part) or not part.__dataclass_params__.frozen:  # pyright: ignore[reportAttributeAccessIssue]
        raise InvalidDeclaration(f"{part.__name__}: a sealed part must be a frozen dataclass")
    declared = declared_fields(part)
    if not declared:
        raise InvalidDeclaration(f"{part.__name__}: a sealed part needs at least one field")
    if len({personal.on_erase for personal in declared.values()}) > 1:
        raise InvalidDeclaration(f"{part.__name__}: all fields of a part need the same on_erase; split the part")
    nested = [name for name, kind in typing.get_type_hints(part).items() if name in declared and not _is_flat(kind)]
    if nested:
        raise InvalidDeclaration(f"{part.__name__}: fields must be flat (scalars, unions, tuples): {', '.join(nested)}")


def _is_flat(kind: Any) -> bool:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return all(_is_flat(one) for one in arguments)
    if origin is tuple:
        return len(arguments) == 2 and arguments[1] is Ellipsis and _is_flat(arguments[0])
    return origin is Literal or kind in (str, int, float, bool, datetime, types.NoneType)


def check_table(table: Table) -> None:
    """Raise InvalidDeclaration for the first column of `table` that is neither plain nor correctly sealed."""
    for column in table.columns:
        name, part = f"{table.name}.{column.name}", sealed_part(column)
        if isinstance(column.type, JSON):
            raise InvalidDeclaration(f"{name}: plain JSON is not allowed")
        if isinstance(column.type, Sealed) != (part is not None):
            raise InvalidDeclaration(f"{name}: create sealed columns with sealed_column()")
        if (part is None) == (plain_reason(column) is None):
            raise InvalidDeclaration(f'{name}: declare it as plain("reason") or sealed_column(...)')
        if part is not None:
            _check_part(part.part)
            if part.subject not in table.columns:
                raise InvalidDeclaration(f"{name}: the subject column {part.subject!r} does not exist")


class Base(DeclarativeBase):
    """Base class of all models. They share one metadata, so foreign keys may cross areas by table name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy expects a mutable class attribute

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        table = getattr(cls, "__table__", None)
        if table is not None:
            check_table(table)


@event.listens_for(Mapper, "after_configured")
def _drop_copies_of_columns() -> None:
    """Drop the copies of all columns that SQLAlchemy 2.1 has made on the way. It caches the event dispatcher of each
    attribute in the copy of its column, where it never looks for it. A column that is used gets another copy."""
    for mapper in Base.registry.mappers:
        for each in mapper.column_attrs:
            comparator: Any = each.class_attribute.comparator
            with contextlib.suppress(AttributeError):
                del comparator.__clause_element__
