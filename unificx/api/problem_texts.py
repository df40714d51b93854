"""Texts of problems in the language of the caller: `problems.de.json` translates the English ones of the services."""

import json
import re
from functools import cache
from importlib.resources import files

from unificx.api.languages import Language

_HOLE = "{}"


def translated(text: str, language: Language) -> str:
    """Return a text of a problem in a language; unchanged if it is not in the catalogue."""
    if language == "en" or not text:
        return text
    if (whole := german_texts().get(text)) is not None:
        return whole
    for pattern, german in _templates():
        if (match := pattern.fullmatch(text)) is not None:
            return german.format(*(translated(value, language) for value in match.groups()))
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
