"""Erasure: journal first, then the key; a restored backup does not undo it."""

import shutil
from pathlib import Path

import pytest
from sealed_models import FRIEND, FriendPart
from structlog.testing import capture_logs

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.events import DomainEvent
from unificx.db import Erased
from unificx.privacy import Erasure, ErasureJournal, KeyStore
from unificx.privacy.events import SubjectErased, TenantErased

MASTER = bytes(range(32))
ANA = FriendPart(name="Ana", numbers=("+4930123456",))


@pytest.fixture
def journal(tmp_path: Path) -> ErasureJournal:
    return ErasureJournal(tmp_path / "erasures.journal")


@pytest.fixture
def erasure(journal: ErasureJournal, keys: KeyStore, clock: ManualClock, bus: EventBus) -> Erasure:
    return Erasure(journal, keys, clock, bus)


@pytest.mark.promise("D3", "R4")
def test_erasure_makes_data_unreadable_and_publishes_an_event(
    erasure: Erasure, journal: ErasureJournal, keys: KeyStore, bus: EventBus, clock
) -> None:
    reported: list[DomainEvent] = []
    bus.subscribe(SubjectErased, reported.append)
    subject = keys.find_or_create("one", "number", "+4930123456")
    [blob] = FRIEND.seal(keys, "one", [(subject, "row", ANA)])
    with capture_logs() as logs:
        erasure.erase_subject("one", subject)
    assert FRIEND.open(keys, "one", [(subject, "row", blob)]) == [Erased()]
    assert keys.find("one", "number", "+4930123456") is None
    [entry] = journal.entries()
    assert (entry.at, entry.subject) == (clock.now().isoformat(), subject)
    assert reported == [SubjectErased(entry.id, "one", subject)]
    assert logs == [{"event": "subject_erased", "erasure": entry.id, "tenant": "one", "log_level": "info"}]
    erasure.erase_subject("one", subject)


@pytest.mark.parametrize("subject", ["ana", ""])
def test_no_key_is_destroyed_without_a_journal_entry(
    tmp_path: Path, keys: KeyStore, erasure: Erasure, journal: ErasureJournal, subject: str
) -> None:
    """Neither that of a person nor that of a tenant, if the journal can be read but not written."""
    keys.get("one", ["ana"], create=True)
    journal.open()
    (tmp_path / "erasures.journal").unlink()
    with pytest.raises(FileNotFoundError):
        erasure.erase_subject("one", subject) if subject else erasure.erase_tenant("one")
    assert keys.get("one", ["ana"])["ana"] is not None


@pytest.mark.promise("D3", "R4")
def test_restored_backup_does_not_undo_an_erasure(
    tmp_path: Path, clock: ManualClock, bus: EventBus, journal: ErasureJournal
) -> None:
    keys = KeyStore(tmp_path / "keys.db", MASTER, clock)
    rows = [(name, "row", FRIEND.seal(keys, tenant, [(name, "row", ANA)])[0]) for tenant, name in PEOPLE]
    keys.close()
    shutil.copy(tmp_path / "keys.db", tmp_path / "backup.db")

    keys = KeyStore(tmp_path / "keys.db", MASTER, clock)
    erasure = Erasure(journal, keys, clock, bus)
    erasure.erase_subject("one", "ana")
    erasure.erase_tenant("two")
    assert erasure.replay() == 0
    keys.close()

    shutil.copy(tmp_path / "backup.db", tmp_path / "keys.db")
    keys = KeyStore(tmp_path / "keys.db", MASTER, clock)
    assert FRIEND.open(keys, "one", rows[:1]) == [ANA], "the backup would bring her back"
    with capture_logs() as logs:
        assert Erasure(journal, keys, clock, bus).replay() == 2
    assert {entry["event"] for entry in logs} == {"erasure_replayed"}
    opened = [FRIEND.open(keys, tenant, [row])[0] for (tenant, _), row in zip(PEOPLE, rows, strict=True)]
    assert opened == [Erased(), ANA, Erased()]
    keys.close()


@pytest.mark.promise("D3")
def test_a_caller_of_two_tenants_is_erased_in_one(erasure: Erasure, keys: KeyStore) -> None:
    found = {tenant: keys.find_or_create(tenant, "number", "+4930123456") for tenant in ("one", "two")}
    rows = {
        tenant: (subject, "row", FRIEND.seal(keys, tenant, [(subject, "row", ANA)])[0])
        for tenant, subject in found.items()
    }
    erasure.erase_subject("one", found["one"])
    assert [FRIEND.open(keys, tenant, [row]) for tenant, row in rows.items()] == [[Erased()], [ANA]]
    assert keys.find_or_create("two", "number", "+4930123456") == found["two"]
    erasure.erase_subject("two", found["two"])
    assert FRIEND.open(keys, "two", [rows["two"]]) == [Erased()]


PEOPLE = [("one", "ana"), ("one", "ben"), ("two", "cem")]


def test_tenant_erasure_publishes_an_event(erasure: Erasure, keys: KeyStore, bus: EventBus) -> None:
    reported: list[DomainEvent] = []
    bus.subscribe(TenantErased, reported.append)
    keys.get("one", ["ana"], create=True)
    erasure.erase_tenant("one")
    assert [event.tenant for event in reported] == ["one"]
    assert keys.get("one", ["ana"]) == {"ana": None}
