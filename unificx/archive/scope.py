"""The scope of a file for an authority: what is exported about a person, reduced to what the disclosure names."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from unificx.privacy import Export, ExportedFile, Files, Records
from unificx.support.rights import DisclosedCategory, DisclosedData


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of records belongs to a category. `time`: field that has to be in the period; None for one without
    period. `file`: field with the id of the file that belongs to a record. `others`: fields that name other people,
    with what replaces them. `has_voices`: the file has what others said."""

    category: DisclosedCategory
    time: str | None = None
    file: str = ""
    others: Mapping[str, Any] | None = None
    has_voices: bool = False


_KINDS: Mapping[str, _Kind] = {
    "person": _Kind("account"),
    "extension": _Kind("account"),
    "session": _Kind("sign_ins", "created"),
    "call": _Kind("calls", "started", others={"others": []}),
    "voicemail_received": _Kind(
        "voicemail", "created", file="audio_id", others={"number": None, "name": None}, has_voices=True
    ),
    "voicemail": _Kind("voicemail", "created", file="audio_id"),
    "recording": _Kind("recordings", "created", file="audio_id", has_voices=True),
    "chat_message": _Kind("messages", "created", others={"mentions": []}),
    "attachment": _Kind("messages", "created", file="id"),
}
"""Kinds of records that an authority can get. All others are left out, whatever the disclosure says."""
_NEVER: Mapping[str, Mapping[str, Any]] = {"recording": {"played": []}}
"""Fields that belong to no category: when a recording was played says something about those who played it."""


def scoped(exports: Sequence[Export], data: DisclosedData) -> list[Export]:
    """Return the exports of a person, reduced to the categories and the period. Without `others`, fields that name
    other people are emptied and sound in which they speak is left out. Files follow their records, which have to be
    read first."""
    chosen: set[str] = set()
    found: list[Export] = []
    for each in exports:
        if isinstance(each, Files):
            found.append(_files(each, chosen))
        elif (kind := _KINDS.get(each.kind.name)) is not None and kind.category in data.categories:
            found.append(_records(each, kind, data, chosen))
    return found


def _records(records: Records, kind: _Kind, data: DisclosedData, chosen: set[str]) -> Records:
    emptied = {**(kind.others or {} if not data.others else {}), **_NEVER.get(records.kind.name, {})}

    async def read() -> AsyncIterator[Mapping[str, Any]]:
        async for record in records.read():
            if kind.time is not None and not _is_within(record[kind.time], data):
                continue
            if kind.file and (data.others or not kind.has_voices):
                chosen.add(record[kind.file])
            yield {**record, **emptied}

    return Records(records.kind, read)


def _is_within(text: str, data: DisclosedData) -> bool:
    at = datetime.fromisoformat(text)
    return data.since is not None and data.until is not None and data.since <= at < data.until


def _files(files: Files, chosen: set[str]) -> Files:
    async def read() -> AsyncIterator[ExportedFile]:
        async for each in files.read():
            if PurePosixPath(each.path).stem in chosen:
                yield each

    return Files(files.title, read)
