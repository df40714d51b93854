"""Spoken numbers, dates and times: prompt sequences and their texts."""

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
from unificx.prompts.phrases.vocabulary import NOUNS, english_number, german_number, vocabulary

__all__ = [
    "NOUNS",
    "PAUSE",
    "Noun",
    "english_number",
    "german_number",
    "say_count",
    "say_date",
    "say_digits",
    "say_duration",
    "say_messages",
    "say_moment",
    "say_number",
    "say_time",
    "vocabulary",
]
