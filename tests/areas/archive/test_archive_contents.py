"""An access copy has everything that is held, nothing that is withheld, and nothing of others: gate 3."""

import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta

import jsonschema_rs
import pytest
from filled_tables import NOW, Installation, canary, covered_tables, owner

from unificx.archive.contents import archive_bytes
from unificx.archive.schemas import AccessCopy, Requester
from unificx.privacy import personal_fields

COPY = AccessCopy("copy-1", owner("ana"), Requester(), "requested", "", NOW, NOW + timedelta(days=7), 0, "")


async def built(installation: Installation, copy: AccessCopy = COPY) -> zipfile.ZipFile:
    exports = [each for holding in installation.holdings for each in holding.export(copy.owner, installation.keys)]
    pieces = [piece async for piece in archive_bytes(copy, exports, "installation-1", NOW)]
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


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
