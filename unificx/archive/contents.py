"""The files of an access copy, as a ZIP archive that is streamed: nothing is held in memory but counts, digests, and
short lists.

The manifest is the last file, because it has the digests of all others.
"""

import asyncio
import hashlib
import json
import stat
import struct
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any, Protocol, cast

from unificx.archive import calls_csv, vcon
from unificx.archive.inventory import SHOWN, Contents, KindSummary, WrittenFile
from unificx.archive.manifest import MANIFEST, manifest
from unificx.archive.page import overview
from unificx.archive.schemas import AccessCopy
from unificx.archive.vcard import contact_card
from unificx.db import shield_until_done
from unificx.privacy import Export, Files, Records

_PIECE, _BATCH = 256 << 10, 1 << 20
_SOUND, _FILE = "audio/", "files/"
_MODE = stat.S_IFREG | 0o600
_LEVEL, _STORED = 1, 0
"""Levels of compression. Text shrinks to a quarter with the first. Sound does not shrink: it is stored as blocks of the
same format, because programs that read a stream need to find its end."""
_TIME, _MODIFIED = struct.Struct("<HHBl"), 0x5455
"""Extra field with the time in UTC (Info-ZIP); the one of ZIP has no zone."""

Member = tuple[str, AsyncIterator[bytes]]
_Note = Callable[[str, Mapping[str, Any]], None]


class ArchiveFile(Protocol):
    """A file that is written from its beginning to its end. Blocking."""

    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


async def write_archive(
    file: ArchiveFile, copy: AccessCopy, exports: Sequence[Export], installation_id: str, now: datetime
) -> None:
    """Write the archive, by threads. Values that are erased meanwhile are left out. Raise what `file` raises."""
    contents = Contents()
    with zipfile.ZipFile(cast("IO[bytes]", file), "w") as archive:
        async for path, data in _members(copy, exports, contents, installation_id, now):
            with archive.open(_described(path, now), "w", force_zip64=True) as member:
                contents.files.append(await _write_member(member, path, data))
        await _to_the_end(asyncio.to_thread(archive.close))


def _described(path: str, now: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, now.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    level = _STORED if path.startswith((_SOUND, _FILE)) else _LEVEL
    info._compresslevel = level  # pyright: ignore[reportAttributeAccessIssue] # `compress_level` since Python 3.13
    info.external_attr = _MODE << 16
    info.extra = _TIME.pack(_MODIFIED, 5, 1, int(now.timestamp()))
    return info


async def _write_member(member: IO[bytes], path: str, data: AsyncIterator[bytes]) -> WrittenFile:
    """Write a file. While one batch is compressed, sealed and written by a thread, another one hashes it, and the next
    batch is read."""
    written, batches = WrittenFile(path), _batches(data)
    short, long = hashlib.sha256(), hashlib.sha512() if path.startswith(_SOUND) else None

    def measure(batch: list[bytes]) -> None:
        for piece in batch:
            written.size += len(piece)
            short.update(piece)
            if long is not None:
                long.update(piece)

    batch: list[bytes] | None = await anext(batches, None)
    while batch:
        threads = asyncio.to_thread(member.writelines, batch), asyncio.to_thread(measure, batch)
        batch, *_ = await _to_the_end(anext(batches, None), *threads)
    await _to_the_end(asyncio.to_thread(member.close))
    written.sha256 = short.hexdigest()
    if long is not None:
        written.sha512 = urlsafe_b64encode(long.digest()).decode().rstrip("=")
    return written


async def _to_the_end(*work: Awaitable[Any]) -> list[Any]:
    """Await all, even if one fails or this task is cancelled: no thread may still write when the file is closed."""
    found = await shield_until_done(_results(work))
    for each in found:
        if isinstance(each, BaseException):
            raise each
    return found


async def _results(work: Iterable[Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*work, return_exceptions=True)


async def _batches(data: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """Join pieces: each batch is passed between threads several times."""
    batch, size = list[bytes](), 0
    async for piece in data:
        batch.append(piece)
        size += len(piece)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


async def _members(
    copy: AccessCopy, exports: Sequence[Export], contents: Contents, installation_id: str, now: datetime
) -> AsyncIterator[Member]:
    records = [each for each in exports if isinstance(each, Records)]
    sounds, calls = vcon.Sounds(), calls_csv.CallLines()
    for each in records:
        summary = KindSummary(each)
        contents.kinds.append(summary)
        yield f"data/{each.kind.name}.json", _json_list(summary, (sounds.note, calls.note))
        yield f"schemas/{each.kind.name}.json", _each([_schema(each)])
    if any(each.kind.name == calls_csv.KIND for each in records):
        yield "calls.csv", _each(calls.read())
    card = contact_card(contents.shown("person"), contents.shown("extension"))
    if card:
        yield "contact.vcf", _each([card])
    for files in exports:
        if isinstance(files, Files):
            async for file in files.read():
                yield file.path, file.read()
                sounds.written(file, contents.files[-1].sha512)
    for path, text in sounds.conversations(now):
        yield path, _each([text])
    yield "index.html", _each([overview(contents, now, is_disclosure=copy.data is not None)])
    yield MANIFEST, _each([manifest(copy, contents, installation_id, now)])


async def _json_list(summary: KindSummary, notes: Sequence[_Note]) -> AsyncIterator[bytes]:
    """Yield a JSON array with one record a line; note each record by its kind."""
    batch = bytearray(b"[")
    async for record in summary.records.read():
        batch += b"\n" if summary.count == 0 else b",\n"
        batch += json.dumps(record, ensure_ascii=False).encode()
        summary.count += 1
        if summary.count <= SHOWN:
            summary.shown.append(record)
        elif summary.shown:
            summary.shown.clear()
        for note in notes:
            note(summary.records.kind.name, record)
        if len(batch) >= _PIECE:
            yield bytes(batch)
            batch.clear()
    yield bytes(batch + b"\n]\n")


async def _each(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def _schema(records: Records) -> bytes:
    schema = dict(records.kind.schema)
    head = {"$schema": schema.pop("$schema"), "title": schema.pop("title"), "type": "array"}
    definitions = {"$defs": schema.pop("$defs")} if "$defs" in schema else {}
    return json.dumps({**head, **definitions, "items": schema}, indent=1).encode()
