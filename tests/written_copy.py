"""An access copy that is written into memory."""

from collections.abc import Sequence
from datetime import datetime

from unificx.archive.contents import write_archive
from unificx.archive.schemas import AccessCopy
from unificx.privacy import Export


class WrittenFile:
    """Collects what is written. As the sealed file, it has no position to return to."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)

    def flush(self) -> None:
        """Do nothing."""


async def written_copy(copy: AccessCopy, exports: Sequence[Export], now: datetime) -> bytes:
    """Return the archive."""
    file = WrittenFile()
    await write_archive(file, copy, exports, "installation-1", now)
    return bytes(file.data)
