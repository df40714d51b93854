"""Client of audio import: one process per sound, with limited concurrency."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterable, Iterator

from unificx.core.errors import DomainError, Invalid, TooManyRequests
from unificx.core.phrases import Phrase
from unificx.integrations.child_process import EXIT_REFUSED
from unificx.media.sounds import Sound
from unificx.prompts import RATE, SPEECH_LEVEL, SpeechUnavailable

MAX_PROCESSES = 2
"""Concurrent processes."""
MAX_PENDING = 8
"""Pending requests, including uploads in progress."""
TIMEOUT = 60.0
_ENVIRONMENT = {"PATH": os.defpath, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_ERRORS: dict[str, type[DomainError]] = {SpeechUnavailable.code: SpeechUnavailable}


class AudioImporter:
    """Converts uploads and text into sounds."""

    def __init__(self) -> None:
        self._processes = asyncio.Semaphore(MAX_PROCESSES)
        self._pending = 0

    async def sound(self, file: AsyncIterable[bytes], longest: float, level: float = SPEECH_LEVEL) -> Sound:
        """Convert an uploaded file, given in chunks, of at most `longest` seconds; normalize it to `level` LUFS.

        Raise Invalid, TooMany, and whatever the chunks raise.
        """
        with self._reserve():
            data = b"".join([piece async for piece in file])
            if not data:
                raise Invalid("The request body is empty.", hint="Send the file itself, not a form.")
            return await self._convert(("file", str(level), str(longest)), data)

    async def spoken(self, text: str, language: str) -> Sound:
        """Synthesize speech. Raise Invalid, TooMany, or CannotSpeak if no voice is installed."""
        with self._reserve():
            return await self._convert(("text", language), text.encode("utf-8", "replace"))

    @contextlib.contextmanager
    def _reserve(self) -> Iterator[None]:
        if self._pending >= MAX_PENDING:
            raise TooManyRequests("Too many audio conversions are in progress.", retry_after=5.0)
        self._pending += 1
        try:
            yield
        finally:
            self._pending -= 1

    async def _convert(self, arguments: tuple[str, ...], data: bytes) -> Sound:
        async with self._processes:
            return await self._run(arguments, data)

    async def _run(self, arguments: tuple[str, ...], data: bytes) -> Sound:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "unificx.integrations.audio_import", *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        try:
            output, _ = await asyncio.wait_for(process.communicate(data), TIMEOUT)
        except TimeoutError:
            output = b""
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if process.returncode == 0 and output:
            return Sound(output, RATE)
        raise (
            _error(output) if process.returncode == EXIT_REFUSED else Invalid("The file is not a supported audio file.")
        )


def _error(output: bytes) -> DomainError:
    problem = json.loads(output)
    kind = _ERRORS.get(problem["code"], Invalid)
    return kind(Phrase(*problem["message"]), hint=problem["hint"], field=problem["field"])
