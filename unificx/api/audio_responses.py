"""Responses with sound, Opus in Ogg as stored or WAV, or with video, WebM; complete or a range (RFC 9110 section 14),
decrypted in chunks while it is sent.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from fastapi import Query, Request
from starlette.responses import Response, StreamingResponse

from unificx.api.problems import RangeNotSatisfiable
from unificx.audio_store import WAV_HEADER_SIZE as WAV_HEADER
from unificx.audio_store import AudioReader, CorruptAudio, SealedFileReader, wav_header
from unificx.core.errors import Expired

OGG, WAV = "audio/ogg", "audio/wav"
AUDIO_CONTENT: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (OGG, WAV)}
AUDIO_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": AUDIO_CONTENT, "description": "The complete sound."},
    206: {"content": AUDIO_CONTENT, "description": "The requested range."},
}
"""OpenAPI responses of a route that returns audio."""
WEBM = "video/webm"
_VIDEO_CONTENT: dict[str, Any] = {WEBM: {"schema": {"type": "string", "format": "binary"}}}
VIDEO_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": _VIDEO_CONTENT, "description": "The complete video."},
    206: {"content": _VIDEO_CONTENT, "description": "The requested range."},
}
"""OpenAPI responses of a route that returns a video."""
Format = Annotated[
    Literal["ogg", "wav"] | None,
    Query(
        description="Format of the audio; default: by the Accept header. Ogg falls back to WAV until the sound"
        " is transcoded, and if the tenant stores WAV; see the content type of the response."
    ),
]
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})\Z")
_QUALITY = re.compile(r"\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*\Z")
_WAVS = (WAV, "audio/wave", "audio/x-wav", "audio/vnd.wave")


class _Content(Protocol):
    """Bytes of a media type."""

    @property
    def kind(self) -> str: ...
    @property
    def length(self) -> int: ...
    def stream(self, start: int, end: int, /) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class _Wav:
    """A recording as a WAV file."""

    reader: AudioReader
    kind: str = WAV

    @property
    def length(self) -> int:
        return WAV_HEADER + self.reader.length

    async def stream(self, start: int, end: int) -> AsyncIterator[bytes]:
        header = self.reader.header
        head = wav_header(self.reader.length, header.rate, header.channels)[start:end]
        if head:
            yield head
        async for piece in self.reader.stream(max(start - WAV_HEADER, 0), max(end - WAV_HEADER, 0)):
            yield piece


@dataclass(frozen=True, slots=True)
class _Stored:
    """A recording in its stored format."""

    stored: SealedFileReader
    kind: str

    @property
    def length(self) -> int:
        return self.stored.length

    def stream(self, start: int, end: int) -> AsyncIterator[bytes]:
        return self.stored.stream(start, end)


async def audio_response(
    opening: Awaitable[AudioReader], request: Request, wanted: Literal["ogg", "wav"] | None
) -> Response:
    """Return the recording, or the requested range of it. Raise RangeNotSatisfiable, and Over for a damaged one,
    besides what `opening` raises.

    A Range that is malformed or names several ranges is ignored (section 14.2), and so is one whose If-Range does not
    match (section 13.1.5).
    """
    try:
        reader = await opening
        sound = _as_wanted(reader, wanted or ("wav" if _prefers_wav(request.headers) else None))
        return await range_response(sound, f'"{reader.name}-{sound.kind.removeprefix("audio/")}"', request.headers)
    except CorruptAudio:
        raise _damaged_error() from None


async def video_response(opening: Awaitable[SealedFileReader], request: Request) -> Response:
    """Return a video, or the requested range of it, like `audio_response`."""
    try:
        stored = await opening
        return await range_response(_Stored(stored, WEBM), f'"{stored.name}"', request.headers)
    except CorruptAudio:
        raise _damaged_error() from None


def _damaged_error() -> Expired:
    return Expired("This recording is damaged.", hint="Ask the operator to restore the file from a backup.")


def _as_wanted(reader: AudioReader, wanted: Literal["ogg", "wav"] | None) -> _Wav | _Stored:
    return _Stored(reader.ogg, OGG) if reader.ogg is not None and wanted != "wav" else _Wav(reader)


def _prefers_wav(headers: Mapping[str, str]) -> bool:
    """Return whether an Accept header prefers WAV to Ogg (section 12.5.1)."""
    return _quality(headers.get("accept", ""), _WAVS) > _quality(headers.get("accept", ""), (OGG, "application/ogg"))


def _quality(accept: str, kinds: tuple[str, ...]) -> float:
    """Return the quality value, 0 to 1, of these media types; the most specific media range applies."""
    qualities: dict[str, float] = {}
    for each in accept[:1000].lower().split(","):
        kind, *parameters = each.split(";")
        weights = [float(match[1]) for one in parameters if (match := _QUALITY.match(one))]
        qualities[kind.strip()] = weights[0] if weights else 1.0
    for names in (kinds, ("audio/*",), ("*/*",)):
        found = [qualities[name] for name in names if name in qualities]
        if found:
            return max(found)
    return 0.0


async def range_response(
    sound: _Content, tag: str, request_headers: Mapping[str, str], more: Mapping[str, str] | None = None
) -> Response:
    """Return the contents, or the requested range of them, with `more` headers. Raise RangeNotSatisfiable,
    CorruptAudio."""
    size = sound.length
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store", "ETag": tag, "Vary": "Accept"}
    headers |= more or {}
    unchanged = request_headers.get("if-range", tag) == tag
    span = _parse_range(request_headers.get("range", "")[:100], size) if unchanged else None
    if span is None:
        return await _stream_response(sound, (0, size), 200, headers)
    start, end = span
    if start >= end:
        raise RangeNotSatisfiable(size)
    return await _stream_response(sound, span, 206, {**headers, "Content-Range": f"bytes {start}-{end - 1}/{size}"})


async def _stream_response(sound: _Content, span: tuple[int, int], status: int, headers: dict[str, str]) -> Response:
    """Raise CorruptAudio if the first chunk is damaged; later damage aborts the connection."""
    start, end = span
    pieces = sound.stream(start, end)
    first = await anext(pieces, b"")
    if len(first) <= WAV_HEADER:  # a WAV header does not show whether the data behind it is readable
        first += await anext(pieces, b"")
    headers = {**headers, "Content-Length": str(end - start)}
    return StreamingResponse(_chain(first, pieces), status, headers, sound.kind)


async def _chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Parse a Range header: first byte and end (exclusive); None if the complete sound is to be sent."""
    match = _RANGE.match(header.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0) if int(last) else size, size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size
