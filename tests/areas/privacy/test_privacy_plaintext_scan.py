"""Files on disk contain no readable personal data, before and after an erasure.

A positive control verifies the scan: the same values are found if stored unsealed.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from databases import Postgres
from sealed_models import FRIEND, NOTE, FriendPart, FriendRow, NotePart, SeparateBase
from sqlalchemy import delete, insert, select, text

from unificx.core.clock import ManualClock
from unificx.db import Database, Erased, Spool, UnitOfWork
from unificx.privacy import KeyStore

CANARY = FriendPart(name="Quokka Canaryson", numbers=("+4915551234987",))
NOTE_CANARY = NotePart(text="meet the numbat at nine")
# Several pieces of each value, as compression and page borders may split a long one.
PIECES = [b"Quokka", b"Canaryson", b"+49155512", b"15551234987", b"numbat", b"meet the"]


def find_plaintext(folder: Path, pieces: Iterable[bytes] = PIECES) -> set[tuple[str, bytes]]:
    """Return (file, piece) for every piece found in a file below the folder, in UTF-8 or UTF-16."""
    hits: set[tuple[str, bytes]] = set()
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for piece in pieces:
                if piece in data or piece.decode().encode("utf-16-le") in data:
                    hits.add((path.name, piece))
    return hits


def rows(keys: KeyStore, count: int) -> list[dict[str, object]]:
    ids = [f"row-{number}" for number in range(count)]
    parts = FRIEND.seal(keys, "t", [(f"subject-{one}", one, CANARY) for one in ids])
    notes = NOTE.seal(keys, "t", [(f"subject-{one}", one, NOTE_CANARY) for one in ids])
    return [
        {"id": one, "tenant_id": "t", "subject_id": f"subject-{one}", "sealed": part, "note": note}
        for one, part, note in zip(ids, parts, notes, strict=True)
    ]


async def put(uow: UnitOfWork, records: list[bytes]) -> None:
    """Write spool records: id, then the sealed part."""
    values = [
        {"id": one, "tenant_id": "t", "subject_id": f"subject-{one}", "sealed": sealed}
        for one, sealed in ((record[:7].decode(), record[7:]) for record in records)
    ]
    await uow.session.execute(insert(FriendRow), values)


@pytest.mark.promise("R4")
@pytest.mark.promise("T2", whole=True)
async def test_no_file_contains_plaintext(tmp_path: Path, clock: ManualClock) -> None:
    """T2 as a whole: no file of the database, its logs, the spool and the key store has a personal value in the clear
    (PostgreSQL: `test_no_file_of_postgresql_contains_plaintext`), and each personal column, of billing too, is sealed
    (`test_every_column_is_plain_or_sealed`). Sound of recordings and mailboxes: `test_no_plaintext_on_disk`; messages:
    `test_texts_are_sealed_and_end_with_their_tenant`; their files: `test_erasing_the_author_destroys_the_files`. The keys
    are those of each person, under the master key: `test_the_master_key_is_replaced_everywhere`. A live installation is
    searched by `test_the_demo_passes_and_each_fault_is_named`. Passwords: `test_passwords_are_stored_by_argon2id`."""
    keys = KeyStore(tmp_path / "keys.db", bytes(range(32)), clock)
    for name in ("+4915551234987", "quokka canaryson"):
        keys.find_or_create("t", "any", name)
    database = Database(f"sqlite:///{tmp_path / 'unificx.db'}", clock)
    async with database.engine.begin() as connection:
        await connection.run_sync(SeparateBase.metadata.create_all)
    spool = Spool(tmp_path / "spool", database)
    spool.register_handler("friend", put)
    async with database.begin() as uow:
        await uow.session.execute(insert(FriendRow), rows(keys, 300))
    for number in range(300, 320):
        one = f"row-{number}"
        [sealed] = FRIEND.seal(keys, "t", [(f"subject-{one}", one, CANARY)])
        spool.append("friend", one.encode() + sealed)

    # All files are open and not checkpointed: log, segments and the shared-memory file exist too.
    names = {path.name for path in tmp_path.rglob("*")}
    assert {"unificx.db", "unificx.db-wal", "keys.db", "keys.db-wal", "0000000000000001.spool"} <= names
    assert find_plaintext(tmp_path) == set()

    await spool.drain()
    async with database.begin() as uow:
        await uow.session.execute(delete(FriendRow).where(FriendRow.id < "row-2"))
    keys.destroy("t", "subject-row-7")
    assert find_plaintext(tmp_path) == set()
    async with database.read() as session:
        stored = {row.id: row for row in await session.scalars(select(FriendRow))}
    place = [(f"subject-{one}", one, stored[one].sealed) for one in ("row-7", "row-310")]
    assert FRIEND.open(keys, "t", place) == [Erased(), CANARY]
    await spool.close()
    await database.close()
    keys.close()
    assert find_plaintext(tmp_path) == set()


async def test_scan_finds_unsealed_values(tmp_path: Path, clock: ManualClock) -> None:
    """Positive control: the same values unsealed, in every kind of file."""
    database = Database(f"sqlite:///{tmp_path / 'unificx.db'}", clock)
    async with database.engine.begin() as connection:
        await connection.run_sync(SeparateBase.metadata.create_all)
    spool = Spool(tmp_path / "spool", database)
    spool.register_handler("friend", put)
    plain = f"{CANARY.name} {CANARY.numbers[0]} {NOTE_CANARY.text}"
    async with database.begin() as uow:
        row = {"id": plain, "tenant_id": "t", "subject_id": "s", "sealed": b"\x01" + plain.encode()}
        await uow.session.execute(insert(FriendRow), [row])
    spool.append("friend", plain.encode())
    keys = KeyStore(tmp_path / "keys.db", bytes(range(32)), clock)
    keys.get(plain, [plain], create=True)
    files = {"unificx.db-wal", "0000000000000001.spool", "keys.db-wal"}
    assert find_plaintext(tmp_path) >= {(name, piece) for name in files for piece in PIECES}
    keys.close()
    await database.close()
    assert find_plaintext(tmp_path) >= {(name, piece) for name in ("unificx.db", "keys.db") for piece in PIECES}
    (segment,) = (tmp_path / "spool").iterdir()
    segment.unlink()
    await spool.close()


@pytest.mark.promise("R4")
async def test_deleted_rows_leave_no_bytes_in_sqlite(tmp_path: Path, clock: ManualClock) -> None:
    """Also for unsealed values: deleted bytes are overwritten, and the log is checkpointed at the end."""
    database = Database(f"sqlite:///{tmp_path / 'unificx.db'}", clock)
    async with database.engine.begin() as connection:
        await connection.run_sync(SeparateBase.metadata.create_all)
    values = [
        {"id": f"{number:04d} Quokka", "tenant_id": "t", "subject_id": "s", "sealed": b"\x01Canaryson" * 50}
        for number in range(400)
    ]
    async with database.begin() as uow:
        await uow.session.execute(insert(FriendRow), values)
    async with database.begin() as uow:
        await uow.session.execute(delete(FriendRow))
    assert find_plaintext(tmp_path), "still in the log"
    await database.close()
    assert find_plaintext(tmp_path) == set()


@pytest.mark.promise("T2")
async def test_no_file_of_postgresql_contains_plaintext(keys: KeyStore, postgres: Postgres, clock) -> None:
    """Heap, indexes, WAL, statistics and server log outlive every DELETE, so no plaintext may get there."""
    name = await postgres.create()
    database = Database(postgres.url(name), clock)
    async with database.engine.begin() as connection:
        await connection.run_sync(SeparateBase.metadata.create_all)
    async with database.begin() as uow:
        await uow.session.execute(insert(FriendRow), rows(keys, 300))
    await postgres.execute("CHECKPOINT")
    assert find_plaintext(postgres.home) == set()

    control = [b"bandicoot", b"+4915559999999"]
    async with database.begin() as uow:
        row = {"id": "bandicoot", "tenant_id": "t", "subject_id": "+4915559999999", "sealed": b"\x01"}
        await uow.session.execute(insert(FriendRow), [row])
        await uow.session.execute(text("ANALYZE friend"))
    await postgres.execute("CHECKPOINT")
    assert {piece for _, piece in find_plaintext(postgres.home, control)} == set(control)
    await database.close()
    await postgres.drop(name)
