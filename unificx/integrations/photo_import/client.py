"""Client of photo import: one process per photo, with limited concurrency."""

import asyncio
import contextlib
import json
import os
import struct
import sys
from collections.abc import AsyncIterator, Sequence

from unificx.attachments import PhotoRefused, PhotoTooLarge, ProcessedPhoto
from unificx.core.errors import TooManyRequests
from unificx.core.phrases import Phrase
from unificx.integrations.child_process import EXIT_REFUSED

MAX_PROCESSES = 2
"""Concurrent processes."""
MAX_PENDING = 20
"""Photos that are converted or wait for it."""
TIMEOUT = 60.0
MAX_BYTES = 50 << 20
"""Bytes of a photo."""
MAX_OUTPUT = 40 << 20
PORTRAITS_AT_A_TIME = 20
"""Photos of persons that share a process."""
_LENGTH = struct.Struct(">I")
_ENVIRONMENT = {"PATH": os.defpath, "OMP_NUM_THREADS": "1"}


class PhotoImporter:
    """Writes photos anew. Implements `attachments.PhotoProcessor` and `contacts.PortraitProcessor`."""

    def __init__(self) -> None:
        self._processes = asyncio.Semaphore(MAX_PROCESSES)
        self._pending = 0

    async def process(self, file: AsyncIterator[bytes]) -> ProcessedPhoto:
        """Return the photo without metadata, with a thumbnail. Raise PhotoRefused, PhotoTooLarge, TooManyRequests."""
        return _parsed(await self._queued(file))

    async def portraits(self, photos: Sequence[bytes]) -> list[bytes]:
        """Return a square of each photo as JPEG, without metadata; b"" for one that cannot be read. Raise
        TooManyRequests."""
        found: list[bytes] = []
        for start in range(0, len(photos), PORTRAITS_AT_A_TIME):
            batch = photos[start : start + PORTRAITS_AT_A_TIME]
            try:
                found += _squares(await self._queued(_with_lengths(batch), "--portraits"), len(batch))
            except (PhotoRefused, PhotoTooLarge):  # one of them has used up the memory or time of all
                found += [b""] * len(batch)
        return found

    async def _queued(self, file: AsyncIterator[bytes], *arguments: str) -> bytes:
        if self._pending >= MAX_PENDING:
            raise TooManyRequests("Too many photos are being sent.", retry_after=5.0)
        self._pending += 1
        try:
            async with self._processes:
                return await self._run(file, *arguments)
        finally:
            self._pending -= 1

    async def _run(self, file: AsyncIterator[bytes], *arguments: str) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "unificx.integrations.photo_import", *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        output = b""
        try:
            async with asyncio.timeout(TIMEOUT):
                output = await _exchange(process, file)
        except TimeoutError:
            output = b""
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if process.returncode == EXIT_REFUSED:
            raise _refused(output)
        if not output or process.returncode != 0:
            raise _refused(b"")
        return output


async def _exchange(process: asyncio.subprocess.Process, file: AsyncIterator[bytes]) -> bytes:
    """Send the photo piece by piece and return what the process writes; it reads everything first."""
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None
    assert stdout is not None
    size = 0
    with contextlib.suppress(ConnectionError):
        async for piece in file:
            size += len(piece)
            if size > MAX_BYTES:
                raise PhotoTooLarge(
                    Phrase("A photo has at most {} MB.", MAX_BYTES >> 20), field="file", hint="Send a smaller one."
                )
            stdin.write(piece)
            await stdin.drain()
    stdin.close()
    pieces: list[bytes] = []
    while piece := await stdout.read(1 << 20):
        pieces.append(piece)
        if sum(map(len, pieces)) > MAX_OUTPUT:
            return b""
    await process.wait()
    return b"".join(pieces)


def _parsed(output: bytes) -> ProcessedPhoto:
    line, _, contents = output.partition(b"\n")
    try:
        measures = json.loads(line)
    except ValueError:
        raise _refused(b"") from None
    length = measures["photo"]
    return ProcessedPhoto(measures["width"], measures["height"], measures["type"], contents[:length], contents[length:])


async def _with_lengths(photos: Sequence[bytes]) -> AsyncIterator[bytes]:
    for each in photos:
        yield _LENGTH.pack(len(each))
        yield each


def _squares(output: bytes, amount: int) -> list[bytes]:
    """Return the squares of an answer. Raise PhotoRefused unless all of them are there."""
    found: list[bytes] = []
    at = 0
    while at < len(output):
        (length,) = _LENGTH.unpack_from(output, at)
        at += _LENGTH.size + length
        found.append(output[at - length : at])
    if len(found) != amount or at != len(output):
        raise _refused(b"")
    return found


def _refused(reason: bytes) -> PhotoRefused | PhotoTooLarge:
    if reason == b"too large":
        return PhotoTooLarge("The photo has too many pixels.", field="file", hint="Send a smaller one.")
    return PhotoRefused("The photo cannot be read.", field="file", hint="Open it and save it as JPEG or PNG.")
