"""The studio as everybody else uses it: a process for each sound, a few at a time."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterable, Iterator

from unificx.kernel.errors import Invalid, Refused, TooMany
from unificx.media.sounds import Sound
from unificx.net.studio.__main__ import REFUSED
from unificx.prompts import RATE, SPEECH, CannotSpeak

AT_ONCE = 2
"""Processes."""
MOST = 8
"""Sounds in the making, files on their way included."""
PATIENCE = 60.0
_ENVIRONMENT = {"PATH": os.defpath, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_REFUSALS: dict[str, type[Refused]] = {CannotSpeak.code: CannotSpeak}


class Studio:
    """Fills `web.Studio`."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._there = 0

    async def sound(self, file: AsyncIterable[bytes], longest: float, level: float = SPEECH) -> Sound:
        """What is in a file that comes in pieces, at most so many seconds long and as loud as `level` LUFS.

        Raises Invalid, TooMany, and what the pieces raise.
        """
        with self._place():
            data = b"".join([piece async for piece in file])
            if not data:
                raise Invalid("There is no sound in the body.", hint="Send the file itself, not a form.")
            return await self._made(("file", str(level), str(longest)), data)

    async def spoken(self, text: str, language: str) -> Sound:
        """A text as speech. Raises Invalid, TooMany; CannotSpeak where no voice is installed."""
        with self._place():
            return await self._made(("text", language), text.encode("utf-8", "replace"))

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        if self._there >= MOST:
            raise TooMany("Too many sounds are being made just now.", retry_after=5.0)
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
            sys.executable, "-m", "unificx.net.studio", *how,
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
        raise _why(made) if process.returncode == REFUSED else Invalid("This is no sound file that can be read.")


def _why(made: bytes) -> Refused:
    told = json.loads(made)
    kind = _REFUSALS.get(told["code"], Invalid)
    return kind(told["message"], hint=told["hint"], field=told["field"])
