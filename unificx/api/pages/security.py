"""Measures that protect the data, each with its limits: generated from `security.toml` and the table of promises."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from unificx.api.languages import Language
from unificx.api.pages.layout import language_for, page

_TITLE = {"en": "Security and its limits – UnifiCX", "de": "Sicherheit und ihre Grenzen – UnifiCX"}
_TEXTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "limit": "Limits",
        "kept": "Tests of this version prove all of it that a test can.",
        "partly": "Tests of this version prove a part of it.",
        "not": "No test of this version proves it.",
    },
    "de": {
        "limit": "Grenzen",
        "kept": "Tests dieser Version belegen alles daran, was ein Test belegen kann.",
        "partly": "Tests dieser Version belegen einen Teil davon.",
        "not": "Kein Test dieser Version belegt es.",
    },
}
_ORDER = ("not", "partly", "kept")

router = APIRouter()


@router.get("/security")
async def security_page(request: Request) -> Response:
    """Return the measures with their limits."""
    return page(request, "security", _TITLE, {"measures": "\n".join(_measures(language_for(request)))})


def _measures(language: Language) -> Iterator[str]:
    texts, states = _TEXTS[language], _states()
    for each in _source()["measures"]:
        state = min((states[promise] for promise in each["promises"]), key=_ORDER.index)
        yield f'<section data-promise="{" ".join(each["promises"])}">'
        yield f"<h2>{escape(each['title'][language])}</h2>"
        yield f"<p>{escape(each[language])}</p>"
        yield f"<p><strong>{texts['limit']}:</strong> {escape(each[f'limits_{language}'])}</p>"
        yield f'<p data-state="{state}">{texts[state]}</p></section>'


@cache
def _source() -> Mapping[str, Any]:
    return tomllib.loads(files("unificx.api.pages").joinpath("security.toml").read_text("utf-8"))


@cache
def _states() -> Mapping[str, str]:
    """Return the state of each promise: the weakest counts for a measure."""
    table = json.loads(files("unificx.privacy").joinpath("promises.json").read_text("utf-8"))
    return {each["id"]: each["state"] for each in table}
