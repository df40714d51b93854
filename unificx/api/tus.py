"""Headers of tus 1.0, the protocol of resumable uploads (https://tus.io/protocols/resumable-upload)."""

import base64
import binascii
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Annotated

from fastapi import Depends, Header
from starlette.exceptions import HTTPException

from unificx.attachments import DeclaredKind, NewUpload, Upload
from unificx.core.errors import Invalid

VERSION = "1.0.0"
OFFSET_TYPE = "application/offset+octet-stream"
CAPABILITIES = {"Tus-Version": VERSION, "Tus-Extension": "creation,expiration,termination"}
MAX_METADATA = 8192
_MAX_PEAKS = 128
_KINDS: Mapping[str, DeclaredKind] = {"voice": "voice", "encrypted": "encrypted"}


async def _require_version(
    tus_resumable: Annotated[str, Header(description="Version of the protocol.", examples=[VERSION])] = VERSION,
) -> None:
    """Raise 412 for another version (section "Tus-Resumable")."""
    if tus_resumable != VERSION:
        raise HTTPException(412, "Only version 1.0.0 of tus is supported.", headers=CAPABILITIES)


TusVersion = Depends(_require_version)


def upload_headers(upload: Upload) -> dict[str, str]:
    """Return the headers that describe an upload."""
    return {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(upload.length),
        "Upload-Expires": format_datetime(upload.expires, usegmt=True),
        "Cache-Control": "no-store",
    }


def parse_upload(length: int, metadata: str) -> NewUpload:
    """Return the announced file. Metadata: `filename`; `kind`, which is `voice` or `encrypted`; and of a voice message
    `seconds` and `peaks`, which are numbers with commas. Raise Invalid."""
    values = _parse_metadata(metadata)
    kind = _KINDS.get(values.get("kind", ""), "")
    try:
        seconds = round(float(values["seconds"]), 2) if "seconds" in values else None
        peaks = tuple(int(each) for each in values.get("peaks", "").split(",") if each)
    except ValueError:
        raise _malformed() from None
    are_levels = len(peaks) <= _MAX_PEAKS and all(0 <= each <= 100 for each in peaks)
    if not are_levels or (seconds is not None and not 0 <= seconds <= 86_400):
        raise _malformed()
    return NewUpload(length, values.get("filename", "")[:1000], kind, seconds, peaks)


def _parse_metadata(header: str) -> Mapping[str, str]:
    values: dict[str, str] = {}
    for pair in header.split(","):
        key, _, encoded = pair.strip().partition(" ")
        try:
            values[key] = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise _malformed() from None
    return values


def _malformed() -> Invalid:
    return Invalid("The metadata of the upload is malformed.", field="Upload-Metadata")
