"""The register: what is held of people, read from the declarations themselves. Map, gates and exports build on it."""

from dataclasses import dataclass

from sqlalchemy import MetaData

from unificx.kernel.personal import VOCABULARY, OnErase
from unificx.store import Base
from unificx.store.base import check_table, declared_fields, plain_reason, sealed_part


@dataclass(frozen=True, slots=True)
class Held:
    """One personal field: where it is, what it is, what it may be used for, and when and how it goes.

    `uses` is sorted; `retention` a class of the vocabulary; `subject` the column that says whose it is.
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
    """One plain column and why it names nobody."""

    table: str
    column: str
    why: str


def held(metadata: MetaData = Base.metadata) -> list[Held]:
    """Every personal field of every table that is loaded, in the tables' order of name.

    Raises BadDeclaration if a column, however it came into the metadata, says nothing about itself.
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
    """Every plain column of every table that is loaded, and why it names nobody."""
    return [
        Neutral(table.name, column.name, why)
        for table in sorted(metadata.tables.values(), key=lambda table: table.name)
        for column in table.columns
        if (why := plain_reason(column)) is not None
    ]


def explain(one: Held) -> str:
    """The field in a sentence for people."""
    uses = "; ".join(VOCABULARY.purposes[use] for use in one.uses)
    return f"{VOCABULARY.categories[one.category]}, to {uses}; kept {VOCABULARY.retention[one.retention]}"
