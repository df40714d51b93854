"""Reads access copies, without a server: the whole archive is verified before any of it is used.

Every file is listed in the manifest with its length and SHA-256; every record follows its schema; every conversation
names a sound of the archive by its digest. Nothing is unpacked to disk, and memory is bounded.
"""

import hashlib
import json
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unificx.archive.manifest import FORMAT, MANIFEST
from unificx.archive.record_schema import RecordSchema
from unificx.archive.zip_guards import KIND, damaged, opened, pieces
from unificx.core.archives import ANOTHER_COPY, require_listed_files, require_new_name, shown_name
from unificx.core.errors import Invalid
from unificx.core.json_texts import require_whole_characters
from unificx.core.phrases import Phrase

_MAX_MANIFEST = 32 << 20
_MAX_SCHEMA = 256 << 10
_MAX_CONVERSATION = 1 << 20
_MAX_RECORD = 8 << 20


class _Listed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Described(_Listed):
    key: str
    text: str


class ListedKind(_Listed):
    """A kind of records in the manifest."""

    name: str
    title: str
    records: int = Field(ge=0)
    file: str
    schema_file: str = Field(alias="schema")
    categories: list[_Described]
    purposes: list[_Described]
    retention: list[_Described]
    recipients: list[str]


class ListedFile(_Listed):
    """A file in the manifest."""

    path: str
    bytes: int = Field(ge=0)
    sha256: str


class ListedContents(_Listed):
    """The manifest. `person` is None for a caller outside."""

    format: str
    generated: str
    installation: str
    tenant: str
    subject: str
    person: str | None
    kinds: list[ListedKind]
    omitted: list[str]
    files: list[ListedFile]


