"""Statements that find rows of a tenant by their ids."""

import re
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

import unificx
from unificx.audio_store.models import AudioRow
from unificx.core.clock import ManualClock
from unificx.db import Database, owned_by

HIDES_PRIMARY_KEY = re.compile(
    r"(\w+)\.tenant_id == (?:tenant_id|bindparam\(\"tenant_id\"\)),\s+\1\.id\.in_\((?!own\b|internal\b|call_ids\b|select)"
)


async def test_rows_are_found_by_primary_key(sqlite_template: bytes, tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "unificx.db"
    path.write_bytes(sqlite_template)
    database = Database(f"sqlite:///{path}", clock)
    query = select(AudioRow.id).where(owned_by(AudioRow.tenant_id, "one"), AudioRow.id.in_(["a", "b"]))
    sql = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    async with database.read() as session:
        plan = (await session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))).all()
    await database.close()
    assert "(id=?)" in plan[0].detail


def test_no_statement_compares_the_tenant_beside_a_list_of_ids() -> None:
    sources = Path(unificx.__path__[0]).rglob("*.py")
    assert [path.name for path in sources if HIDES_PRIMARY_KEY.search(path.read_text("utf-8"))] == []
