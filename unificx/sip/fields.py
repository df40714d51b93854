"""Base class of SIP messages: header lines, passed on unchanged, and typed access to the common headers.

Transactions and dialogs need only the ids in the mandatory headers (branch, sent-by, tags, Call-ID, CSeq). One pattern
for the usual spelling of each header finds and validates them; any other spelling goes through the full grammar. The
values of a header as objects (`Address`, `Via`, `CSeq`…) are built on first access.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from unificx.sip.errors import LocalProtocolError, RemoteProtocolError
from unificx.sip.grammar import CANONICAL_NAMES, canonical_name, capitalized_name, split_commas
from unificx.sip.headers import (
    Address,
    CSeq,
    RAck,
    SessionExpires,
    Via,
    parse_addresses,
    parse_delta_seconds,
    parse_from_to,
    usual_contact,
    usual_cseq,
    usual_from_to,
    usual_hop,
)
from unificx.sip.uri import Uri

if TYPE_CHECKING:
    from unificx.sip.message import Request

T = TypeVar("T")
Headers = tuple[tuple[str, str], ...]
"""Header lines in the order sent: name as on the wire, value without surrounding white space."""
ExtraHeaders = Sequence[tuple[str, str]]
"""Header lines that go into a message besides those that every such message has."""

DEFAULT_PORT = 5060
"""Of a Via without a port (RFC 3261 section 18.2.2); that of TLS does not matter for datagrams."""
_call_id = re.compile(r"[!-~]++").fullmatch
_name_of = itemgetter(0)
_canonical = CANONICAL_NAMES.__getitem__


def _parse_call_id(text: str) -> str:
    if not _call_id(text):
        raise RemoteProtocolError(400, "Bad Call-ID")
    return text


class typed(Generic[T]):  # noqa: N801 (used as a decorator)
    """A header as a typed value, parsed on first access and then an attribute of the message. A parse error carries the
    request to answer."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read = read
        self._name = read.__name__
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Self | T:
        if instance is None:
            return self
        try:
            value = instance.__dict__[self._name] = self._read(instance)
        except RemoteProtocolError as bad:
            raise RemoteProtocolError(bad.status, bad.reason, instance.answerable_request()) from None
        return value


