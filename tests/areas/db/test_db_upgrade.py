"""Upgrade of a database of an earlier version: events that wait in the outbox reach their handlers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from databases import Postgres
from sqlalchemy import Connection, text

from unificx.core.clock import ManualClock
from unificx.db import Database, migrations
from unificx.db.migrations import config_for, migrate, migrating

FORMER_TO_PRESENT = {
    "people.ExtensionDeleted": "identity.ExtensionDeleted",
    "meetings.RoomDeleted": "conferencing.RoomDeleted",
    "privacy.SubjectErased": "privacy.SubjectErased",
    "recordings.MessageLeft": "voicemail.MessageLeft",
    "recordings.ConversationKept": "recording.CallRecordingStored",
    "recordings.ConversationsChanged": "recording.CallRecordingsChanged",
}


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(
    request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres, clock: ManualClock
) -> AsyncIterator[Database]:
    """A database without tables."""
    name = await postgres.create()
    url = f"sqlite:///{tmp_path / 'empty.db'}" if request.param == "sqlite" else postgres.url(name)
    database = Database(url, clock)
    yield database
    await database.close()
    await postgres.drop(name)


def _to_0017(connection: Connection) -> None:
    command.upgrade(config_for(connection), "0017")


async def test_waiting_events_of_the_former_version_get_their_present_names(
    empty: Database, clock: ManualClock
) -> None:
    async with migrating(empty) as connection:
        await connection.run_sync(_to_0017)
        for number, name in enumerate(FORMER_TO_PRESENT):
            await connection.execute(
                text(
                    "INSERT INTO outbox (id, tenant_id, name, body, tries, due, parked)"
                    " VALUES (:id, 'acme', :name, '{}', 0, CURRENT_TIMESTAMP, :parked)"
                ),
                {"id": str(number), "name": name, "parked": False},
            )
    await migrate(empty)
    async with empty.engine.connect() as connection:
        found = (await connection.execute(text("SELECT name FROM outbox ORDER BY id"))).scalars().all()
    assert list(found) == list(FORMER_TO_PRESENT.values())


def test_the_files_of_the_migrations_are_in_their_order() -> None:
    """The newest file is the newest revision; otherwise every start would migrate again."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    names = [Path(script.path).name for script in scripts.walk_revisions()]
    assert names == sorted(names, reverse=True)
    assert [name.partition("_")[0] for name in names] == [script.revision for script in scripts.walk_revisions()]


async def test_a_migrated_database_is_current(database: Database) -> None:
    assert await migrations.is_current(database)
