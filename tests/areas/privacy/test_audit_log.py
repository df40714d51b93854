"""The audit log: recording with the change, signed heads, proofs, verification, erasure."""

import asyncio
import json
import resource
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from sweeping import SweptTenant, retention_of

from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid, StartupError
from unificx.db import Database, Erased
from unificx.identity.events import TenantDeleted
from unificx.privacy import (
    AuditFilter,
    AuditLog,
    AuditParty,
    DataSubject,
    HeadFile,
    KeyStore,
    NewAuditEntry,
    ReceiptSigner,
    audit_expiries,
    audit_holding,
    new_act,
    verify,
    verify_export,
)
from unificx.privacy.audit import repository
from unificx.privacy.audit.models import AuditHeadRow
from unificx.privacy.retention import Period

ADMIN = AuditParty("one", "ana", "person-1", "tenant_admin")
BEN = AuditParty("one", "ben", "person-2")
ENTRY = NewAuditEntry("one", "create_trunk", "trunk:1", ADMIN, BEN)
EVERY = AuditFilter()
CHANGE = update(AuditHeadRow).values(sent=False)


@pytest.fixture
def log(database: Database, keys: KeyStore) -> AuditLog:
    keys.get("one", ["ana", "ben"], create=True)
    return AuditLog(database, keys, ReceiptSigner(bytes(32)), "installation-1")


async def append(log: AuditLog, database: Database, *entries: NewAuditEntry) -> None:
    for entry in entries:
        async with database.begin() as uow:
            await log.record(uow, entry)


async def run_sql(database: Database, statement: str) -> None:
    async with database.begin() as uow:
        await uow.session.execute(text(statement))


async def faults(log: AuditLog) -> list[str]:
    return [each.what for each in (await log.tree.verify()).faults]


@pytest.mark.promise("T3")
async def test_entries_are_listed_and_verified(log: AuditLog, database: Database) -> None:
    other = NewAuditEntry("two", "create_room", "room:1")
    await append(log, database, ENTRY, other, ENTRY.failed())
    found = await log.page("one", EVERY, 1)
    assert ([each.position for each in found.items], found.next) == ([2], "2")
    [first] = (await log.page("one", AuditFilter(before=2), 10)).items
    assert (first.position, first.action, first.object, first.result) == (0, "create_trunk", "trunk:1", "done")
    assert (first.actor, first.about) == (ADMIN, BEN)
    assert [each.position for each in (await log.page("one", AuditFilter(action="erase"), 10)).items] == []
    assert await log.positions_of("one", "ben") == [2, 0]
    head = await log.tree.sign_head()
    assert (head["size"], head == await log.tree.sign_head()) == (3, True)
    report = await log.tree.verify()
    assert (report.ok, report.entries, report.signed, report.heads) == (True, 3, 3, 1)


@pytest.mark.promise("T3")
async def test_an_act_is_recorded_with_its_change_or_not_at_all(log: AuditLog, database: Database) -> None:
    with new_act() as act:
        async with database.begin() as uow:
            await uow.session.execute(text("SELECT 1"))
        act.entry = ENTRY
        async with database.begin():
            pass
        with pytest.raises(ValueError, match="broken"):
            await change(database, fails=True)
        assert (await log.page("one", EVERY, 9)).items == ()
        await change(database)
        assert len((await log.page("one", EVERY, 9)).items) == 1
        await change(database)
        await log.settle(act, failed=False)
        assert len((await log.page("one", EVERY, 9)).items) == 1
        await log.settle(act, failed=True)
    await change(database)
    assert [each.result for each in (await log.page("one", EVERY, 9)).items] == ["failed", "done"]
    with new_act() as act:
        act.entry = ENTRY
        await log.settle(act, failed=True)
        assert len((await log.page("one", EVERY, 9)).items) == 2, "it was refused before any change"
        await log.settle(act, failed=False)
        assert len((await log.page("one", EVERY, 9)).items) == 3, "the change was in memory"


