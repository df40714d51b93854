"""Layout of the pages: language, style, links at the bottom, and a content security policy without scripts."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from html import escape
from importlib.resources import files
from string import Template

from fastapi import Request
from fastapi.responses import HTMLResponse

from unificx import __version__
from unificx.api.brand import reseller_of
from unificx.api.languages import LANGUAGES, Language, language_of
from unificx.resale import Brand, Reseller

CHOICE = "lang"
"""Query parameter that overrides `Accept-Language`; links between the pages keep it."""

_TEXTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "other": "de",
        "other_name": "Deutsch",
        "other_hint": "Diese Seite auf Deutsch",
        "start": "Start",
        "privacy": "Privacy policy",
        "terms": "Terms of use",
        "developers": "For developers",
        "api": "API reference",
        "description": "API description (OpenAPI)",
        "status": "Status",
    },
    "de": {
        "other": "en",
        "other_name": "English",
        "other_hint": "This page in English",
        "start": "Start",
        "privacy": "Datenschutz",
        "terms": "Nutzungsbedingungen",
        "developers": "Für Entwickler",
        "api": "API-Referenz",
        "description": "API-Beschreibung (OpenAPI)",
        "status": "Status",
    },
}


def language_for(request: Request) -> Language:
    """Return the language chosen by the query parameter, otherwise the preferred one of the browser."""
    preferred = language_of(request.headers.get("accept-language", ""))
    return LANGUAGES.get(request.query_params.get(CHOICE, ""), preferred)


def language_query(request: Request) -> str:
    """Return the query that makes a link to another page keep the chosen language."""
    chosen = request.query_params.get(CHOICE, "")
    return f"?{CHOICE}={chosen}" if chosen in LANGUAGES else ""


def page(
    request: Request, name: str, title: Mapping[str, str], values: Mapping[str, str] = {}, *, has_form: bool = False
) -> HTMLResponse:
    """Return the page `NAME.LANGUAGE.html` within the layout. `values`: HTML for the placeholders of the page.

    `has_form`: its form may be sent to this server."""
    language = language_for(request)
    query = language_query(request)
    texts = _TEXTS[language]
    body = _template(f"{name}.{language}.html").substitute({"query": query, "version": __version__, **values})
    reseller = reseller_of(request)
    style, policy = _style(reseller.brand if reseller is not None else None)
    html = _template("page.html").substitute(
        texts,
        product=escape(reseller.brand.product) if reseller is not None else "UnifiCX",
        mark=_mark(reseller),
        language=language,
        title=title[language].replace("UnifiCX", escape(reseller.brand.product)) if reseller else title[language],
        body=body,
        style=style,
        query=query,
        path=f"{request.url.path}?{CHOICE}={texts['other']}",
        version=__version__,
    )
    if has_form:
        policy = policy.replace("form-action 'none'", "form-action 'self'")
    headers = {
        "Content-Security-Policy": policy,
        "Content-Language": language,
        "Vary": "Accept-Language, Cookie",
    }
    return HTMLResponse(html, headers=headers)


@cache
def _template(name: str) -> Template:
    return Template(files("unificx.api.pages").joinpath(name).read_text("utf-8"))


def _mark(reseller: Reseller | None) -> str:
    """Return the mark in front of the name of the product: our own, or the logo of a reseller."""
    if reseller is None:
        return files("unificx.api.pages").joinpath("mark.svg").read_text("utf-8").strip()
    path = reseller.brand.logo_path
    return f'<img src="{path}" alt="" height="32">' if path is not None else ""


@lru_cache(maxsize=256)
def _style(brand: Brand | None) -> tuple[str, str]:
    """Return the style sheet, and the content security policy that allows only it and the icon."""
    style = files("unificx.api.pages").joinpath("page.css").read_text("utf-8")
    if brand is not None:
        style = style.replace("--link:#0b5563", f"--link:{brand.accent}")
        style = style.replace("--link:#73c5cf", f"--link:{brand.shades[3]}")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rules = f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    return style, f"{rules}; form-action 'none'"
