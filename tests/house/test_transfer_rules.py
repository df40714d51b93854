"""Every table has a rule for tenants that move to another installation."""

from unificx.db import Base
from unificx.db.migrations.models import load_all_models
from unificx.server.transfer.moved_rows import LEFT, MOVED, moved_tables


def test_every_table_has_exactly_one_rule() -> None:
    load_all_models()
    tables = {
        mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("unificx.")
    }  # type: ignore[attr-defined]
    assert tables == MOVED | LEFT.keys()
    assert not MOVED & LEFT.keys()


def test_a_table_that_moves_names_its_tenant_and_moves_after_those_it_refers_to() -> None:
    load_all_models()
    seen: set[str] = set()
    for table in moved_tables():
        assert table.name == "tenant" or "tenant_id" in table.columns
        assert {key.column.table.name for key in table.foreign_keys} - {table.name} <= seen
        seen.add(table.name)
