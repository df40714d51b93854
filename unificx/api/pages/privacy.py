"""The privacy policy and its versions. The text is generated from the released policy, which the declarations of the
data are part of."""

from collections.abc import Iterator, Mapping
from datetime import date
from html import escape
from itertools import pairwise
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from unificx.api.brand import reseller_of
from unificx.api.languages import Language
from unificx.api.pages.layout import language_for, page
from unificx.privacy import Change, PolicyVersion, compare, released_versions

_TITLE = {"en": "Privacy policy – UnifiCX", "de": "Datenschutzerklärung – UnifiCX"}
_VERSIONS_TITLE = {
    "en": "Versions of the privacy policy – UnifiCX",
    "de": "Fassungen der Datenschutzerklärung – UnifiCX",
}
_TEXTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "data": "Stored data and its purposes",
        "purposes": "Purposes",
        "retention": "Stored",
        "version": "Version",
        "significant": "Significant: people are asked for their consent.",
        "new": "new",
        "removed": "no longer",
    },
    "de": {
        "data": "Was gespeichert wird und wozu",
        "purposes": "Zwecke",
        "retention": "Gespeichert",
        "version": "Fassung",
        "significant": "Wesentlich: Die Betroffenen werden um Einwilligung gebeten.",
        "new": "neu",
        "removed": "entfällt",
    },
}
_KINDS: Mapping[Language, Mapping[str, str]] = {
    "en": {"category": "data", "purpose": "purpose", "recipient": "recipient", "retention": "period", "text": "text"},
    "de": {"category": "Daten", "purpose": "Zweck", "recipient": "Empfänger", "retention": "Frist", "text": "Text"},
}

_RESELLER: Mapping[Language, tuple[str, str]] = {
    "en": (
        "The company that sells this service",
        "{company} sells this service to your organisation under the name {product}. Your organisation is the"
        " controller, and the operator of the server its processor. {company} is a recipient: it enters name and e-mail"
        " address of the first administrator, and sees the state of your organisation, its plan, and sums of"
        " extensions, charges and invoices. It has no access to people, calls, messages and recordings.",
    ),
    "de": (
        "Das Unternehmen, das diesen Dienst verkauft",
        "{company} verkauft Ihrer Organisation diesen Dienst unter dem Namen {product}. Verantwortlich ist Ihre"
        " Organisation, der Betreiber des Servers ist ihr Auftragsverarbeiter. {company} ist Empfänger: Das Unternehmen"
        " gibt Name und E-Mail-Adresse der ersten Administration ein und sieht den Zustand Ihrer Organisation, ihren"
        " Tarif und Summen von Nebenstellen, Entgelten und Rechnungen. Auf Personen, Anrufe, Nachrichten und"
        " Aufnahmen hat es keinen Zugriff.",
    ),
}

router = APIRouter()


@router.get("/privacy")
async def privacy_page(request: Request) -> Response:
    """Return the privacy policy in force."""
    newest, language = released_versions()[-1], language_for(request)
    values = {
        "policy_version": newest.version,
        "in_force": _date(newest.in_force, language),
        "sections": "\n".join(_sections(newest.content, language)) + _reseller(request, language),
    }
    return page(request, "privacy", _TITLE, values)


@router.get("/privacy/versions")
async def privacy_versions_page(request: Request) -> Response:
    """Return all versions of the policy with their changes."""
    versions, language = released_versions(), language_for(request)
    listed = [_version(versions[0], [], language)]
    for before, after in pairwise(versions):
        listed.append(_version(after, compare(before.content, after.content), language))
    return page(request, "privacy_versions", _VERSIONS_TITLE, {"versions": "\n".join(reversed(listed))})


def _reseller(request: Request, language: Language) -> str:
    """Return the section on the reseller that has the host name, and its place in the chain of processors."""
    found = reseller_of(request)
    if found is None:
        return ""
    title, text = _RESELLER[language]
    values = {"company": escape(found.name), "product": escape(found.brand.product)}
    contact = found.brand.support_email
    link = f' <a href="mailto:{escape(contact)}">{escape(contact)}</a>' if contact else ""
    return f'\n<h2 id="reseller">{title}</h2>\n<p>{text.format_map(values)}{link}</p>'


def _sections(content: Mapping[str, Any], language: Language) -> Iterator[str]:
    for place in ("before", "data", "recipients", "after"):
        if place == "data":
            yield f"<h2>{_TEXTS[language]['data']}</h2>\n<dl>"
            yield from (_topic(content, topic, language) for topic in content["topics"])
            yield "</dl>"
        for section in content["sections"]:
            if section["place"] == place:
                yield f'<h2 id="{section["key"]}">{escape(section["title"][language])}</h2>'
                yield "<p>" + "\n".join(_sentence(each, language) for each in section["sentences"]) + "</p>"
                if place == "recipients":
                    yield f"<ul>{''.join(_recipient(each, language) for each in content['recipients'].items())}</ul>"


def _topic(content: Mapping[str, Any], topic: Mapping[str, Any], language: Language) -> str:
    declared = [content["data"][key] for key in topic["categories"] if key in content["data"]]
    text = f"{escape(topic['title'][language])}</dt><dd>{escape(topic[language])}"
    for kind in ("purposes", "retention"):
        keys = sorted({key for each in declared for key in each[kind]})
        named = "; ".join(f'<span data-{kind}="{key}">{escape(content[kind][key][language])}</span>' for key in keys)
        text += f"<br>{_TEXTS[language][kind]}: {named}." if named else ""
    marks = f'data-promise="{" ".join(topic["promises"])}" data-categories="{" ".join(topic["categories"])}"'
    return f'<dt id="{topic["key"]}" {marks}>{text}</dd>'


def _sentence(sentence: Mapping[str, Any], language: Language) -> str:
    marks = f'id="{sentence["id"]}" data-promise="{" ".join(sentence["promises"])}"'
    return f"<span {marks}>{escape(sentence[language])}</span>"


def _recipient(named: tuple[str, Mapping[str, Any]], language: Language) -> str:
    key, recipient = named
    return f'<li data-recipient="{key}">{escape(recipient[language])}</li>'


def _version(version: PolicyVersion, changes: list[Change], language: Language) -> str:
    texts = _TEXTS[language]
    summary = escape(version.summary[language])
    lines = [f"<h2>{texts['version']} {version.version}, {_date(version.in_force, language)}</h2>", f"<p>{summary}</p>"]
    if version.significant:
        lines.append(f"<p>{texts['significant']}</p>")
    if changes:
        lines.append(f"<ul>{''.join(_change(each, language) for each in changes)}</ul>")
    return "\n".join(lines)


def _change(change: Change, language: Language) -> str:
    texts, kind = _TEXTS[language], _KINDS[language][change.kind]
    if change.before and change.after:
        what = f"{escape(change.before)} → {escape(change.after)}"
    else:
        what = texts["removed"] if change.before else texts["new"]
    return f"<li>{kind} <code>{escape(change.key)}</code>: {what}</li>"


def _date(day: date, language: Language) -> str:
    return f"{day.day}.{day.month}.{day.year}" if language == "de" else f"{day.day} {day:%B %Y}"
