"""SIP, SIPS and tel URIs (RFC 3261 section 19.1, RFC 3966)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import unquote as _unescape

from unificx.sip.errors import BadPeer
from unificx.sip.grammar import Params, find_param, written

_sip = re.compile(
    r"(sips?):"
    r"(?:([!#-9;=?A-~]++)(?::([!#-9;=?A-~]*+))?+@)?"  # what is visible, without " : < > @
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._-]++)(?::([0-9]{1,5}+))?+"
    r"((?:;[!#-:=@-~]++)*+)"  # without " ; < > ?
    r"(?:\?([!#-;=?-~]++))?+",
    re.I,
).fullmatch
_tel = re.compile(r"tel:(\+?[0-9A-F*#().-]++)((?:;[!#-:=@-~]++)*+)", re.I).fullmatch
_has_scheme = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:").match
_bad_escape = re.compile(r"%(?![0-9A-Fa-f]{2})").search
_SEPARATORS = str.maketrans("", "", "-.()")
_MUST_AGREE = frozenset(("user", "ttl", "method", "maddr", "transport"))


KNOWN, KNOWN_LENGTH = 1024, 128
"""How many URIs are remembered, and up to how many characters: most come again at once."""


@dataclass(frozen=True, slots=True)
class Uri:
    """One address. Its parts stay as they were sent (escapes, case), so that writing it gives back what came in.

    `user` is "" if there is none; `host` keeps the brackets of an IPv6 address and is "" in a `tel:` URI, whose number
    is the user.
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
        """BadPeer 400 for what is no URI, 416 for a scheme we do not speak."""
        return _known(text) if len(text) <= KNOWN_LENGTH else _parse(text)

    def __str__(self) -> str:
        if self.scheme == "tel":
            return f"tel:{self.user}{written(self.params)}"
        password = f":{self.password}" if self.password else ""
        user = f"{self.user}{password}@" if self.user else ""
        port = "" if self.port is None else f":{self.port}"
        text = f"{self.scheme}:{user}{self.host}{port}"
        if self.params:
            text += written(self.params)
        if self.headers:
            text += "?" + "&".join(f"{name}={value or ''}" for name, value in self.headers)
        return text

    @property
    def user_text(self) -> str:
        """The user part with its escapes resolved; bytes that are no UTF-8 show as U+FFFD."""
        return _unescape(self.user) if "%" in self.user else self.user

    @property
    def plain(self) -> Uri:
        """The address alone: without password, parameters and headers."""
        return Uri(self.scheme, self.user, self.host, self.port)

    def param(self, name: str) -> str | None:
        """The raw value of a parameter, "" if it has none, None if it is not there."""
        return find_param(self.params, name)

    def has(self, name: str) -> bool:
        """Whether the parameter is there, with a value or without."""
        return self.param(name) is not None

    def header(self, name: str) -> str | None:
        """The value of a header to be put into a request made from this URI (`?Replaces=`), escapes resolved."""
        value = find_param(self.headers, name)
        return None if value is None else _unescape(value)

    def with_params(self, *params: tuple[str, str | None]) -> Uri:
        """With these parameters, in the place of those of the same name."""
        fresh = {name.lower() for name, _ in params}
        return replace(self, params=(*(kept for kept in self.params if kept[0].lower() not in fresh), *params))

    def without_params(self, *names: str) -> Uri:
        """Without these parameters (lower case)."""
        return replace(self, params=tuple(kept for kept in self.params if kept[0].lower() not in names))

    def equals(self, other: Uri) -> bool:
        """Whether both mean the same (RFC 3261 section 19.1.4; RFC 3966 section 5): not always transitive."""
        if self.scheme != other.scheme:
            return False
        if self.scheme == "tel":
            return _number(self) == _number(other) and _lowered(self.params) == _lowered(other.params)
        return (
            _unescape(self.user) == _unescape(other.user)
            and _unescape(self.password) == _unescape(other.password)
            and self.host.lower() == other.host.lower()
            and self.port == other.port
            and _params_agree(_lowered(self.params), _lowered(other.params))
            and _lowered(self.headers) == _lowered(other.headers)
        )


def _parse(text: str) -> Uri:
    match = _sip(text)
    if match is None:
        return _parse_other(text)
    scheme, user, password, host, port, params, headers = match.groups()
    if "%" in text and _bad_escape(text):
        raise BadPeer(400, "Bad Escape In URI")
    if host[0] == "[":
        _check_ipv6(host)
    if port is not None and int(port) > 65_535:
        raise BadPeer(400, "Bad Port In URI")
    return Uri(
        scheme.lower(),
        user or "",
        host,
        None if port is None else int(port),
        _params(params) if params else (),
        _headers(headers) if headers else (),
        password or "",
    )


_known = lru_cache(maxsize=KNOWN)(_parse)  # one call brings the same few some thirty times


def forget_uris() -> None:
    """Drop what is remembered of addresses read: somebody was erased."""
    _known.cache_clear()


def _parse_other(text: str) -> Uri:
    match = _tel(text)
    if match is not None:
        if "%" in text and _bad_escape(text):
            raise BadPeer(400, "Bad Escape In URI")
        return Uri("tel", match[1], "", params=_params(match[2]) if match[2] else ())
    scheme = _has_scheme(text)
    if scheme is None or scheme[0].lower() in ("sip:", "sips:", "tel:"):
        raise BadPeer(400, "Bad URI")
    raise BadPeer(416, "Unsupported URI Scheme")


def _check_ipv6(host: str) -> None:
    try:
        IPv6Address(host[1:-1])
    except AddressValueError:
        raise BadPeer(400, "Bad Host In URI") from None


def _params(text: str) -> Params:
    """What follows the host, from its first semicolon on."""
    found: list[tuple[str, str | None]] = []
    for piece in text[1:].split(";"):
        name, equals, value = piece.partition("=")
        if not name:
            raise BadPeer(400, "Bad Parameter In URI")
        found.append((name, value if equals else None))
    if len(found) > 1 and len({name.lower() for name, _ in found}) != len(found):
        raise BadPeer(400, "Repeated Parameter In URI")
    return tuple(found)


def _headers(text: str) -> Params:
    """What follows the question mark."""
    found: list[tuple[str, str | None]] = []
    for piece in text.split("&"):
        name, equals, value = piece.partition("=")
        if not name or not equals:
            raise BadPeer(400, "Bad Header In URI")
        found.append((name, value))
    return tuple(found)


def _lowered(params: Params) -> dict[str, str]:
    return {_unescape(name).lower(): _unescape(value or "").lower() for name, value in params}


def _params_agree(one: dict[str, str], other: dict[str, str]) -> bool:
    return all(
        one.get(name) == other.get(name)
        for name in one.keys() | other.keys()
        if name in _MUST_AGREE or (name in one and name in other)
    )


def _number(uri: Uri) -> str:
    return uri.user.translate(_SEPARATORS).lower()
