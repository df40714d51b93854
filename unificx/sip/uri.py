"""SIP, SIPS and tel URIs (RFC 3261 section 19.1, RFC 3966)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import quote as _escape
from urllib.parse import unquote as _unescape

from unificx.sip.errors import RemoteProtocolError
from unificx.sip.grammar import Params, find_param, format_params

_sip = re.compile(
    r"(sips?):"
    r"(?:([!#-9;=?A-~]++)(?::([!#-9;=?A-~]*+))?+@)?"  # visible characters except " : < > @
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._-]++)(?::([0-9]{1,5}+))?+"
    r"((?:;[!#-:=@-~]++)*+)"  # visible characters except " ; < > ?
    r"(?:\?([!#-;=?-~]++))?+",
    re.I,
).fullmatch
USUAL_URI = (
    r"sips?:(?:[A-Za-z0-9+_.~*$&=-]++@)?+[A-Za-z0-9._-]++"
    r"(?::(?:[1-5][0-9]{4}|[1-9][0-9]{0,3}+))?+(?:;transport=[A-Za-z]++)?+"
)
"""The usual spelling of a SIP URI: valid, and equal to the text of the parsed URI."""
is_usual_uri = re.compile(USUAL_URI).fullmatch
_tel = re.compile(r"tel:(\+?[0-9A-F*#().-]++)((?:;[!#-:=@-~]++)*+)", re.I).fullmatch
_has_scheme = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:").match
_bad_escape = re.compile(r"%(?![0-9A-Fa-f]{2})").search
_context = re.compile(r";phone-context=([^;]*+)", re.I).search
_SEPARATORS = str.maketrans("", "", "-.()")
_MUST_MATCH = frozenset(("user", "ttl", "method", "maddr", "transport"))


UNESCAPED = "!$&'()*+,;=?/-_.~"
"""Characters of a user part that need no escape, besides letters and digits (RFC 3261 section 25.1)."""
CACHE_SIZE = 1024
"""Number of cached URIs: most are parsed again immediately."""
MAX_CACHED_LENGTH = 128
"""Maximum length of a cached URI, characters."""


@dataclass(frozen=True, slots=True)
class Uri:
    """A URI. Its parts are kept as sent (escapes, case), so that `str` returns the original text.

    `user` is "" if absent; `host` includes the brackets of an IPv6 address and is "" in a `tel:` URI, whose number is
    the user.
    """

    scheme: str
    user: str
    host: str
    port: int | None = None
    params: Params = ()
    headers: Params = ()
    password: str = ""

    @staticmethod
    def parse(text: str) -> Uri:
        """Parse a URI. Raise RemoteProtocolError: 400 for invalid syntax, 416 for an unsupported scheme."""
        return _parse_cached(text) if len(text) <= MAX_CACHED_LENGTH else _parse(text)

    def __str__(self) -> str:
        if self.scheme == "tel":
            return f"tel:{self.user}{format_params(self.params)}"
        password = f":{self.password}" if self.password else ""
        user = f"{self.user}{password}@" if self.user else ""
        port = "" if self.port is None else f":{self.port}"
        text = f"{self.scheme}:{user}{self.host}{port}"
        if self.params:
            text += format_params(self.params)
        if self.headers:
            text += "?" + "&".join(f"{name}={value or ''}" for name, value in self.headers)
        return text

    @property
    def decoded_user(self) -> str:
        """The user part with escapes decoded; bytes that are not UTF-8 become U+FFFD."""
        return _unescape(self.user) if "%" in self.user else self.user

    @property
    def number(self) -> str:
        """The dialled number: the decoded user part without the parameters of a telephone number, such as `;npdi` and
        `;cpc` (RFC 3261 section 19.1.6). A local number is as it is dialled in its context, which does not precede it
        (RFC 3966 section 5.1.5)."""
        return self.decoded_user.partition(";")[0]

    @property
    def phone_context(self) -> str:
        """Where a local number is valid: the beginning of global numbers, such as "+49", or a domain; "" without one
        (RFC 3966 section 5.1.5). Some phones make it a parameter of their SIP URI, not of the number in it."""
        found = _context(self.decoded_user) or _context(_unescape(format_params(self.params)))
        return found[1] if found is not None else ""

    def param(self, name: str) -> str | None:
        """Return the raw value of a parameter; "" without a value, None if absent."""
        return find_param(self.params, name)

    def has(self, name: str) -> bool:
        """Whether the parameter is present, with or without a value."""
        return self.param(name) is not None

    def header(self, name: str) -> str | None:
        """Return the decoded value of a header for requests built from this URI (`?Replaces=`), None if absent."""
        value = find_param(self.headers, name)
        return None if value is None else _unescape(value)

    def with_params(self, *params: tuple[str, str | None]) -> Uri:
        """Return a copy with these parameters, replacing those of the same name."""
        names = {name.lower() for name, _ in params}
        return replace(self, params=(*(param for param in self.params if param[0].lower() not in names), *params))

    def equals(self, other: Uri) -> bool:
        """Whether both URIs are equivalent (RFC 3261 section 19.1.4; RFC 3966 section 5); not always transitive."""
        if self.scheme != other.scheme:
            return False
        if self.scheme == "tel":
            return _number(self) == _number(other) and _normalized(self.params) == _normalized(other.params)
        return (
            _unescape(self.user) == _unescape(other.user)
            and _unescape(self.password) == _unescape(other.password)
            and self.host.lower() == other.host.lower()
            and self.port == other.port
            and _params_match(_normalized(self.params), _normalized(other.params))
            and _normalized(self.headers) == _normalized(other.headers)
        )


def _parse(text: str) -> Uri:
    match = _sip(text)
    if match is None:
        return _parse_other(text)
    scheme, user, password, host, port, params, headers = match.groups()
    if "%" in text and _bad_escape(text):
        raise RemoteProtocolError(400, "Bad Escape In URI")
    if host[0] == "[":
        _check_ipv6(host)
    if port is not None and int(port) > 65_535:
        raise RemoteProtocolError(400, "Bad Port In URI")
    return Uri(
        scheme.lower(),
        user or "",
        host,
        None if port is None else int(port),
        _params(params) if params else (),
        _headers(headers) if headers else (),
        password or "",
    )


_parse_cached = lru_cache(maxsize=CACHE_SIZE)(_parse)  # one call parses the same few URIs about thirty times


def escape_user(user: str) -> str:
    """Return text as the user part of a URI."""
    return _escape(user, safe=UNESCAPED)


def clear_uri_cache() -> None:
    """Clear the cache of parsed URIs, after personal data was erased."""
    _parse_cached.cache_clear()


def _parse_other(text: str) -> Uri:
    match = _tel(text)
    if match is not None:
        if "%" in text and _bad_escape(text):
            raise RemoteProtocolError(400, "Bad Escape In URI")
        return Uri("tel", match[1], "", params=_params(match[2]) if match[2] else ())
    scheme = _has_scheme(text)
    if scheme is None or scheme[0].lower() in ("sip:", "sips:", "tel:"):
        raise RemoteProtocolError(400, "Bad URI")
    raise RemoteProtocolError(416, "Unsupported URI Scheme")


def _check_ipv6(host: str) -> None:
    """Raise RemoteProtocolError (400) unless it is an IPv6 address in brackets.

    The grammar of RFC 3261 allows three colons before an embedded IPv4 address (RFC 5118 section 4.10).
    """
    address = host[1:-1].replace(":::", "::", 1) if "." in host else host[1:-1]
    try:
        IPv6Address(address)
    except AddressValueError:
        raise RemoteProtocolError(400, "Bad Host In URI") from None


def _params(text: str) -> Params:
    """Parse the URI parameters, including the first semicolon."""
    found: list[tuple[str, str | None]] = []
    for piece in text[1:].split(";"):
        name, equals, value = piece.partition("=")
        if not name:
            raise RemoteProtocolError(400, "Bad Parameter In URI")
        found.append((name, value if equals else None))
    if len(found) > 1 and len({name.lower() for name, _ in found}) != len(found):
        raise RemoteProtocolError(400, "Repeated Parameter In URI")
    return tuple(found)


def _headers(text: str) -> Params:
    """Parse the URI headers, without the question mark."""
    found: list[tuple[str, str | None]] = []
    for piece in text.split("&"):
        name, equals, value = piece.partition("=")
        if not name or not equals:
            raise RemoteProtocolError(400, "Bad Header In URI")
        found.append((name, value))
    return tuple(found)


def _normalized(params: Params) -> dict[str, str]:
    return {_unescape(name).lower(): _unescape(value or "").lower() for name, value in params}


def _params_match(one: dict[str, str], other: dict[str, str]) -> bool:
    return all(
        one.get(name) == other.get(name)
        for name in one.keys() | other.keys()
        if name in _MUST_MATCH or (name in one and name in other)
    )


def _number(uri: Uri) -> str:
    return uri.user.translate(_SEPARATORS).lower()
