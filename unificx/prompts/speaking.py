"""Says a text with the voice the prompts have: SVOX Pico, if it is installed (requirements/prompts.txt)."""

import re
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from unificx.kernel.errors import Conflict, Invalid
from unificx.media.sounds import Sound
from unificx.prompts.coding import RATE, samples, wave
from unificx.prompts.loudness import Wave, levelled, trimmed

VOICES = {"en": "en-GB", "de": "de-DE"}
MOST_LETTERS = 2000
_VOLUME = 0.5
"""Of the engine's own scale; above it, it clips."""


class CannotSpeak(Conflict):
    """The speech engine is not installed."""

    code = "no-speech-engine"


def can_speak() -> bool:
    return find_spec("py_nanotts") is not None


def render(text: str, language: str) -> Sound:
    """A text as speech, as loud as every prompt: about a hundredth of its length in time, so not on the event loop.

    Raises CannotSpeak where the engine is not installed, Invalid for an unknown language or a text with nothing to say.
    """
    spoken = speech(text, language)
    return Sound(samples(spoken).tobytes(), RATE)


def speech(text: str, language: str, pause: float = 0.2) -> Wave:
    """The same as samples between -1 and 1, with so many seconds of silence behind it."""
    if language not in VOICES:
        raise Invalid("There is no voice for this language.", field="language")
    if not can_speak():
        raise CannotSpeak(
            "Texts cannot be spoken here.", hint="Install requirements/prompts.txt, or upload a recording."
        )
    said = trimmed(wave(_engine().speak(_plain(text), voice=VOICES[language], volume=_VOLUME)), RATE)
    if not len(said):
        raise Invalid("There is nothing to say in this text.", field="text")
    return np.concatenate([levelled(said, RATE), np.zeros(round(pause * RATE))])


def _plain(text: str) -> str:
    """Without what the engine would take for markup. Raises Invalid for one that is empty or too long."""
    if len(text) > MOST_LETTERS:
        raise Invalid(f"A text may have {MOST_LETTERS} letters.", field="text")
    plain = " ".join(re.sub(r"[<>&\\\x00-\x1f\x7f]", " ", text).split())
    if not any(map(str.isalnum, plain)):
        raise Invalid("There is nothing to say in this text.", field="text")
    return plain


def _engine() -> Any:
    return import_module("py_nanotts").NanoTTS()
