"""The erasure journal: chained lines, and what happens to a changed, cut or former one."""

import asyncio
import errno
import fcntl
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from unificx.core.errors import StartupError
from unificx.privacy import ErasureJournal, erasure_journal_file
from unificx.privacy.journal import JournalBusy, JournalEntry, JournalHead

SECRET = b"secret of the installation"
ENTRIES = [JournalEntry(f"erasure-{number}", "2026-01-01T00:00:00+00:00", "one", f"s-{number}") for number in range(5)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home.erasures"


@pytest.fixture
def written(path: Path) -> list[bytes]:
    """The lines of a journal with all entries."""
    ErasureJournal(path, SECRET).append(*ENTRIES)
    return path.read_bytes().splitlines(keepends=True)


def reopened(path: Path) -> list[JournalEntry]:
    return list(ErasureJournal(path, SECRET).entries())


def test_entries_are_appended_with_one_fsync_each(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = ErasureJournal(path, SECRET)
    assert journal.open() == JournalHead()
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    for entry in ENTRIES:
        journal.append(entry)
    assert len(synced) == len(ENTRIES)
    assert list(journal.entries()) == reopened(path) == ENTRIES
    assert ErasureJournal(path, SECRET).open() == journal.head
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.promise("D3", "T3")
@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda lines: [lines[0], lines[2], *lines[3:]], 2),  # removed
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1),  # other order
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),  # repeated
        (lambda lines: [*lines[:2], lines[2].replace(b"s-2", b"s-9"), *lines[3:]], 3),
        (lambda lines: [*lines[:4], lines[4].replace(b'"mac":"', b'"mac":"0')], 5),
        (lambda lines: [*lines, b"\n"], 6),
        (
            lambda lines: [
                *lines,
                json.dumps({"id": "x", "at": "", "tenant": "one", "subject": "s-1"}).encode() + b"\n",
            ],
            6,
        ),
        (lambda lines: [b"\x00" * 20 + b"\n", *lines], 1),
    ],
)
def test_a_broken_or_forged_chain_is_named_by_line(path: Path, written: list[bytes], change, line: int) -> None:
    path.write_bytes(b"".join(change(written)))
    with pytest.raises(StartupError, match=f"^Line {line} of the erasure journal"):
        reopened(path)


def test_a_chain_made_with_another_key_is_refused(path: Path, written: list[bytes]) -> None:
    path.unlink()
    ErasureJournal(path, b"another").append(*ENTRIES)
    assert len(written) == len(ENTRIES)
    with pytest.raises(StartupError, match="Line 1 of"):
        reopened(path)


def test_a_last_line_that_was_cut_off_is_removed(path: Path, written: list[bytes]) -> None:
    """The process died while it wrote the line: the key was not destroyed."""
    whole = b"".join(written[:-1])
    for cut in range(len(written[-1])):
        path.write_bytes(whole + written[-1][:cut])
        journal = ErasureJournal(path, SECRET)
        assert journal.open().length == len(ENTRIES) - 1
        journal.append(ENTRIES[-1])
        assert path.read_bytes() == b"".join(written)


def test_a_failed_append_writes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = ErasureJournal(path, SECRET)
    journal.append(ENTRIES[0])

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            journal.append(ENTRIES[1])
    assert reopened(path) == ENTRIES[:1]
    journal.append(ENTRIES[2])
    assert reopened(path) == [ENTRIES[0], ENTRIES[2]]


def test_a_write_that_ends_early_leaves_no_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, write = ErasureJournal(path, SECRET), os.write
    head = journal.append(ENTRIES[0])

    def cut(handle: int, data: bytes) -> int:
        return write(handle, data[:-1])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", cut)
        with pytest.raises(OSError, match="incompletely"):
            journal.append(*ENTRIES[1:3])
    assert (journal.head, reopened(path)) == (head, ENTRIES[:1])


def test_a_path_that_cannot_be_used_is_named_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match=f"journal {tmp_path} cannot be used: Is a directory"):
        ErasureJournal(tmp_path, SECRET).open()


def test_two_processes_write_one_chain(path: Path) -> None:
    """Only one serves an installation; but a mistake must not break the chain."""
    journal, other = ErasureJournal(path, SECRET), ErasureJournal(path, SECRET)
    for entry, writer in zip(ENTRIES, [journal, other, journal, journal, other], strict=True):
        writer.append(entry)
    assert reopened(path) == ENTRIES
    path.write_bytes(path.read_bytes().replace(b"s-1", b"s-7"))
    with pytest.raises(StartupError, match="Line 2 of"):
        ErasureJournal(path, SECRET).append(ENTRIES[0])


