"""XML of WebDAV (RFC 4918) and CardDAV (RFC 6352): request bodies and multistatus responses. Pure.

Names are written as by ElementTree: `{namespace}name`. Responses are written as text, with the prefixes D, C and S.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from unificx.core.errors import Invalid

DAV, CARD, SERVER = "DAV:", "urn:ietf:params:xml:ns:carddav", "http://calendarserver.org/ns/"
_PREFIXES = {DAV: "D", CARD: "C", SERVER: "S"}
_HEAD = f'<?xml version="1.0" encoding="utf-8"?>\n<D:{{}} xmlns:D="{DAV}" xmlns:C="{CARD}" xmlns:S="{SERVER}">'
_FORBIDDEN = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that XML 1.0 does not allow (section 2.2)."""
MAX_NAMES = 100
"""Properties that a request may name."""


def dav(name: str) -> str:
    return f"{{{DAV}}}{name}"


def card(name: str) -> str:
    return f"{{{CARD}}}{name}"


def server(name: str) -> str:
    return f"{{{SERVER}}}{name}"


def parse(body: bytes) -> Any | None:
    """Return the root element of a body, None for an empty one. Document types and entities are refused. Raise
    Invalid."""
    if not body.strip():
        return None
    try:
        return fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Invalid("The body is not XML without a document type.", hint="See RFC 4918 section 8.2.") from None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Properties that a request wants: those that are named, or all (`names` None)."""

    names: tuple[str, ...] | None
    without_values: bool = False
    """Only the names are wanted (`propname`)."""
    card_version: str = "3.0"
    """vCard version of address data; RFC 6352 section 10.4 gives the default."""
    card_properties: tuple[str, ...] = ()
    """Properties of vCards; empty for all."""


def wanted_of(root: Any | None) -> Wanted:
    """Return the properties that a PROPFIND or a report wants. Raise Invalid."""
    if root is None:
        return Wanted(None)
    prop = root.find(dav("prop"))
    if prop is None:
        return Wanted(None, without_values=root.find(dav("propname")) is not None)
    names = tuple(dict.fromkeys(each.tag for each in prop if isinstance(each.tag, str)))
    if len(names) > MAX_NAMES:
        raise Invalid(f"A request names at most {MAX_NAMES} properties.")
    data = prop.find(card("address-data"))
    if data is None:
        return Wanted(names)
    chosen = tuple(each.get("name", "") for each in data.iter(card("prop")))
    return Wanted(names, False, data.get("version", "3.0"), chosen)


def element(name: str, *content: str) -> str:
    """Return an element with markup in it."""
    namespace, _, local = name[1:].rpartition("}") if name.startswith("{") else ("", "", name)
    prefix = _PREFIXES.get(namespace)
    tag, declared = (f"{prefix}:{local}", "") if prefix else (local, f' xmlns="{escape(namespace)}"')
    inner = "".join(content)
    return f"<{tag}{declared}>{inner}</{tag}>" if inner else f"<{tag}{declared}/>"


def text(value: str) -> str:
    """Return a text as markup."""
    return escape(_FORBIDDEN.sub("", value), quote=False)


def href(path: str) -> str:
    """Return the reference to a resource with this path, which is not encoded yet."""
    return element(dav("href"), text(quote(path)))


def found(path: str, properties: Mapping[str, str], wanted: Wanted, unlisted: Collection[str] = ()) -> str:
    """Return the response for a resource with its properties (markup by name). `unlisted` are given only if named."""
    names = wanted.names
    if names is None:
        names = tuple(each for each in properties if each not in unlisted)
    known = [each for each in names if each in properties]
    parts = [element(each, "" if wanted.without_values else properties[each]) for each in known]
    missing = [element(each) for each in names if each not in properties]
    states = []
    if parts or not missing:
        states.append(_propstat(parts, "200 OK"))
    if missing:
        states.append(_propstat(missing, "404 Not Found"))
    return element(dav("response"), href(path), *states)


def status(path: str, state: str, *content: str) -> str:
    """Return the response for a resource with a state instead of properties, such as "404 Not Found"."""
    return element(dav("response"), href(path), element(dav("status"), f"HTTP/1.1 {state}"), *content)


def _propstat(properties: Iterable[str], state: str) -> str:
    return element(dav("propstat"), element(dav("prop"), *properties), element(dav("status"), f"HTTP/1.1 {state}"))


def multistatus(responses: Iterable[str], sync_token: str = "") -> bytes:
    """Return the body of a 207."""
    end = element(dav("sync-token"), text(sync_token)) if sync_token else ""
    return (_HEAD.format("multistatus") + "".join(responses) + end + "</D:multistatus>").encode()


def error(condition: str, explanation: str = "") -> bytes:
    """Return the body of an error with its precondition (RFC 4918 section 16), "" for none."""
    parts = element(condition) if condition else ""
    if explanation:
        parts += element(dav("responsedescription"), text(explanation))
    return (_HEAD.format("error") + parts + "</D:error>").encode()
