"""Every SQL statement on a tenant table filters by tenant, or has a comment with the reason why not.

A forgotten filter shows one tenant's data to another, and no type checker detects it.
"""

import ast
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import unificx
from tests.house.syntax import nodes, statements
from unificx.db import Base
from unificx.db.migrations.models import load_all_models

ESCAPE = "# scope: all tenants, because "
VERBS = {"select", "update", "delete", "text"}
STATEMENTS = VERBS | {"insert"}
SQL = re.compile(r"sqlalchemy|exec_driver_sql")
TABLE = re.compile(r"\b(?:FROM|INTO|JOIN|UPDATE)\b", re.IGNORECASE)


@cache
def scoped_names() -> set[str]:
    """Return the mapped classes with a `tenant_id` column, and the constants for their tables, such as `_CALL_PARTY`."""
    load_all_models()
    rows = [mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("unificx.")]
    rows = [row for row in rows if "tenant_id" in row.__table__.columns]
    return {row.__name__ for row in rows} | {f"_{row.__table__.name.upper()}" for row in rows}


def _statements(source: str) -> Iterator[tuple[ast.stmt, ast.Call]]:
    """Yield each SQL call with its innermost simple statement."""
    for statement in statements(source):
        if not hasattr(statement, "body"):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and _verb(node.func) in VERBS:
                    yield statement, node


def _verb(called: ast.expr) -> str:
    """Return the name of a function of SQLAlchemy, also of its module: `select`, `sa.select`; or `text` for raw SQL."""
    match called:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="sa" | "sqlalchemy"), attr=name):
            return name
        case ast.Attribute(attr="exec_driver_sql"):
            return "text"
        case _:
            return ""


def _names(node: ast.AST) -> set[str]:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def tautologies(source: str) -> set[int]:
    """Return the lines of comparisons of a tenant with itself: they filter nothing."""
    compared = [node for node in nodes(source) if isinstance(node, ast.Compare) and "tenant_id" in _names(node)]
    return {
        node.lineno
        for node in compared
        if any(ast.unparse(left) == ast.unparse(right) for left, right in pairwise([node.left, *node.comparators]))
    }


def unscoped(source: str, scoped: set[str]) -> list[int]:
    """Return the lines of statements on scoped tables without a tenant or a reason, and of those that compare a tenant
    with itself."""
    lines = source.splitlines()
    conditions = [node for node in nodes(source) if isinstance(node, ast.Assign) and "tenant_id" in _names(node.value)]
    scoping_names = {"tenant_id"}.union(*(_names(target) for node in conditions for target in node.targets))
    found: list[int] = []
    for statement, call in _statements(source):
        is_raw = _verb(call.func) == "text" and bool(TABLE.search(ast.unparse(call)))
        if not (is_raw or _names(call) & scoped) or _names(statement) & scoping_names:
            continue
        written = lines[max(statement.lineno - 3, 0) : statement.end_lineno]
        if not any(ESCAPE in line and len(line.split(ESCAPE)[1]) > 8 for line in written):
            found.append(statement.lineno)
    return sorted({*found, *tautologies(source)})


def holds_sql(source: str) -> bool:
    """Return whether a module imports the functions of SQLAlchemy that make statements."""
    if not SQL.search(source):
        return False
    every = nodes(source)
    modules = [n for n in every if isinstance(n, ast.ImportFrom) and (n.module or "").partition(".")[0] == "sqlalchemy"]
    return (
        any(alias.name in STATEMENTS for node in modules for alias in node.names)
        or any(alias.name == "sqlalchemy" for node in every if isinstance(node, ast.Import) for alias in node.names)
        or any(isinstance(node, ast.Attribute) and node.attr == "exec_driver_sql" for node in every)
    )


PACKAGE = Path(unificx.__path__[0])
SCHEMA = PACKAGE / "db" / "migrations" / "versions"
QUERIES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != SCHEMA and holds_sql(path.read_text("utf-8")))
"""All files with SQL but the migrations, which change all tenants."""


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: str(path.relative_to(Path(unificx.__path__[0]))))
@pytest.mark.promise("T3", whole=True)
def test_every_statement_filters_by_tenant(path: Path) -> None:
    """T3 as a whole: no statement reads or changes rows of another tenant; objects of others are not found:
    `test_tenants_cannot_access_each_others_objects`. Roles: `test_permissions_of_each_role_in_its_tenant`. Second factors
    and passkeys: `test_a_second_factor_is_set_up_and_required`,
    `test_a_passkey_signs_in_alone_and_serves_as_second_factor`. Sessions and devices:
    `test_a_device_signed_out_remotely_keeps_no_data_and_no_access`. Limits: `test_request_flood_is_rate_limited`,
    `test_password_guessing_blocks_only_the_attackers_address`. The audit log shows each change of it:
    `test_every_change_of_what_is_stored_is_named`, `test_administrative_changes_are_recorded`. Backups are restored:
    `test_a_backup_of_an_installation_in_use_is_restored`; damaged ones are refused: `test_a_damaged_archive_is_refused_as_a_whole`."""
    assert unscoped(path.read_text("utf-8"), scoped_names()) == []


def test_repositories_are_found() -> None:
    assert len(QUERIES) > 20
    assert "CallRow" in scoped_names()


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("q = select(CallRow).where(CallRow.tenant_id == tenant)", []),
        ("q = select(CallRow).where(CallRow.id == one)", [1]),
        ("q = select(TenantRow).where(TenantRow.id == one)", []),
        ("async def f(s):\n    await s.execute(delete(_CALL).where(_CALL.c.id == one))", [2]),
        ("# scope: all tenants, because the cleanup serves all of them\nq = update(CallRow).values(a=1)", []),
        ("theirs = CallRow.tenant_id == tenant\nq = delete(CallRow).where(theirs)", []),
        ("# scope: all tenants, because \nq = update(CallRow).values(a=1)", [2]),
        ("q = select(func.count()).select_from(PersonRow)", []),
        ("q = text('SELECT * FROM call WHERE id = :id')", [1]),
        ("q = text('SELECT 1')", []),
        ("q = insert(CallRow)", []),
        ("q = select(CallRow).where(CallRow.tenant_id == CallRow.tenant_id)", [1]),
        ("q = select(CallRow).where(CallRow.tenant_id == CallRow.tenant_id, CallRow.tenant_id == tenant)", [1]),
        ("q = select(CallRow).where(CallRow.tenant_id == PartyRow.tenant_id, CallRow.tenant_id == tenant)", []),
        ("theirs = _CALL.c.tenant_id == _CALL.c.tenant_id\nq = delete(_CALL).where(theirs)", [1]),
        ("q = sa.select(CallRow).where(CallRow.id == one)", [1]),
        ("q = connection.exec_driver_sql('DELETE FROM call')", [1]),
    ],
)
def test_the_lint_detects_missing_filters(source: str, lines: list[int]) -> None:
    assert unscoped(textwrap.dedent(source), {"CallRow", "_CALL"}) == lines


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from sqlalchemy import select", True),
        ("def f():\n    from sqlalchemy.dialects.sqlite import insert", True),
        ("from sqlalchemy import text, func", True),
        ("from sqlalchemy import String", False),
        ("from os import select", False),
        ("import sqlalchemy as sa", True),
        ("connection.exec_driver_sql('SELECT 1')", True),
    ],
)
def test_modules_with_sql_are_found(source: str, found: bool) -> None:
    assert holds_sql(source) is found
