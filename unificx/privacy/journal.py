"""Erasure journal: erased subjects, in a file beside the master key, so that a restored backup cannot undo an erasure.

One JSON object per line, with random ids and a time. Its last member `mac` is the HMAC-SHA-256 of the line's bytes
before it, preceded by the `mac` of the line before: a line that was changed, removed or inserted breaks the chain. An
entry is on disk before its key is destroyed.
"""

import fcntl
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from unificx.core.background import is_in_event_loop
from unificx.core.errors import ServiceUnavailable, StartupError
from unificx.core.files import sync_folder
from unificx.core.phrases import counted, shown

JOURNAL_VARIABLE = "UNIFICX_ERASURES"
_MAC = b',"mac":"'
_END = b'"}\n'
_HINT = "Restore the latest copy of the journal; an older one would undo erasures."


class JournalBusy(ServiceUnavailable):
    """Another process writes to the erasure journal: nothing was erased."""

    retry_after = 1.0

    def __init__(self) -> None:
        super().__init__("Another process writes to the erasure journal.", hint="Repeat it in a moment.")


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One erasure; `subject` is "" for a whole tenant. `at` is ISO 8601 in UTC. `held`: the key is withdrawn only,
    because of a hold; an entry without it follows on release."""

    id: str
    at: str
    tenant: str
    subject: str
    held: bool = False


@dataclass(frozen=True, slots=True)
class JournalHead:
    """State of a journal: number of its lines, and the `mac` of the last one ("" without any). Key store and database
    keep the latest that they know."""

    length: int = 0
    mac: str = ""


def erasure_journal_file(home: Path, environ: Mapping[str, str]) -> Path:
    """Return the path of the journal: `UNIFICX_ERASURES`, or `<home>.erasures` next to the home directory. Raise
    StartupError for a path inside it."""
    configured = environ.get(JOURNAL_VARIABLE)
    home = home.resolve()
    path = Path(configured).expanduser() if configured else home.with_name(home.name + ".erasures")
    if path.resolve().is_relative_to(home):
        raise StartupError(
            "The erasure journal is inside the home directory and would be part of every backup.",
            hint=f"Move it elsewhere and set {JOURNAL_VARIABLE}.",
        )
    return path


class ErasureJournal:
    """Append-only journal in file `path`, which is created on first use. `secret` keys the chain."""

    def __init__(self, path: Path, secret: bytes = b"") -> None:
        self._path, self._secret = path, secret
        self._head: JournalHead | None = None
        self._size = 0

    @property
    def head(self) -> JournalHead:
        """The present state. Raise as `open` does."""
        return self.open() if self._head is None else self._head

    def open(self) -> JournalHead:
        """Verify the chain and return the state. An incomplete last line is removed: its erasure was never begun.

        Raise StartupError for a broken chain, and naming the file if it cannot be read or created; JournalBusy if
        another process is writing that line.
        """
        try:
            self._remove_incomplete_line()
        except OSError as fault:
            raise StartupError(
                f"The erasure journal {self._path} cannot be used: {fault.strerror}.",
                hint=f"Check its owner, or set {JOURNAL_VARIABLE} to a path that can be written.",
            ) from fault
        return self.read()

    def read(self) -> JournalHead:
        """Verify the chain and return the state, without changing the file, which another process may be writing.
        Raise StartupError for a broken chain, OSError."""
        self._head = JournalHead()
        for number, (_, mac) in enumerate(self._lines(), 1):
            self._head = JournalHead(number, mac)
        return self._head

    def append(self, *entries: JournalEntry) -> JournalHead:
        """Write entries durably, with one fsync, after those of another process. Raise OSError or JournalBusy, with
        nothing written; StartupError for a broken chain."""
        head = self.head
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        try:
            _lock(handle)
            if os.fstat(handle).st_size != self._size:
                self._cut(handle)
                head = self.read()
            lines = b""
            for entry in entries:
                fields = {name: value for name, value in asdict(entry).items() if value is not False}
                body = json.dumps(fields, separators=(",", ":")).encode()[:-1]
                head = JournalHead(head.length + 1, self._mac(head.mac, body))
                lines += body + _MAC + head.mac.encode() + _END
            try:
                if os.write(handle, lines) != len(lines):
                    raise OSError(0, "the erasure journal was written incompletely")
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, self._size)
                raise
        finally:
            os.close(handle)
        self._head, self._size = head, self._size + len(lines)
        return head

    def entries(self) -> Iterator[JournalEntry]:
        """Yield every entry, oldest first. Raise StartupError for a broken chain."""
        _ = self.head
        for entry, _mac in self._lines():
            yield entry

    def require(self, known: JournalHead, keeper: str) -> None:
        """Raise StartupError unless the journal contains all that `keeper` knows of it."""
        head = self.head
        if known.length > head.length:
            raise StartupError(
                f"The erasure journal {self._path} has {counted(head.length, 'line', 'lines')}, but {keeper} knows of"
                f" {shown(known.length)}.",
                hint=_HINT,
            )
        if known.length and self._mac_at(known.length) != known.mac:
            raise StartupError(
                f"Line {known.length} of the erasure journal {self._path} is not the one that {keeper} knows.",
                hint=_HINT,
            )

    def adopt(self, former: Path) -> None:
        """Move the entries of a journal without a chain, as former versions kept it in the home directory, to this one
        and delete it. A journal of a restored backup has no others. Raise OSError."""
        try:
            text = former.read_text("utf-8", "replace")
        except FileNotFoundError:
            return
        known = {entry.id for entry in self.entries()}
        found = [entry for entry in map(_former_entry, text.splitlines()) if entry is not None]
        if missing := [entry for entry in found if entry.id not in known]:
            self.append(*missing)
        former.unlink()

    def _mac_at(self, number: int) -> str:
        if number == self.head.length:
            return self.head.mac
        return next(mac for at, (_, mac) in enumerate(self._lines(), 1) if at == number)

    def _mac(self, before: str, body: bytes) -> str:
        return hmac.digest(self._secret, before.encode() + body, "sha256").hex()

    def _lines(self) -> Iterator[tuple[JournalEntry, str]]:
        """Yield each entry with its `mac`. Raise StartupError, which names the line, for a broken chain."""
        before = ""
        with self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                body, _, rest = line.rpartition(_MAC)
                mac = self._mac(before, body)
                if not hmac.compare_digest(rest, mac.encode() + _END):
                    raise StartupError(
                        f"Line {number} of the erasure journal {self._path} was changed, or a line before it was"
                        " removed, or the master key is not the one that it was written with.",
                        hint=_HINT,
                    )
                yield JournalEntry(**json.loads(body + b"}")), mac
                before = mac

    def _remove_incomplete_line(self) -> None:
        is_new = not self._path.exists()
        handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            if not self._measure():
                _lock(handle)  # another process may just be writing that line
                self._cut(handle)
            if is_new:
                os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            sync_folder(self._path.parent)

    def _cut(self, handle: int) -> None:
        """Remove an incomplete last line, with the lock of the file."""
        if not self._measure():
            os.ftruncate(handle, self._size)
            os.fsync(handle)

    def _measure(self) -> bool:
        """Note the size of all complete lines; return whether there is nothing else."""
        data = self._path.read_bytes()
        self._size = data.rfind(b"\n") + 1
        return self._size == len(data)


def _lock(handle: int) -> None:
    """Keep other processes from writing to a file until it is closed. On the thread of an event loop calls would wait
    too, so raise JournalBusy if one writes."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if is_in_event_loop() else 0))
    except BlockingIOError:
        raise JournalBusy from None


def _former_entry(line: str) -> JournalEntry | None:
    """Return the entry of a line; None for the mark of a finished one, and for one that was cut off."""
    try:
        return JournalEntry(**json.loads(line))
    except (ValueError, TypeError):
        return None
