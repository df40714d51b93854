"""Data subjects that no row refers to any more lose their key after some days; all others keep it."""

from datetime import timedelta
from typing import Any

import pytest
from failing import PERSONAL, fail_first
from fake_notifier import FakeAccountNotifier
from identity_factory import two_tenants
from sqlalchemy import delete, insert
from structlog.testing import capture_logs
from sweeping import SweptTenant

from tests.outside_numbers import in_germany
from unificx.cluster.local import LocalCounters, LocalOneTimeStore
from unificx.core.clock import ManualClock, random_id
from unificx.db import Database
from unificx.db.base import sealed_part
from unificx.identity import OrganisationSignUp, SignUpForm
from unificx.identity.terms import TERMS_VERSION, policy_version
from unificx.privacy import GRACE, KeyStore, OrphanSweep, orphaned_subjects, orphans
from unificx.privacy.accesses.models import AccessPart, PersonAccessRow
from unificx.privacy.accesses.repository import PART
from unificx.privacy.key_file import KeysBusy
from unificx.privacy.orphans import TENANTS, subject_columns

CALLERS = ("+4930111", "+4930222", "+4930333", "+4930444")


async def refer_to(database: Database, keys: KeyStore, subject: str) -> None:
    row, at = database.clock.new_id(), database.clock.now()
    sealed = PART.seal(keys, "acme", [(subject, row, AccessPart("operator", ""))])[0]
    found = {"id": row, "tenant_id": "acme", "subject_id": subject, "at": at, "purpose": "history", "kind": "call"}
    async with database.begin() as uow:
        await uow.session.execute(insert(PersonAccessRow), [{**found, "sealed": sealed}])


@pytest.mark.promise("R3", "R4")
async def test_a_subject_without_rows_loses_its_key_after_some_days(
    database: Database, keys: KeyStore, clock: ManualClock
) -> None:
    gone, again, known, erased = (in_germany(keys).subject("acme", number) for number in CALLERS)
    withheld, elsewhere = random_id(clock), in_germany(keys).subject("globex", CALLERS[0])
    keys.get("acme", [withheld, f"audio-{clock.new_id()}", clock.new_id()], create=True)
    await refer_to(database, keys, known)
    sweep = OrphanSweep(database, keys, lambda: (SweptTenant("acme"),))
    before = set(keys.subjects("acme"))
    for _ in range(2):
        assert await sweep.sweep() == 0
        assert await orphaned_subjects(database, keys, "acme") == {gone, again, erased, withheld}
        clock.at += GRACE / 2
    assert in_germany(keys).find("acme", CALLERS[1]) == again, "a call has begun: its row follows"
    keys.destroy("acme", erased)
    fresh = in_germany(keys).subject("acme", "+4930555")
    clock.at += timedelta(hours=1)
    assert await sweep.sweep() == 2
    assert set(keys.subjects("acme")) == (before | {fresh}) - {gone, withheld}
    assert keys.is_destroyed("acme", erased)
    assert keys.get("acme", [gone, again]).keys() == {gone, again}
    assert [key is None for key in keys.get("acme", [gone, again, known, fresh]).values()] == [
        True,
        False,
        False,
        False,
    ]
    assert in_germany(keys).find("globex", CALLERS[0]) == elsewhere
    assert in_germany(keys).subject("acme", CALLERS[0]) not in before
    async with database.begin() as uow:
        await uow.session.execute(delete(PersonAccessRow).where(PersonAccessRow.tenant_id == "acme"))
    assert known in await orphaned_subjects(database, keys, "acme")


async def test_a_failed_sweep_is_repeated_at_the_next_call(database: Database, keys: KeyStore) -> None:
    begun = list[str]()

    def tenants() -> tuple[SweptTenant, ...]:
        begun.append("sweep")
        if len(begun) == 1:
            raise OSError
        return ()

    sweep = OrphanSweep(database, keys, tenants)
    with pytest.raises(OSError, match=r"^$"):
        await sweep.run()
    for _ in range(2):
        await sweep.run()
    assert len(begun) == 2, "the failed one and one more, which is the last of this day"


