"""Files that arrive: written part by part, then examined and made ready."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from weakref import WeakValueDictionary

from unificx.attachments import repository
from unificx.attachments.content_types import DOWNLOAD, HEAD_SIZE, detect, voice_type
from unificx.attachments.dependencies import AttachmentDependencies
from unificx.attachments.file_names import FILE, PHOTO, THUMBNAIL, all_names, file_name
from unificx.attachments.names import with_ending
from unificx.attachments.quota import lock_space, require_space
from unificx.attachments.repository import ARRIVING, Stored
from unificx.attachments.schemas import AttachmentKind
from unificx.audio_store import CorruptAudio, IncomingFile, SealedFileReader, SealedFileWriter
from unificx.core.errors import Conflict, Invalid, NotFound, StorageFull
from unificx.core.phrases import Phrase
from unificx.db import shield_until_done

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class Uploads:
    """Files that arrive at this process. A later request for a file ends an earlier one, whose connection is lost."""

    def __init__(self, deps: AttachmentDependencies) -> None:
        self._deps = deps
        # Owner: this node: requests that it handles.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # Owner: this node: the request that writes each file.
        self._writers: dict[str, object] = {}

    async def offset(self, stored: Stored) -> int:
        """Return the bytes that are stored, and end a request that still writes. Raise NotFound if it was deleted."""
        if stored.state != ARRIVING:
            return stored.length
        async with self._lock(stored):
            self._writers.pop(stored.id, None)
            found = await shield_until_done(asyncio.to_thread(self._stored_bytes, stored))
            if await self._remove_if_deleted(stored):
                raise _no_upload()
            return found

    def _stored_bytes(self, stored: Stored) -> int:
        try:
            self._deps.blobs.size(file_name(stored.id, FILE))
        except FileNotFoundError:
            return 0
        file = self._open(stored)
        try:
            return file.offset
        finally:
            file.close()

    async def write(self, stored: Stored, offset: int, data: AsyncIterator[bytes]) -> int:
        """Append data; return the bytes that are stored. Raise Conflict for another offset or if a later request
        writes, Invalid for more than the announced length, StorageFull."""
        if stored.state != ARRIVING:
            return _expected(stored.length, offset)
        writer = object()
        async with self._lock(stored):
            self._writers[stored.id] = writer
            file = await asyncio.to_thread(self._open, stored)
        try:
            if await self._remove_if_deleted(stored):
                raise _no_upload()
            _expected(file.offset, offset)
            async for piece in data:
                if file.offset + len(piece) > stored.length:
                    raise Invalid("The file is longer than announced.", field="Upload-Length")
                await self._append(stored, writer, file, piece)
        finally:
            await shield_until_done(self._end(stored, writer, file))
        return file.offset

    async def _append(self, stored: Stored, writer: object, file: IncomingFile, piece: bytes) -> None:
        async with self._lock(stored):
            if self._writers.get(stored.id) is not writer:
                raise Conflict("Another request continues this upload.", hint="Ask for its offset.")
            await shield_until_done(asyncio.to_thread(file.write, piece))

    async def _end(self, stored: Stored, writer: object, file: IncomingFile) -> None:
        try:
            async with self._lock(stored):
                if self._writers.get(stored.id) is writer:
                    del self._writers[stored.id]
                    await asyncio.to_thread(file.flush)
        finally:
            file.close()

    async def complete(self, stored: Stored) -> None:
        """Find out what a complete file is, and make it ready. Raise Invalid for one that is refused."""
        async with self._lock(stored):
            async with self._deps.database.read() as session:
                present = await repository.get(session, stored.tenant_id, stored.id)
                part = await repository.part_of(session, self._deps.keys, stored.tenant_id, stored.id)
            if present is None or part is None:
                raise _no_upload()
            if present.state == ARRIVING:
                try:
                    await self._examine(present, part)
                except Exception:
                    await self._remove_if_deleted(present)
                    raise

    async def _remove_if_deleted(self, stored: Stored) -> bool:
        """Remove files that were made after their upload was deleted or its author erased; return whether it was. A
        deletion whose row is still there removes them itself, after its commit."""
        async with self._deps.database.read() as session:
            if await repository.get(session, stored.tenant_id, stored.id) is not None:
                return False
        for name in all_names(stored.id):
            await asyncio.to_thread(self._deps.blobs.remove, name)
        return True

    async def _examine(self, stored: Stored, part: repository.AttachmentPart) -> None:
        reader = await asyncio.to_thread(self._reader, stored)
        if stored.kind == "encrypted":
            await self._finish(stored, replace(part, media_type=DOWNLOAD), "encrypted", stored.length)
            return
        head = b"".join([piece async for piece in reader.stream(0, HEAD_SIZE)])
        kind, media_type = detect(head)
        if kind == "photo":
            await self._write_photo(stored, part, reader)
            return
        voice = voice_type(media_type) if stored.kind == "voice" else None
        found: AttachmentKind = "voice" if voice is not None else kind
        if voice is None:
            part = replace(part, seconds=None, peaks=())
        await self._finish(stored, replace(part, media_type=voice or media_type), found, stored.length)

    async def _write_photo(self, stored: Stored, part: repository.AttachmentPart, reader: SealedFileReader) -> None:
        """Replace a photo by one without metadata."""
        made = await self._deps.photos.process(reader.stream())
        for which, data in ((PHOTO, made.photo), (THUMBNAIL, made.thumbnail)):
            await shield_until_done(asyncio.to_thread(self._write_file, stored, which, data))
        name = with_ending(part.name, _ENDINGS.get(made.media_type, "jpg"))
        measures = {"width": made.width, "height": made.height, "seconds": None, "peaks": ()}
        changed = replace(part, name=name, media_type=made.media_type, **measures)
        await self._finish(stored, changed, "photo", len(made.photo) + len(made.thumbnail))
        await asyncio.to_thread(self._deps.blobs.remove, file_name(stored.id, FILE))

    async def _finish(self, stored: Stored, part: repository.AttachmentPart, kind: AttachmentKind, size: int) -> None:
        async with self._deps.database.begin() as uow:
            if size > stored.size:  # more than was reserved: a photo may grow as it is written anew
                quota = (await lock_space(uow, stored.tenant_id)).quota_bytes
                await require_space(uow, self._deps.clock, stored.tenant_id, quota, size - stored.size)
            if not await repository.finish(uow.session, self._deps.keys, replace(stored, kind=kind, size=size), part):
                raise _no_upload()

    def _write_file(self, stored: Stored, which: str, data: bytes) -> None:
        name = file_name(stored.id, which)
        self._deps.blobs.remove(name)  # of an earlier attempt
        file = SealedFileWriter(self._deps.blobs, name, self._deps.cipher(stored, which))
        file.write(data)
        if not file.finish():
            raise StorageFull(
                "No space left to store the photo.", hint="Ask the server administrator to free disk space."
            )

    def _reader(self, stored: Stored) -> SealedFileReader:
        name = file_name(stored.id, FILE)
        try:
            size = self._deps.blobs.size(name)
            reader = SealedFileReader(self._deps.blobs, name, self._deps.cipher(stored, FILE), size)
            reader.verify_end()
        except (FileNotFoundError, CorruptAudio):
            raise Invalid("The file is damaged.", field="file", hint="Send it again.") from None
        return reader

    def _open(self, stored: Stored) -> IncomingFile:
        return IncomingFile(
            self._deps.blobs, file_name(stored.id, FILE), self._deps.cipher(stored, FILE), stored.length
        )

    def _lock(self, stored: Stored) -> asyncio.Lock:
        lock = self._locks.get(stored.id)
        if lock is None:
            lock = self._locks[stored.id] = asyncio.Lock()
        return lock


def _no_upload() -> NotFound:
    return NotFound("There is no such upload.", hint="Begin it again.")


def _expected(present: int, offset: int) -> int:
    if offset != present:
        raise Conflict(Phrase("The file continues at {}.", present), field="Upload-Offset", hint="Ask for its offset.")
    return present
