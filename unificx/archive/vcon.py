"""vCon (draft-ietf-vcon-vcon-core) of recorded conversations: recordings and voicemail messages, with the sound as an
external file of the archive, bound by its digest."""

import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from unificx.privacy import ExportedFile

_VERSION = "0.4.0"
_KINDS = ("recording", "voicemail", "voicemail_received")
_NAMESPACE = uuid.UUID("6f2b3c0e-6d0d-5a43-9b1f-0c8e3a3f7d10")
"""Makes UUIDs from other ids."""


class Sounds:
    """Collects what the archive says about each sound."""

    def __init__(self) -> None:
        # Owner: this object, while one archive is written.
        self._records: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._files: dict[str, tuple[ExportedFile, str]] = {}

    def note(self, kind: str, record: Mapping[str, Any]) -> None:
        """Note a record if it describes a sound."""
        if kind in _KINDS and record["audio_id"] not in self._records:
            self._records[record["audio_id"]] = (kind, record)

    def written(self, file: ExportedFile, sha512: str) -> None:
        """Note a file of the archive with its digest in base64url."""
        audio_id = file.path.rpartition("/")[2].partition(".")[0]
        self._files[audio_id] = (file, sha512)

    def conversations(self, now: datetime) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of each vCon."""
        for audio_id, (kind, record) in sorted(self._records.items()):
            if audio_id in self._files:
                text = json.dumps(_vcon(audio_id, kind, record, self._files[audio_id], now), ensure_ascii=False)
                yield f"vcon/{audio_id}.json", text.encode()


def _vcon(
    audio_id: str, kind: str, record: Mapping[str, Any], file: tuple[ExportedFile, str], now: datetime
) -> dict[str, Any]:
    stored, sha512 = file
    parties = _parties(kind, record)
    return {
        "vcon": _VERSION,
        "uuid": _uuid(audio_id),
        "created_at": now.isoformat(),
        "subject": "voicemail message" if kind != "recording" else "recorded call",
        "parties": parties,
        "dialog": [
            {
                "type": "recording",
                "start": record["created"],
                "duration": record["seconds"],
                "parties": list(range(len(parties))),
                "originator": 0,
                "mediatype": stored.media_type,
                "filename": stored.path,
                "url": f"../{stored.path}",
                "content_hash": f"sha512-{sha512}",
            }
        ],
        "analysis": [],
        "attachments": [],
    }


def _parties(kind: str, record: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the parties, the originator first: as far as the person may see them."""
    this = {"role": "person of this copy"}
    if kind == "recording":
        return [this, {"role": "other party"}]
    caller = {"tel": record.get("number"), "name": record.get("name")}
    known = {name: value for name, value in caller.items() if value}
    if kind == "voicemail":
        return [{**known, **this}, {"role": "mailbox"}]
    return [{**known, "role": "caller"}, this]


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid5(_NAMESPACE, text))
