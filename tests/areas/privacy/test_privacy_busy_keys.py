"""The key store while another process uses its file: the event loop does not wait, and nothing is lost.

The other process is another connection to the file, which writes or reads until the test, on the event loop, ends it.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.outside_numbers import in_germany
from unificx.core.clock import ManualClock
from unificx.core.errors import ServiceUnavailable
from unificx.db import ErasedSubject, Key
from unificx.privacy import KeyPool, KeyStore
from unificx.privacy.key_file import KeyFile, KeysBusy
from unificx.privacy.key_pool import BATCH

MASTER = bytes(range(32))
NUMBER = "+493012345"


@pytest.fixture
def other(keys: KeyStore, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The connection of another process."""
    del keys
    with closing(sqlite3.connect(tmp_path / "keys.db", isolation_level=None)) as found:
        yield found


def read(other: sqlite3.Connection) -> None:
    """Keep the log of the key store in use."""
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM subject_key").fetchone()


def probe(key: Key | None) -> bytes:
    """Encrypt fixed bytes: equal results for equal keys."""
    assert key is not None
    return key.aead.encrypt(b"n" * 12, b"fixed", b"")


def wrapped_key(folder: Path, subject: str) -> bytes:
    with closing(sqlite3.connect(folder / "keys.db")) as db:
        return db.execute("SELECT wrapped FROM subject_key WHERE subject = ?", (subject,)).fetchone()[0]


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("keys.db*")))


async def rest_is_done() -> None:
    """Wait for the thread that does what was put off."""
    for thread in threading.enumerate():
        if thread.name == "key store":
            await asyncio.to_thread(thread.join)


async def test_calls_of_new_callers_go_on_while_another_process_writes(
    keys: KeyStore, other: sqlite3.Connection, tmp_path: Path, clock: ManualClock
) -> None:
    keys.get("one", ["ana"], create=True)
    pool = KeyPool(keys, clock, "live calls")
    pool.take()
    other.execute("BEGIN IMMEDIATE")
    caller = in_germany(keys).subject("one", NUMBER)
    made = probe(keys.get("one", [caller], create=True)[caller])
    ben = probe(keys.get("one", ["ana", "ben"], create=True)["ben"])
    of_calls = {pool.take() for _ in range(BATCH)}
    assert (in_germany(keys).subject("one", NUMBER), in_germany(keys).find("one", NUMBER)) == (caller, caller)
    assert in_germany(keys).find("two", NUMBER) is None
    assert all(keys.get("live calls", of_calls).values())
    other.execute("ROLLBACK")
    await rest_is_done()
    with closing(KeyStore(tmp_path / "keys.db", MASTER, clock)) as again:
        found = again.get("one", ["ben", caller])
        assert (probe(found["ben"]), probe(found[caller])) == (ben, made)
        assert in_germany(again).find("one", NUMBER) == caller
        assert of_calls <= set(again.subjects("live calls"))


async def test_keys_that_wait_are_stored_before_the_file_is_closed(
    keys: KeyStore, other: sqlite3.Connection, tmp_path: Path, clock: ManualClock
) -> None:
    keys.get("one", ["ana"], create=True)
    other.execute("BEGIN IMMEDIATE")
    ben = probe(keys.get("one", ["ben"], create=True)["ben"])
    other.execute("ROLLBACK")
    keys.close()
    with closing(KeyStore(tmp_path / "keys.db", MASTER, clock)) as again:
        assert probe(again.get("one", ["ben"])["ben"]) == ben