@dataclass(frozen=True, slots=True)
class CheckedArchive:
    """An access copy that was verified. `sha256` is the digest of the whole file."""

    archive: zipfile.ZipFile
    contents: ListedContents
    sha256: str

    def records(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield the records of a kind; none if it is not in the archive."""
        for each in self.contents.kinds:
            if each.name == kind:
                yield from _records(each.file, pieces(self.archive, self.archive.getinfo(each.file)))

    def file(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of a file."""
        return pieces(self.archive, self.archive.getinfo(path))


@contextmanager
def checked_archive(path: Path) -> Iterator[CheckedArchive]:
    """Open and verify an access copy. Blocking. Raise Invalid, which names the file inside, and OSError."""
    with path.open("rb") as file, checked_file(file) as archive:
        yield archive


@contextmanager
def checked_file(file: BinaryIO) -> Iterator[CheckedArchive]:
    """Verify an access copy that is open, or in memory. Raise as `checked_archive`."""
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # pyright: ignore[reportArgumentType]
    with opened(file) as archive:
        contents = _manifest(archive)
        _verify(archive, contents)
        yield CheckedArchive(archive, contents, digest)


def _manifest(archive: zipfile.ZipFile) -> ListedContents:
    names = archive.namelist()
    if MANIFEST not in names:
        raise Invalid("The access copy has no manifest.", hint=ANOTHER_COPY)
    value = _json(MANIFEST, _whole(archive, MANIFEST, _MAX_MANIFEST))
    if isinstance(value, dict) and value.get("format") != FORMAT:
        raise Invalid("The access copy has another format.", hint="It was made by a newer version: update first.")
    try:
        contents = ListedContents.model_validate(value)
        if datetime.fromisoformat(contents.generated).tzinfo is None:
            raise ValueError("the time has no zone")
    except (ValidationError, ValueError):
        raise Invalid("manifest.json in the access copy is not a manifest.", hint=ANOTHER_COPY) from None
    listed: dict[str, Any] = {MANIFEST: None}
    for each in contents.files:
        require_new_name(KIND, each.path, listed)
        listed[each.path] = {"bytes": each.bytes}
    del listed[MANIFEST]
    found = {each.filename: {"bytes": each.file_size} for each in archive.infolist() if each.filename != MANIFEST}
    require_listed_files(KIND, found, listed)
    _require_kinds(contents, listed)
    return contents


def _require_kinds(contents: ListedContents, listed: dict[str, Any]) -> None:
    """Each kind has its file and schema, and each of these files its kind."""
    expected = {name for each in contents.kinds for name in (f"data/{each.name}.json", f"schemas/{each.name}.json")}
    for each in contents.kinds:
        if (each.file, each.schema_file) != (f"data/{each.name}.json", f"schemas/{each.name}.json"):
            raise Invalid("manifest.json in the access copy is not a manifest.", hint=ANOTHER_COPY)
    found = {name for name in listed if name.startswith(("data/", "schemas/"))}
    if different := sorted(expected ^ found):
        raise Invalid(Phrase("Manifest and contents of the access copy differ: {}.", shown_name(different[0])))


def _verify(archive: zipfile.ZipFile, contents: ListedContents) -> None:
    counts = {each.file: each.records for each in contents.kinds}
    sounds: dict[str, str] = {}
    for each in sorted(contents.files, key=lambda one: one.path.startswith("vcon/")):
        short, long = hashlib.sha256(), hashlib.sha512()
        is_sound = each.path.startswith("audio/")

        def hashed(member: str, short: Any = short, long: Any = long, is_sound: bool = is_sound) -> Iterator[bytes]:
            for piece in pieces(archive, archive.getinfo(member)):
                short.update(piece)
                if is_sound:
                    long.update(piece)
                yield piece

        data = hashed(each.path)
        if each.path in counts:
            _verify_records(archive, each.path, data, counts[each.path])
        elif each.path.startswith("vcon/"):
            _verify_conversation(each.path, _limited(each.path, data, _MAX_CONVERSATION), sounds)
        for _ in data:
            pass  # what a reader above has left
        if short.hexdigest() != each.sha256:
            raise Invalid(Phrase("The access copy is damaged: {} has another SHA-256.", each.path), hint=ANOTHER_COPY)
        if is_sound:
            sounds[each.path] = "sha512-" + urlsafe_b64encode(long.digest()).decode().rstrip("=")


def _verify_records(archive: zipfile.ZipFile, path: str, data: Iterator[bytes], expected: int) -> None:
    name = f"schemas/{path.removeprefix('data/')}"
    schema = RecordSchema(name, _json(name, _whole(archive, name, _MAX_SCHEMA)))
    count = 0
    for record in _records(path, data):
        count += 1
        if not schema.accepts(record):
            raise Invalid(Phrase("Record {} of {} in the access copy does not follow its schema.", count, path))
    if count != expected:
        raise Invalid(Phrase("The number of records in {} of the access copy is {}, not {}.", path, count, expected))


def _records(path: str, data: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the records of a JSON array with one record a line. Raise Invalid for another form."""
    number, complete, before = 0, False, b""
    for line in _lines(path, data):
        if complete or (number == 0 and line != b"["):
            raise damaged(path)
        if number and line == b"]":
            complete = True
            if before.endswith(b","):
                raise damaged(path)
        elif number:
            if number > 1 and not before.endswith(b","):
                raise damaged(path)
            record = _json(path, line.removesuffix(b","))
            if not isinstance(record, dict):
                raise damaged(path)
            yield record
        number, before = number + 1, line
    if not complete:
        raise damaged(path)


def _lines(path: str, data: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in data:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
        if len(rest) > _MAX_RECORD:
            raise Invalid(Phrase("A record of {} in the access copy is too large.", path))
    if rest:
        raise damaged(path)


def _verify_conversation(path: str, data: bytes, sounds: dict[str, str]) -> None:
    value = _json(path, data)
    try:
        [dialog] = value["dialog"]
        fits = sounds.get(dialog["filename"]) == dialog["content_hash"]
    except (KeyError, TypeError, ValueError, AttributeError):
        fits = False
    if not fits:
        raise Invalid(Phrase("{} in the access copy names a sound that is not in it.", path))


def _whole(archive: zipfile.ZipFile, path: str, limit: int) -> bytes:
    return _limited(path, pieces(archive, archive.getinfo(path)), limit)


def _limited(path: str, data: Iterator[bytes], limit: int) -> bytes:
    joined = bytearray()
    for piece in data:
        joined += piece
        if len(joined) > limit:
            raise Invalid(Phrase("{} in the access copy is too large.", path))
    return bytes(joined)


def _json(path: str, data: bytes) -> Any:
    """Return a JSON value (RFC 8259) without names that occur twice."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
        require_whole_characters(value, data)
    except (ValueError, RecursionError):
        raise Invalid(Phrase("{} in the access copy is not JSON.", path), hint=ANOTHER_COPY) from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
