"""Recordings over HTTP: Opus in Ogg as they are kept, or WAV; all or a range of it (RFC 9110 section 14), opened piece
by piece as it is sent."""

import re
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from starlette.responses import Response, StreamingResponse

from unificx.kernel.errors import Over
from unificx.recordings import WAV_HEADER, Damaged, Reader, Stored, wav_header
from unificx.web.problems import NotWithin

OGG, WAV = "audio/ogg", "audio/wav"
CONTENT: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (OGG, WAV)}
PLAYED: dict[int | str, dict[str, Any]] = {
    200: {"content": CONTENT, "description": "All of it."},
    206: {"content": CONTENT, "description": "The range."},
}
"""What a route that plays a sound answers."""
Format = Annotated[
    Literal["ogg", "wav"] | None,
    Query(
        description="Without it the Accept header is asked. What is to be Ogg comes as WAV all the same for a moment"
        " after it was spoken, and where the organisation keeps it so: the content type says which it is."
    ),
]
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})\Z")
_QUALITY = re.compile(r"\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*\Z")
_WAVS = (WAV, "audio/wave", "audio/x-wav", "audio/vnd.wave")


@dataclass(frozen=True, slots=True)
class _Wav:
    """A recording as the bytes of a WAV file."""

    reader: Reader
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
class _Ogg:
    """A recording as it is kept."""

    stored: Stored
    kind: str = OGG

    @property
    def length(self) -> int:
        return self.stored.length

    def stream(self, start: int, end: int) -> AsyncIterator[bytes]:
        return self.stored.stream(start, end)


async def sound_response(
    opening: Awaitable[Reader], request: Request, wanted: Literal["ogg", "wav"] | None
) -> Response:
    """The recording, or the range of it that the request names. Raises NotWithin, and Over for one that is damaged,
    besides what opening it raises.

    A Range that is not understood, or names several, is passed over (section 14.2); so is one that is asked only if the
    sound is still as it was (section 13.1.5) where it is not.
    """
    try:
        reader = await opening
        sound = _as_wanted(reader, wanted or ("wav" if wishes_wav(request.headers) else None))
        return await _ranged(sound, f'"{reader.name}-{sound.kind.removeprefix("audio/")}"', request.headers)
    except Damaged:
        raise Over(
            "This recording is damaged.", hint="Ask whoever runs the installation for the file from a backup."
        ) from None


def _as_wanted(reader: Reader, wanted: Literal["ogg", "wav"] | None) -> _Wav | _Ogg:
    return _Ogg(reader.ogg) if reader.ogg is not None and wanted != "wav" else _Wav(reader)


def wishes_wav(headers: Mapping[str, str]) -> bool:
    """Whether an Accept header would rather have WAV than Ogg (section 12.5.1)."""
    return _wish(headers.get("accept", ""), _WAVS) > _wish(headers.get("accept", ""), (OGG, "application/ogg"))


def _wish(accept: str, kinds: tuple[str, ...]) -> float:
    """How much one of these is wished for, from 0 to 1; the most exact range of media counts."""
    wishes: dict[str, float] = {}
    for each in accept[:1000].lower().split(","):
        kind, *parameters = each.split(";")
        weights = [float(match[1]) for one in parameters if (match := _QUALITY.match(one))]
        wishes[kind.strip()] = weights[0] if weights else 1.0
    for names in (kinds, ("audio/*",), ("*/*",)):
        found = [wishes[name] for name in names if name in wishes]
        if found:
            return max(found)
    return 0.0


async def _ranged(sound: _Wav | _Ogg, tag: str, asked: Mapping[str, str]) -> Response:
    size = sound.length
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store", "ETag": tag, "Vary": "Accept"}
    same = asked.get("if-range", tag) == tag
    found = _found(asked.get("range", "")[:100], size) if same else None
    if found is None:
        return await _streamed(sound, (0, size), 200, headers)
    start, end = found
    if start >= end:
        raise NotWithin(size)
    return await _streamed(sound, found, 206, {**headers, "Content-Range": f"bytes {start}-{end - 1}/{size}"})


async def _streamed(sound: _Wav | _Ogg, span: tuple[int, int], status: int, headers: dict[str, str]) -> Response:
    """Raises Damaged if it shows at the first piece; later on the connection breaks off."""
    start, end = span
    pieces = sound.stream(start, end)
    first = await anext(pieces, b"")
    if len(first) <= WAV_HEADER:  # the head of a WAV file says nothing of whether what follows can be read
        first += await anext(pieces, b"")
    headers = {**headers, "Content-Length": str(end - start)}
    return StreamingResponse(_all(first, pieces), status, headers, sound.kind)


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _found(asked: str, size: int) -> tuple[int, int] | None:
    """From the first byte up to the one after the last; None if the whole is to be sent."""
    match = _RANGE.match(asked.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0) if int(last) else size, size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size