async def test_other_changes_are_refused_at_once(
    keys: KeyStore, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.get("one", ["ana"], create=True)
    attempts: list[bool] = []
    begin = keys.file._try_to_begin
    monkeypatch.setattr(keys.file, "_try_to_begin", lambda: attempts.append(begin()) or attempts[-1])
    other.execute("BEGIN IMMEDIATE")
    changes = (
        lambda: keys.bind("one", "email", "ana@one", "ana"),
        lambda: keys.destroy("one", "ana"),
        lambda: keys.remove("one", ["ana"]),
        lambda: keys.destroy_tenant("one"),
        lambda: keys.get("new tenant", ["ana"], create=True),
    )
    for change in changes:
        with pytest.raises(KeysBusy):
            change()
    other.execute("ROLLBACK")
    assert attempts == [False] * len(changes)
    for connection in (keys.file.db, keys.file.reads):
        assert connection.execute("PRAGMA busy_timeout").fetchone() == (0,), "SQLite does not wait either"
    assert issubclass(KeysBusy, ServiceUnavailable), "the API answers 503"
    assert keys.get("one", ["ana"])["ana"] is not None
    keys.bind("one", "email", "ana@one", "ana")


async def test_a_key_that_waits_is_destroyed_with_its_subject_or_tenant(
    keys: KeyStore, other: sqlite3.Connection
) -> None:
    for tenant in ("one", "two"):
        keys.get(tenant, ["ana"], create=True)
    other.execute("BEGIN IMMEDIATE")
    first = in_germany(keys).subject("one", NUMBER)
    second = in_germany(keys).subject("two", NUMBER)
    other.execute("ROLLBACK")
    assert keys.destroy("one", first) == 1
    keys.destroy_tenant("two")
    await rest_is_done()
    assert keys.get("one", [first], create=True) == {first: None}
    assert keys.get("two", [second]) == {second: None}
    assert in_germany(keys).find("one", NUMBER) is None
    with pytest.raises(ErasedSubject):
        in_germany(keys).subject("two", NUMBER)


async def test_a_caller_who_is_found_meanwhile_is_no_orphan(
    keys: KeyStore, other: sqlite3.Connection, clock: ManualClock
) -> None:
    caller = in_germany(keys).subject("one", NUMBER)
    keys.orphans.mark("one", {caller}, clock.now())
    other.execute("BEGIN IMMEDIATE")
    assert in_germany(keys).find("one", NUMBER) == caller
    other.execute("ROLLBACK")
    assert keys.orphans.remove("one", clock.now() + timedelta(days=30)) == 0
    assert keys.get("one", [caller])[caller] is not None


async def test_not_more_waits_than_memory_allows(
    keys: KeyStore, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.get("one", ["ana"], create=True)
    monkeypatch.setattr("unificx.privacy.key_file._MAX_PUT_OFF", 2)
    other.execute("BEGIN IMMEDIATE")
    keys.get("one", ["ben", "cem"], create=True)
    with pytest.raises(KeysBusy):
        keys.get("one", ["dan"], create=True)
    other.execute("ROLLBACK")


@pytest.mark.promise("R4")
async def test_a_destroyed_key_leaves_the_log_once_the_other_process_ends_its_read(
    keys: KeyStore, other: sqlite3.Connection, tmp_path: Path
) -> None:
    keys.get("one", ["ana"], create=True)
    wrapped = wrapped_key(tmp_path, "ana")
    read(other)
    keys.destroy("one", "ana")
    assert keys.get("one", ["ana"]) == {"ana": None}
    assert wrapped in contents(tmp_path), "the control: the other process keeps it there"
    other.execute("ROLLBACK")
    await rest_is_done()
    assert wrapped not in contents(tmp_path)


async def test_a_key_without_rows_is_destroyed_once_no_other_process_writes(
    keys: KeyStore, other: sqlite3.Connection, tmp_path: Path
) -> None:
    keys.get("one", ["webhook"], create=True)
    wrapped = wrapped_key(tmp_path, "webhook")
    other.execute("BEGIN IMMEDIATE")
    keys.destroy_unused("one", "webhook")
    other.execute("ROLLBACK")
    await rest_is_done()
    assert keys.is_destroyed("one", "webhook")
    assert wrapped not in contents(tmp_path)


async def test_a_start_clears_what_a_killed_process_could_not(
    keys: KeyStore, other: sqlite3.Connection, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.get("one", ["ana"], create=True)
    wrapped = wrapped_key(tmp_path, "ana")
    monkeypatch.setattr(KeyFile, "_start_thread", lambda file: None)
    read(other)
    keys.destroy("one", "ana")
    other.execute("ROLLBACK")
    assert wrapped in contents(tmp_path)
    KeyStore(tmp_path / "keys.db", MASTER, clock).close()
    assert wrapped not in contents(tmp_path)


async def test_a_command_opens_the_key_store_while_another_process_writes(
    keys: KeyStore, other: sqlite3.Connection, tmp_path: Path, clock: ManualClock
) -> None:
    ana = probe(keys.get("one", ["ana"], create=True)["ana"])
    other.execute("BEGIN IMMEDIATE")
    with closing(KeyStore(tmp_path / "keys.db", MASTER, clock)) as again:
        assert probe(again.get("one", ["ana"])["ana"]) == ana
        assert again.secrets.derive("purpose") == keys.secrets.derive("purpose")
    other.execute("ROLLBACK")


async def test_reads_do_not_wait_for_a_thread_that_writes(keys: KeyStore, tmp_path: Path, clock: ManualClock) -> None:
    caller = in_germany(keys).subject("one", NUMBER)
    begun, done = threading.Event(), threading.Event()

    def write(store: KeyStore) -> bool:
        with store.file.writing():
            begun.set()
            return done.wait(30)

    with closing(KeyStore(tmp_path / "keys.db", MASTER, clock)) as fresh:  # nothing is in its memory
        writing = asyncio.create_task(asyncio.to_thread(write, fresh))
        await asyncio.to_thread(begun.wait)
        assert in_germany(fresh).find("one", NUMBER) == caller
        assert fresh.get("one", [caller])[caller] is not None
        assert not fresh.is_destroyed("one", caller)
        done.set()
        assert await writing, "the reads waited until the writer gave up"


async def test_a_thread_waits_for_another_process_without_keeping_others_waiting(
    keys: KeyStore, other: sqlite3.Connection
) -> None:
    keys.get("one", ["ana"], create=True)
    tried = asyncio.Event()
    loop, begin = asyncio.get_running_loop(), keys.file._try_to_begin

    def noticed() -> bool:
        has_begun = begin()
        loop.call_soon_threadsafe(tried.set)
        return has_begun

    keys.file._try_to_begin = noticed  # type: ignore[method-assign]
    other.execute("BEGIN IMMEDIATE")
    destroying = asyncio.create_task(asyncio.to_thread(keys.destroy, "one", "ana"))
    await tried.wait()
    with pytest.raises(KeysBusy):
        keys.bind("one", "email", "ana@one", "ana")  # it does not wait for the lock of that thread either
    other.execute("ROLLBACK")
    await destroying
    assert keys.is_destroyed("one", "ana")
