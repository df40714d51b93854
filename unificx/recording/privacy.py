"""Data of a person in this area: their name and number on recordings, and as a listener and supervisor."""

from unificx.db import Database
from unificx.privacy import Holding, Retained, RowHolding
from unificx.recording.archive import RecordingArchive
from unificx.recording.models import MonitoringRow, RecordingListenRow, RecordingPartyRow

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
    return RowHolding(database, "recording", sealed, archive.erase_listener, retained=retained)
