"""Video stored with sound: under the same content key and row, in files of its own.

While it is recorded, the file has clusters only; the finished file is WebM.
"""

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.audio_store.blobs import BlobStore
from unificx.audio_store.file_format import FILE_HEADER, HEADER_SIZE, AudioHeader, ChunkCipher, CorruptAudio
from unificx.audio_store.repository import CLUSTERS, AudioRecord, video_name
from unificx.audio_store.sealed_file import SealedFileReader
from unificx.audio_store.writer import SealedFileWriter


def create_video(blobs: BlobStore, recording: tuple[str, str], aead: AESGCM, video: str) -> SealedFileWriter:
    """Return a writer of the video of a recording: `CLUSTERS` or `WEBM`. There is no file until something is
    written."""
    return SealedFileWriter(blobs, video_name(recording[1], video), _cipher(recording, aead, video))


def open_video(blobs: BlobStore, row: AudioRecord, aead: AESGCM) -> SealedFileReader:
    """Open the video of a recording that has one. Of clusters without an end, what is there is readable. Blocking: call
    from a thread. Raises FileNotFoundError, CorruptAudio."""
    name, recording = video_name(row.id, row.video), (row.tenant_id, row.id)
    size = blobs.size(name)
    if AudioHeader.parse(blobs.read(name, 0, HEADER_SIZE) if size else b"") != FILE_HEADER:
        raise CorruptAudio("invalid header")
    stored = SealedFileReader(blobs, name, _cipher(recording, aead, row.video), size)
    try:
        stored.verify_end()
    except CorruptAudio:
        if row.video != CLUSTERS:
            raise
        return SealedFileReader(blobs, name, _cipher(recording, aead, row.video), size, truncated=True)
    return stored


def _cipher(recording: tuple[str, str], aead: AESGCM, video: str) -> ChunkCipher:
    return ChunkCipher(aead, FILE_HEADER, (*recording, video))
