"""INSERT of many rows: what a statement of SQLAlchemy would insert, refused or left unchanged."""

from datetime import UTC, datetime
from typing import cast

import pytest
from sealed_models import FRIEND, FriendPart, FriendRow
from sqlalchemy import Table, select

from unificx.core.replacing import changed
from unificx.db import BulkInsert, Database
from unificx.privacy import KeyStore

MET = datetime(2026, 11, 23, 9, tzinfo=UTC)
FRIENDS = BulkInsert(cast("Table", FriendRow.__table__))


async def test_rows_are_inserted_once_and_never_unsealed(database: Database, keys: KeyStore) -> None:
    async with database.begin() as uow:
        await (await uow.session.connection()).run_sync(FriendRow.metadata.create_all)
    part = FriendPart(name="Ana", numbers=())
    row = {
        "tenant_id": "t",
        "id": "a",
        "subject_id": "ana",
        "met": MET,
        "sealed": FRIEND.seal(keys, "t", [("ana", "a", part)])[0],
    }
    async with database.begin() as uow:
        await FRIENDS.execute(uow.session, [])
        await FRIENDS.execute(uow.session, [row, {**row, "id": "b"}])
        await FRIENDS.execute(uow.session, [{**row, "tenant_id": "other"}])
    async with database.read() as session:
        found = (await session.scalars(select(FriendRow).order_by(FriendRow.id))).all()
        assert [(each.id, each.tenant_id, each.met) for each in found] == [
            ("a", "t", MET),
            ("b", "t", MET),
        ]
        assert found[0].sealed == row["sealed"]
    for name, value in (("sealed", b"Ana"), ("met", MET.replace(tzinfo=None))):
        with pytest.raises(TypeError):
            async with database.begin() as uow:
                await FRIENDS.execute(uow.session, [{**row, "id": "c", name: value}])


@pytest.mark.parametrize("number", [49, 50, 51, 120])
async def test_rows_of_several_statements_are_all_inserted(database: Database, keys: KeyStore, number: int) -> None:
    async with database.begin() as uow:
        await (await uow.session.connection()).run_sync(FriendRow.metadata.create_all)
    sealed = FRIEND.seal(keys, "t", [("ana", "a", FriendPart(name="Ana", numbers=()))])[0]
    row = {"tenant_id": "t", "subject_id": "ana", "met": None, "sealed": sealed}
    ids = [f"{each:03}" for each in range(number)]
    async with database.begin() as uow:
        await FRIENDS.execute(uow.session, [{**row, "id": each} for each in ids])
    async with database.read() as session:
        assert (await session.scalars(select(FriendRow.id).order_by(FriendRow.id))).all() == ids


def test_changed_copies_a_value_and_knows_its_fields() -> None:
    part = FriendPart(name="Ana", numbers=("1001",))
    assert changed(part, name="Ben") == FriendPart(name="Ben", numbers=("1001",))
    with pytest.raises(TypeError):
        changed(part, nickname="B")
