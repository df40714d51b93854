"""Import of a moved tenant, into an installation whose server does not run: wholly or not at all.

The file is read twice: first to the end, which shows that it is complete and can be used; then it is stored. Rows are
committed last, so that an interrupted import is not visible, and the next one replaces what it has left.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.attachments import present_names
from unificx.audio_store import BlobStore, present_files
from unificx.core.access import Access, stating
from unificx.core.errors import Conflict, Invalid
from unificx.db.base import Base
from unificx.db.migrations import known_revisions
from unificx.identity import bind_moved_addresses
from unificx.notifications import MOVED, put_announcement
from unificx.privacy import MovedKeys, add_erasures, reopen_erasures
from unificx.server.backup.archive import ArchiveReader, Manifest, Progress
from unificx.server.transfer import contents, repository
from unificx.server.transfer.rows import decode_rows, load_list, unusable
from unificx.server.transfer.stores import Stores

_MAX_FILE = 64 << 20
"""Bytes of a file with rows or keys: those are held in memory."""
_OTHER_DATABASE = "The tenant was exported by UnifiCX {}, with another database."


@dataclass(slots=True)
class _Found:
    """Results of the first reading: the manifest, the row of the tenant, and the names of its sound files."""

    manifest: Manifest = field(default_factory=lambda: Manifest("", "", ""))
    tenant: dict[str, Any] = field(default_factory=dict)
    sounds: set[str] = field(default_factory=set)


async def import_tenant(stores: Stores, source: Path, progress: Progress) -> Manifest:
    """Import a tenant. Raise Invalid for a file that is not whole, and Conflict for a tenant that cannot come here:
    then nothing has changed. Raise OSError."""
    with source.open("rb") as file:
        found = _read_to_the_end(_reader(stores, file, progress))
        keys = MovedKeys(stores.keys, found.manifest.about)
        async with stores.database.read() as session:
            await _require_absent(session, found, erased=keys.is_erased or _is_erased(stores, found.manifest.about))
        keys.remove()  # what an interrupted import has left
        try:
            await _store(stores, keys, found, _reader(stores, file, progress))
        except BaseException as fault:
            keys.remove()
            if isinstance(fault, IntegrityError):
                raise Conflict("Rows of the tenant are here already.", hint="See the log of the database.") from None
            raise
    return found.manifest


def _reader(stores: Stores, file: BinaryIO, progress: Progress) -> ArchiveReader:
    return ArchiveReader(stores.own_key.open(file), contents.READ, progress, is_stream=True)


def _read_to_the_end(reader: ArchiveReader) -> _Found:
    found = _Found()
    for name, content in reader.files():
        table = contents.table_of(name)
        if not found.tenant:
            found.tenant = _tenant(name, _whole(name, content))
        elif table is not None:
            rows = decode_rows(Base.metadata.tables[table], name, _whole(name, content), found.tenant["id"])
            if table == "tenant":
                raise unusable(name)
            if table == "attachment":
                ready = [row for row in rows if row["state"] == "ready"]
                found.sounds.update(name for row in ready for name in present_names(row["id"], True, row["kind"]))
            if table == "audio":
                found.sounds.update(
                    name for row in rows for name in present_files(row["id"], row["form"], row["video"])
                )
        elif name.startswith(f"{contents.SOUND}/"):
            if name.partition("/")[2] not in found.sounds:
                raise unusable(name)  # it could be a file of another tenant
        else:
            load_list(name, _whole(name, content))
    found.manifest = reader.manifest
    if found.manifest.about != found.tenant.get("id"):
        raise Invalid("The file contains no tenant, or another one.", hint="Export the tenant again.")
    if found.manifest.schema != known_revisions()[-1]:
        raise Invalid(
            _OTHER_DATABASE.format(found.manifest.version), hint="Update both installations to the same version."
        )
    return found


def _tenant(name: str, data: bytes) -> dict[str, Any]:
    """Return the row in the first file."""
    table = Base.metadata.tables["tenant"]
    rows = load_list(name, data)
    if name != contents.numbered(f"{contents.ROWS}/tenant", 1) or len(rows) != 1 or not isinstance(rows[0], list):
        raise unusable(name)
    place = list(table.columns).index(table.c.id)
    [tenant] = decode_rows(table, name, data, str(rows[0][place]) if place < len(rows[0]) else "")
    return tenant


def _is_erased(stores: Stores, tenant: str) -> bool:
    return any(entry.tenant == tenant and not entry.subject for entry in stores.journal.entries())


async def _require_absent(session: AsyncSession, found: _Found, *, erased: bool) -> None:
    if erased:
        raise Conflict("The tenant was erased here, and stays erased.", hint="Create a new tenant instead.")
    taken = await repository.present(session, found.tenant)
    if taken == "id":
        raise Conflict("The tenant is here already.", hint="Delete it first, or keep it as it is.")
    if taken:
        raise Conflict(
            f"Another tenant has the {taken} {found.tenant[taken]}.",
            field=taken,
            hint="Rename one of them, and export again.",
        )


async def _store(stores: Stores, keys: MovedKeys, found: _Found, reader: ArchiveReader) -> None:
    tenant = found.manifest.about
    stored: list[str] = []
    async with _removing(stores.blobs, stored), stores.database.begin() as uow:
        for name, content in reader.files():
            table, folder = contents.table_of(name), name.partition("/")[0]
            if folder == contents.SOUND:
                stored.append(name.partition("/")[2])
                _store_sound(stores.blobs, name.partition("/")[2], content)
                continue
            data = _whole(name, content)
            if table is not None:
                target = Base.metadata.tables[table]
                await repository.insert_rows(uow.session, target, decode_rows(target, name, data, tenant))
            elif folder == contents.ERASURES:
                add_erasures(stores.journal, tenant, load_list(name, data))
            else:
                add = {
                    contents.WITHDRAWN_KEYS: keys.add_withdrawn_keys,
                    contents.KEYS: keys.add_keys,
                    contents.ALIASES: keys.add_aliases,
                    contents.SECRET: keys.add_secret,
                }
                add[folder](load_list(name, data))
        if reader.manifest.files != found.manifest.files:
            raise Conflict("The file was changed while it was read.", hint="Import it again.")
        with stating(Access("administration", "import")):
            await bind_moved_addresses(uow.session, stores.keys, tenant)
        await put_announcement(uow.session, tenant, MOVED, stores.database.clock.now())
        await reopen_erasures(uow.session, stores.journal, tenant)


@asynccontextmanager
async def _removing(blobs: BlobStore, stored: list[str]) -> AsyncIterator[None]:
    """Remove the stored files again if the block raises."""
    try:
        yield
    except BaseException:
        for name in stored:
            blobs.remove(name)
        raise


def _store_sound(blobs: BlobStore, name: str, content: Iterator[bytes]) -> None:
    blobs.remove(name)  # what an interrupted import has left
    with blobs.create(name) as file:
        for piece in content:
            file.write(piece)


def _whole(name: str, content: Iterator[bytes]) -> bytes:
    data = bytearray()
    for piece in content:
        data += piece
        if len(data) > _MAX_FILE:
            raise unusable(name)
    return bytes(data)
