"""Data of a person in this area: the files that they have sent. An access copy has the files too."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from unificx.attachments import repository
from unificx.attachments.models import AttachmentRow
from unificx.attachments.service import Attachments
from unificx.core.errors import Expired, NotFound
from unificx.db import Database
from unificx.privacy import CopyRules, DataSubject, Export, ExportedFile, Files, Holding, KeyStore, RowHolding


def attachment_holding(database: Database, attachments: Attachments) -> Holding:
    def contents(owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        del keys

        async def files() -> AsyncIterator[ExportedFile]:
            async with database.read() as session:
                found = await repository.of_author(session, owner.tenant_id, owner.subject)
            for each in found:
                try:
                    opened = await attachments.open(owner.tenant_id, each.id)
                except (Expired, NotFound):
                    continue  # erased meanwhile
                ending = ENDINGS.get(opened.kind, "bin")
                path = f"files/{each.id}.{ending}"
                yield ExportedFile(path, opened.kind, partial(opened.stream, 0, opened.length))

        return [Files("files sent in conversations", files)]

    rows = {AttachmentRow: "files sent in conversations"}
    copying = CopyRules(more=contents)
    return RowHolding(database, "attachments", rows, attachments.erase_subject, copying=copying)


ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/quicktime": "mov",
    "audio/mp4": "m4a",
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "application/pdf": "pdf",
}
"""Endings of files in an access copy, by type."""
