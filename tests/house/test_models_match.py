"""The migrated schema equals the models, on both databases."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from databases import Postgres
from sqlalchemy import Connection, MetaData

from unificx.core.clock import ManualClock
from unificx.core.errors import StartupError
from unificx.db import Base, Database
from unificx.db.migrations import migrate
from unificx.db.migrations.models import load_all_models


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path, postgres: Postgres, clock: ManualClock):
    """An empty database."""
    name = await postgres.create()
    url = f"sqlite:///{tmp_path / 'empty.db'}" if request.param == "sqlite" else postgres.url(name)
    database = Database(url, clock)
    yield database
    await database.close()
    await postgres.drop(name)


async def test_the_migrated_schema_equals_the_models(database: Database) -> None:
    load_all_models()
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, Base.metadata)


async def test_every_reflected_column_is_declared(database: Database) -> None:
    load_all_models()
    found = MetaData()
    async with database.engine.connect() as connection:
        await connection.run_sync(found.reflect)
    columns = {(table.name, column.name) for table in found.tables.values() for column in table.columns}
    declared = {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns}
    assert columns - declared == {("alembic_version", "version_num")}


async def test_migrating_twice_changes_nothing(empty: Database) -> None:
    await migrate(empty)
    await migrate(empty)
    async with empty.engine.connect() as connection:
        assert len((await connection.exec_driver_sql("SELECT * FROM alembic_version")).all()) == 1
        if empty.dialect == "sqlite":
            assert (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar() == 1


async def test_a_database_of_a_later_version_is_rejected(empty: Database) -> None:
    await migrate(empty)
    async with empty.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StartupError, match="later version"):
        await migrate(empty)