async def test_an_entry_that_cannot_be_stored_undoes_its_change(log: AuditLog, database: Database) -> None:
    await append(log, database, ENTRY)
    await log.tree.sign_head()
    await run_sql(database, "UPDATE audit_head SET sent = true")
    await run_sql(database, "ALTER TABLE audit_party RENAME TO audit_lost")
    with new_act() as act:
        act.entry = ENTRY
        with pytest.raises(DBAPIError):
            await change(database)
        assert not act.is_recorded
    await run_sql(database, "ALTER TABLE audit_lost RENAME TO audit_party")
    assert len((await log.page("one", EVERY, 9)).items) == 1
    async with database.read() as session:
        [head] = await repository.heads(session)
        assert head.sent
    await append(log, database, ENTRY)
    assert [each.position for each in (await log.page("one", EVERY, 9)).items] == [1, 0]


async def change(database: Database, *, fails: bool = False) -> None:
    async with database.begin() as uow:
        await uow.session.execute(CHANGE)
        if fails:
            raise ValueError("broken")


async def test_two_nodes_append_to_one_log(
    log: AuditLog, database: Database, database_url: str, keys: KeyStore, clock: ManualClock
) -> None:
    other_node = Database(database_url, clock)
    other = AuditLog(other_node, keys, ReceiptSigner(bytes(32)), "installation-1")
    await asyncio.gather(*(append(node, db, ENTRY) for node, db in [(log, database), (other, other_node)] * 4))
    await other_node.close()
    await log.tree.sign_head()
    report = await log.tree.verify()
    assert (report.ok, report.entries) == (True, 8)


CHANGES = {
    "UPDATE audit_entry SET action = 'create_room' WHERE position = 1": "entry 1",
    "UPDATE audit_entry SET tenant_id = 'two' WHERE position = 1": "entry 1",
    "UPDATE audit_entry SET object = '' WHERE position = 1": "entry 1",
    "UPDATE audit_entry SET result = 'failed' WHERE position = 1": "entry 1",
    "UPDATE audit_entry SET salt = '00' WHERE position = 1": "entry 1",
    "UPDATE audit_entry SET time = '2020-01-01 00:00:00' WHERE position = 1": "entry 1",
    "UPDATE audit_entry SET leaf = '{0}' WHERE position = 1": "entry 1",
    "UPDATE audit_entry SET leaf = 'x' WHERE position = 1": "entry 1",
    "DELETE FROM audit_entry WHERE position = 1": "entry 1",
    "DELETE FROM audit_entry WHERE position = 2": "head 3",
    "DELETE FROM audit_party WHERE position = 1": "entry 1",
    "UPDATE audit_party SET commitment = '{0}' WHERE position = 1 AND kind = 'about'": "entry 1",
    "UPDATE audit_party SET sealed = NULL WHERE position = 1 AND kind = 'about'": "entry 1",
    "UPDATE audit_party SET subject_id = 'carl' WHERE position = 1 AND kind = 'about'": "entry 1",
    "UPDATE audit_party SET sealed = (SELECT sealed FROM audit_party WHERE position = 2 AND kind = 'about')"
    " WHERE position = 1 AND kind = 'about'": "entry 1",
    "UPDATE audit_head SET signed = replace(signed, '\"size\": 3', '\"size\": 2')": "head 2",
    "UPDATE audit_head SET signed = '{{}}'": "head number 1",
}


@pytest.mark.promise("T3")
async def test_every_change_of_what_is_stored_is_named(log: AuditLog, database: Database) -> None:
    await append(log, database, ENTRY, ENTRY, ENTRY)
    await log.tree.sign_head()
    tables = {name: await dump(database, name) for name in ("audit_entry", "audit_party", "audit_head")}
    for change, what in CHANGES.items():
        if database.dialect == "postgresql":
            change = change.replace("'2020-01-01 00:00:00'", "'2020-01-01 00:00:00+00'")
        await run_sql(database, change.format("00" * 32))
        found = await faults(log)
        assert found[:1] == [what], change
        await restore(database, tables)
        assert await faults(log) == []


async def dump(database: Database, table: str) -> list[dict[str, Any]]:
    async with database.read() as session:
        return [dict(row) for row in (await session.execute(text(f"SELECT * FROM {table}"))).mappings()]


async def restore(database: Database, tables: dict[str, list[dict[str, Any]]]) -> None:
    async with database.begin() as uow:
        for name, rows in tables.items():
            await uow.session.execute(text(f"DELETE FROM {name}"))
            columns = ", ".join(rows[0])
            values = ", ".join(f":{each}" for each in rows[0])
            await uow.session.execute(text(f"INSERT INTO {name} ({columns}) VALUES ({values})"), rows)


