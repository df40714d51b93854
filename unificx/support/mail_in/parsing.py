"""The relevant parts of a received e-mail: sender, recipients, text, whether a program has sent it. Pure.

E-mails are malformed in every way, so nothing here fails on one: what cannot be read is empty or replaced. HTML becomes
text; nothing of it is ever shown as HTML.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser

from unificx.core.emails import parse_email
from unificx.core.names import is_printable

MAX_BYTES = 10 << 20
"""Larger e-mails are not fetched."""
_MAX_PARTS, _MAX_ADDRESSES, _MAX_LINE, _MAX_HTML = 100, 50, 998, 1 << 20
MAX_BODY, MAX_NAMES = 9_000, 900
"""Characters of the text and of the names of attached files that are taken over; a request takes 10,000."""
MAX_TOPIC, MAX_NAME = 200, 200
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_LIST_FIELDS = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Auto-Response-Suppress")
_PROGRAMS = frozenset({"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply"})
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "pre", "table", "ul", "ol"})
_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript"})


@dataclass(frozen=True, slots=True)
class ReceivedEmail:
    """A received e-mail. `digest`: SHA-256 of its Message-ID, or of all of it without one. `automatic`: RFC 3834."""

    digest: str
    automatic: bool
    is_report: bool
    """A report of a mail server (RFC 6522), such as of a failed delivery."""
    address: str = field(repr=False)
    """Sender; "" for none that can be answered."""
    name: str = field(repr=False)
    topic: str = field(repr=False)
    text: str = field(repr=False)
    recipients: tuple[str, ...] = field(repr=False)
    references: tuple[str, ...] = field(repr=False)
    """Message-IDs of the e-mails that it answers, without angle brackets."""
    attachments: tuple[str, ...] = field(repr=False)
    """Names of attached files."""

    @property
    def body(self) -> str:
        """The text with the names of attached files, which are not taken over. At most 10,000 characters."""
        if not self.attachments:
            return self.text or "–"
        names = ", ".join(self.attachments)[:MAX_NAMES]
        return f"{self.text}\n\n[Attachments, left in the mailbox: {names}]".strip()


def parse_received(raw: bytes) -> ReceivedEmail:
    """Return the relevant parts of an e-mail. Raise Invalid for one with too many levels."""
    message = parse_email(raw)
    name, address = parseaddr(_field(message, "From"))
    parts = list(_parts(message))
    message_id = _field(message, "Message-ID")
    digest = hashlib.sha256(message_id.encode() if message_id else raw).hexdigest()
    return ReceivedEmail(
        digest=digest,
        automatic=_is_automatic(message, address),
        is_report=message.get_content_type() == "multipart/report",
        address=address.lower() if _is_address(address) else "",
        name=name[:MAX_NAME],
        topic=_field(message, "Subject")[:MAX_TOPIC],
        text=_text(parts),
        recipients=_addresses(message),
        references=tuple(re.findall(r"<([^<>\s]{3,200})>", _fields(message, ("In-Reply-To", "References")))),
        attachments=tuple(_file_names(parts)),
    )


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts with content, in order; those of attached e-mails are not among them."""
    waiting, seen = [message], 0
    while waiting and seen < _MAX_PARTS:
        part, seen = waiting.pop(0), seen + 1
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting[:0] = [each for each in payload if isinstance(each, Message)]
        else:
            yield part


def _text(parts: list[Message]) -> str:
    """Return the first plain text, or else the first HTML as text."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and not _is_file(part):
                text = _decoded(part)
                found = _html_to_text(text) if kind == "text/html" else text
                return _printable(found).strip()[:MAX_BODY]
    return ""


def _decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _file_names(parts: list[Message]) -> Iterator[str]:
    for part in parts:
        name = part.get_filename()
        if name or _is_file(part) or part.get_content_maintype() != "text":
            yield _one_line(_header(name or part.get_content_type()))[:100]


def _is_automatic(message: Message, address: str) -> bool:
    """Whether a program has sent it (RFC 3834 section 2), so that it is nothing to answer."""
    submitted = _field(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _field(message, "Precedence").lower() in _BULK
        or any(message.get(name) is not None for name in _LIST_FIELDS)
        or _field(message, "Return-Path") == "<>"
        or address.lower().partition("@")[0] in _PROGRAMS
        or message.get_content_type() == "multipart/report"
    )


def _addresses(message: Message) -> tuple[str, ...]:
    given = [_header(str(value)) for name in _RECIPIENTS for value in message.get_all(name, [])]
    found = (address.lower() for _, address in getaddresses(given[:_MAX_ADDRESSES]))
    return tuple(address for address in found if _is_address(address))[:_MAX_ADDRESSES]


def _is_address(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    return bool(at and local and domain) and len(address) <= 320 and address.isprintable() and " " not in address


def _field(message: Message, name: str) -> str:
    return _one_line(_header(str(message.get(name, ""))))


def _fields(message: Message, names: tuple[str, ...]) -> str:
    return " ".join(_header(str(value)) for name in names for value in message.get_all(name, []))


def _header(value: str) -> str:
    """Decode the encoded words of a header (RFC 2047)."""
    try:
        return "".join(
            part.decode(charset or "latin-1", "replace") if isinstance(part, bytes) else part
            for part, charset in decode_header(value)
        )
    except (MessageError, LookupError, ValueError):
        return value


def _one_line(text: str) -> str:
    return " ".join("".join(each if is_printable(each) else " " for each in text).split())[:_MAX_LINE]


def _printable(text: str) -> str:
    lines = (
        "".join(each for each in line if is_printable(each) or each == "\t").rstrip() for line in text.splitlines()
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _html_to_text(html: str) -> str:
    """Return the visible text of HTML, a line for each block. Links keep their text only."""
    reader = _TextReader()
    reader.feed(html[:_MAX_HTML])
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _TextReader(HTMLParser):
    """Collects text outside of hidden elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data.replace("\n", " "))
