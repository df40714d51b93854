"""Prompts in English and German, spoken numbers and dates, music on hold, and text-to-speech."""

from unificx.prompts.g722_files import RATE
from unificx.prompts.loudness import SPEECH
from unificx.prompts.manifest import ANY, LANGUAGES, MUSIC, Rendered, code_of, load, texts
from unificx.prompts.music import LEVEL
from unificx.prompts.phrases.sequences import (
    PAUSE,
    Noun,
    say_count,
    say_date,
    say_digits,
    say_duration,
    say_messages,
    say_moment,
    say_number,
    say_time,
)
from unificx.prompts.phrases.vocabulary import english_number, german_number
from unificx.prompts.prompts import BEEP, Prompts, UnknownPrompt, known
from unificx.prompts.text_to_speech import CannotSpeak, can_speak, render
from unificx.prompts.uploads import recorded, uploaded

__all__ = [
    "ANY",
    "BEEP",
    "LANGUAGES",
    "LEVEL",
    "MUSIC",
    "PAUSE",
    "RATE",
    "SPEECH",
    "CannotSpeak",
    "Noun",
    "Prompts",
    "Rendered",
    "UnknownPrompt",
    "can_speak",
    "code_of",
    "english_number",
    "german_number",
    "known",
    "load",
    "recorded",
    "render",
    "say_count",
    "say_date",
    "say_digits",
    "say_duration",
    "say_messages",
    "say_moment",
    "say_number",
    "say_time",
    "texts",
    "uploaded",
]
