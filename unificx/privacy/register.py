"""Register of personal data, derived from the model declarations. Basis of the data map, lints and exports."""

from dataclasses import dataclass

from sqlalchemy import MetaData

from unificx.core.personal import VOCABULARY, OnErase
from unificx.db import Base
from unificx.db.base import check_table, declared_fields, plain_reason, sealed_part


@dataclass(frozen=True, slots=True)
class Held:
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
class Neutral:
    """One plain column and the reason why it is not personal data."""

    table: str
    column: str
    why: str


def held(metadata: MetaData = Base.metadata) -> list[Held]:
    """Return every personal field of every loaded table, ordered by table name.

    Raise InvalidDeclaration for a column without a declaration.
    """
    found: list[Held] = []
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        check_table(table)
        for column in table.columns:
            part = sealed_part(column)
            if part is None:
                continue
            for name, what in declared_fields(part.part).items():
                uses = tuple(sorted(what.uses))
                place = (table.name, column.name, name, part.subject)
                found.append(
                    Held(*place, what.category, uses, what.retention, what.on_erase, what.export, what.rectifiable)
                )
    return found


def neutral(metadata: MetaData = Base.metadata) -> list[Neutral]:
    """Return every plain column of every loaded table with its reason."""
    return [
        Neutral(table.name, column.name, why)
        for table in sorted(metadata.tables.values(), key=lambda table: table.name)
        for column in table.columns
        if (why := plain_reason(column)) is not None
    ]


def explain(one: Held) -> str:
    """Return a readable description of the field."""
    uses = "; ".join(VOCABULARY.purposes[use] for use in one.uses)
    return f"{VOCABULARY.categories[one.category]}, to {uses}; kept {VOCABULARY.retention[one.retention]}"
