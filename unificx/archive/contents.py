"""The files of an access copy, as a ZIP archive that is streamed: nothing is held in memory but counts, digests, and
short lists.

The manifest is the last file, because it has the digests of all others.
"""

import hashlib
import json
import stat
import zlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from unificx.archive import vcon
from unificx.archive.calls_csv import call_lines
from unificx.archive.inventory import SHOWN, Contents, KindSummary, WrittenFile
from unificx.archive.manifest import MANIFEST, manifest
from unificx.archive.page import overview
from unificx.archive.schemas import AccessCopy
from unificx.archive.vcard import contact_card
from unificx.core.lazy import lazy_import
from unificx.privacy import Export, Files, Records

if TYPE_CHECKING:
    import stream_zip
else:
    stream_zip = lazy_import("stream_zip")

_PIECE = 256 << 10
_MODE = stat.S_IFREG | 0o600
_LEVEL = 1
"""Compression level: text shrinks to a quarter all the same."""
_MAX_SOUND = 1 << 40
"""Bytes of a sound. Its size is not known before, so that its fields need 64 bits."""

Member = tuple[str, AsyncIterator[bytes]]


async def archive_bytes(
    copy: AccessCopy, exports: Sequence[Export], installation_id: str, now: datetime
) -> AsyncIterator[bytes]:
    """Yield the archive in pieces. Values that are erased meanwhile are left out."""
    contents = Contents()
    stored = stream_zip.ZIP_AUTO(_MAX_SOUND, level=0)  # sound does not shrink

    async def members() -> AsyncIterator[tuple[str, datetime, int, Any, AsyncIterator[bytes]]]:
        async for path, data in _members(copy, exports, contents, installation_id, now):
            written = WrittenFile(path)
            method = stored if path.startswith(("audio/", "files/")) else stream_zip.ZIP_64
            yield path, now, _MODE, method, _measured(written, data)
            contents.files.append(written)

    async for piece in stream_zip.async_stream_zip(members(), chunk_size=_PIECE, get_compressobj=_compressor):
        yield piece


def _compressor() -> Any:
    return zlib.compressobj(wbits=-zlib.MAX_WBITS, level=_LEVEL)


async def _members(
    copy: AccessCopy, exports: Sequence[Export], contents: Contents, installation_id: str, now: datetime
) -> AsyncIterator[Member]:
    records = [each for each in exports if isinstance(each, Records)]
    sounds = vcon.Sounds()
    for each in records:
        summary = KindSummary(each)
        contents.kinds.append(summary)
        yield f"data/{each.kind.name}.json", _json_list(summary, sounds)
        yield f"schemas/{each.kind.name}.json", _once(_schema(each))
    for each in records:
        if each.kind.name == "call":
            yield "calls.csv", call_lines(each)
    card = contact_card(contents.shown("person"), contents.shown("extension"))
    if card:
        yield "contact.vcf", _once(card)
    for files in exports:
        if isinstance(files, Files):
            async for file in files.read():
                yield file.path, file.read()
                sounds.written(file, contents.files[-1].sha512)
    for path, text in sounds.conversations(now):
        yield path, _once(text)
    yield "index.html", _once(overview(contents, now, is_disclosure=copy.data is not None))
    yield MANIFEST, _once(manifest(copy, contents, installation_id, now))


async def _measured(written: WrittenFile, data: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    short, long = hashlib.sha256(), hashlib.sha512()
    async for piece in _large(data):
        short.update(piece)
        long.update(piece)
        written.size += len(piece)
        yield piece
    written.sha256 = short.hexdigest()
    written.sha512 = urlsafe_b64encode(long.digest()).decode().rstrip("=")


async def _large(data: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Join pieces: each one that is archived is passed between threads several times."""
    batch = bytearray()
    async for piece in data:
        batch += piece
        if len(batch) >= _PIECE:
            yield bytes(batch)
            batch.clear()
    if batch:
        yield bytes(batch)


async def _json_list(summary: KindSummary, sounds: vcon.Sounds) -> AsyncIterator[bytes]:
    """Yield a JSON array with one record a line."""
    batch = bytearray(b"[")
    async for record in summary.records.read():
        batch += b"\n" if summary.count == 0 else b",\n"
        batch += json.dumps(record, ensure_ascii=False).encode()
        summary.count += 1
        if summary.count <= SHOWN:
            summary.shown.append(record)
        elif summary.shown:
            summary.shown.clear()
        sounds.note(summary.records.kind.name, record)
        if len(batch) >= _PIECE:
            yield bytes(batch)
            batch.clear()
    yield bytes(batch + b"\n]\n")


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _schema(records: Records) -> bytes:
    schema = dict(records.kind.schema)
    head = {"$schema": schema.pop("$schema"), "title": schema.pop("title"), "type": "array"}
    definitions = {"$defs": schema.pop("$defs")} if "$defs" in schema else {}
    return json.dumps({**head, **definitions, "items": schema}, indent=1).encode()
