"""The files and directories of a home directory: each kind, what it contains, and whether a backup has it.

A file that no kind names is reported by `unificx privacy verify` and refused by `unificx restore`.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileKind:
    """Files whose path, relative to the home directory, matches `pattern` as a whole."""

    pattern: str
    contents: str
    in_backup: bool = False


_DOMAIN = r"(?!\.)[A-Za-z0-9._-]+"
HOME_FILES = (
    FileKind(r"unificx\.db", "the database; personal values are sealed", in_backup=True),
    FileKind(r"database\.dump", "dump of a PostgreSQL database, in backups only", in_backup=True),
    FileKind(r"keys\.db", "keys, wrapped by the master key, and keyed digests of numbers", in_backup=True),
    FileKind(r"(unificx|keys)\.db-(wal|shm|journal)", "log and index of a database in use"),
    FileKind(r"erased\.journal", "the erasure journal of a former version, moved at the next start"),
    FileKind(r"[a-z]+\.key", "a secret of the installation, sealed by the master key", in_backup=True),
    FileKind(r"[a-z]+(\.key)?\.new", "a file that is being written"),
    FileKind(r"spool/\d{16}\.(spool|parked|damaged)", "sealed records on their way to the database", in_backup=True),
    FileKind(r"spool/ballast", "reserved space"),
    FileKind(r"audio/[0-9a-f]{2}/(opus-)?[0-9a-f-]+", "sealed sound", in_backup=True),
    FileKind(r"audio/[0-9a-f]{2}/(clusters|video)-[0-9a-f-]+", "sealed video of a recording", in_backup=True),
    FileKind(r"audio/[0-9a-f]{2}/(file|photo|thumb)-[0-9a-f-]+", "sealed files of messages", in_backup=True),
    FileKind(r"tls/(ca|server)\.(pem|key)", "certificates of the own authority, keys encrypted", in_backup=True),
    FileKind(r"tls/acme/account\.key", "account key at the certificate authority, encrypted", in_backup=True),
    FileKind(rf"tls/acme/{_DOMAIN}\.(pem|json)", "certificate of a domain with its encrypted key", in_backup=True),
    FileKind(r"tls/(acme/)?[A-Za-z0-9._-]+\.(new|tmp)", "a certificate that is being written"),
    FileKind(r"copies/[A-Za-z0-9._-]+", "sealed access copies, deleted after seven days"),
    FileKind(r"models/.+", "speech recognition model, from a package"),
    FileKind(r"backup-[A-Za-z0-9_]+/.+", "copies for a backup that is being written"),
    FileKind(r"control\.sock", "socket of the running server"),
    FileKind(r"ready\.json", "addresses of the running server"),
    FileKind(r"lock", "empty; locked by the process in charge"),
)
_KINDS = tuple((re.compile(kind.pattern), kind) for kind in HOME_FILES)


def kind_of(name: str) -> FileKind | None:
    """Return the kind of a file by its path relative to the home directory; None for an unknown one."""
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(name)), None)


def files_below(home: Path) -> Iterator[tuple[str, Path]]:
    """Yield path relative to the home directory, and path, of all but directories, in order."""
    for folder, folders, names in os.walk(home):
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            yield str(path.relative_to(home)), path
