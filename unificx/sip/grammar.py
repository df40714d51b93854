"""Lexical elements of the SIP grammar (RFC 3261 section 25.1).

Every pattern runs in linear time: all repetitions are possessive, so a mismatch never causes backtracking.
"""

import re
from functools import lru_cache

from unificx.sip.errors import RemoteProtocolError

Params = tuple[tuple[str, str | None], ...]
"""Parameters in the order sent: name as sent, value as sent (quotes and escapes kept), None without a value."""

MAX_UINT32 = 2**32 - 1
"""Largest delta-seconds (RFC 3261 section 20.19) and response number (RFC 3262 section 7.1)."""

TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]++"  # noqa: S105
QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'

_PARAM = rf'[ \t]*+;[ \t]*+({TOKEN})(?:[ \t]*+(=)[ \t]*+({QUOTED}|[^\s"<>;,]*+))?+'
_PARAMS = re.compile(rf"(?:{_PARAM})*+").fullmatch
_one_param = re.compile(rf'[ \t]*+;({TOKEN})=([^\s"<>;,]*+)').fullmatch
_each_param = re.compile(_PARAM).findall
_is_token = re.compile(TOKEN).fullmatch
_PIECE = re.compile(rf'(?:[^",<]++|{QUOTED}|<[^>]*+>)*+')
_ESCAPED = re.compile(r"\\(.)", re.S)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")

_COMPACT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "n": "identity-info",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}


@lru_cache(maxsize=1024)
def canonical_name(name: str) -> str:
    """Return the lower-case long form of a header name. Raise RemoteProtocolError (400) if it is not a token."""
    if not _is_token(name):
        raise RemoteProtocolError(400, "Bad Header Name")
    lower = name.lower()
    return _COMPACT.get(lower, lower)


class HeaderNames(dict[str, str]):
    """Lower-case long forms by the name as sent, filled on demand, at most `MAX_NAMES`.

    Faster than `canonical_name` for the few names in use. A lookup raises RemoteProtocolError (400) for a name that is
    not a token.
    """

    MAX_NAMES = 1024

    def __missing__(self, name: str) -> str:
        if len(self) >= self.MAX_NAMES:
            self.clear()
        canonical = self[name] = canonical_name(name)
        return canonical


CANONICAL_NAMES = HeaderNames()


def capitalized_name(name: str) -> str:
    """Return a lower-case header name in its usual capitalization: `Call-ID`, `CSeq`, `Max-Forwards`."""
    return {"call-id": "Call-ID", "cseq": "CSeq", "rack": "RAck"}.get(name) or name.title()


@lru_cache(maxsize=256)
def is_token(text: str) -> bool:
    """Whether the text is a single `token`: a method, an option tag, a parameter name."""
    return _is_token(text) is not None


def parse_number(text: str, maximum: int, reason: str) -> int:
    """Parse 1*DIGIT up to `maximum`. Raise RemoteProtocolError (400, `reason`) for anything else, of any length."""
    if text.isdigit() and text.isascii():
        digits = text if len(text) <= 10 else text.lstrip("0")
        value = int(digits or "0") if len(digits) <= 10 else maximum + 1
        if value <= maximum:
            return value
    raise RemoteProtocolError(400, reason)


def parse_params(text: str) -> Params:
    """Parse `;lr;expires=60` into pairs. Raise RemoteProtocolError (400) for an empty, unbalanced or repeated one."""
    text = text.rstrip(" \t")  # otherwise the search would start anew at each trailing space
    if not text:
        return ()
    single = _one_param(text)  # the usual case: only a tag
    if single is not None:
        return ((single[1], single[2]),)
    if not _PARAMS(text):
        raise RemoteProtocolError(400, "Bad Parameter")
    found: Params = tuple([(name, value if equals else None) for name, equals, value in _each_param(text)])
    if len(found) > 1 and len({name.lower() for name, _ in found}) != len(found):
        raise RemoteProtocolError(400, "Repeated Parameter")
    return found


def find_param(params: Params, name: str) -> str | None:
    """Return the unquoted value of the parameter `name` (lower case); "" without a value, None if absent."""
    for key, value in params:
        if key == name or key.lower() == name:
            return value if value and value[0] != '"' else unquote(value or "")
    return None


def format_params(params: Params) -> str:
    """Format parameters for the wire, each with a leading semicolon."""
    return "".join([f";{name}" if value is None else f";{name}={value}" for name, value in params])


def split_commas(text: str) -> list[str]:
    """Split a comma-separated header value into trimmed elements. Commas inside quotes and <> do not separate.

    Raise RemoteProtocolError (400) for an unbalanced quote or bracket. Empty elements are kept for the caller to
    accept or reject.
    """
    if '"' not in text and "<" not in text:
        return [piece.strip(" \t") for piece in text.split(",")]
    pieces: list[str] = []
    at = -1
    while at < len(text):
        piece = _PIECE.match(text, at + 1)
        assert piece is not None
        at = piece.end()
        if at < len(text) and text[at] != ",":
            raise RemoteProtocolError(400, "Unbalanced Quotes")
        pieces.append(piece[0].strip(" \t"))
    return pieces


def unquote(text: str) -> str:
    """Return the content of a quoted-string; return any other text unchanged."""
    if len(text) < 2 or text[0] != '"':
        return text
    inner = text[1:-1]
    return _ESCAPED.sub(r"\1", inner) if "\\" in inner else inner


def quote(text: str) -> str:
    """Return `text` as a quoted-string; control characters, which could end a header line, become spaces."""
    return '"' + _UNPRINTABLE.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"') + '"'
