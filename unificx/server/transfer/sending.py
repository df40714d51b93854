"""Export of a tenant for another installation, also while the server runs."""

import io
import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from unificx import __version__
from unificx.attachments import present_names
from unificx.audio_store import BlobStore, present_files
from unificx.core.errors import Conflict, NotFound
from unificx.db.migrations import known_revisions
from unificx.privacy import exported_erasures, exported_keys
from unificx.server.backup.archive import ArchiveWriter, Manifest, Progress, writing
from unificx.server.transfer import contents, repository
from unificx.server.transfer.moved_rows import moved_tables
from unificx.server.transfer.rows import encode_rows
from unificx.server.transfer.stores import Stores

_BATCH = 2000


async def export_tenant(
    stores: Stores, reference: str | None, target: Path, receiver: bytes, progress: Progress
) -> Manifest:
    """Write a tenant to `target`, encrypted for a receiver: the rows as of one moment, then what may only have become
    less. A file that was begun is of no use and is removed. Raise NotFound, Conflict, OSError.

    Erasures are written last: one meanwhile is repeated by the receiver."""
    database = stores.database
    async with database.read() as session:
        tenant = await repository.only_or_named_tenant(session, reference)
        if tenant is None:
            raise NotFound("There is no such tenant, or more than one.", hint="Name it with --tenant.")
        if await repository.has_events(session, tenant):
            raise Conflict("Events of the tenant wait.", hint="Repeat it in a moment; see `unificx doctor`.")
        manifest = Manifest(__version__, known_revisions()[-1], database.clock.now().isoformat(), tenant)
        with writing(target, manifest, progress, contents.written_for(receiver)) as archive:
            sounds: dict[str, None] = {}
            for table in moved_tables():
                number = 0
                async for rows in repository.rows_of_tenant(session, table, tenant):
                    number += 1
                    name = contents.numbered(f"{contents.ROWS}/{table.name}", number)
                    _add(archive, name, encode_rows(rows))
                    sounds.update(dict.fromkeys(_file_names(table.name, rows)))
            with exported_keys(stores.keys, tenant) as exported:
                _add_lists(archive, contents.SECRET, exported.secret())
                _add_lists(archive, contents.WITHDRAWN_KEYS, exported.withdrawn_keys())
                _add_lists(archive, contents.KEYS, exported.subject_keys())
                _add_lists(archive, contents.ALIASES, exported.aliases())
            for name in sounds:
                _add_sound(archive, stores.blobs, name)
            _add_lists(archive, contents.ERASURES, exported_erasures(stores.journal, tenant))
    return manifest


def _add(archive: ArchiveWriter, name: str, data: bytes) -> None:
    archive.add_stream(name, io.BytesIO(data), len(data))


def _add_lists(archive: ArchiveWriter, folder: str, values: Iterable[list[Any]]) -> None:
    found, number = iter(values), 0
    while batch := list(islice(found, _BATCH)):
        number += 1
        _add(archive, contents.numbered(folder, number), json.dumps(batch, separators=(",", ":")).encode())


def _file_names(table: str, rows: Iterable[Any]) -> list[str]:
    """Return the names of the files that rows have; what still arrives stays behind."""
    if table == "attachment":
        ready = [row for row in rows if row.state == "ready"]
        return [name for row in ready for name in present_names(row.id, True, row.kind)]
    if table == "audio":
        return [name for row in rows if row.state != "erased" for name in present_files(row.id, row.form, row.video)]
    return []


def _add_sound(archive: ArchiveWriter, blobs: BlobStore, name: str) -> None:
    try:
        sound = _Sound(blobs, name)
    except FileNotFoundError:
        raise Conflict("Recordings have changed meanwhile.", hint="Export the tenant again.") from None
    archive.add_stream(f"{contents.SOUND}/{name}", cast("BinaryIO", sound), sound.size)


class _Sound:
    """A stored file, read from its beginning. Raise FileNotFoundError."""

    def __init__(self, blobs: BlobStore, name: str) -> None:
        self._blobs, self._name, self._at = blobs, name, 0
        self.size = blobs.size(name)

    def read(self, size: int) -> bytes:
        data = self._blobs.read(self._name, self._at, size)
        self._at += len(data)
        return data
