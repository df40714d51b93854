"""Texts of problems in the language of the caller: `problems.de.json` translates the English ones of the services."""

import json
from datetime import date
from functools import cache
from importlib.resources import files

from unificx.api.languages import Language
from unificx.core.phrases import Phrase, shown
from unificx.routing import FEATURES


def translated(text: str, language: Language) -> str:
    """Return a text of a problem in a language; unchanged if it is not in the catalogue."""
    if language == "en":
        return text
    if isinstance(text, Phrase):
        return german_texts().get(text.template, text.template).format(*map(_german, text.values))
    return german_texts().get(text, text)


def _german(value: object) -> str:
    """Return a value as German texts have it. A word of a user stays as it is, also where the catalogue has it too."""
    if isinstance(value, Phrase):
        return translated(value, "de")
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return shown(value).translate(_SEPARATORS) if isinstance(value, int | float) else str(value)


_SEPARATORS = str.maketrans(",.", ".,")


@cache
def german_texts() -> dict[str, str]:
    """Return the German texts by the English ones, with `{}` for each value."""
    texts: dict[str, str] = json.loads(files("unificx.api").joinpath("problems.de.json").read_text("utf-8"))
    return texts | {feature.text: feature.text_de for feature in FEATURES.values()}
