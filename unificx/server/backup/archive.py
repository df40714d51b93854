"""The file of a backup or of a moved tenant: an uncompressed tar archive of plain files, with a manifest at its end.

The manifest, `manifest.json`, has size and SHA-256 of every file, and the versions that wrote it. Not compressed:
sealed data does not shrink, and an archive cannot contain more than its own size.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from unificx.core.archives import ANOTHER_COPY, require_listed_files, require_new_name, shown_name
from unificx.core.errors import Invalid
from unificx.server.home_files import kind_of

MANIFEST = "manifest.json"
_MAX_MANIFEST_BYTES = 256 << 20
_PIECE = 1 << 20
Progress = Callable[[int], None]
"""Called with the number of bytes that were written or read."""


@dataclass(frozen=True, slots=True)
class ArchiveKind:
    """A kind of archive: the `format` in its manifest, its `name` in messages, and the names that files may have.
    `wrap` encrypts what is written."""

    format: str
    name: str
    is_known: Callable[[str], bool]
    wrap: Callable[[BinaryIO], AbstractContextManager[BinaryIO]] = nullcontext


def _is_in_backup(name: str) -> bool:
    kind = kind_of(name)
    return kind is not None and kind.in_backup


BACKUP = ArchiveKind("unificx backup 1", "backup", _is_in_backup)


@dataclass(slots=True)
class Manifest:
    """Contents of an archive. `schema` is the revision of the database, `created` ISO 8601 in UTC, `about` the id of
    what it contains, empty for a whole installation."""

    version: str
    schema: str
    created: str
    about: str = ""
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
            self.add_stream(name, file, os.fstat(file.fileno()).st_size)

    def add_stream(self, name: str, file: BinaryIO, size: int) -> None:
        """Add `size` bytes that are read from a file."""
        reader = _Hashing(file, size, self._progress)
        self._tar.addfile(_header(name, size), cast("BinaryIO", reader))
        self._manifest.files[name] = {"size": size, "sha256": reader.digest.hexdigest()}

    def has(self, name: str) -> bool:
        return name in self._manifest.files


@contextmanager
def writing(
    target: Path, manifest: Manifest, progress: Progress, kind: ArchiveKind = BACKUP
) -> Iterator[ArchiveWriter]:
    """Write an archive, readable by this user only, that appears as `target` once it is complete. Raise OSError."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with (
                kind.wrap(cast("BinaryIO", file)) as sink,
                tarfile.open(fileobj=sink, mode="w|", format=tarfile.GNU_FORMAT) as tar,
            ):
                yield ArchiveWriter(tar, manifest, progress)
                _add_manifest(tar, manifest, kind)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def extract(source: BinaryIO, folder: Path, progress: Progress) -> Manifest:
    """Write the files of a backup into an empty folder and return the manifest.

    Raise Invalid for anything but a complete archive as `writing` makes it: the folder is then of no use.
    """
    reader = ArchiveReader(source, BACKUP, progress)
    for name, content in reader.files():
        _write_file(folder / name, folder, content)
    return reader.manifest


class ArchiveReader:
    """Reads an archive that anybody may have made, in one pass. `manifest` is known once `files` has ended."""

    def __init__(self, source: BinaryIO, kind: ArchiveKind, progress: Progress, *, is_stream: bool = False) -> None:
        self._source, self._kind, self._progress = source, kind, progress
        self._mode: Any = "r|" if is_stream else "r:"
        self.manifest = Manifest("", "", "")

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield name and content of each file; what is not read of a content is read before the next one.

        Raise Invalid for anything but a complete archive as `writing` makes it, at the latest after the last file:
        only then is it known that all of them are right."""
        found: dict[str, dict[str, Any]] = {}
        manifest: Manifest | None = None
        try:
            with tarfile.open(fileobj=self._source, mode=self._mode) as tar:
                for member in tar:
                    if manifest is not None:
                        raise Invalid(
                            f"The {self._kind.name} goes on after its manifest, with {shown_name(member.name)}."
                        )
                    _check_member(member, found, self._kind)
                    if member.name == MANIFEST:
                        manifest = _read_manifest(tar, member, self._kind)
                        continue
                    content = self._content(tar, member, found)
                    yield member.name, content
                    for _ in content:
                        pass
        except tarfile.TarError:
            raise self._incomplete("is damaged, cut off or no") from None
        if manifest is None:
            raise Invalid(f"The {self._kind.name} has no manifest: it was cut off.", hint=ANOTHER_COPY)
        require_listed_files(self._kind.name, found, manifest.files)
        self.manifest = manifest

    def _content(
        self, tar: tarfile.TarFile, member: tarfile.TarInfo, found: dict[str, dict[str, Any]]
    ) -> Iterator[bytes]:
        digest, size = hashlib.sha256(), 0
        file = tar.extractfile(member)
        while file is not None and (piece := self._piece(file)):
            digest.update(piece)
            size += len(piece)
            self._progress(len(piece))
            yield piece
        found[member.name] = {"size": size, "sha256": digest.hexdigest()}

    def _piece(self, file: IO[bytes]) -> bytes:
        """Return the next bytes of a file. The caller of `files` reads them, beyond its handler."""
        try:
            return file.read(_PIECE)
        except tarfile.TarError:
            raise self._incomplete("is damaged, cut off or no") from None

    def _incomplete(self, what: str) -> Invalid:
        return Invalid(f"The file {what} {self._kind.name}.", hint=ANOTHER_COPY)


def _check_member(member: tarfile.TarInfo, found: dict[str, dict[str, Any]], kind: ArchiveKind) -> None:
    """Raise Invalid for everything but a plain file of a known name, once."""
    name = member.name
    if member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE} or member.pax_headers or member.size < 0:
        raise Invalid(f"The {kind.name} contains {shown_name(name)}, which is not a plain file.")
    require_new_name(kind.name, name, found)
    if name != MANIFEST and not kind.is_known(name):
        raise Invalid(f"The {kind.name} contains {shown_name(name)}, which belongs to no installation.")


def _write_file(path: Path, folder: Path, content: Iterator[bytes]) -> None:
    make_folders(folder, path)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        for piece in content:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _read_manifest(tar: tarfile.TarFile, member: tarfile.TarInfo, kind: ArchiveKind) -> Manifest:
    content = tar.extractfile(member) if member.size <= _MAX_MANIFEST_BYTES else None
    try:
        values: dict[str, Any] = json.loads(content.read()) if content is not None else {}
        if values.pop("format") != kind.format:
            raise Invalid(f"The {kind.name} has another format.", hint="It was made by a newer version: update first.")
        manifest = Manifest(**values)
        texts = (manifest.version, manifest.schema, manifest.created, manifest.about)
        if not all(isinstance(each, str) for each in texts):
            raise TypeError
        return manifest
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid(f"The manifest of the {kind.name} cannot be read.", hint=ANOTHER_COPY) from None


def _add_manifest(tar: tarfile.TarFile, manifest: Manifest, kind: ArchiveKind) -> None:
    data = json.dumps({"format": kind.format, **asdict(manifest)}).encode()
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
