"""The files of a moved tenant, in their order: rows, keys, erasures, sound."""

import re
from functools import partial

from unificx.server.backup.archive import ArchiveKind
from unificx.server.transfer.envelope import encrypting
from unificx.server.transfer.moved_rows import MOVED

FORMAT, NAME = "unificx tenant 1", "moved tenant"
ROWS, SOUND, ERASURES = "rows", "audio", "erasures"
WITHDRAWN_KEYS, KEYS, ALIASES, SECRET = "withdrawn-keys", "keys", "aliases", "secret"
_FILE = re.compile(
    rf"{ROWS}/(?P<table>[a-z_]+)/\d{{8}}\.json|({WITHDRAWN_KEYS}|{KEYS}|{ALIASES}|{SECRET}|{ERASURES})/\d{{8}}\.json"
    rf"|{SOUND}/((opus|file|photo|thumb)-)?[0-9a-f-]{{1,64}}"
)


def numbered(folder: str, number: int) -> str:
    return f"{folder}/{number:08}.json"


def table_of(name: str) -> str | None:
    """Return the table of a file with rows; None for another file."""
    found = _FILE.fullmatch(name)
    return found["table"] if found else None


def _is_known(name: str) -> bool:
    found = _FILE.fullmatch(name)
    return found is not None and (found["table"] is None or found["table"] in MOVED)


READ = ArchiveKind(FORMAT, NAME, _is_known)


def written_for(receiver: bytes) -> ArchiveKind:
    """Return the kind of an archive that is encrypted for a receiver."""
    return ArchiveKind(FORMAT, NAME, _is_known, partial(encrypting, receiver=receiver))