@pytest.mark.promise("T3")
async def test_an_exported_log_is_verified_without_a_server(log: AuditLog, database: Database) -> None:
    await append(log, database, ENTRY, ENTRY)
    first_head = await log.tree.sign_head()
    await append(log, database, ENTRY)
    lines = [{"head": each} for each in await log.tree.heads()]
    lines += [{"position": e.position, "leaf": e.leaf, "entry": e.content} for e in await log.tree.export(0, 10)]
    assert verify_export(lines, [first_head]).ok
    assert "person-1" not in json.dumps(lines)
    assert "ana" not in json.dumps(lines)

    def flip(value: Any) -> Any:
        return value + 1 if isinstance(value, int) else chr(ord(value[0]) ^ 1) + value[1:]

    for line in range(len(lines)):
        name = "head" if "head" in lines[line] else "entry"
        for key in lines[line][name]:
            changed = json.loads(json.dumps(lines))
            if key == "parties":
                changed[line][name][key]["actor"] = flip(changed[line][name][key]["actor"])
            else:
                changed[line][name][key] = flip(changed[line][name][key])
            assert not verify_export(changed).ok, (line, key)
    for wrong in ({"position": "0"}, {"leaf": None}, {"entry": [1]}):
        with pytest.raises(Invalid, match="Line 3 is neither"):
            verify_export([*lines[:2], {**lines[2], **wrong}])
    head = {name: value for name, value in first_head.items() if name != "signature"}
    broken = ReceiptSigner(bytes(32)).sign({**head, "root": "00"}, head["format"])
    report = verify_export([*lines, {"head": broken}])
    assert [each.why for each in report.faults] == ["The audit log contains a malformed hash."]
    rewritten = AuditLog(database, log._keys, ReceiptSigner(bytes(32)), "installation-1")
    await run_sql(database, "DELETE FROM audit_head")
    for table in ("audit_party", "audit_entry"):
        await run_sql(database, f"DELETE FROM {table} WHERE position > 0")
    await append(rewritten, database, ENTRY)
    assert (await rewritten.tree.sign_head())["size"] == 2
    assert (await rewritten.tree.verify()).ok, "rewritten with the key of the installation, but"
    report = await rewritten.tree.verify([first_head])
    assert [each.what for each in report.faults] == ["head 2"], "a head from outside shows it"


@pytest.mark.promise("T3", "D3")
async def test_the_log_survives_erasures(log: AuditLog, database: Database, keys: KeyStore) -> None:
    await append(log, database, ENTRY, ENTRY, NewAuditEntry("two", "create_room", "room:1", ADMIN))
    await log.tree.sign_head()
    holding, owner = audit_holding(database, log), DataSubject("one", "ben", "person-2")
    assert dict(await holding.find(owner)) == {"names in the audit log": 2}
    await holding.erase(owner)
    assert await faults(log) == ["entry 0", "entry 1"], "the key is still there"
    keys.destroy("one", "ben")
    assert dict(await holding.remains(owner)) == {"names in the audit log": 0}
    report = await log.tree.verify()
    assert (report.ok, report.erased, report.signed) == (True, 2, 3)
    [_, entry] = (await log.page("one", EVERY, 9)).items
    assert (entry.actor, type(entry.about).__name__) == (ADMIN, "Erased")
    await append(log, database, ENTRY)
    keys.destroy_tenant("one")
    async with database.begin() as uow:
        await log.on_tenant_deleted(TenantDeleted("event-1", "one"), uow)
    assert (await log.page("one", EVERY, 9)).items == ()
    await log.tree.sign_head()
    report = await log.tree.verify()
    assert (report.ok, report.entries, report.erased, report.signed) == (True, 4, 4, 4)


@pytest.mark.promise("T3", "R4")
async def test_names_end_after_three_years_and_the_log_still_verifies(
    log: AuditLog, database: Database, clock: ManualClock
) -> None:
    await append(log, database, ENTRY)
    clock.at = Period.parse("P3Y").after(clock.at)
    await append(log, database, ENTRY)
    retention = retention_of(database, audit_expiries(database), SweptTenant("one"))
    await retention.sweep(clock.now())
    assert [each.actor for each in (await log.page("one", EVERY, 9)).items] == [ADMIN, ADMIN]
    clock.advance(1)
    await retention.sweep(clock.now())
    assert [each.actor for each in (await log.page("one", EVERY, 9)).items] == [ADMIN, Erased()]
    report = await log.tree.verify()
    assert (report.ok, report.erased, retention.lags) == (True, 1, {"audit": 0.0})


