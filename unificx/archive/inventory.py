"""Inventory of an archive while it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from unificx.privacy import Records

SHOWN = 50
"""Records of a kind on the page; a kind with more is only counted there."""


@dataclass(slots=True)
class KindSummary:
    """The content of the file of one kind. `shown` are its records if there are few."""

    records: Records
    count: int = 0
    shown: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class WrittenFile:
    """A file in the archive. `sha512` in base64url."""

    path: str
    size: int = 0
    sha256: str = ""
    sha512: str = ""


@dataclass(slots=True)
class Contents:
    """The files written so far, and their kinds."""

    kinds: list[KindSummary] = field(default_factory=list)
    files: list[WrittenFile] = field(default_factory=list)

    def shown(self, kind: str) -> list[Mapping[str, Any]]:
        """Return the records of a kind that has few."""
        return next((each.shown for each in self.kinds if each.records.kind.name == kind), [])
