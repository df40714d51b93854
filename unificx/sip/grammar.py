"""The words SIP's grammar is made of (RFC 3261 section 25.1). Every pattern here takes linear time: what repeats is
possessive, so a text that does not match is never tried a second way.
"""

import re
from functools import lru_cache

from unificx.sip.errors import BadPeer

Params = tuple[tuple[str, str | None], ...]
"""Parameters in the order sent: name as sent, value as sent (quotes and escapes kept), None without a value."""

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
def canonical(name: str) -> str:
    """The lower-case long form of a header name; BadPeer 400 for what is no name. Remembers the usual spellings."""
    if not _is_token(name):
        raise BadPeer(400, "Bad Header Name")
    lower = name.lower()
    return _COMPACT.get(lower, lower)


def spelled(name: str) -> str:
    """A lower-case header name as people write it: `Call-ID`, `CSeq`, `Max-Forwards`."""
    return {"call-id": "Call-ID", "cseq": "CSeq", "rack": "RAck"}.get(name) or name.title()


@lru_cache(maxsize=256)
def is_token(text: str) -> bool:
    """Whether this is one `token`: a method, an option tag, a parameter name."""
    return _is_token(text) is not None


def number(text: str, most: int, reason: str) -> int:
    """1*DIGIT up to `most`; BadPeer 400 with `reason` for anything else, however long it is."""
    if text.isdigit() and text.isascii():
        digits = text if len(text) <= 10 else text.lstrip("0")
        value = int(digits or "0") if len(digits) <= 10 else most + 1
        if value <= most:
            return value
    raise BadPeer(400, reason)


def parameters(text: str) -> Params:
    """`;lr;expires=60` as pairs. An empty, unbalanced or repeated parameter is BadPeer 400."""
    text = text.rstrip(" \t")  # or the search would look at each space of the end anew
    if not text:
        return ()
    alone = _one_param(text)  # nearly always it is the tag
    if alone is not None:
        return ((alone[1], alone[2]),)
    if not _PARAMS(text):
        raise BadPeer(400, "Bad Parameter")
    found: Params = tuple([(name, value if equals else None) for name, equals, value in _each_param(text)])
    if len(found) > 1 and len({name.lower() for name, _ in found}) != len(found):
        raise BadPeer(400, "Repeated Parameter")
    return found


def find_param(params: Params, name: str) -> str | None:
    """The value of the parameter `name` (lower case), unquoted; "" if it has none, None if it is not there."""
    for key, value in params:
        if key == name or key.lower() == name:
            return value if value and value[0] != '"' else unquote(value or "")
    return None


def written(params: Params) -> str:
    """The parameters as they go on the wire, each led by its semicolon."""
    return "".join([f";{name}" if value is None else f";{name}={value}" for name, value in params])


def split_commas(text: str) -> list[str]:
    """The elements of a comma-separated header value, trimmed. Commas in quotes and in <> separate nothing.

    An unbalanced quote or bracket is BadPeer 400. Empty elements are kept: the reader judges them.
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
            raise BadPeer(400, "Unbalanced Quotes")
        pieces.append(piece[0].strip(" \t"))
    return pieces


def unquote(text: str) -> str:
    """The text inside a quoted-string; anything else as it is."""
    if len(text) < 2 or text[0] != '"':
        return text
    inner = text[1:-1]
    return _ESCAPED.sub(r"\1", inner) if "\\" in inner else inner


def quote(text: str) -> str:
    """A quoted-string that says `text`; control characters, which could end a header line, become spaces."""
    return '"' + _UNPRINTABLE.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"') + '"'