def test_a_keeper_that_knows_more_or_something_else_is_named(path: Path) -> None:
    journal = ErasureJournal(path, SECRET)
    heads = [journal.append(entry) for entry in ENTRIES]
    for head in (JournalHead(), *heads):
        journal.require(head, "the database")
    with pytest.raises(StartupError, match="has 5 lines, but the database knows of 6"):
        journal.require(JournalHead(6, "x"), "the database")
    with pytest.raises(StartupError, match=r"^Line 3 .* is not the one that the key store knows"):
        journal.require(JournalHead(3, heads[1].mac), "the key store")


def test_the_journal_of_a_former_version_is_moved_once(tmp_path: Path, path: Path) -> None:
    former = tmp_path / "erased.journal"
    lines = [json.dumps({"id": each.id, "at": each.at, "tenant": "one", "subject": each.subject}) for each in ENTRIES]
    text = "\n" + "\n\n".join([*lines[:3], json.dumps({"followed": "erasure-1"}), lines[4][:30]]) + "\n"
    for _ in range(2):  # the second time it comes from a restored backup, or the process died before it deleted it
        former.write_text(text)
        ErasureJournal(path, SECRET).adopt(former)
        assert reopened(path) == ENTRIES[:3]
        assert not former.exists()
    ErasureJournal(path, SECRET).adopt(former)


def test_the_journal_lies_beside_the_home_directory(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert erasure_journal_file(home, {}) == tmp_path / "home.erasures"
    assert erasure_journal_file(home, {"UNIFICX_ERASURES": "/elsewhere/journal"}) == Path("/elsewhere/journal")
    with pytest.raises(StartupError, match="inside the home directory"):
        erasure_journal_file(home, {"UNIFICX_ERASURES": f"{home}/journal"})
    (tmp_path / "link").symlink_to(home)
    with pytest.raises(StartupError, match="inside the home directory"):
        erasure_journal_file(home, {"UNIFICX_ERASURES": f"{tmp_path}/link/journal"})


@pytest.fixture
def other_writer(path: Path) -> Iterator[int]:
    """The open journal of another process, which writes to it. It ends after 5 s, so that a test that waits for it
    fails instead of never ending."""
    ErasureJournal(path, SECRET).append(ENTRIES[0])
    handle = os.open(path, os.O_WRONLY | os.O_APPEND)
    fcntl.flock(handle, fcntl.LOCK_EX)
    ends = threading.Timer(5, fcntl.flock, (handle, fcntl.LOCK_UN))
    ends.start()
    yield handle
    ends.cancel()
    ends.join()
    os.close(handle)


@pytest.mark.promise("R3")
async def test_the_event_loop_does_not_wait_for_another_writer(path: Path, other_writer: int) -> None:
    journal = ErasureJournal(path, SECRET)
    with pytest.raises(JournalBusy) as busy:
        journal.append(ENTRIES[1])
    assert busy.value.retry_after, "the API answers 503 with Retry-After"
    assert reopened(path) == ENTRIES[:1], "nothing was written"
    fcntl.flock(other_writer, fcntl.LOCK_UN)
    journal.append(ENTRIES[1])
    assert reopened(path) == ENTRIES[:2]


async def test_another_thread_waits_for_another_writer(path: Path, other_writer: int) -> None:
    journal = ErasureJournal(path, SECRET)
    appending = asyncio.create_task(asyncio.to_thread(journal.append, ENTRIES[1]))
    await _waits_for_a_lock(path)
    assert not appending.done()
    fcntl.flock(other_writer, fcntl.LOCK_UN)
    await appending
    assert reopened(path) == ENTRIES[:2]


async def _waits_for_a_lock(path: Path) -> None:
    """Return once a thread waits for the lock of a file, as the kernel lists it."""
    inode = f":{path.stat().st_ino} "
    while not any("->" in line and inode in line for line in Path("/proc/locks").read_text().splitlines()):
        await asyncio.sleep(0)


@pytest.mark.promise("D3")
async def test_a_line_that_another_process_writes_is_not_cut_off(path: Path, written: list[bytes]) -> None:
    """A command that reads the journal, such as the export of a tenant, begins while the server appends to it."""
    with path.open("ab") as server:
        fcntl.flock(server, fcntl.LOCK_EX)
        server.write(written[0][:40])
        server.flush()
        command = ErasureJournal(path, SECRET)
        with pytest.raises(JournalBusy):
            command.open()
        reading = asyncio.create_task(asyncio.to_thread(lambda: list(command.entries())))
        assert path.read_bytes() == b"".join(written) + written[0][:40]
        server.truncate(len(b"".join(written)))
    assert await reading == ENTRIES
