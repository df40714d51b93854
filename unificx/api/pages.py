"""The start page: describes the service and its URLs in the reader's language, without scripts."""

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
        "lead": "A phone system with privacy enforced in code. It is running.",
        "where": "URLs",
        "openapi": "API description for programs and developers (OpenAPI 3.1).",
        "api": "The API: tenants, users, extensions, devices, calls and call history.",
        "sip": "SIP over WebSocket, for phones in a browser.",
        "health": "Liveness of this process.",
        "ready": "Readiness of each component.",
        "next": "Next steps",
        "first": "On this machine, add an extension for a phone, or check the setup:",
    },
    "de": {
        "lead": "Eine Telefonanlage, deren Datenschutz im Code durchgesetzt wird. Sie läuft.",
        "where": "Adressen",
        "openapi": "API-Beschreibung für Programme und Entwickler (OpenAPI 3.1).",
        "api": "Die API: Organisationen, Personen, Nebenstellen, Geräte, Anrufe und Anrufliste.",
        "sip": "SIP über WebSocket, für Telefone im Browser.",
        "health": "Ob dieser Prozess läuft.",
        "ready": "Ob jede Komponente bereit ist.",
        "next": "Nächste Schritte",
        "first": "Auf diesem Rechner eine Nebenstelle für ein Telefon anlegen oder die Einrichtung prüfen:",
    },
}


def language_of(accept: str) -> str:
    """Return the preferred supported language by `Accept-Language` (RFC 9110 section 12.5.4); English by default."""
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
    """Return the page, and the content security policy that allows only its style sheet."""
    folder = files("unificx.api")
    style = folder.joinpath("start.css").read_text("utf-8")
    texts = {"lang": language, "style": style, "version": __version__, **_TEXTS[language]}
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'"
    return Template(folder.joinpath("start.html").read_text("utf-8")).substitute(texts), policy


router = APIRouter()


@router.get("/", include_in_schema=False)
async def start_page(request: Request) -> HTMLResponse:
    """Return the start page."""
    language = language_of(request.headers.get("accept-language", ""))
    page, policy = _page(language)
    headers = {"Content-Security-Policy": policy, "Content-Language": language, "Vary": "Accept-Language"}
    return HTMLResponse(page, headers=headers)