async def test_a_tenant_that_fails_does_not_stop_the_sweep_of_the_others(
    database: Database, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = in_germany(keys).subject("acme", CALLERS[0])
    sweep = OrphanSweep(database, keys, lambda: (SweptTenant("globex"), SweptTenant("acme")))
    fail_first(monkeypatch, orphans, "orphaned_subjects")
    with capture_logs() as logs:
        await sweep.sweep()
    assert [(each["event"], each["tenant"]) for each in logs] == [("orphans_not_swept", "globex")]
    assert PERSONAL not in str(logs)
    assert keys.orphans.marked("acme", database.clock.now() + timedelta(days=1)) == [subject]


async def test_a_tenant_that_failed_is_swept_again_at_the_next_call(
    database: Database, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject, mark, marked = in_germany(keys).subject("globex", CALLERS[0]), keys.orphans.mark, list[str]()

    def busy_once(tenant_id: str, *values: Any) -> None:
        marked.append(tenant_id)
        if marked == ["globex"]:
            raise KeysBusy
        mark(tenant_id, *values)

    monkeypatch.setattr(keys.orphans, "mark", busy_once)
    sweep = OrphanSweep(database, keys, lambda: (SweptTenant("globex"), SweptTenant("acme")))
    await sweep.run()
    swept = ["globex", "acme", TENANTS]
    assert marked == swept
    assert not keys.orphans.marked("globex", database.clock.now() + timedelta(days=1))
    for _ in range(2):
        await sweep.run()
        assert marked == [*swept, "globex"], "the other tenant not before the next day"
    assert keys.orphans.marked("globex", database.clock.now() + timedelta(days=1)) == [subject]


async def fail(*args: object) -> None:
    raise OSError(f"no request for an approval: {len(args)}")


@pytest.mark.promise("R4")
async def test_the_keys_of_a_sign_up_that_failed_are_destroyed_after_some_days(
    database: Database, keys: KeyStore, clock: ManualClock
) -> None:
    async with two_tenants(database, keys, clock) as (people, acme, globex):
        await people.initial_setup.create_operator()
        emails = FakeAccountNotifier()
        sign_up = OrganisationSignUp(people, LocalCounters(clock), LocalOneTimeStore(clock), emails)
        form = SignUpForm("Initech", "Ina", "ina@initech.example", TERMS_VERSION, policy_version())
        await sign_up.submit(form, str, "192.0.2.1")
        with pytest.raises(OSError):
            await sign_up.complete(emails.sent[0][2], "long enough for her", "pbx.example", fail)
        known = {each.id for each in people.directory.tenants()}
        [left] = keys.orphans.tenants() - known
        [subject] = keys.subjects(left)
        sweep = OrphanSweep(database, keys, people.directory.tenants)
        await sweep.sweep()
        clock.at += GRACE / 2
        await sweep.sweep()
        assert keys.get(left, [subject])[subject] is not None, "not at once: a sign-up may be going on"
        clock.at += GRACE
        await sweep.sweep()
        assert keys.is_destroyed(left, subject)
        assert keys.orphans.tenants() == known
        for one in (acme, globex):
            assert keys.get(one.tenant_id, [one.subject])[one.subject] is not None
        keys.get("calls", ["a key of a call"], create=True)
        clock.at += 2 * GRACE
        await sweep.sweep()
        await sweep.sweep()
        assert keys.get("calls", ["a key of a call"])["a key of a call"] is not None, "a scope of objects"


async def test_a_sweep_runs_once_a_day(database: Database, keys: KeyStore, clock: ManualClock) -> None:
    subject = in_germany(keys).subject("acme", CALLERS[0])
    sweep = OrphanSweep(database, keys, lambda: (SweptTenant("acme"),))
    await sweep.run()
    in_germany(keys).subject("acme", CALLERS[0])
    await sweep.run()
    assert keys.orphans.marked("acme", clock.now() + timedelta(days=1)) == []
    clock.advance(86_400)
    await sweep.run()
    assert keys.orphans.marked("acme", clock.now() + timedelta(days=1)) == [subject]


def test_every_sealed_column_names_a_subject_that_a_sweep_reads() -> None:
    found = {(table.name, column) for table, column in subject_columns()}
    tables = {table for table, _ in subject_columns()}
    named = {
        (table.name, part.subject)
        for table in tables
        for column in table.columns
        if (part := sealed_part(column)) is not None
    }
    assert named
    assert named <= found
