"""OpenAPI declaration of routes that accept an uploaded sound."""

from typing import Any

ACCEPTED_TYPES = ("audio/wav", "audio/mpeg", "audio/ogg", "audio/flac")
UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "WAV, MP3, Ogg (Opus or Vorbis) or FLAC, mono or stereo, at most 10 MiB. The format is"
        " detected from the content, not from the content type.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ACCEPTED_TYPES},
    }
}
"""OpenAPI request body of an upload. The middleware knows these paths; the body is read after authentication."""