class Message:
    """Base of requests and responses. Immutable: `replace` and the `with…` methods return a new message.

    Header names are passed in lower-case long form; compact forms and any capitalization in the message match.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_hop",
        "body",
        "branch",
        "call_id",
        "cseq_method",
        "cseq_number",
        "first_values",
        "from_tag",
        "from_uri",
        "headers",
        "sent_by",
        "to_tag",
        "to_uri",
    )

    # Typed values are in `__dict__`. Slots have no value at first: `parse` fills the ids in, all others are found on
    # first access.
    first_values: dict[str, str]
    """The value of the first line of each lower-case long name; must not be modified."""
    branch: str
    """The branch of the top Via, "" from an RFC 2543 peer."""
    sent_by: str
    """The sent-by of the top Via: host or host:port."""
    from_tag: str
    """The tag of From, "" if there is none."""
    to_tag: str
    """The tag of To, "" if there is none."""
    from_uri: Uri
    """The URI in From."""
    to_uri: Uri
    """The URI in To."""
    call_id: str
    cseq_number: int
    cseq_method: str
    _hop: re.Match[str] | None
    """The top Via in its usual spelling."""

    def __init__(
        self,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        first_values: dict[str, str] | None = None,
    ) -> None:
        """`first_values`: the index of these headers as made by `index_headers`, if known."""
        self.headers: Headers = tuple(headers)
        self.body = body
        if first_values is not None:
            self.first_values = first_values

    if not TYPE_CHECKING:  # a type checker would accept any name

        def __getattr__(self, name: str) -> Any:
            """Find the value of a slot that has none yet."""
            read = _READERS.get(name)
            if read is None:
                raise AttributeError(name)
            value = read(self)
            setattr(self, name, value)
            return value

    # Abstract, without the ABC metaclass: that would make every isinstance of a message slower.

    @property
    @abstractmethod
    def start_line(self) -> str:
        """The first line, without its line break."""

    @property
    def by_name(self) -> dict[str, list[str]]:
        """The values of all lines by lower-case long name."""
        index: dict[str, list[str]] = {}
        for name, value in self.headers:
            index.setdefault(CANONICAL_NAMES[name], []).append(value)
        return index

    def first(self, name: str) -> str | None:
        """Return the value of the first line of that name, None if absent."""
        return self.first_values.get(name)

    def required(self, name: str) -> str:
        """Return the value of a mandatory header. Raise RemoteProtocolError (400) if it is absent."""
        value = self.first_values.get(name)
        if value is None:
            raise RemoteProtocolError(400, f"Missing {capitalized_name(name)}")
        return value

    def all(self, name: str) -> list[str]:
        """Return the values of all lines of that name, in order."""
        index = self.first_values
        if name not in index:
            return []
        if len(index) == len(self.headers):  # no name is repeated
            return [index[name]]
        return [value for line, value in self.headers if CANONICAL_NAMES[line] == name]

    def values(self, name: str) -> list[str]:
        """Return the comma-separated elements of all lines of that name, without empty ones."""
        if name not in self.first_values:
            return []
        return [value for line in self.all(name) for value in split_commas(line) if value]

    @property
    def contact_uri(self) -> str | None:
        """The URI of the only Contact, if it has the usual spelling; otherwise None: see `contacts`."""
        match = usual_contact(self.first("contact") or "")
        return match[1] if match is not None and len(self.all("contact")) == 1 else None

    # ---- typed values

    @typed
    def vias(self) -> list[Via]:
        """All Via values, the most recent hop first."""
        return [Via.parse(value) for line in self.all("via") for value in split_commas(line)]

    @typed
    def via(self) -> Via:
        """The top Via."""
        return self.parse_top_via()

    @typed
    def from_(self) -> Address:
        """The From header, with the dialog tag."""
        return parse_from_to(self.required("from"))

    @typed
    def to(self) -> Address:
        """The To header, with the dialog tag."""
        return parse_from_to(self.required("to"))

    @typed
    def parsed_call_id(self) -> str:
        """The Call-ID, validated."""
        return _parse_call_id(self.required("call-id"))

    @typed
    def cseq(self) -> CSeq:
        """The CSeq: sequence number and method."""
        return CSeq.parse(self.required("cseq"))

    @typed
    def contacts(self) -> list[Address]:
        """The Contact addresses; empty if Contact is "*" (then `contact_star` is true)."""
        return [] if self.contact_star else parse_addresses(self.all("contact"))

    @typed
    def contact_star(self) -> bool:
        """Whether Contact is "*": all bindings. Raise RemoteProtocolError (400) if it is combined with others."""
        lines = self.all("contact")
        if "*" not in "".join(lines):
            return False
        values = self.values("contact")
        if "*" in values and len(values) > 1:
            raise RemoteProtocolError(400, "Bad Contact")
        return values == ["*"]

    @typed
    def routes(self) -> list[Address]:
        """The Route addresses, the next hop first."""
        return parse_addresses(self.all("route"))

    @typed
    def record_routes(self) -> list[Address]:
        """The Record-Route addresses, the last hop first."""
        return parse_addresses(self.all("record-route"))

    @typed
    def content_type(self) -> str:
        """The media type in lower case, without parameters; "" if absent."""
        return (self.first("content-type") or "").partition(";")[0].strip(" \t").lower()

    @typed
    def is_encoded(self) -> bool:
        """Whether the body has a content coding, such as gzip."""
        return any(coding.lower() != "identity" for coding in self.values("content-encoding"))

    @typed
    def expires(self) -> int | None:
        """The Expires header in seconds, None if absent; a malformed value counts as 3600."""
        value = self.first("expires")
        return None if value is None else parse_delta_seconds(value)

    @typed
    def session_expires(self) -> SessionExpires | None:
        """The Session-Expires header (RFC 4028), None if absent."""
        value = self.first("session-expires")
        return None if value is None else SessionExpires.parse(value)

    @typed
    def rack(self) -> RAck:
        """The RAck header: the response acknowledged by a PRACK."""
        return RAck.parse(self.required("rack"))

    def option_tags(self, name: str) -> frozenset[str]:
        """Return the option tags of Supported, Require, Proxy-Require or Unsupported, in lower case."""
        return frozenset([value.lower() for value in self.values(name)])

    def parse_mandatory(self) -> None:
        """Validate the mandatory headers and find the ids in them, so that later access cannot fail."""
        lines = self.first_values
        try:
            match = usual_cseq(lines["cseq"])
            if match is not None:
                self.cseq_number, self.cseq_method = int(match[1]), match[2]
            self._hop = match = usual_hop(lines["via"])
            if match is not None and not (match[4] and match[6]):
                self.branch, self.sent_by = match[5], match[2]
            elif self.via.protocol != "SIP/2.0":
                raise RemoteProtocolError(400, "Bad Via")
            else:
                self._hop = None
            match = usual_from_to(lines["from"])
            self.from_tag = (match[2] or "") if match is not None else self.from_.tag
            match = usual_from_to(lines["to"])
            self.to_tag = (match[2] or "") if match is not None else self.to.tag
            self.call_id = _parse_call_id(lines["call-id"])
        except KeyError as missing:
            raise RemoteProtocolError(400, f"Missing {capitalized_name(missing.args[0])}") from None
        _ = self.cseq_number, self.cseq_method

    def parse_top_via(self) -> Via:
        """Parse the top Via, without the cache."""
        line = self.required("via")
        return Via.parse(split_commas(line)[0] if "," in line else line)

    def answerable_request(self) -> Request | None:
        """Return the request to respond to, or None if a response is not allowed or could not be routed."""
        return None

    def encode(self) -> bytes:
        """Return the message in wire format, with a correct Content-Length.

        Raise LocalProtocolError if a line break, invalid text or an invalid header name occurs in the header section.
        """
        length = f"Content-Length: {len(self.body)}"
        try:
            if "content-length" in map(_canonical, map(_name_of, self.headers)):
                names = [(name, CANONICAL_NAMES[name], value) for name, value in self.headers]
                found = [length if key == "content-length" else f"{name}: {value}" for name, key, value in names]
                lines = [self.start_line, *found]
            else:
                lines = [self.start_line, *map(": ".join, self.headers), length]
            head = "\r\n".join(lines)
            encoded = head.encode("utf-8", "surrogateescape")
        except (RemoteProtocolError, UnicodeEncodeError):
            raise LocalProtocolError("invalid header name or header text") from None
        breaks = len(lines) - 1
        if head.count("\n") != breaks or head.count("\r") != breaks:
            raise LocalProtocolError("line break in a header")
        return b"%b\r\n\r\n%b" % (encoded, self.body)

    def without(self, *names: str) -> Self:
        """Return a copy without the lines of these names."""
        return self._with([line for line in self.headers if canonical_name(line[0]) not in names])

    def with_prepended(self, *lines: tuple[str, str]) -> Self:
        """Return a copy with these lines first, e.g. Via or Record-Route."""
        return self._with((*lines, *self.headers))

    def with_top_via(self, via: Via | None) -> Self:
        """Return a copy with another top Via, or without it; the Vias below stay unchanged."""
        at = 0
        while at < len(self.headers) and canonical_name(self.headers[at][0]) != "via":
            at += 1
        if at == len(self.headers):
            raise LocalProtocolError("message without Via")
        name, line = self.headers[at]
        below = split_commas(line)[1:] if "," in line else []
        values = [str(via), *below] if via else below
        top = [", ".join(values)] if values else []
        changed = self._with((*self.headers[:at], *[(name, value) for value in top], *self.headers[at + 1 :]))
        changed.__dict__.update(self.__dict__)
        changed.__dict__.pop("vias", None)
        changed.__dict__.pop("via", None)
        if via:
            changed.__dict__["via"] = via
        return changed

    def add_source_address(self, host: str, port: int) -> int:
        """Add the source address and port to the top Via of a request that was just received (RFC 3261 18.2.1,
        RFC 3581 4): the only change to a message. Return the port for the response to a datagram.

        That is the source port, also of a phone behind NAT that does not request it; only a peer that states its actual
        address gets responses at the port it states (18.2.2): some phones send from another one.
        """
        hop = self._hop
        if hop is None:
            line, via = self.required("via"), self.via.with_received(host, port)
            value = ", ".join([str(via), *split_commas(line)[1:]]) if via.params != self.via.params else line
            if not via.received and via.rport is None:
                port = via.port or DEFAULT_PORT
            self.__dict__.pop("via", None)
            self.__dict__.pop("vias", None)
        elif hop[4] or hop[6]:
            value = f"{hop[1]};branch={hop[5]};received={host};rport={port}"
        elif hop[3].lower() != host:
            value = f"{hop[1]};branch={hop[5]};received={host}"
        else:
            return int(hop[2][len(host) + 1 :] or DEFAULT_PORT)
        lines, at = list(self.headers), 0
        while CANONICAL_NAMES[lines[at][0]] != "via":
            at += 1
        lines[at] = lines[at][0], value
        self.headers = tuple(lines)
        self.first_values["via"] = value
        return port

    @abstractmethod
    def _with(self, headers: Iterable[tuple[str, str]]) -> Self:
        """Return the same message with these headers."""


def index_headers(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the first value of each lower-case long name. Raise RemoteProtocolError (400) for an invalid name."""
    return {CANONICAL_NAMES[name]: value for name, value in reversed(headers)}


def _uri_of(message: Message, name: str) -> Uri:
    """Return the URI in From or To."""
    match = usual_from_to(message.required(name))
    return Uri.parse(match[1]) if match is not None else (message.from_ if name == "from" else message.to).uri


_READERS: dict[str, Callable[[Message], object]] = {
    "first_values": lambda message: index_headers(message.headers),
    "branch": lambda message: message.via.branch,
    "sent_by": lambda message: message.via.sent_by,
    "from_tag": lambda message: message.from_.tag,
    "to_tag": lambda message: message.to.tag,
    "from_uri": lambda message: _uri_of(message, "from"),
    "to_uri": lambda message: _uri_of(message, "to"),
    "call_id": lambda message: message.parsed_call_id,
    "cseq_number": lambda message: message.cseq.number,
    "cseq_method": lambda message: message.cseq.method,
    "_hop": lambda message: None,
}
"""How the slots are found that `parse` has not filled in."""
