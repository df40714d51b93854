"""Conditions of SQL statements that need a reason."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ARRAY, BindParameter, ColumnElement, Dialect, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


def owned_by(column: InstrumentedAttribute[str], tenant_id: str | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that rows belong to a tenant, for a statement that finds them by a list of their ids.

    SQLite has no statistics here. With a plain comparison it prefers any index that begins with the tenant to the
    primary key, and reads all rows of the tenant. The concatenation hides the column from its planner.
    """
    return column.concat("") == tenant_id


def one_of(
    column: InstrumentedAttribute[str] | ColumnElement[str], texts: Sequence[str] | BindParameter[Any]
) -> ColumnElement[bool]:
    """Return the condition that a column has one of these texts, any number of them, or those of a parameter, which is
    a list.

    `in_` writes a parameter for each into the statement at each execution, which for a page of a list takes as long as
    the statement itself, and databases limit their number. Here all are one parameter.
    """
    if isinstance(texts, BindParameter):
        parameter = bindparam(texts.key, type_=_Texts())
    else:
        parameter = bindparam(None, list(texts), _Texts())
    return column.op("IN", is_comparison=True)(_EachOf(parameter))


class _Texts(TypeDecorator[list[str]]):
    """Texts as one parameter: an array, on SQLite as JSON."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(String()) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else to_json(value).decode()


class _EachOf(FunctionElement[str]):
    """The texts of such a parameter, each as a row."""

    inherit_cache = True
    name = "each_of"
    type = String()


@compiles(_EachOf, "sqlite")
def _on_sqlite(element: _EachOf, compiler: SQLCompiler, **options: Any) -> str:
    parameter = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({parameter}))"  # noqa: S608 - only a placeholder


@compiles(_EachOf, "postgresql")
def _on_postgresql(element: _EachOf, compiler: SQLCompiler, **options: Any) -> str:
    parameter = compiler.process(element.clauses, **options)
    return f"(SELECT unnest({parameter}))"
