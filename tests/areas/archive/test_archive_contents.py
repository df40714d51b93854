"""An access copy has everything that is held, nothing that is withheld, and nothing of others: gate 3."""

import asyncio
import csv
import hashlib
import io
import json
import os
import re
import threading
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest
from filled_tables import NOW, Installation, canary, covered_tables, owner
from written_copy import WrittenFile, written_copy

from unificx.archive.contents import write_archive
from unificx.archive.schemas import AccessCopy, Requester
from unificx.privacy import Export, ExportedFile, Files, Records, personal_fields
from unificx.privacy.exporting import RecordKind

COPY = AccessCopy("copy-1", owner("ana"), Requester(), "requested", "", NOW, NOW + timedelta(days=7), 0, "")


async def built(installation: Installation, copy: AccessCopy = COPY) -> zipfile.ZipFile:
    exports = [each for holding in installation.holdings for each in holding.export(copy.owner, installation.keys)]
    return zipfile.ZipFile(io.BytesIO(await written_copy(copy, exports, NOW)))


def everything(archive: zipfile.ZipFile) -> str:
    return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


@pytest.mark.promise("D1", whole=True)
async def test_the_copy_has_every_exportable_field_and_no_other(installation: Installation) -> None:
    """D1 as a whole: a copy has each field of each table that may be exported, and a page that shows it to people. Tables
    cannot be left out: `test_every_sealed_column_has_a_holding_or_a_reason`. Nothing of others is in it:
    `test_values_of_others_are_not_in_it`. A person gets it in the client (`test_people_learn_of_changes_and_decide`), with
    who has opened the data (`test_an_access_is_noted_once_in_an_hour`); on request, also callers outside
    (`test_accesses_to_data_of_a_caller_outside_are_in_the_copy_of_it`), within the time limit of the law
    (`test_a_request_is_answered_within_its_time_limit`, `test_gdpr_month_ends_on_a_working_day`)."""
    archive = await built(installation)
    text, missing, covered = everything(archive), [], covered_tables() - {"audio_derived"}
    for field in personal_fields():
        if field.table not in covered:
            continue
        place, value = f"{field.table}.{field.field}", canary("ana", field.table, f"{field.column}.{field.field}")
        if field.export:
            [record, *_] = json.loads(archive.read(f"data/{field.table}.json"))
            if field.field not in record or (value not in text and value in str(record[field.field])):
                missing.append(place)
        else:
            assert value not in text, place
    assert not missing
    page = archive.read("index.html").decode()
    assert "<html" in page
    assert all(f"data/{kind['name']}.json" in page for kind in json.loads(archive.read("manifest.json"))["kinds"])


@pytest.mark.promise("D1")
async def test_values_of_others_are_not_in_it(installation: Installation) -> None:
    text = everything(await built(installation))
    assert set(re.findall(r"canary ben \S+ \S+", text)) == set()


@pytest.mark.promise("D5")
async def test_every_file_follows_its_schema_and_digest(installation: Installation) -> None:
    archive = await built(installation)
    manifest = json.loads(archive.read("manifest.json"))
    assert {each["path"] for each in manifest["files"]} == set(archive.namelist()) - {"manifest.json"}
    for each in manifest["files"]:
        data = archive.read(each["path"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (each["bytes"], each["sha256"])
    for kind in manifest["kinds"]:
        records = json.loads(archive.read(kind["file"]))
        jsonschema_rs.validator_for(json.loads(archive.read(kind["schema"]))).validate(records)
        assert len(records) == kind["records"]


def one_sound(sound: bytes) -> list[Export]:
    """Return a recording with its sound, which is read in pieces."""
    record = {"audio_id": "a1", "created": NOW.isoformat(), "seconds": 1.0}

    async def records() -> AsyncIterator[Mapping[str, Any]]:
        yield record

    async def read() -> AsyncIterator[bytes]:
        for at in range(0, len(sound), 100_000):
            yield sound[at : at + 100_000]

    async def files() -> AsyncIterator[ExportedFile]:
        yield ExportedFile("audio/a1.ogg", "audio/ogg", read)

    return [Records(RecordKind("recording", "recordings", {"$schema": "", "title": ""}), records), Files("s", files)]


@pytest.mark.parametrize("size", [0, 1, 3_500_000])
async def test_sound_of_any_length_is_stored_as_it_is(size: int) -> None:
    sound = os.urandom(size)
    archive = zipfile.ZipFile(io.BytesIO(await written_copy(COPY, one_sound(sound), NOW)))
    assert (archive.testzip(), archive.read("audio/a1.ogg")) == (None, sound)
    listed = {each["path"]: each for each in json.loads(archive.read("manifest.json"))["files"]}["audio/a1.ogg"]
    assert (listed["bytes"], listed["sha256"]) == (size, hashlib.sha256(sound).hexdigest())
    [dialog] = json.loads(archive.read("vcon/a1.json"))["dialog"]
    digest = urlsafe_b64encode(hashlib.sha512(sound).digest()).decode().rstrip("=")
    assert dialog["content_hash"] == f"sha512-{digest}"


async def test_calls_are_lines_of_a_table_too() -> None:
    others = ({"role": "callee", "number": "+4930", "name": "=1+1"}, {"role": "callee", "number": None, "name": "Ben"})
    calls = [
        {
            **dict.fromkeys(("started", "answered", "ended", "direction", "role", "outcome")),
            "talk_seconds": number,
            "recorded": False,
            "others": others,
        }
        for number in range(5000)
    ]

    async def read() -> AsyncIterator[Mapping[str, Any]]:
        for call in calls:
            yield call

    kind = RecordKind("call", "calls", {"$schema": "", "title": ""})
    archive = zipfile.ZipFile(io.BytesIO(await written_copy(COPY, [Records(kind, read)], NOW)))
    lines = list(csv.DictReader(io.StringIO(archive.read("calls.csv").decode("utf-8-sig"))))
    assert [line["talk_seconds"] for line in lines] == [str(number) for number in range(5000)]
    assert (lines[0]["other_numbers"], lines[0]["other_names"]) == ("'+4930", "'=1+1; Ben")


async def test_a_cancelled_archive_ends_after_its_threads() -> None:
    """Else the file would be closed while one still writes."""
    begun, goes_on = threading.Event(), threading.Event()

    class Slow(WrittenFile):
        def write(self, data: bytes) -> int:
            if len(data) > 100_000:
                begun.set()
                goes_on.wait()
            return super().write(data)

    task = asyncio.create_task(write_archive(Slow(), COPY, one_sound(os.urandom(3_000_000)), "installation-1", NOW))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    for _ in range(100):
        await asyncio.sleep(0)
    ended = task.done()
    goes_on.set()
    await asyncio.wait([task])
    assert (ended, task.cancelled()) == (False, True)
