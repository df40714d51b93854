"""The models' base: a column is neutral and says why, or it is sealed and says whose. Anything else does not load.

class PersonRow(Base):
    __tablename__ = "person"
    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"))
    subject_id: Mapped[str] = plain("whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(PersonPart, subject="subject_id")
"""

import types
import typing
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Union

from sqlalchemy import JSON, Column, DateTime, Dialect, LargeBinary, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from unificx.kernel.personal import METADATA_KEY, BadDeclaration, Personal

SEAL_MARK = b"\x01"
"""First byte of everything sealed: the format's version."""

_PLAIN, _SEALED = "plain", "sealed"


@dataclass(frozen=True, slots=True)
class SealedPart:
    """What a sealed column holds (`part`, a frozen dataclass) and which column of its row names the subject."""

    part: type[Any]
    subject: str


class Sealed(TypeDecorator[bytes]):
    """Carries ciphertext and nothing else. Something readable here is our mistake: refused, and never echoed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is not None and not (isinstance(value, bytes) and value.startswith(SEAL_MARK)):
            raise TypeError("an unsealed value reached a sealed column")
        return value


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, aware in Python on either database. What `Mapped[datetime]` becomes."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise TypeError("a moment without a time zone")
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class NeutralJson(TypeDecorator[Any]):
    """A JSON column that can hold no personal value: objects with the `names` given, and at the leaves only numbers.

    `NeutralJson("caller", "callee", "loss", "jitter_ms")` takes `{"caller": {"loss": 0.1, "jitter_ms": 3}}`.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        self._check(value)
        return value

    def _check(self, value: Any) -> None:
        if isinstance(value, dict):
            if not value.keys() <= set(self.names):
                raise TypeError("a neutral JSON column got a property it does not declare")
            for inner in value.values():
                self._check(inner)
        elif not (value is None or isinstance(value, int | float)):
            raise TypeError("a neutral JSON column holds numbers, true, false and null only")


def plain(why: str, *args: Any, **kwargs: Any) -> Any:
    """A column that names nobody, and `why` it does not. The rest goes to SQLAlchemy's `mapped_column`."""
    if not isinstance(why, str) or not why.strip():
        raise BadDeclaration("plain() begins with the reason why the column names nobody")
    return mapped_column(*args, info={_PLAIN: why}, **kwargs)


def sealed_column(part: type[Any], *, subject: str, **kwargs: Any) -> Any:
    """A column of sealed `part`s; `subject` is the column of the same row that says whose key seals it."""
    check_part(part)
    return mapped_column(Sealed, info={_SEALED: SealedPart(part, subject)}, **kwargs)


def plain_reason(column: Column[Any]) -> str | None:
    """Why this column names nobody, or None if it is not a plain one."""
    return column.info.get(_PLAIN)


def sealed_part(column: Column[Any]) -> SealedPart | None:
    """What this column seals, or None if it is not a sealed one."""
    return column.info.get(_SEALED)


def declared_fields(part: type[Any]) -> dict[str, Personal]:
    """Each field of a sealed part and what it was declared to be. Raises BadDeclaration if one was not."""
    bare = [f.name for f in fields(part) if not isinstance(f.metadata.get(METADATA_KEY), Personal)]
    if bare:
        raise BadDeclaration(f"{part.__name__}: say with personal() what these fields are: {', '.join(bare)}")
    return {f.name: f.metadata[METADATA_KEY] for f in fields(part)}


def check_part(part: type[Any]) -> None:
    """Raise BadDeclaration unless `part` is a frozen dataclass of declared, flat fields with one fate at erasure."""
    if not is_dataclass(part) or not part.__dataclass_params__.frozen:  # pyright: ignore[reportAttributeAccessIssue]
        raise BadDeclaration(f"{part.__name__}: a sealed part is a frozen dataclass")
    declared = declared_fields(part)
    if not declared:
        raise BadDeclaration(f"{part.__name__}: a sealed part without fields")
    if len({personal.on_erase for personal in declared.values()}) > 1:
        raise BadDeclaration(f"{part.__name__}: one key, one fate: split what is kept from what is deleted")
    deep = [name for name, kind in typing.get_type_hints(part).items() if name in declared and not _is_flat(kind)]
    if deep:
        raise BadDeclaration(f"{part.__name__}: nothing undeclared may hide inside a field: {', '.join(deep)}")


def _is_flat(kind: Any) -> bool:
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return all(_is_flat(one) for one in inside)
    if origin is tuple:
        return len(inside) == 2 and inside[1] is Ellipsis and _is_flat(inside[0])
    return origin is Literal or kind in (str, int, float, bool, datetime, types.NoneType)


def check_table(table: Table) -> None:
    """Raise BadDeclaration for the first column of `table` that is neither plain nor properly sealed."""
    for column in table.columns:
        name, part = f"{table.name}.{column.name}", sealed_part(column)
        if isinstance(column.type, JSON):
            raise BadDeclaration(f"{name}: anything could hide in JSON; use NeutralJson with the names it may hold")
        if isinstance(column.type, Sealed) != (part is not None):
            raise BadDeclaration(f"{name}: a sealed column is made by sealed_column()")
        if (part is None) == (plain_reason(column) is None):
            raise BadDeclaration(f'{name}: say what it is, plain("why it names nobody") or sealed_column(...)')
        if part is not None:
            check_part(part.part)
            if part.subject not in table.columns:
                raise BadDeclaration(f"{name}: there is no column {part.subject!r} to say whose it is")


class Base(DeclarativeBase):
    """Base of every model of every room; they share one metadata, so foreign keys may cross rooms by name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant}  # noqa: RUF012 - SQLAlchemy's own way to say it

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        table = getattr(cls, "__table__", None)
        if table is not None:
            check_table(table)
