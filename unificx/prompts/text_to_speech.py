"""Text-to-speech with the voice of the prompts: SVOX Pico, if installed (requirements/prompts.txt)."""

import re
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from unificx.core.errors import Conflict, Invalid
from unificx.core.lazy import lazy_import
from unificx.core.phrases import Phrase
from unificx.media.sounds import Sound
from unificx.prompts.g722_files import RATE, to_samples, to_wave
from unificx.prompts.loudness import Wave, normalize, trim_silence

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy_import("numpy")

VOICES = {"en": "en-GB", "de": "de-DE"}
MAX_CHARACTERS = 2000
_VOLUME = 0.5
"""On the engine's scale; higher values clip."""


class SpeechUnavailable(Conflict):
    """The speech engine is not installed."""

    code = "no-speech-engine"


def speech_available() -> bool:
    return find_spec("py_nanotts") is not None


def synthesize(text: str, language: str) -> Sound:
    """Synthesize a text at prompt loudness. Takes about 1 % of its duration: do not call on the event loop.

    Raises SpeechUnavailable if the engine is not installed, Invalid for an unknown language or an empty text.
    """
    spoken = synthesize_wave(text, language)
    return Sound(to_samples(spoken).tobytes(), RATE)


def synthesize_wave(text: str, language: str, pause: float = 0.2) -> Wave:
    """Synthesize to samples between -1 and 1, followed by `pause` seconds of silence."""
    if language not in VOICES:
        raise Invalid("No voice is available for this language.", field="language")
    if not speech_available():
        raise SpeechUnavailable(
            "Text-to-speech is not installed.", hint="Install requirements/prompts.txt, or upload a recording."
        )
    speech = trim_silence(to_wave(_engine().speak(_strip_markup(text), voice=VOICES[language], volume=_VOLUME)), RATE)
    if not len(speech):
        raise Invalid("The text contains nothing to speak.", field="text")
    return np.concatenate([normalize(speech, RATE), np.zeros(round(pause * RATE))])


def _strip_markup(text: str) -> str:
    """Remove what the engine would interpret as markup. Raises Invalid for a text that is empty or too long."""
    if len(text) > MAX_CHARACTERS:
        raise Invalid(Phrase("Text too long. At most {} characters are allowed.", MAX_CHARACTERS), field="text")
    plain = " ".join(re.sub(r"[<>&\\\x00-\x1f\x7f]", " ", text).split())
    if not any(map(str.isalnum, plain)):
        raise Invalid("The text contains nothing to speak.", field="text")
    return plain


def _engine() -> Any:
    return import_module("py_nanotts").NanoTTS()
