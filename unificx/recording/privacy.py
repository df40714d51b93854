"""Data of a person in this area: their name and number on recordings, and as a listener and supervisor.

An access copy lists the recordings of a person's calls and when, and for which purpose, each was played, without the
name of the listener: the names of employees are theirs (CJEU, C-579/21).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from unificx.db import Database
from unificx.privacy import (
    CopyRules,
    DataSubject,
    Export,
    Holding,
    KeyStore,
    Records,
    Retained,
    RowHolding,
    record_kind,
)
from unificx.recording import call_recording_repository
from unificx.recording.archive import RecordingArchive
from unificx.recording.models import MonitoringRow, PartyPart, RecordingListenRow, RecordingPartyRow

_ENTRY = Retained(
    "Entries without the name: time, purpose and call.",
    "The recorded people see that the recording was played.",
    "the recording is erased, or the tenant deleted",
)


def recording_holding(database: Database, archive: RecordingArchive) -> Holding:
    sealed = {
        RecordingPartyRow: "party of recordings",
        RecordingListenRow: "entries of the playback log",
        MonitoringRow: "entries of the monitoring log",
    }
    retained: dict[str, Retained] = dict.fromkeys(
        ("entries of the playback log", "entries of the monitoring log"), _ENTRY
    )
    return RowHolding(
        database,
        "recording",
        sealed,
        archive.erase_listener,
        retained=retained,
        copying=CopyRules(more=partial(_recordings, database)),
    )


@dataclass(frozen=True, slots=True)
class Playback:
    """When a recording was played, and for which purpose."""

    moment: datetime
    purpose: str


@dataclass(frozen=True, slots=True)
class RecordingCopy:
    """A recording of a call of the person."""

    id: str
    audio_id: str
    call_id: str
    created: datetime
    seconds: float
    consent: str
    started_by: str
    end_reason: str | None
    played: tuple[Playback, ...]


_RECORDINGS = record_kind("recording", "recordings of calls", RecordingCopy, PartyPart)
_ADAPTER = TypeAdapter(RecordingCopy)


def _recordings(database: Database, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
    async def read() -> AsyncIterator[Mapping[str, Any]]:
        async with database.read() as session:
            ids = await call_recording_repository.ids_of_subject(session, owner.tenant_id, owner.subject)
        for recording_id in ids:
            async with database.read() as session:
                found = await call_recording_repository.get(session, keys, owner.tenant_id, recording_id)
                if found is None or found[1] != "kept":
                    continue
                log = await call_recording_repository.playback_log(session, keys, owner.tenant_id, recording_id)
            each = found[0]
            terms = (each.mode, each.begun, each.ended)
            played = tuple(Playback(entry.moment, entry.purpose) for entry in log)
            record = RecordingCopy(each.id, each.audio_id, each.call_id, each.created, each.seconds, *terms, played)
            yield _ADAPTER.dump_python(record, mode="json")

    return [Records(_RECORDINGS, read)]
