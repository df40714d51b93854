"""Register of personal data, derived from the model declarations. Basis of the data map, lints and exports."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import MetaData

from unificx.core.personal import VOCABULARY, OnErase
from unificx.core.value import EMPTY
from unificx.db import Base
from unificx.db.base import check_table, declared_fields, plain_reason, sealed_part


@dataclass(frozen=True, slots=True)
class PersonalField:
    """One personal field: location, category, purposes, retention and erasure.

    `uses` is sorted; `retention` is a key of the vocabulary; `subject` is the column with the subject id.
    """

    table: str
    column: str
    field: str
    subject: str
    category: str
    uses: tuple[str, ...]
    retention: str
    on_erase: OnErase
    export: bool
    rectifiable: bool


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """One plain column and the reason why it is not personal data."""

    table: str
    column: str
    why: str


def personal_fields(metadata: MetaData = Base.metadata) -> list[PersonalField]:
    """Return every personal field of every loaded table, ordered by table name.

    Raise InvalidDeclaration for a column without a declaration.
    """
    found: list[PersonalField] = []
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        check_table(table)
        for column in table.columns:
            part = sealed_part(column)
            if part is None:
                continue
            for name, declaration in declared_fields(part.part).items():
                uses = tuple(sorted(declaration.uses))
                location = (table.name, column.name, name, part.subject)
                found.append(
                    PersonalField(
                        *location,
                        declaration.category,
                        uses,
                        declaration.retention,
                        declaration.on_erase,
                        declaration.export,
                        declaration.rectifiable,
                    )
                )
    return found


def plain_columns(metadata: MetaData = Base.metadata) -> list[PlainColumn]:
    """Return every plain column of every loaded table with its reason."""
    return [
        PlainColumn(table.name, column.name, why)
        for table in sorted(metadata.tables.values(), key=lambda table: table.name)
        for column in table.columns
        if (why := plain_reason(column)) is not None
    ]


def describe(field: PersonalField, periods: Mapping[str, str] = EMPTY) -> str:
    """Return a readable description of the field. `periods`: how long data of a class is stored, where that is set."""
    uses = "; ".join(VOCABULARY.purposes[use] for use in field.uses)
    stored = periods.get(field.retention) or VOCABULARY.retention[field.retention]
    return f"{VOCABULARY.categories[field.category]}, to {uses}; kept {stored}"
