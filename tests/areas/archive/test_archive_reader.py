"""An access copy is verified by its receiver: a hostile one is refused whole, and the file inside is named."""

import hashlib
import io
import json
import stat
import struct
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from filled_tables import NOW, Installation, owner
from typer.testing import CliRunner
from written_copy import written_copy

from unificx.archive import checked_archive
from unificx.archive.schemas import AccessCopy, Requester
from unificx.archive.zip_guards import _MAX_DIRECTORY
from unificx.cli.commands.privacy_archive import group
from unificx.core.errors import Invalid
from unificx.privacy import Export, ExportedFile, Files, Records, record_kind

COPY = AccessCopy("copy-1", owner("ana"), Requester(), "requested", "", NOW, NOW + timedelta(days=7), 0, "")
SOUND = b"OggS sound"
Entries = dict[str, bytes]


@dataclass
class Recording:
    audio_id: str
    created: str
    seconds: float | None


async def example() -> bytes:
    """Return an access copy with three recordings, one of them with its sound."""

    async def records() -> AsyncIterator[Mapping[str, Any]]:
        for name in ("a1", "a2", "a3"):
            yield {"audio_id": name, "created": NOW.isoformat(), "seconds": 3.5}

    async def sound() -> AsyncIterator[bytes]:
        yield SOUND

    async def files() -> AsyncIterator[ExportedFile]:
        yield ExportedFile("audio/a1.opus", "audio/ogg", sound)

    exports: list[Export] = [Records(record_kind("recording", "recordings", Recording), records), Files("s", files)]
    return await written_copy(COPY, exports, NOW)


