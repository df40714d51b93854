"""Recognition of speech in conversations: a process that stays, has the model loaded, and takes one piece at a time."""

import asyncio
import contextlib
import json
import struct
from pathlib import Path

from unificx.audio_store import TranscriptionFailed
from unificx.integrations.whisper.client import Whisper, start_process

LOAD_TIMEOUT, TIMEOUT = 120.0, 30.0
"""Timeouts in seconds of the first piece, for which the model is loaded, and of the others."""
MAX_BYTES = 1 << 20
"""Bytes of a piece: ten seconds at 48 kHz."""
_MAX_ANSWER = 64 << 10
_REQUEST, _ANSWER = struct.Struct("<II"), struct.Struct("<I")
"""Sample rate and length of the samples; length of the answer."""


class LiveWhisper:
    """Implements `captions.LiveTranscriber`. The process ends with `close`, with this one, and after a failure; the
    next piece starts another one."""

    def __init__(self, models: Path) -> None:
        self._models = models
        self._installed = Whisper(models)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def requirement(self) -> str:
        return self._installed.requirement

    @property
    def pid(self) -> int | None:
        """Process id of the recognizer, if it runs."""
        return self._process.pid if self._process is not None else None

    async def recognize(self, pcm: bytes, rate: int) -> str:
        """Return the text of 16-bit mono samples; "" without speech. Raise TranscriptionFailed."""
        if len(pcm) > MAX_BYTES:
            raise TranscriptionFailed("too long")
        timeout, process = TIMEOUT, self._process
        if process is None:
            timeout = LOAD_TIMEOUT
            process = self._process = await start_process(self._models, "live")
        try:
            async with asyncio.timeout(timeout):
                return await _exchange(process, pcm, rate)
        except (TimeoutError, OSError, EOFError, ValueError, KeyError):
            await self.close()
            raise TranscriptionFailed("no result") from None
        except asyncio.CancelledError:
            await self.close()
            raise

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _exchange(process: asyncio.subprocess.Process, pcm: bytes, rate: int) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(_REQUEST.pack(rate, len(pcm)) + pcm)
    await process.stdin.drain()
    (length,) = _ANSWER.unpack(await process.stdout.readexactly(_ANSWER.size))
    if length > _MAX_ANSWER:
        raise ValueError("too long")
    return str(json.loads(await process.stdout.readexactly(length))["text"])
