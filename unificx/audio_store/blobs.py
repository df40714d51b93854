"""Storage of sealed audio files: a local directory, or another implementation of `BlobStore`."""

import os
import re
from pathlib import Path
from typing import BinaryIO, Protocol

_NAME = re.compile(r"((opus|clusters|video|file|photo|thumb)-)?[0-9a-f-]+\Z")


class BlobStore(Protocol):
    """Bytes by id. Blocking: call from a thread. All methods but `remove` raise FileNotFoundError for an unknown id."""

    def create(self, id_: str) -> BinaryIO:
        """Create a blob opened for appending. Raises FileExistsError; OSError if there is no space."""
        ...

    def resume(self, id_: str) -> BinaryIO:
        """Open an unfinished blob for reading, truncating and appending."""
        ...

    def read(self, id_: str, start: int, length: int) -> bytes: ...
    def size(self, id_: str) -> int: ...
    def remove(self, id_: str) -> None:
        """Delete a blob if it exists."""
        ...

    def local_ids(self) -> list[str]:
        """Ids of all blobs on this machine."""
        ...

    def pending_uploads(self) -> list[str]:
        """Ids of blobs on this machine that are to be uploaded once finished."""
        ...

    def upload(self, id_: str) -> None:
        """Upload a finished blob to its permanent storage. Raises ServiceUnavailable; the blob then stays here until it
        succeeds."""
        ...

    def remote_ids(self) -> list[str]:
        """Ids of all blobs in remote storage. Raises ServiceUnavailable."""
        ...


class LocalBlobStore:
    """`BlobStore` in a local directory, with files readable by their owner only."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def create(self, id_: str) -> BinaryIO:
        path = self._path(id_)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb", buffering=0)

    def resume(self, id_: str) -> BinaryIO:
        return self._path(id_).open("r+b", buffering=0)

    def read(self, id_: str, start: int, length: int) -> bytes:
        with self._path(id_).open("rb", buffering=0) as file:
            return os.pread(file.fileno(), length, start)

    def size(self, id_: str) -> int:
        return self._path(id_).stat().st_size

    def remove(self, id_: str) -> None:
        self._path(id_).unlink(missing_ok=True)

    def local_ids(self) -> list[str]:
        return [path.name for path in self._root.glob("??/*")]

    def pending_uploads(self) -> list[str]:
        return []

    def upload(self, id_: str) -> None:
        """Do nothing: local files are already in their permanent place."""

    def remote_ids(self) -> list[str]:
        return []

    def _path(self, id_: str) -> Path:
        if _NAME.match(id_) is None:
            raise FileNotFoundError("invalid blob id")
        return self._root / id_[-2:] / id_
