"""A file for an authority contains what the disclosure names, and no more."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from unificx.archive.scope import scoped
from unificx.privacy import Export, ExportedFile, Files, Records
from unificx.privacy.exporting import RecordKind
from unificx.support.rights import DisclosedCategory, DisclosedData

MARCH = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
HELD: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "person": [{"name": "Ana", "created": "2020-01-01T00:00:00Z"}],
    "credential": [{"changed": "2026-03-02T00:00:00Z"}],
    "call": [
        {"id": name, "started": started, "others": [{"number": "+4930111"}]}
        for name, started in (
            ("before", "2026-02-28T23:59:59Z"),
            ("first", "2026-03-01T00:00:00Z"),
            ("last", "2026-03-31T23:59:59+00:00"),
            ("after", "2026-04-01T02:00:00+02:00"),
        )
    ],
    "recording": [
        {"audio_id": "old-sound", "created": "2026-02-01T00:00:00Z", "played": [{"purpose": "review"}]},
        {"audio_id": "sound", "created": "2026-03-02T00:00:00Z", "played": [{"purpose": "review"}]},
    ],
    "voicemail": [{"audio_id": "left", "number": "+4930222", "created": "2026-03-03T00:00:00Z"}],
    "attachment": [
        {"id": "sent", "created": "2026-03-03T00:00:00Z"},
        {"id": "later", "created": "2026-05-01T00:00:00Z"},
    ],
    "chat_message": [{"text": "hello", "created": "2026-03-03T00:00:00Z", "mentions": ["ben"]}],
}
PATHS = (
    "audio/old-sound.wav",
    "audio/sound.ogg",
    "audio/greeting.wav",
    "audio/left.wav",
    "files/sent.pdf",
    "files/later.pdf",
)


async def _bytes() -> AsyncIterator[bytes]:
    yield b""


def _records(name: str) -> Records:
    async def read() -> AsyncIterator[Mapping[str, Any]]:
        for record in HELD[name]:
            yield record

    return Records(RecordKind(name, name, {}), read)


def _files() -> Files:
    async def read() -> AsyncIterator[ExportedFile]:
        for path in PATHS:
            yield ExportedFile(path, "", _bytes)

    return Files("files", read)


async def contained(*categories: DisclosedCategory, others: bool = False) -> tuple[dict[str, list[Any]], list[str]]:
    """Return records by kind, and paths of files, of a file with these categories in March."""
    exports: list[Export] = [_files(), *map(_records, HELD)]
    limited = scoped(exports, DisclosedData(categories, *MARCH, others))
    found = {each.kind.name: [one async for one in each.read()] for each in limited if isinstance(each, Records)}
    return found, [file.path for each in limited if isinstance(each, Files) async for file in each.read()]


@pytest.mark.promise("U8")
async def test_only_records_of_the_categories_and_the_period_are_in_it() -> None:
    found, files = await contained("calls")
    assert (set(found), files) == ({"call"}, [])
    assert [each["id"] for each in found["call"]] == ["first", "last"]
    found, files = await contained("voicemail")
    assert (set(found), files) == ({"voicemail"}, ["audio/left.wav"]), "their own voice"
    found, _ = await contained("account")
    assert found == {"person": [*HELD["person"]]}


@pytest.mark.promise("U8")
async def test_other_people_are_in_it_only_if_the_request_needs_them() -> None:
    found, files = await contained("calls", "recordings", "messages")
    assert {len(each["others"]) for each in found["call"]} == {0}
    assert (found["chat_message"][0]["text"], found["chat_message"][0]["mentions"]) == ("hello", [])
    assert files == ["files/sent.pdf"], "sound of a call has the voice of another person"
    found, files = await contained("calls", "recordings", "messages", others=True)
    assert {each["others"][0]["number"] for each in found["call"]} == {"+4930111"}
    assert files == ["audio/sound.ogg", "files/sent.pdf"]
    assert found["recording"] == [{**HELD["recording"][1], "played": []}], "who played it is not asked for"
