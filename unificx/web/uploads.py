"""Sounds that are uploaded, as a route takes them."""

from typing import Any

TAKES = ("audio/wav", "audio/mpeg", "audio/ogg", "audio/flac")
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "WAV, MP3, Ogg (Opus or Vorbis) or FLAC, one channel or two, at most 10 MiB."
        " What is in it counts, whatever it calls itself.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in TAKES},
    }
}
"""What it adds to its description. `web.shell` knows its path; the body is read once it is known who asks."""
