"""The start page: says what this is and where to go, in the reader's language, without a script."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from string import Template

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from unificx import __version__

_TEXTS = {
    "en": {
        "lead": "A telephone system whose privacy promises are kept by code. It is running.",
        "where": "Where to go",
        "openapi": "The description of the interface, for programs and for the curious (OpenAPI 3.1).",
        "api": "The interface itself: organisations, people, extensions, devices, calls and their history.",
        "sip": "SIP over WebSocket, for telephones in a browser.",
        "health": "Whether this process lives.",
        "ready": "Whether each part can do its work.",
        "next": "Next steps",
        "first": "On the machine this runs on, add an extension for a telephone, or ask what is still missing:",
    },
    "de": {
        "lead": "Eine Telefonanlage, deren Datenschutz-Versprechen der Code einhält. Sie läuft.",
        "where": "Wohin es geht",
        "openapi": "Die Beschreibung der Schnittstelle, für Programme und Neugierige (OpenAPI 3.1).",
        "api": "Die Schnittstelle selbst: Organisationen, Personen, Nebenstellen, Geräte, Anrufe und ihr Verlauf.",
        "sip": "SIP über WebSocket, für Telefone im Browser.",
        "health": "Ob dieser Prozess lebt.",
        "ready": "Ob jeder Teil seine Arbeit tun kann.",
        "next": "Nächste Schritte",
        "first": "Auf dem Rechner, auf dem sie läuft: eine Nebenstelle für ein Telefon anlegen oder fragen, was fehlt:",
    },
}


def language_of(accept: str) -> str:
    """The language of ours a reader likes best, by `Accept-Language` (RFC 9110 section 12.5.4); English otherwise."""
    best, best_weight = "en", 0.0
    for item in accept[:500].split(","):
        tag, _, weight_text = item.strip().partition(";q=")
        language = tag.split("-", 1)[0].strip().lower()
        try:
            weight = float(weight_text or "1")
        except ValueError:
            continue
        if language in _TEXTS and weight > best_weight:
            best, best_weight = language, weight
    return best


@cache
def _page(language: str) -> tuple[str, str]:
    """The page and the content policy that allows its one style sheet and nothing else."""
    folder = files("unificx.web")
    style = folder.joinpath("start.css").read_text("utf-8")
    texts = {"lang": language, "style": style, "version": __version__, **_TEXTS[language]}
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'"
    return Template(folder.joinpath("start.html").read_text("utf-8")).substitute(texts), policy


router = APIRouter()


@router.get("/", include_in_schema=False)
async def start_page(request: Request) -> HTMLResponse:
    """Say what this is and where to go."""
    language = language_of(request.headers.get("accept-language", ""))
    page, policy = _page(language)
    headers = {"Content-Security-Policy": policy, "Content-Language": language, "Vary": "Accept-Language"}
    return HTMLResponse(page, headers=headers)
