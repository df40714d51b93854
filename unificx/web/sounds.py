"""Recordings over HTTP: WAV, whole or a range of it (RFC 9110 section 14), opened piece by piece as it is sent."""

import re
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from unificx.recordings import WAV_HEADER, Reader, wav_header
from unificx.web.problems import NotWithin

MEDIA_TYPE = "audio/wav"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})\Z")


def wav_response(reader: Reader, asked: str) -> Response:
    """The recording, or the range of it that `asked` names. Raises NotWithin.

    A Range that is not understood, or names several, is passed over (section 14.2).
    """
    size = WAV_HEADER + reader.length
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
    found = _found(asked, size)
    if found is None:
        return _streamed(reader, (0, size), 200, headers)
    start, end = found
    if start >= end:
        raise NotWithin(size)
    return _streamed(reader, found, 206, {**headers, "Content-Range": f"bytes {start}-{end - 1}/{size}"})


def _streamed(reader: Reader, span: tuple[int, int], status: int, headers: dict[str, str]) -> Response:
    start, end = span
    headers = {**headers, "Content-Length": str(end - start)}
    return StreamingResponse(_bytes(reader, start, end), status, headers, MEDIA_TYPE)


async def _bytes(reader: Reader, start: int, end: int) -> AsyncIterator[bytes]:
    head = wav_header(reader.length, reader.header.rate, reader.header.channels)[start:end]
    if head:
        yield head
    async for piece in reader.stream(max(start - WAV_HEADER, 0), max(end - WAV_HEADER, 0)):
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
