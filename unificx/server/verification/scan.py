"""Search for plaintext in the bytes of files: home directory, memory files, log."""

import os
import socket
import stat
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from unificx.server.home_files import files_below
from unificx.server.paths import InstallationPaths

_MEMORY = Path("/dev/shm")  # noqa: S108 - only read
_OUTPUT = {"1", "2"}
"""Descriptors of the log; it may be a file."""
_PIECE = 1 << 20
_FRAGMENT = 10
"""Characters at the end of a value that are searched too: compressed pages may cut a value."""


@dataclass(slots=True)
class ScanResult:
    """Bytes that were read, and places with plaintext."""

    files: int = 0
    bytes: int = 0
    found: list[str] = field(default_factory=list)


class Needles:
    """Values to search for, in each form in which text is stored."""

    def __init__(self, values: Iterable[str]) -> None:
        self._forms: list[bytes] = []
        for value in values:
            end = value[-_FRAGMENT:]
            self._forms += [end.encode(), end.encode("utf-16-le"), end.encode().hex().encode()]

    def are_in(self, data: bytes) -> bool:
        return any(form in data for form in self._forms)

    def are_in_file(self, file: BinaryIO) -> bool:
        overlap = max(map(len, self._forms)) - 1
        before = b""
        while piece := file.read(_PIECE):
            data = before + piece
            if self.are_in(data):
                return True
            before = data[-overlap:]
        return False


def scan_files(places: Iterable[tuple[str, Path]], needles: Needles, result: ScanResult) -> None:
    """Search regular files. One that is gone meanwhile is left out."""
    for name, path in places:
        try:
            if not path.is_file():
                continue
            with path.open("rb") as file:
                about = os.fstat(file.fileno())
                size = about.st_size
                if not size or not stat.S_ISREG(about.st_mode):
                    continue
                if needles.are_in_file(file):
                    result.found.append(name)
        except FileNotFoundError:
            continue
        result.files += 1
        result.bytes += size


def places_of(paths: InstallationPaths) -> Iterator[tuple[str, Path]]:
    """Yield the files of an installation: its home directory, files in memory, and the log if it is a file."""
    for name, path in files_below(paths.home):
        if path.is_file() and not path.is_symlink():
            yield name, path
    for path in _MEMORY.glob("unificx*/**/*"):
        if path.is_file():
            yield str(path), path
    pid = _server_of(paths)
    for opened in Path(f"/proc/{pid}/fd").iterdir() if pid is not None else ():
        name = _link(opened)
        if opened.name in _OUTPUT or name.startswith("/memfd:") or name.endswith("(deleted)"):
            yield f"open file {name}", opened


def _server_of(paths: InstallationPaths) -> int | None:
    """Return the process id of the running server."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
        try:
            control.connect(str(paths.control))
        except OSError:
            return None
        peer = control.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return struct.unpack("3i", peer)[0]


def _link(opened: Path) -> str:
    try:
        return str(opened.readlink())
    except OSError:
        return ""