async def test_heads_are_written_outside_once(
    log: AuditLog, database: Database, keys: KeyStore, tmp_path: Path
) -> None:
    file = tmp_path / "heads.jsonl"
    await append(log, database, ENTRY)
    await log.tree.send_heads()
    log = AuditLog(database, keys, ReceiptSigner(bytes(32)), "installation-1", HeadFile(file))
    await log.tree.send_heads()
    await append(log, database, ENTRY)
    await log.tree.send_heads()
    await log.tree.send_heads()
    heads = [json.loads(each) for each in file.read_text().splitlines()]
    assert ([each["size"] for each in heads], heads == await log.tree.heads()) == ([1, 2], True)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(StartupError, match="cannot be written: Is a directory"):
        HeadFile(tmp_path)


async def test_erased_persons_are_not_recorded_again(log: AuditLog, database: Database, keys: KeyStore) -> None:
    keys.destroy("one", "ben")
    await append(log, database, ENTRY, replace(ENTRY, object="x" * 1000))
    [last, first] = (await log.page("one", EVERY, 9)).items
    assert (first.actor, first.about, len(last.object)) == (ADMIN, None, 200)
    assert asdict(await log.tree.verify())["faults"] == []


async def test_an_act_that_the_change_records_itself_is_recorded_once(log: AuditLog, database: Database) -> None:
    with new_act() as act:
        act.entry = ENTRY
        async with database.begin() as uow:
            await uow.session.execute(CHANGE)
            await log.record_current(uow, "erase_person", "erasure:1")
        await log.settle(act, failed=False)
    [entry] = (await log.page("one", EVERY, 9)).items
    assert (entry.action, entry.object, entry.about) == ("erase_person", "erasure:1", BEN)


@pytest.mark.promise("T3")
async def test_details_that_were_sealed_again_are_named(log: AuditLog, database: Database, keys: KeyStore) -> None:
    await append(log, database, ENTRY)
    part = replace(BEN, person_id="person-3").sealed_part(bytes(16))
    async with database.begin() as uow:
        [row] = await uow.session.scalars(text("SELECT id FROM audit_party WHERE kind = 'about'"))
        [sealed] = repository.PARTY.seal(keys, "one", [("ben", row, part)])
        await uow.session.execute(text("UPDATE audit_party SET sealed = :s WHERE kind = 'about'"), {"s": sealed})
    assert await faults(log) == ["entry 0"]


@pytest.mark.promise("T3", "D3")
async def test_a_receipt_with_the_proof_of_another_entry_is_refused(log: AuditLog, database: Database) -> None:
    signer = ReceiptSigner(bytes(32))
    await append(log, database, replace(ENTRY, action="erase_person", object="erasure:1"), ENTRY)
    names = ("installation", "requested", "finished", "plan")
    lists = ("removed", "nothing_held", "kept", "failed")
    content = {**dict.fromkeys(names, "x"), **{each: [] for each in lists}, "id": "1", "tenant": "one", "person": "p"}
    proofs = [await log.tree.prove("one", position) for position in (0, 1)]
    assert verify(json.dumps(signer.sign({**content, "audit": proofs[0]})).encode())["audit"] == proofs[0]
    assert verify(json.dumps(signer.sign(content)).encode())["id"] == "1", "that of an older version"
    moved = {**proofs[0], "index": 1}
    for wrong in (proofs[1], moved, {**proofs[0], "path": []}, {**proofs[0], "head": {}}, []):
        with pytest.raises(Invalid, match="does not include"):
            verify(json.dumps(signer.sign({**content, "audit": wrong})).encode())


def test_a_full_disk_leaves_no_part_of_a_head_outside(tmp_path: Path) -> None:
    """Otherwise the next head would be a part of the same line, and no head of the file could be read."""
    path = tmp_path / "heads"
    outside = HeadFile(path)
    outside.append(["first"])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 3, limits[1]))
    try:
        with pytest.raises(OSError, match="No space left"):
            outside.append(["second"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_text() == "first\n"
    path.write_text("first\nsec")  # the process has ended in between
    outside.append(["second"])
    assert path.read_text() == "first\nsecond\n"
