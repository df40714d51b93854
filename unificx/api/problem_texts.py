"""Texts of problems in the language of the caller: `problems.de.json` translates the English ones of the services."""

import json
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from unificx.api.languages import Language

_HOLE = "{}"
_LONGEST = 500
"""Characters of the longest text that is compared with the catalogue. No text of the services is as long; one with a
value of any length would take seconds."""


def translated(text: str, language: Language) -> str:
    """Return a text of a problem in a language; unchanged if it is not in the catalogue. A value in a text may be such
    a text too, whose values stay."""
    if language == "en" or not 0 < len(text) <= _LONGEST:
        return text
    return _german(text, lambda value: _german(value, str))


def _german(text: str, of_value: Callable[[str], str]) -> str:
    if (whole := german_texts().get(text)) is not None:
        return whole
    for pattern, german in _templates():
        if (match := pattern.fullmatch(text)) is not None:
            return german.format(*(of_value(value) for value in match.groups()))
    return text


@cache
def german_texts() -> dict[str, str]:
    """Return the German texts by the English ones, with `{}` for each value."""
    texts: dict[str, str] = json.loads(files("unificx.api").joinpath("problems.de.json").read_text("utf-8"))
    return texts


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Return the texts with values, those with the most words first: "{} is used by {}." fits others too."""
    ordered = sorted((text for text in german_texts() if _HOLE in text), key=len, reverse=True)
    return [(_pattern(text), german_texts()[text]) for text in ordered]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(re.escape(part) for part in text.split(_HOLE)), re.DOTALL)
