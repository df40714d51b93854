"""What is said: every prompt in English and German, how numbers and days are said, music on hold, and a voice."""

from unificx.prompts.manifest import LANGUAGES, MUSIC, Rendered, load, texts
from unificx.prompts.prompts import BEEP, Prompts, UnknownPrompt
from unificx.prompts.rules import (
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
from unificx.prompts.speaking import CannotSpeak, can_speak, render
from unificx.prompts.uploads import uploaded

__all__ = [
    "BEEP",
    "LANGUAGES",
    "MUSIC",
    "PAUSE",
    "CannotSpeak",
    "Noun",
    "Prompts",
    "Rendered",
    "UnknownPrompt",
    "can_speak",
    "load",
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
