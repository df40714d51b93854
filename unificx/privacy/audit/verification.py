"""Verification of the audit log, without I/O: of the stored one, or of an exported file.

All leaves and roots are computed again; every signed head has to be that of the tree at its size. Entries between the
last head and the end are protected by the next head only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from unificx.core.errors import Invalid
from unificx.privacy.audit import merkle
from unificx.privacy.audit.entries import leaf_of
from unificx.privacy.audit.proofs import Head, read_head
from unificx.privacy.signing import fingerprint

MAX_FAULTS = 50


@dataclass(frozen=True, slots=True)
class AuditFault:
    """A part that does not fit, such as `entry 7` or `head 100`, with the reason."""

    what: str
    why: str


class StoredEntry(NamedTuple):
    """An entry as stored. `content` is None for that of a deleted tenant; `faults` were found in its sealed parts."""

    position: int
    leaf: str
    content: dict[str, Any] | None
    erased: bool = False
    """Whether a person in it was erased."""
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class AuditReport:
    """Result of a verification."""

    entries: int = 0
    erased: int = 0
    heads: int = 0
    signed: int = 0
    """Entries included in a valid head."""
    fingerprints: list[str] = field(default_factory=list[str])
    """Of the keys that have signed."""
    faults: list[AuditFault] = field(default_factory=list[AuditFault])

    @property
    def ok(self) -> bool:
        return not self.faults

    def add(self, what: str, why: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(AuditFault(what, why))


class Verifier:
    """Takes the heads, then all entries in order, and reports what does not fit."""

    def __init__(self, heads: Iterable[object]) -> None:
        self.report = AuditReport()
        self._tree = merkle.Tree()
        # Owner: this verification.
        self._heads: dict[int, list[Head]] = {}
        for number, each in enumerate(heads):
            self._add_head(number, each)

    def add(self, entries: Sequence[StoredEntry]) -> None:
        """Verify the next entries. Raise nothing: faults are in the report."""
        for entry in entries:
            self._add(entry)

    def finish(self) -> AuditReport:
        """Return the report, once all entries were added."""
        for size in sorted(self._heads):
            if size > self._tree.size:
                self.report.add(f"head {size}", f"The log has only {self._tree.size} entries: some were removed.")
        self.report.entries = self._tree.size
        return self.report

    def _add_head(self, number: int, value: object) -> None:
        self.report.heads += 1
        size = value.get("size", f"number {number + 1}") if isinstance(value, dict) else f"number {number + 1}"
        try:
            head = read_head(value)
        except Invalid as fault:
            self.report.add(f"head {size}", fault.message)
            return
        self._heads.setdefault(head.size, []).append(head)
        signer = fingerprint(value["public_key"])  # pyright: ignore[reportIndexIssue]
        if signer not in self.report.fingerprints:
            self.report.fingerprints.append(signer)

    def _add(self, entry: StoredEntry) -> None:
        expected = self._tree.size
        if entry.position != expected:
            self.report.add(f"entry {expected}", f"It is missing: entry {entry.position} follows.")
        what = f"entry {entry.position}"
        try:
            leaf = bytes.fromhex(entry.leaf)
        except ValueError:
            leaf = b""
        if len(leaf) != 32:
            self.report.add(what, "Its hash is malformed.")
            leaf = bytes(32)
        elif entry.content is not None and not _fits(entry.content, leaf):
            self.report.add(what, "It was changed: its hash is another.")
        for why in entry.faults:
            self.report.add(what, why)
        self.report.erased += entry.erased
        self._tree.append(leaf)
        self._check_heads()

    def _check_heads(self) -> None:
        size = self._tree.size
        for head in self._heads.pop(size, ()):
            if head.root == self._tree.root:
                self.report.signed = size
            else:
                first = self.report.signed
                self.report.add(
                    f"head {size}", f"The tree is another: an entry from {first} to {size - 1} was replaced."
                )


def _fits(content: dict[str, Any], leaf: bytes) -> bool:
    try:
        return leaf_of(content) == leaf
    except Invalid:
        return False


def verify_export(lines: Iterable[dict[str, Any]], more_heads: Iterable[object] = ()) -> AuditReport:
    """Verify an exported log: objects with `head` or `entry`. `more_heads` were stored outside."""
    heads: list[object] = []
    entries: list[StoredEntry] = []
    for number, line in enumerate(lines):
        if "head" in line:
            heads.append(line["head"])
        else:
            entries.append(_exported(line, number))
    verifier = Verifier([*heads, *more_heads])
    verifier.add(entries)
    return verifier.finish()


def _exported(line: dict[str, Any], number: int) -> StoredEntry:
    position, leaf, content = line.get("position"), line.get("leaf"), line.get("entry")
    is_entry = type(position) is int and isinstance(leaf, str) and (content is None or isinstance(content, dict))
    if not is_entry:
        raise Invalid(f"Line {number + 1} is neither an entry nor a head.", hint="Export the log again.")
    return StoredEntry(position, leaf, content, erased=content is None)  # pyright: ignore[reportArgumentType]
