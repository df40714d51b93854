"""Where sealed audio lies: a file each in a directory of the installation, or wherever else `Blobs` is filled from."""

import os
import re
from pathlib import Path
from typing import BinaryIO, Protocol

_NAME = re.compile(r"(opus-)?[0-9a-f-]+\Z")


class Blobs(Protocol):
    """Bytes by id. May block: call from a thread. All but `remove` raise FileNotFoundError for an id without bytes."""

    def create(self, id_: str) -> BinaryIO:
        """A new one, to be written at its end. Raises FileExistsError; OSError if there is no room."""
        ...

    def resume(self, id_: str) -> BinaryIO:
        """One that was not finished, to be read, cut and written at its end."""
        ...

    def read(self, id_: str, start: int, length: int) -> bytes: ...
    def size(self, id_: str) -> int: ...
    def remove(self, id_: str) -> None:
        """Delete it; none is no error."""
        ...

    def ids(self) -> list[str]:
        """All there are on this machine."""
        ...

    def waiting(self) -> list[str]:
        """Of those on this machine the ones that are not to stay on it once they are over."""
        ...

    def bring(self, id_: str) -> None:
        """It is over: bring it to where it is to stay. Raises Away; then it stays here until that is done."""
        ...

    def elsewhere(self) -> list[str]:
        """All that were brought away from this machine. Raises Away."""
        ...


class Directory:
    """Fills `Blobs` by files that only their owner may read."""

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

    def ids(self) -> list[str]:
        return [path.name for path in self._root.glob("??/*")]

    def waiting(self) -> list[str]:
        return []

    def bring(self, id_: str) -> None:
        """It is where it is to stay."""

    def elsewhere(self) -> list[str]:
        return []

    def _path(self, id_: str) -> Path:
        if _NAME.match(id_) is None:
            raise FileNotFoundError("not an id of ours")
        return self._root / id_[-2:] / id_
