"""Call detail records: storage, listing and erasure."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ended_calls import ADA, BEN, answered_call, missed_call, with_way
from sqlalchemy import Select, text
from sqlalchemy.dialects import sqlite

from tests.outside_numbers import in_germany
from unificx.calls.events import CallStep, MediaQuality
from unificx.cdr import CdrFilter, CdrService, PartyIdentity
from unificx.cdr.events import CallListsChanged
from unificx.cdr.repository import _OF_SUBJECT, _list, calls_of_subject, encode_record
from unificx.cluster import EventBus
from unificx.core.clock import ManualClock, SystemClock
from unificx.core.errors import Invalid, NotFound
from unificx.db import Database, Erased, Key, Outbox, Spool
from unificx.identity.events import TenantDeleted
from unificx.privacy import KeyStore


@pytest.mark.promise("C5")
async def test_a_call_is_listed_with_all_details(history: CdrService, spool: Spool, clock: ManualClock) -> None:
    call = answered_call(clock, seconds=179.6)
    history.record(call)
    await spool.drain()
    record = await history.get("acme", call.id)
    times = [at and at.replace(microsecond=0) for at in (call.started, call.answered, call.ended)]
    assert [record.started, record.answered, record.ended] == times
    assert (record.direction, record.outcome, record.cause) == ("internal", "answered", 16)
    assert (record.talk_seconds, record.recorded) == (180, False)
    assert record.caller.identity == PartyIdentity("1001", "Ada Quetzal")
    assert record.callee.identity == PartyIdentity("1002", "Ben Axolotl")
    assert (record.caller.extension_id, record.caller.device_id, record.caller.subject) == ("ext-ada", "dev-ada", ADA)
    assert record.caller.quality == MediaQuality(loss=0.5, jitter_ms=3.0)
    assert record.callee.quality == MediaQuality()
    assert (await history.list("acme")).items == (record,)


async def test_recording_or_applying_a_call_twice_yields_one_record(
    history: CdrService, spool: Spool, clock: ManualClock
) -> None:
    call = answered_call(clock)
    history.record(call)
    history.record(call)
    await spool.drain()
    history.record(call)
    await spool.drain()
    [record] = (await history.list("acme")).items
    assert len(record.parties) == 2


async def test_call_answered_by_voicemail_keeps_the_outcome_of_the_phones(
    history: CdrService, spool: Spool, clock: ManualClock
) -> None:
    call = replace(missed_call(clock, "1003"), outcome="declined", answered_by="voicemail")
    history.record(call)
    await spool.drain()
    record = await history.get("acme", call.id)
    assert (record.outcome, record.answered_by) == ("declined", "voicemail")


async def test_spool_record_from_before_an_upgrade_is_read(
    database: Database, history: CdrService, spool: Spool, clock: ManualClock, keys: KeyStore
) -> None:
    old = answered_call(clock)
    row, parties, *_ = json.loads(encode_record(keys, old, [ADA, BEN]))
    del row["answered_by"]
    history.record(answered_call(clock))
    spool.append("call", json.dumps([row, parties]).encode())
    await spool.drain()
    assert (await history.get("acme", old.id)).answered_by is None


async def test_changes_are_reported_once_readable(
    database: Database, keys: KeyStore, spool: Spool, clock: ManualClock
) -> None:
    reported: list[object] = []
    history = CdrService(database, keys, in_germany(keys), spool, reported.append)
    history.record(answered_call(clock))
    history.record(missed_call(clock, "+4930123456"))
    assert reported == []
    await spool.drain()
    assert reported == [CallListsChanged(frozenset({("acme", "ext-ada"), ("acme", "ext-ben"), ("acme", None)}))]


async def test_calls_are_paginated_newest_first(history: CdrService, spool: Spool, clock: ManualClock) -> None:
    calls = []
    for number in range(7):
        calls.append(missed_call(clock, f"+49301234{number}"))
        clock.advance(0 if number % 2 else 60)  # some start at the same time
        history.record(calls[-1])
    await spool.drain()
    seen: list[str] = []
    cursor = None
    while True:
        page = await history.list("acme", cursor=cursor, limit=2)
        seen += [record.id for record in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [call.id for call in sorted(calls, key=lambda one: (one.started, one.id), reverse=True)]


async def test_the_calls_of_a_subject_are_read_in_pages_each_once(
    history: CdrService, spool: Spool, clock: ManualClock, database: Database, keys: KeyStore
) -> None:
    """Also those in which both parties are the same person."""
    calls = [answered_call(clock) for _ in range(401)]
    own = replace(calls[200], parties=(calls[200].parties[0], replace(calls[200].parties[0], role="callee")))
    for call in (*calls[:200], own, *calls[201:], missed_call(clock, "+4930"), answered_call(clock, tenant="other")):
        history.record(call)
    await spool.drain()
    found, pages, last = list[str](), 0, ""
    while last is not None:
        async with database.read() as session:
            page, last = await calls_of_subject(session, keys, "acme", ADA, last)
        found += [call.id for call in page]
        assert all(any(party.subject == ADA for party in call.parties) for call in page)
        pages += 1
    assert (len(found), found, pages) == (402, sorted(set(found)), 4), "the last page is empty"


@pytest.mark.parametrize(
    ("statement", "step"),
    [
        (_OF_SUBJECT, "SEARCH call USING INDEX sqlite_autoindex_call_1 (id=?)"),
        (
            _list(frozenset({"outcomes"}), listed=True),
            "SEARCH call USING INDEX ix_call_tenant_id_started_id_outcome (tenant_id=?)",
        ),
    ],
    ids=["subject", "missed"],
)
def test_a_page_is_read_without_the_rows_of_other_calls(
    statement: Select[Any], step: str, sqlite_template: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "unificx.db"
    path.write_bytes(sqlite_template)
    given = statement.params(tenant_id="", subject="", after="", outcomes=["missed"], rows=51)
    sql = str(given.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True}))
    with closing(sqlite3.connect(path)) as connection:
        plan = [each[3] for each in connection.execute(f"EXPLAIN QUERY PLAN {sql}", [""] * sql.count("?"))]
    assert step in plan
    assert not [each for each in plan if "ORDER BY" in each]


async def test_calls_are_filtered_by_time_extension_and_outcome(
    history: CdrService, spool: Spool, clock: ManualClock
) -> None:
    first = answered_call(clock)
    clock.advance(3600)
    second = missed_call(clock, "+4930123456")
    for call in (first, second):
        history.record(call)
    await spool.drain()

    async def found(**filters: object) -> list[str]:
        return [record.id for record in (await history.list("acme", CdrFilter(**filters))).items]  # type: ignore[arg-type]

    assert await found() == [second.id, first.id]
    assert await found(since=second.started) == [second.id]
    assert await found(until=second.started) == [first.id]
    assert await found(since=second.started + timedelta(seconds=1)) == []
    assert await found(outcomes=("missed",)) == [second.id]
    assert await found(extensions=("ext-ben",)) == [first.id]
    assert await found(extensions=("ext-ada", "ext-ben")) == [second.id, first.id]
    assert await found(extensions=("ext-nobody",)) == []
    assert await found(extensions=("ext-ada",), outcomes=("answered",), until=second.started) == [first.id]


async def test_a_removed_call_leaves_one_list_and_can_be_put_back(
    history: CdrService, spool: Spool, clock: ManualClock
) -> None:
    call = answered_call(clock)
    history.record(call)
    await spool.drain()
    record = await history.get("acme", call.id)

    async def listed(*extensions: str) -> list[str]:
        wanted = CdrFilter(extensions=extensions, listed=bool(extensions))
        return [one.id for one in (await history.list("acme", wanted)).items]

    await history.set_listed(record, ["ext-ada"], clock.now())
    assert await listed("ext-ada") == []
    assert await listed("ext-ben") == await listed() == [call.id]
    assert await history.get("acme", call.id) == record
    await history.set_listed(record, ["ext-ada"], None)
    assert await listed("ext-ada") == [call.id]


@pytest.mark.parametrize("cursor", ["", "x", "not base64 at all!", "é", "MjAyNi0wMS0wNVQwOTowMDowMCBpZA"])
async def test_an_invalid_cursor_is_rejected(history: CdrService, cursor: str) -> None:
    with pytest.raises(Invalid):
        await history.list("acme", cursor=cursor)


@pytest.mark.promise("T3")
async def test_a_tenant_sees_only_its_own_calls(history: CdrService, spool: Spool, clock: ManualClock) -> None:
    ours, theirs = answered_call(clock), answered_call(clock, tenant="globex")
    for call in (ours, theirs):
        history.record(call)
    await spool.drain()
    assert [record.id for record in (await history.list("acme")).items] == [ours.id]
    assert [record.id for record in (await history.list("globex")).items] == [theirs.id]
    with pytest.raises(NotFound):
        await history.get("acme", theirs.id)
    assert (await history.list("acme", CdrFilter(extensions=("ext-ada",)))).items[0].id == ours.id


async def test_an_external_caller_keeps_the_same_subject(
    history: CdrService, spool: Spool, clock: ManualClock, keys: KeyStore
) -> None:
    for number in ("+4930111", "+4930222", "+4930111", "", ""):
        history.record(missed_call(clock, number))
        clock.advance(60)
    await spool.drain()
    records = (await history.list("acme")).items
    anonymous, anonymous_again, first_again, second, first = (record.caller.subject for record in records)
    assert first == first_again == keys.find("acme", "number", "+4930111")
    assert len({first, second, anonymous}) == 3
    assert anonymous != anonymous_again


@pytest.mark.promise("R3")
async def test_an_outsider_in_three_spellings_is_one_subject_and_erased_in_each(
    history: CdrService, spool: Spool, clock: ManualClock, keys: KeyStore
) -> None:
    for number in ("+4930123456", "004930123456", "030 123456", "030 999999"):
        history.record(missed_call(clock, number))
        clock.advance(60)
    await spool.drain()
    other, *same = [record.caller for record in (await history.list("acme")).items]
    assert len({one.subject for one in same}) == 1 != other.subject
    assert [one.identity for one in same] == [PartyIdentity("+4930123456", "Zoltan Outside")] * 3
    subject = in_germany(keys).find("acme", "030/123456")
    assert subject is not None
    assert subject == same[0].subject
    keys.destroy("acme", subject)
    other, *same = [record.caller.identity for record in (await history.list("acme")).items]
    assert (other, same) == (PartyIdentity("+4930999999", "Zoltan Outside"), [Erased()] * 3)


@pytest.mark.promise("R3")
async def test_erasing_one_anonymous_caller_leaves_the_others(
    history: CdrService, spool: Spool, clock: ManualClock, keys: KeyStore
) -> None:
    for _ in range(2):
        history.record(missed_call(clock, ""))
        clock.advance(60)
    await spool.drain()
    second, first = (await history.list("acme")).items
    keys.destroy("acme", first.caller.subject)
    second, first = (await history.list("acme")).items
    assert (second.caller.identity, first.caller.identity) == (PartyIdentity("", "Zoltan Outside"), Erased())


@pytest.mark.promise("R3")
@pytest.mark.promise("R4")
async def test_times_are_stored_to_the_second(history: CdrService, spool: Spool, clock: ManualClock) -> None:
    """Fractions of a second would recognise a call in another list after its parties were erased."""
    clock.advance(0.789)
    call = answered_call(clock)
    history.record(call)
    await spool.drain()
    record = await history.get("acme", call.id)
    assert record.started == call.started.replace(microsecond=0) != call.started
    assert not any(one.microsecond for one in (record.started, record.answered, record.ended) if one is not None)
    assert record.talk_seconds == 180


@pytest.mark.promise("D3", "R4")
async def test_the_other_party_keeps_the_call_after_an_erasure(
    history: CdrService, spool: Spool, clock: ManualClock, keys: KeyStore, database: Database
) -> None:
    call = answered_call(clock)
    history.record(call)
    await spool.drain()
    keys.destroy("acme", ADA)
    record = await history.get("acme", call.id)
    assert record.caller.identity == Erased()
    assert record.callee.identity == PartyIdentity("1002", "Ben Axolotl")
    assert (record.talk_seconds, record.outcome, record.started) == (180, "answered", call.started)
    await history.erase("acme", ADA)
    await history.erase("acme", ADA)
    after = await history.get("acme", call.id)
    unlinked = replace(record.caller, subject=after.caller.subject, extension_id=None, device_id=None)
    assert after == replace(record, parties=(unlinked, record.callee))
    assert after.caller.subject != ADA, "nothing joins this call with others of the erased person"
    async with database.read() as session:
        left = await session.execute(text("SELECT place FROM call_party WHERE sealed IS NOT NULL"))
        assert [place for (place,) in left] == [1]


@pytest.mark.promise("D3")
async def test_an_erasure_during_a_list_ends_in_it(
    history: CdrService, spool: Spool, clock: ManualClock, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of the page are read already, with what was sealed. The next page has none of the person either."""
    calls = [answered_call(clock) for _ in range(3)]
    for call in calls:
        history.record(call)
        clock.advance(60)
    await spool.drain()
    first = await history.list("acme", limit=1)
    assert first.items[0].caller.identity == PartyIdentity("1001", "Ada Quetzal"), "control"
    get = keys.get

    def erase_first(tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        keys.destroy("acme", ADA)
        return get(tenant, subjects, create)

    monkeypatch.setattr(keys, "get", erase_first)
    second = await history.list("acme", limit=1, cursor=first.next)
    assert keys.is_destroyed("acme", ADA), "control"
    third = await history.list("acme", limit=1, cursor=second.next)
    for page in (second, third):
        assert [call.caller.identity for call in page.items] == [Erased()]
        assert [call.callee.identity for call in page.items] == [PartyIdentity("1002", "Ben Axolotl")]


@pytest.mark.promise("D3")
async def test_an_erased_external_caller_gets_a_new_subject(
    history: CdrService, spool: Spool, clock: ManualClock, keys: KeyStore
) -> None:
    history.record(missed_call(clock, "+4930111"))
    await spool.drain()
    [before] = (await history.list("acme")).items
    keys.destroy("acme", before.caller.subject)
    history.record(missed_call(clock, "+4930111"))
    await spool.drain()
    after = {record.id: record.caller for record in (await history.list("acme")).items}
    assert after.pop(before.id).identity == Erased()
    [again] = after.values()
    assert again.subject != before.caller.subject
    assert again.identity == PartyIdentity("+4930111", "Zoltan Outside")


@pytest.mark.promise("D3")
async def test_a_party_erased_during_the_call_is_not_stored(
    history: CdrService, spool: Spool, clock: ManualClock, keys: KeyStore, database: Database
) -> None:
    keys.destroy("acme", BEN)
    call = answered_call(clock)
    steps = tuple(
        CallStep("extension", "dialled", call.started, call.ended, "answered", party=each) for each in call.parties
    )
    history.record(replace(call, steps=steps))
    await spool.drain()
    async with database.read() as session:
        for table in ("call_party", "call_step"):
            rows = [str(row) for row in await session.execute(text(f"SELECT * FROM {table}"))]
            assert any(ADA in row for row in rows), "control"
            for link in filter(None, (BEN, call.parties[1].extension_id, call.parties[1].device_id)):
                assert not any(link in row for row in rows), "nothing joins the calls of the erased person"
    [record] = (await history.list("acme")).items
    assert record.caller.identity == PartyIdentity("1001", "Ada Quetzal")
    assert record.callee.identity == Erased()


@pytest.mark.promise("C5", "T2")
async def test_database_and_spool_hold_no_plaintext_of_parties(
    history: CdrService, spool: Spool, clock: ManualClock, database: Database, tmp_path: Path
) -> None:
    history.record(answered_call(clock))
    history.record(missed_call(clock, "+4930998877"))
    dump = b"".join(path.read_bytes() for path in (tmp_path / "spool").iterdir())
    await spool.drain()
    async with database.read() as session:
        for table in ("call", "call_party", "call_step"):
            for row in await session.execute(text(f"SELECT * FROM {table}")):
                dump += b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert dump.count(ADA.encode()) == 4  # the scan does find plaintext ids in the spool and the rows
    for secret in (b"Quetzal", b"Axolotl", b"Zoltan", b"998877", b"192.0.2"):
        assert secret not in dump
        assert secret.hex().encode() not in dump


async def test_the_repr_of_a_call_hides_its_parties(clock: ManualClock) -> None:
    shown = repr((answered_call(clock), missed_call(clock, "+4930998877")))
    for secret in ("Quetzal", "Axolotl", "Zoltan", "998877", "'1001'", "192.0.2"):
        assert secret not in shown


async def test_talk_time_is_never_negative(history: CdrService, spool: Spool, clock: ManualClock) -> None:
    call = answered_call(clock)
    history.record(replace(call, ended=call.started))
    await spool.drain()
    assert (await history.get("acme", call.id)).talk_seconds == 0


async def test_the_calls_of_a_deleted_tenant_are_deleted(
    history: CdrService, spool: Spool, clock: ManualClock, database: Database, bus: EventBus
) -> None:
    outbox = Outbox(database, bus.publish, clock)
    outbox.subscribe(TenantDeleted, history.on_tenant_deleted)
    stored = answered_call(clock, tenant="globex")
    for call in (answered_call(clock), stored):
        history.record(call)
    await spool.drain()
    async with database.begin() as uow:
        uow.publish(TenantDeleted(clock.new_id(), "acme"))
    await outbox.deliver()
    assert not (await history.list("acme")).items
    [record] = (await history.list("globex")).items
    assert record.id == stored.id
    assert len(record.parties) == 2
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM call_party")) == 2


DIES_AFTER_RECORD = """
import os, signal, sys
from pathlib import Path
from ended_calls import answered_call
from tests.outside_numbers import in_germany
from unificx.cdr import CdrService
from unificx.core.clock import SystemClock
from unificx.privacy import KeyStore
from unificx.db import Database, Spool

home, url, clock = Path(sys.argv[1]), sys.argv[2], SystemClock()
database = Database(url, clock)
keys = KeyStore(home / "keys.db", bytes(range(32)), clock)
history = CdrService(database, keys, in_germany(keys), Spool(home / "spool", database))
call = answered_call(clock)
history.record(call)
os.write(1, call.id.encode())
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.promise("C5")
async def test_a_call_survives_a_kill_right_after_record(tmp_path: Path, database_url: str, clock: ManualClock) -> None:
    here = Path(__file__).parent
    died = subprocess.run(
        [sys.executable, "-c", DIES_AFTER_RECORD, str(tmp_path), database_url],
        env={**os.environ, "PYTHONPATH": f"{here}:{here.parents[2]}"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    database = Database(database_url, SystemClock())
    keys = KeyStore(tmp_path / "keys.db", bytes(range(32)), clock)
    spool = Spool(tmp_path / "spool", database)
    history = CdrService(database, keys, in_germany(keys), spool)
    assert await spool.recover() == 1
    record = await history.get("acme", died.stdout.decode())
    assert record.caller.identity == PartyIdentity("1001", "Ada Quetzal")
    await spool.close()
    await database.close()
    keys.close()


@pytest.mark.promise("C5")
async def test_way_of_a_call_is_listed_and_erased_with_its_persons(
    history: CdrService, spool: Spool, clock: ManualClock, keys: KeyStore, database: Database
) -> None:
    call = with_way(answered_call(clock))
    history.record(call)
    await spool.drain()
    menu, group, ben, mobile = (await history.get("acme", call.id)).steps
    assert (menu.kind, menu.outcome, menu.number, menu.name, menu.identity) == (
        "menu",
        "continued",
        "7000",
        "Main",
        None,
    )
    assert (group.kind, group.reason, group.name) == ("group", "routed", "Sales")
    assert (ben.extension_id, ben.identity) == ("ext-ben", PartyIdentity("1002", "Ben Axolotl"))
    assert (mobile.kind, mobile.by, mobile.identity) == ("outside", 1, PartyIdentity("+491700000000", ""))
    assert (mobile.at, mobile.ended) == (call.answered, call.ended)

    subject = keys.find_or_create("acme", "number", "+491700000000")
    keys.destroy("acme", subject)
    await history.erase("acme", subject)
    assert isinstance((await history.get("acme", call.id)).steps[3].identity, Erased)
    async with database.read() as session:
        left = await session.execute(text("SELECT position FROM call_step WHERE sealed IS NOT NULL"))
    assert [row.position for row in left] == [2]


async def test_calls_of_new_callers_are_recorded_while_another_process_writes_to_the_key_store(
    history: CdrService, spool: Spool, clock: ManualClock, keys: KeyStore, tmp_path: Path
) -> None:
    history.record(missed_call(clock, "+4930123456"))  # the tenant has a key
    with closing(sqlite3.connect(tmp_path / "keys.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        calls = [missed_call(clock, f"+49301234{number}") for number in range(3)]
        for call in calls:
            history.record(call)
        await spool.drain()
        other.execute("ROLLBACK")
    keys.remove("acme", ["nothing"])  # any other change
    with closing(KeyStore(tmp_path / "keys.db", bytes(range(32)), clock)) as again:
        for call in calls:
            [outside] = [party for party in (await history.get("acme", call.id)).parties if party.extension_id is None]
            assert in_germany(again).find("acme", call.parties[0].number) == outside.subject
            assert again.get("acme", [outside.subject])[outside.subject] is not None
