"""Attachments of an installation: files that arrive, and files that messages have."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.attachments import repository
from unificx.attachments.dependencies import AttachmentDependencies
from unificx.attachments.file_names import FILE, PHOTO, THUMBNAIL, all_names, attachment_id_of, file_name
from unificx.attachments.names import safe_name
from unificx.attachments.quota import in_megabytes, lock_space, require_space
from unificx.attachments.repository import ARRIVING, READY, Stored
from unificx.attachments.schemas import (
    Attachment,
    AttachmentLimits,
    AttachmentLimitsChange,
    NewUpload,
    OpenFile,
    Owner,
    QuotaExceeded,
    Upload,
)
from unificx.attachments.uploads import Uploads
from unificx.audio_store import CorruptAudio, SealedFileReader
from unificx.core.background import BackgroundTasks
from unificx.core.clock import random_id
from unificx.core.errors import Expired, Invalid, NotFound, TooManyRequests
from unificx.core.phrases import Phrase
from unificx.db import UnitOfWork
from unificx.identity.events import TenantDeleted

MAX_ATTACHMENTS = 10
"""Files of one message."""
MAX_LOOSE = 50
"""Files of a person that no message has."""
LOOSE_HOURS = 24
"""Hours after which such a file is deleted."""
MAX_FILE_BYTES, MAX_QUOTA_BYTES = 2 << 30, 100 << 40
"""Highest limits that a tenant may have."""


class Attachments:
    """Files of messages. The area of the message decides on access to them."""

    def __init__(self, deps: AttachmentDependencies) -> None:
        self._deps = deps
        self._database, self._keys, self._clock = deps.database, deps.keys, deps.clock
        self._uploads = Uploads(deps)
        self._tasks = BackgroundTasks()

    async def close(self) -> None:
        """Finish deletions of files."""
        await self._tasks.join()

    # ---- files that arrive

    async def create(self, owner: Owner, new: NewUpload) -> Upload:
        """Reserve space for a file. Raise Invalid, StorageFull, TooManyRequests."""
        now, id_ = self._clock.now(), random_id(self._clock)
        stored = Stored(
            id=id_,
            tenant_id=owner.tenant_id,
            person_id=owner.person_id,
            state=ARRIVING,
            kind=new.kind,
            created=now,
            expires=now + timedelta(hours=LOOSE_HOURS),
            length=new.length,
            size=new.length,
            conversation_id=None,
            message_id=None,
            wrapped=self._deps.new_key(owner.tenant_id, id_, owner.subject),
            subject=owner.subject,
        )
        part = repository.AttachmentPart(safe_name(new.name), "", None, None, new.seconds, new.peaks)
        if new.kind == "encrypted":  # name and measures are for the members alone
            part = repository.AttachmentPart("", "", None, None, None, ())
        async with self._database.begin() as uow:
            limits = await lock_space(uow, owner.tenant_id)
            await _require_admissible(uow.session, owner, new.length, limits)
            await require_space(uow, self._clock, owner.tenant_id, limits.quota_bytes, new.length)
            await repository.add(uow.session, self._keys, stored, part)
        return _upload(stored, 0)

    async def upload(self, owner: Owner, attachment_id: str) -> Upload:
        """Return how much of a file has arrived; a request that still sends it ends. Raise NotFound."""
        stored = await self._own(owner, attachment_id)
        return _upload(stored, await self._uploads.offset(stored))

    async def write(self, owner: Owner, attachment_id: str, offset: int, data: AsyncIterator[bytes]) -> Upload:
        """Continue a file at `offset`; what has arrived stays, however the request ends. Raise NotFound, Conflict for
        another offset, Invalid and QuotaExceeded for a file that is refused and deleted, StorageFull."""
        stored = await self._own(owner, attachment_id)
        arrived = await self._uploads.write(stored, offset, data)
        if arrived == stored.length:
            await self._complete(stored)
        return _upload(stored, arrived)

    async def terminate(self, owner: Owner, attachment_id: str) -> None:
        """Delete a file that no message has. Raise NotFound."""
        await self._own(owner, attachment_id)
        await self._delete_loose(owner.tenant_id, attachment_id)

    async def prepare(self, owner: Owner, attachment_ids: Sequence[str]) -> None:
        """Complete files that are about to be sent, as after a lost connection. Raise Invalid for one that has not
        arrived wholly, and what `write` raises."""
        if len(attachment_ids) > MAX_ATTACHMENTS or len(set(attachment_ids)) < len(attachment_ids):
            raise Invalid(Phrase("A message has at most {} files, each once.", MAX_ATTACHMENTS), field="attachments")
        for attachment_id in attachment_ids:
            async with self._database.read() as session:
                stored = await repository.get(session, owner.tenant_id, attachment_id)
            if stored is None or stored.person_id != owner.person_id:
                raise _not_sendable()
            if stored.state == ARRIVING:
                if await self._uploads.offset(stored) < stored.length:
                    raise Invalid("A file has not arrived wholly.", field="attachments", hint="Continue its upload.")
                await self._complete(stored)

    async def _complete(self, stored: Stored) -> None:
        try:
            await self._uploads.complete(stored)
        except (Invalid, QuotaExceeded):
            await self._delete_loose(stored.tenant_id, stored.id)
            raise

    async def _own(self, owner: Owner, attachment_id: str) -> Stored:
        async with self._database.read() as session:
            stored = await repository.get(session, owner.tenant_id, attachment_id)
        is_own = stored is not None and stored.person_id == owner.person_id and stored.message_id is None
        if stored is None or not is_own or (stored.expires is not None and stored.expires <= self._clock.now()):
            raise NotFound("There is no such upload.", hint="Begin it again.")
        return stored

    # ---- files of messages

    async def attach(
        self, uow: UnitOfWork, owner: Owner, attachment_ids: Sequence[str], conversation_id: str, message_id: str
    ) -> tuple[Attachment, ...]:
        """Give prepared files to a message. Raise Invalid for one that is not the author's or was sent before."""
        if not attachment_ids:
            return ()
        if not await repository.attach(uow.session, owner, attachment_ids, conversation_id, message_id):
            raise _not_sendable()
        found = await repository.of_messages(uow.session, self._keys, owner.tenant_id, [message_id])
        return found.get(message_id, ())

    async def message_of(self, tenant_id: str, attachment_id: str) -> tuple[str, str] | None:
        """Return the conversation and the message that have a file."""
        async with self._database.read() as session:
            stored = await repository.get(session, tenant_id, attachment_id)
        if stored is None or stored.conversation_id is None or stored.message_id is None:
            return None
        return stored.conversation_id, stored.message_id

    async def open(self, tenant_id: str, attachment_id: str, *, thumbnail: bool = False) -> OpenFile:
        """Open a complete file, or the thumbnail of a photo. Raise NotFound, Expired."""
        async with self._database.read() as session:
            stored = await repository.get(session, tenant_id, attachment_id)
            part = await repository.part_of(session, self._keys, tenant_id, attachment_id)
        if stored is None or stored.state != READY or (thumbnail and stored.kind != "photo"):
            raise NotFound("There is no such file.")
        if part is None:
            raise Expired("This file was erased.")
        which = (THUMBNAIL if thumbnail else PHOTO) if stored.kind == "photo" else FILE
        reader = await asyncio.to_thread(self._open_file, stored, which)
        media_type = "image/webp" if thumbnail else part.media_type
        attachment = repository.to_attachment(stored, part)
        return OpenFile(attachment, reader.name, media_type, reader.length, reader.stream)

    def _open_file(self, stored: Stored, which: str) -> SealedFileReader:
        blobs, name = self._deps.blobs, file_name(stored.id, which)
        cipher = self._deps.cipher(stored, which)
        try:
            reader = SealedFileReader(blobs, name, cipher, blobs.size(name))
            reader.verify_end()
        except (FileNotFoundError, CorruptAudio):
            raise Expired("This file is damaged.", hint="Ask the operator to restore it from a backup.") from None
        return reader

    # ---- deletion

    async def remove_of_messages(self, uow: UnitOfWork, tenant_id: str, message_ids: Sequence[str]) -> None:
        """Delete the files of messages."""
        self._remove_files_of(uow, await repository.remove_of_messages(uow.session, tenant_id, message_ids))

    async def remove_of_conversation(self, uow: UnitOfWork, tenant_id: str, conversation_id: str) -> None:
        """Delete the files of a conversation."""
        self._remove_files_of(uow, await repository.remove_of_conversation(uow.session, tenant_id, conversation_id))

    async def erase_subject(self, tenant_id: str, subject: str) -> None:
        """Delete the files of an erased author, whose key is destroyed. Idempotent."""
        async with self._database.begin() as uow:
            ids = await repository.remove_of_author(uow.session, tenant_id, subject)
        await self._remove_files(ids)

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the files of a deleted tenant. Outbox handler."""
        self._remove_files_of(uow, await repository.remove_of_tenant(uow.session, event.tenant))

    async def sweep(self) -> int:
        """Delete files that no message has had in time; return how many."""
        async with self._database.begin() as uow:
            ids = await repository.remove_expired(uow.session, self._clock.now())
        await self._remove_files(ids)
        return len(ids)

    async def delete_orphans(self) -> int:
        """Delete files without a row, as after a crash; return how many."""
        names = [name for name in await asyncio.to_thread(self._deps.blobs.local_ids) if attachment_id_of(name)]
        async with self._database.read() as session:
            known = await repository.known_attachment_files(session)
        orphans = [name for name in names if name not in known]
        for name in orphans:
            await asyncio.to_thread(self._deps.blobs.remove, name)
        return len(orphans)

    async def _delete_loose(self, tenant_id: str, attachment_id: str) -> None:
        async with self._database.begin() as uow:
            ids = await repository.remove(uow.session, tenant_id, attachment_id)
        await self._remove_files(ids)

    def _remove_files_of(self, uow: UnitOfWork, attachment_ids: Sequence[str]) -> None:
        if attachment_ids:
            uow.after_commit.append(lambda: self._tasks.spawn(self._remove_files(attachment_ids)))

    async def _remove_files(self, attachment_ids: Sequence[str]) -> None:
        for name in [name for each in attachment_ids for name in all_names(each)]:
            await asyncio.to_thread(self._deps.blobs.remove, name)

    # ---- limits

    async def limits(self, tenant_id: str) -> tuple[AttachmentLimits, int]:
        """Return the limits of a tenant, and the bytes that its files have."""
        async with self._database.read() as session:
            return await repository.limits(session, tenant_id), await repository.usage(session, tenant_id)

    async def change_limits(self, tenant_id: str, change: AttachmentLimitsChange) -> AttachmentLimits:
        """Change the limits of a tenant; files that are stored stay. Raise Invalid."""
        async with self._database.begin() as uow:
            before = await lock_space(uow, tenant_id)
            after = AttachmentLimits(
                before.max_file_bytes if change.max_file_bytes is None else change.max_file_bytes,
                before.quota_bytes if change.quota_bytes is None else change.quota_bytes,
            )
            if not (1 <= after.max_file_bytes <= MAX_FILE_BYTES and 0 <= after.quota_bytes <= MAX_QUOTA_BYTES):
                raise Invalid(Phrase("A file has at most {} MB.", in_megabytes(MAX_FILE_BYTES)), field="max_file_bytes")
            await repository.put_limits(uow.session, tenant_id, after)
        return after


async def _require_admissible(session: AsyncSession, owner: Owner, length: int, limits: AttachmentLimits) -> None:
    if not 1 <= length <= limits.max_file_bytes:
        raise Invalid(
            Phrase("A file has 1 byte to {} MB here.", in_megabytes(limits.max_file_bytes)),
            field="file",
            hint="Send less.",
        )
    if await repository.count_loose(session, owner) >= MAX_LOOSE:
        raise TooManyRequests("Too many files are being sent.", retry_after=60, hint="Send those first.")


def _upload(stored: Stored, offset: int) -> Upload:
    return Upload(stored.id, stored.length, offset, stored.expires or stored.created)


def _not_sendable() -> Invalid:
    return Invalid("A file is not there, or was sent before.", field="attachments", hint="Attach it again.")
