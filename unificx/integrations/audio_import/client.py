"""Client of audio import: one process per sound, with limited concurrency."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterable, Iterator

from unificx.core.errors import Invalid, Refused, TooMany
from unificx.integrations.audio_import.__main__ import REFUSED
from unificx.media.sounds import Sound
from unificx.prompts import RATE, SPEECH, CannotSpeak

AT_ONCE = 2
"""Concurrent processes."""
MOST = 8
"""Pending requests, including uploads in progress."""
PATIENCE = 60.0
_ENVIRONMENT = {"PATH": os.defpath, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_REFUSALS: dict[str, type[Refused]] = {CannotSpeak.code: CannotSpeak}


class Studio:
    """Converts uploads and text into sounds."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._there = 0

    async def sound(self, file: AsyncIterable[bytes], longest: float, level: float = SPEECH) -> Sound:
        """Convert an uploaded file, given in chunks, of at most `longest` seconds; normalize it to `level` LUFS.

        Raise Invalid, TooMany, and whatever the chunks raise.
        """
        with self._place():
            data = b"".join([piece async for piece in file])
            if not data:
                raise Invalid("The request body is empty.", hint="Send the file itself, not a form.")
            return await self._made(("file", str(level), str(longest)), data)

    async def spoken(self, text: str, language: str) -> Sound:
        """Synthesize speech. Raise Invalid, TooMany, or CannotSpeak if no voice is installed."""
        with self._place():
            return await self._made(("text", language), text.encode("utf-8", "replace"))

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        if self._there >= MOST:
            raise TooMany("Too many audio conversions are in progress.", retry_after=5.0)
        self._there += 1
        try:
            yield
        finally:
            self._there -= 1

    async def _made(self, how: tuple[str, ...], data: bytes) -> Sound:
        async with self._turns:
            return await self._run(how, data)

    async def _run(self, how: tuple[str, ...], data: bytes) -> Sound:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "unificx.integrations.audio_import", *how,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        try:
            made, _ = await asyncio.wait_for(process.communicate(data), PATIENCE)
        except TimeoutError:
            made = b""
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if process.returncode == 0 and made:
            return Sound(made, RATE)
        raise _why(made) if process.returncode == REFUSED else Invalid("The file is not a supported audio file.")


def _why(made: bytes) -> Refused:
    told = json.loads(made)
    kind = _REFUSALS.get(told["code"], Invalid)
    return kind(told["message"], hint=told["hint"], field=told["field"])
