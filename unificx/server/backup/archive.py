"""The file of a backup: an uncompressed tar archive of plain files, with a manifest at its end.

The manifest, `manifest.json`, has size and SHA-256 of every file, and the versions that wrote it. Not compressed:
sealed data does not shrink, and an archive cannot contain more than its own size.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from unificx.core.archives import ANOTHER_COPY, require_listed_files, require_new_name, shown_name
from unificx.core.errors import Invalid
from unificx.server.home_files import kind_of

FORMAT = "unificx backup 1"
MANIFEST = "manifest.json"
_MAX_MANIFEST_BYTES = 256 << 20
_PIECE = 1 << 20
Progress = Callable[[int], None]
"""Called with the number of bytes that were written or read."""


@dataclass(slots=True)
class Manifest:
    """Contents of a backup. `schema` is the revision of the database, `created` ISO 8601 in UTC."""

    version: str
    schema: str
    created: str
    files: dict[str, dict[str, Any]] = field(default_factory=dict)


class ArchiveWriter:
    """Writes an archive; made by `writing`."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest, progress: Progress) -> None:
        self._tar, self._manifest, self._progress = tar, manifest, progress

    def add(self, name: str, path: Path) -> None:
        """Add a file, with as many bytes as it has now. One that is gone is left out. Raise OSError."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return
        with file:
            size = os.fstat(file.fileno()).st_size
            reader = _Hashing(file, size, self._progress)
            self._tar.addfile(_header(name, size), cast("BinaryIO", reader))
        self._manifest.files[name] = {"size": size, "sha256": reader.digest.hexdigest()}

    def has(self, name: str) -> bool:
        return name in self._manifest.files


@contextmanager
def writing(target: Path, manifest: Manifest, progress: Progress) -> Iterator[ArchiveWriter]:
    """Write an archive, readable by this user only, that appears as `target` once it is complete. Raise OSError."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w|", format=tarfile.GNU_FORMAT) as tar:
                yield ArchiveWriter(tar, manifest, progress)
                _add_manifest(tar, manifest)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def extract(source: BinaryIO, folder: Path, progress: Progress) -> Manifest:
    """Write the files of an archive into an empty folder and return the manifest.

    Raise Invalid for anything but a complete archive as `writing` makes it: the folder is then of no use.
    """
    found: dict[str, dict[str, Any]] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(fileobj=source, mode="r:") as tar:
            for member in tar:
                if manifest is not None:
                    raise Invalid(f"The backup goes on after its manifest, with {shown_name(member.name)}.")
                _check_member(member, found)
                if member.name == MANIFEST:
                    manifest = _read_manifest(tar, member)
                else:
                    found[member.name] = _write_file(tar, member, folder, progress)
    except tarfile.TarError:
        raise Invalid("The file is damaged, cut off or no backup.", hint=ANOTHER_COPY) from None
    if manifest is None:
        raise Invalid("The backup has no manifest: it was cut off.", hint=ANOTHER_COPY)
    require_listed_files("backup", found, manifest.files)
    return manifest


def _check_member(member: tarfile.TarInfo, found: dict[str, dict[str, Any]]) -> None:
    """Raise Invalid for everything but a plain file of a known name, once."""
    name = member.name
    if member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE} or member.pax_headers or member.size < 0:
        raise Invalid(f"The backup contains {shown_name(name)}, which is not a plain file.")
    require_new_name("backup", name, found)
    kind = kind_of(name)
    if name != MANIFEST and (kind is None or not kind.in_backup):
        raise Invalid(f"The backup contains {shown_name(name)}, which belongs to no installation.")


def _write_file(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, progress: Progress) -> dict[str, Any]:
    path = folder / member.name
    make_folders(folder, path)
    digest, size = hashlib.sha256(), 0
    content = tar.extractfile(member)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        while content is not None and (piece := content.read(_PIECE)):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            progress(len(piece))
        file.flush()
        os.fsync(file.fileno())
    return {"size": size, "sha256": digest.hexdigest()}


def _read_manifest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Manifest:
    content = tar.extractfile(member) if member.size <= _MAX_MANIFEST_BYTES else None
    try:
        values: dict[str, Any] = json.loads(content.read()) if content is not None else {}
        if values.pop("format") != FORMAT:
            raise Invalid("The backup has another format.", hint="It was made by a newer version: update first.")
        manifest = Manifest(**values)
        if not all(isinstance(each, str) for each in (manifest.version, manifest.schema, manifest.created)):
            raise TypeError
        return manifest
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid("The manifest of the backup cannot be read.", hint=ANOTHER_COPY) from None


def _add_manifest(tar: tarfile.TarFile, manifest: Manifest) -> None:
    values = {"format": FORMAT, "version": manifest.version, "schema": manifest.schema, "created": manifest.created}
    data = json.dumps({**values, "files": manifest.files}).encode()
    tar.addfile(_header(MANIFEST, len(data)), io.BytesIO(data))


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


def make_folders(root: Path, path: Path) -> None:
    """Create the folders between `root` and `path`, for this user only."""
    for folder in reversed(path.relative_to(root).parents[:-1]):
        (root / folder).mkdir(mode=0o700, exist_ok=True)


class _Hashing:
    """Reads exactly `size` bytes of a file and hashes them. A file that became shorter is filled up with zeros."""

    def __init__(self, file: BinaryIO, size: int, progress: Progress) -> None:
        self._file, self._left, self._progress = file, size, progress
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left))
        data += bytes(min(size, self._left) - len(data))
        self._left -= len(data)
        self.digest.update(data)
        self._progress(len(data))
        return data