@pytest.fixture
async def entries() -> Entries:
    with zipfile.ZipFile(io.BytesIO(await example())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rebuilt(entries: Entries, *, listed: bool = True) -> bytes:
    """Return an archive of these files; the manifest, if there is one, lists them as they are if `listed`."""
    manifest = json.loads(entries.get("manifest.json", b"{}"))
    if listed:
        manifest["files"] = [
            {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in entries.items()
            if name != "manifest.json"
        ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo("")
            info.filename, info.compress_type, info.external_attr = name, zipfile.ZIP_DEFLATED, 0o100600 << 16
            archive.writestr(info, json.dumps(manifest).encode() if name == "manifest.json" else data)
    return out.getvalue()


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(Invalid) as caught, checked_archive(path):
        pass
    return caught.value.message


@pytest.mark.promise("D5")
async def test_a_copy_of_everything_is_accepted_and_read(installation: Installation, tmp_path: Path) -> None:
    exports = [each for holding in installation.holdings for each in holding.export(COPY.owner, installation.keys)]
    data = await written_copy(COPY, exports, NOW)
    (tmp_path / "copy.zip").write_bytes(data)
    with checked_archive(tmp_path / "copy.zip") as checked:
        assert checked.sha256 == hashlib.sha256(data).hexdigest()
        counts = {each.name: each.records for each in checked.contents.kinds}
        assert {name: len(list(checked.records(name))) for name in counts} == counts
        assert sum(counts.values()) > 20


async def test_a_copy_rebuilt_as_it_was_is_accepted(entries: Entries, tmp_path: Path) -> None:
    """The control of the tests below."""
    (tmp_path / "copy.zip").write_bytes(rebuilt(entries))
    with checked_archive(tmp_path / "copy.zip") as checked:
        assert b"".join(checked.file("audio/a1.opus")) == SOUND


def add(name: str, data: bytes = b"x") -> Callable[[Entries], None]:
    return lambda entries: entries.update({name: data})


def replace(name: str, old: bytes, new: bytes) -> Callable[[Entries], None]:
    def edit(entries: Entries) -> None:
        assert old in entries[name]
        entries[name] = entries[name].replace(old, new, 1)

    return edit


RECORDS, SCHEMA, MANIFEST = "data/recording.json", "schemas/recording.json", "manifest.json"
EDITS: dict[str, tuple[Callable[[Entries], None], str]] = {
    "parent folder": (add("../evil.json"), "../evil.json"),
    "inner parent folder": (add("data/../../evil.json"), "data/../../evil.json"),
    "absolute": (add("/etc/passwd"), "/etc/passwd"),
    "backslash": (add("data\\evil.json"), "data\\evil.json"),
    "name cut by zero": (add("index.html\0.exe"), "index.html?.exe"),
    "terminal sequence": (add("\x1b[2Jx"), "?[2Jx"),
    "program": (add("run.exe"), "run.exe"),
    "no manifest": (lambda entries: entries.pop("manifest.json") and None, "no manifest"),
    "newer format": (replace(MANIFEST, b"access copy 1", b"access copy 2"), "another format"),
    "manifest is a list": (
        lambda entries: entries.update({MANIFEST: b'{"format": "unificx access copy 1"}'}),
        MANIFEST,
    ),
    "manifest with more": (replace(MANIFEST, b'"tenant"', b'"more": 1, "tenant"'), MANIFEST),
    "time without zone": (replace(MANIFEST, b"+00:00", b""), MANIFEST),
    "kind of another file": (replace(MANIFEST, b'"file": "data/recording', b'"file": "data/other'), MANIFEST),
    "kind without data": (lambda entries: entries.pop(SCHEMA) and None, SCHEMA),
    "data without kind": (add("data/more.json", b"[\n]\n"), "data/more.json"),
    "count": (replace(MANIFEST, b'"records": 3', b'"records": 2'), RECORDS),
    "record against schema": (replace(RECORDS, b"3.5", b'"x"'), f"Record 1 of {RECORDS}"),
    "record with more": (replace(RECORDS, b'{"audio_id"', b'{"more": 1, "audio_id"'), RECORDS),
    "name twice": (replace(RECORDS, b'{"audio_id"', b'{"seconds": 1, "audio_id"'), RECORDS),
    "not a number": (replace(RECORDS, b"3.5", b"NaN"), RECORDS),
    "half a character": (
        replace(RECORDS, b'{"audio_id": "', b'{"audio_id": "\\ud800'),
        f"{RECORDS} in the access copy is not JSON",
    ),
    "deep": (replace(RECORDS, b"3.5", b"[" * 100_000 + b"]" * 100_000), RECORDS),
    "cut list": (replace(RECORDS, b"\n]\n", b"\n"), RECORDS),
    "after the list": (replace(RECORDS, b"\n]\n", b"\n]\n]\n"), RECORDS),
    "list without the last line end": (replace(RECORDS, b"\n]\n", b"\n]"), RECORDS),
    "no comma": (replace(RECORDS, b"},\n", b"}\n"), RECORDS),
    "record that is a list": (replace(RECORDS, b"[\n", b"[\n[],\n"), RECORDS),
    "schema of an object": (replace(SCHEMA, b'"type": "array"', b'"type": "object"'), SCHEMA),
    "schema that no validator reads": (replace(SCHEMA, b'"required": [', b'"required": [1, '), SCHEMA),
    "comma at the end": (replace(RECORDS, b"}\n]", b"},\n]"), RECORDS),
    "pattern": (replace(SCHEMA, b'"type": "number"', b'"pattern": "(a+)+$"'), SCHEMA),
    "schema elsewhere": (replace(SCHEMA, b'"type": "number"', b'"$ref": "https://evil.example/x"'), SCHEMA),
    "another draft": (replace(SCHEMA, b"2020-12", b"2019-09"), SCHEMA),
    "circle": (
        replace(SCHEMA, b'"type": "array"', b'"type": "array", "$defs": {"A": {"$ref": "#/$defs/A"}}'),
        SCHEMA,
    ),
    "open schema": (replace(SCHEMA, b'"additionalProperties": false', b'"additionalProperties": true'), SCHEMA),
    "deep schema": (replace(SCHEMA, b'"type": "number"', b'"items": {' * 20 + b'"type": "null"' + b"}" * 20), SCHEMA),
    "sound of another": (replace("vcon/a1.json", b"sha512-", b"sha512-x"), "vcon/a1.json"),
    "two sounds": (replace("vcon/a1.json", b'"dialog": [', b'"dialog": [{}, '), "vcon/a1.json"),
    "bomb": (add("calls.csv", bytes(30 << 20)), "calls.csv in the access copy expands too much"),
}


@pytest.mark.parametrize("case", EDITS)
@pytest.mark.promise("D5")
async def test_a_hostile_copy_is_refused(entries: Entries, tmp_path: Path, case: str) -> None:
    edit, named = EDITS[case]
    edit(entries)
    assert named in refused(tmp_path / "copy.zip", rebuilt(entries))


async def test_contents_that_the_manifest_does_not_list_are_named(entries: Entries, tmp_path: Path) -> None:
    changed = {**entries, "audio/a1.opus": SOUND[::-1]}
    assert "audio/a1.opus has another SHA-256" in refused(tmp_path / "1.zip", rebuilt(changed, listed=False))
    assert "calls.csv" in refused(tmp_path / "2.zip", rebuilt({**entries, "calls.csv": b""}, listed=False))
    del changed["index.html"]
    assert "index.html" in refused(tmp_path / "3.zip", rebuilt(changed, listed=False))


def two_files(second: str, offset: int | None = None) -> bytes:
    """Return an archive of `index.html` and a second file, whose offset in the directory is another one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("index.html", second):
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100600 << 16
            archive.writestr(info, b"x")
        if offset is not None:
            archive.filelist[1].header_offset = offset
    return out.getvalue()


async def test_the_container_itself_is_checked(entries: Entries, tmp_path: Path) -> None:
    """Links, a name twice, other file names in the headers, bytes in front, and a directory of absurd size."""
    good = rebuilt(entries)
    file, symbolic = (kind.to_bytes(2, "little") for kind in (stat.S_IFREG | 0o600, stat.S_IFLNK | 0o600))
    link = good[: good.index(b"PK\1\2")] + good[good.index(b"PK\1\2") :].replace(file, symbolic)
    assert "not a plain file" in refused(tmp_path / "link.zip", link)
    twice = two_files("index.htm_").replace(b"index.htm_", b"index.html")
    assert "index.html twice" in refused(tmp_path / "twice.zip", twice)
    assert refused(tmp_path / "header.zip", good.replace(b"index.html", b"calls.html", 1))
    assert refused(tmp_path / "front.zip", b"#!/bin/sh\n" + good)
    assert "cut off" in refused(tmp_path / "cut.zip", good[:-1])
    assert "cut off" in refused(tmp_path / "empty.zip", b"")
    assert "cut off" in refused(tmp_path / "other.zip", b"x" * 100)
    size = (_MAX_DIRECTORY + 1).to_bytes(4, "little")
    assert "too many" in refused(tmp_path / "directory.zip", good[:-10] + size + good[-6:])


async def test_offsets_beyond_the_file_are_refused(entries: Entries, tmp_path: Path) -> None:
    """They have 64 bits in ZIP64: a file system refuses to seek to most of them."""
    good = rebuilt(entries)
    for offset in (0, len(good) + 1, 2**62, 2**64 - 1):
        locator = b"PK\6\7" + struct.pack("<LQL", 0, offset, 1)
        assert "damaged" in refused(tmp_path / "locator.zip", good[:-22] + locator + good[-22:])
        assert "damaged" in refused(tmp_path / "header.zip", two_files("calls.csv", offset))


async def test_directory_and_contents_must_agree(entries: Entries, tmp_path: Path) -> None:
    good = rebuilt(entries)
    assert "damaged or no access copy" in refused(tmp_path / "1.zip", good.replace(b"PK\1\2", b"PK\1\3", 1))
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        [size] = (each.file_size for each in archive.infolist() if each.filename == MANIFEST)
    at = good.rindex(MANIFEST.encode()) - 46 + 24  # of the uncompressed size in the directory
    assert good[at : at + 4] == size.to_bytes(4, "little")
    longer, shorter = (good[:at] + (size + by).to_bytes(4, "little") + good[at + 4 :] for by in (1, -1))
    assert f"{MANIFEST} in the access copy is damaged" in refused(tmp_path / "2.zip", longer)
    assert f"{MANIFEST} in the access copy is damaged" in refused(tmp_path / "3.zip", shorter)


async def test_the_size_of_each_part_is_limited(
    entries: Entries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, limit, named in (
        ("reader._MAX_RECORD", 0, f"A record of {RECORDS}"),
        ("reader._MAX_SCHEMA", 10, f"{SCHEMA} in the access copy is too large"),
        ("zip_guards.MAX_FILES", 2, "too many files"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(f"unificx.archive.{name}", limit)
            edited = {**entries, RECORDS: entries[RECORDS].removesuffix(b"\n")}  # so that a part of a line is left
            assert named in refused(tmp_path / "copy.zip", rebuilt(edited))


async def test_the_command_verifies_and_compares(tmp_path: Path) -> None:
    data = await example()
    (tmp_path / "copy.zip").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    command = ["check-archive", str(tmp_path / "copy.zip"), "--sha256"]
    done = CliRunner().invoke(group, [*command, digest, "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["kinds"] == [{"name": "recording", "title": "recordings", "records": 3}]
    assert CliRunner().invoke(group, [*command, "00"]).exit_code != 0
