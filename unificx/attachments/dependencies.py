"""Dependencies of the services of attachments."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.attachments.ports import PhotoProcessor
from unificx.attachments.repository import Stored
from unificx.audio_store import FILE_HEADER, BlobStore, ChunkCipher
from unificx.core.clock import Clock
from unificx.core.errors import Expired
from unificx.db import Database
from unificx.privacy import KeyStore, create_content_key, open_content_key


@dataclass(frozen=True, slots=True)
class AttachmentDependencies:
    """Dependencies."""

    database: Database
    keys: KeyStore
    blobs: BlobStore
    photos: PhotoProcessor

    @property
    def clock(self) -> Clock:
        return self.database.clock

    def cipher(self, stored: Stored, which: str) -> ChunkCipher:
        """Return the cipher of one of the files. Raise Expired if its author was erased."""
        names = [(stored.tenant_id, stored.subject)]
        content = open_content_key(self.keys, stored.tenant_id, stored.id, names, stored.wrapped)
        if content is None:
            raise Expired("This file was erased.")
        return _cipher(content, stored, which)

    def new_key(self, tenant_id: str, attachment_id: str, subject: str) -> bytes:
        """Return a new content key, wrapped. Raise ErasedSubject."""
        return create_content_key(self.keys, tenant_id, attachment_id, [(tenant_id, subject)])[1]


def _cipher(content: AESGCM, stored: Stored, which: str) -> ChunkCipher:
    return ChunkCipher(content, FILE_HEADER, (stored.tenant_id, stored.id, which))
