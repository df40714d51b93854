"""Bodies of MESSAGE requests (RFC 3428): a text in UTF-8, plain or within a message/cpim (RFC 3862)."""

import re

from unificx.sip.errors import RemoteProtocolError
from unificx.sip.message import Request

PLAIN, CPIM = "text/plain", "message/cpim"
ACCEPT = f"{PLAIN}, {CPIM}"
MAX_BODY = 48 * 1024
"""Bytes of a body: 8,000 characters with the headers of a message/cpim."""
MAX_PART = 1_000
"""Bytes of a text in one request over UDP: with headers it stays below 1,300 (RFC 3428 section 8)."""
_CHARSETS = ("utf-8", "us-ascii")
_charset = re.compile(r';[ \t]*charset[ \t]*=[ \t]*"?([^";, \t]++)', re.IGNORECASE).search
_line_break = re.compile(r"\r\n?|\n")


class UnsupportedBody(RemoteProtocolError):
    """A body of another type, charset or encoding: 415."""

    def __init__(self) -> None:
        super().__init__(415, "Unsupported Media Type")


def text_of(request: Request) -> str:
    """Return the text of a MESSAGE, with line feeds as line breaks.

    Raise UnsupportedBody; RemoteProtocolError (413) for a body of more than MAX_BODY, (400) for a malformed one.
    """
    if len(request.body) > MAX_BODY:
        raise RemoteProtocolError(413, "Request Entity Too Large")
    if request.is_encoded:
        raise UnsupportedBody
    text = _decoded(request.first("content-type") or "", request.body)
    if request.content_type == CPIM:
        text = _within_cpim(_line_break.sub("\n", text))
    return _line_break.sub("\n", text).strip("\n")


def parts_of(text: str, max_bytes: int = MAX_PART) -> list[str]:
    """Split a text into parts of at most `max_bytes` in UTF-8, at white space where there is some."""
    parts: list[str] = []
    while len(raw := text.encode()) > max_bytes:
        fitting = raw[:max_bytes].decode(errors="ignore")
        space = max(fitting.rfind(" "), fitting.rfind("\n"))
        cut = space if space > 0 else len(fitting)
        parts.append(text[:cut])
        text = text[cut:].lstrip(" \n")
    return [*parts, text] if text else parts


def _decoded(content_type: str, body: bytes) -> str:
    """Return the text of a body with this Content-Type; a message/cpim is in UTF-8 as a whole."""
    kind = content_type.partition(";")[0].strip(" \t").lower()
    charset = _charset(content_type)
    if kind not in (PLAIN, CPIM) or (charset is not None and charset[1].lower() not in _CHARSETS):
        raise UnsupportedBody
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise RemoteProtocolError(400, "Bad UTF-8") from None


def _within_cpim(text: str) -> str:
    """Return the text within a message/cpim: headers of the message, those of its content, then the content, each after
    an empty line (RFC 3862 section 2). The headers of the message are not used: the sender is authenticated by SIP."""
    message, _, rest = text.lstrip("\n").partition("\n\n")
    content, separator, body = rest.partition("\n\n")
    if not separator:
        raise RemoteProtocolError(400, "Bad CPIM Message")
    if "require" in _fields(message):
        raise UnsupportedBody
    fields = _fields(content)
    if fields.get("content-transfer-encoding", "8bit").lower() not in ("7bit", "8bit", "binary"):
        raise UnsupportedBody
    kind = fields.get("content-type", PLAIN)
    if kind.partition(";")[0].strip(" \t").lower() != PLAIN:
        raise UnsupportedBody
    return _decoded(kind, body.encode())


def _fields(lines: str) -> dict[str, str]:
    """Return header fields by lower-case name."""
    pairs = (line.partition(":") for line in lines.split("\n"))
    return {name.strip(" \t").lower(): value.strip(" \t") for name, _, value in pairs}
