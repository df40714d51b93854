"""Corrections of names, carried into every copy (GDPR Art. 16, 19).

Records such as calls have a copy of the name that a person had then, sealed under the key of that person. All fields
that are declared as names with `rectifiable=True` are found by their declaration; the tables of accounts and extensions
have the original, and what an identity provider has stored changes with the account. Objects under a hold are evidence
and stay as they are.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Table, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import select

from unificx.db import Base, Erased, SealedCodec
from unificx.db.base import SealedPart, declared_fields, sealed_part
from unificx.privacy.holds.repository import free
from unificx.privacy.keys import KeyStore

PAGE = 500
_NAME = "user.name"
_ORIGINALS = frozenset({"billing_details", "extension", "person", "provisioned_account"})


@dataclass(frozen=True, slots=True)
class Names:
    """The present names of a data subject: that of each of their numbers, and that of the person."""

    person: str
    by_number: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Copies:
    """A sealed column with copies of names."""

    model: type[Any]
    column: Column[Any]
    part: SealedPart
    names: tuple[str, ...]

    @property
    def table(self) -> str:
        return self.column.table.name


def copies_of_names() -> Mapping[str, Copies]:
    """Return the sealed columns of all loaded tables with copies of names, by table."""
    found: dict[str, Copies] = {}
    for mapper in Base.registry.mappers:
        table: Table = mapper.local_table  # type: ignore[assignment]
        for column in table.columns if table.metadata is Base.metadata and table.name not in _ORIGINALS else ():
            part = sealed_part(column)
            declared = declared_fields(part.part) if part is not None else {}
            names = tuple(name for name, each in declared.items() if each.category == _NAME and each.rectifiable)
            if part is not None and names:
                found[table.name] = Copies(mapper.class_, column, part, names)
    return found


async def correct_page(
    session: AsyncSession,
    keys: KeyStore,
    copies: Copies,
    owner: tuple[str, str],
    names: Names,
    *,
    after: list[str] | None,
) -> list[str] | None:
    """Correct at most `PAGE` rows of a subject, after the primary key `after`; return the last key, None at the end.

    `owner` is tenant and subject. The stated purpose must be one of all fields of the part."""
    tenant_id, subject = owner
    table: Table = copies.column.table  # type: ignore[assignment]
    key = tuple(table.primary_key.columns)
    chosen = [table.c.tenant_id == tenant_id, table.c[copies.part.subject] == subject, copies.column.is_not(None)]
    if hasattr(copies.model, "HELD_AS"):
        chosen.append(free(copies.model, tenant_id))
    if after is not None:
        chosen.append(tuple_(*key) > tuple(after))
    rows = (await session.execute(select(*key, copies.column).where(*chosen).order_by(*key).limit(PAGE))).all()
    codec = SealedCodec(copies.model, copies.part.part)
    sealed = [(subject, "/".join(map(str, row[:-1])), row[-1]) for row in rows]
    for row, (_, row_id, _), part in zip(rows, sealed, codec.open(keys, tenant_id, sealed), strict=True):
        corrected = None if isinstance(part, Erased) else _corrected(part, copies.names, names)
        if corrected is not None:
            [value] = codec.seal(keys, tenant_id, [(subject, row_id, corrected)])
            same = [column == value for column, value in zip(key, row[:-1], strict=True)]
            statement = update(table).where(table.c.tenant_id == tenant_id, *same)
            await session.execute(statement.values({copies.column.name: value}))
    return [str(each) for each in rows[-1][:-1]] if len(rows) == PAGE else None


def _corrected(part: Any, fields: tuple[str, ...], names: Names) -> Any:
    """Return the part with the present names, None if it has them. A name that was not shown stays away."""
    name = names.by_number.get(getattr(part, "number", ""), names.person)
    changes = {each: name for each in fields if getattr(part, each) not in ("", name)}
    return dataclasses.replace(part, **changes) if changes and name else None
