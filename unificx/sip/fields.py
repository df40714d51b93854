"""Base class of SIP messages: header lines, passed on unchanged, and typed access to the common headers."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from unificx.sip.errors import LocalProtocolError, RemoteProtocolError
from unificx.sip.grammar import canonical_name, capitalized_name, split_commas
from unificx.sip.headers import (
    Address,
    CSeq,
    RAck,
    SessionExpires,
    Via,
    parse_addresses,
    parse_delta_seconds,
    parse_from_to,
)

if TYPE_CHECKING:
    from unificx.sip.message import Request

T = TypeVar("T")
Headers = tuple[tuple[str, str], ...]
"""Header lines in the order sent: name as on the wire, value without surrounding white space."""

_call_id = re.compile(r"[!-~]++").fullmatch


def _parse_call_id(text: str) -> str:
    if not _call_id(text):
        raise RemoteProtocolError(400, "Bad Call-ID")
    return text


class typed(Generic[T]):  # noqa: N801 (used as a decorator)
    """A header as a typed value, parsed on first access. A parse error carries the request to answer.

    Once parsed, the value is an ordinary attribute of the message, and this descriptor is bypassed.
    """

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read = read
        self._name = read.__name__
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...

    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | T:
        if instance is None:
            return self
        try:
            value = self._read(instance)
        except RemoteProtocolError as bad:
            request = instance.answerable_request() if isinstance(instance, Message) else None
            raise RemoteProtocolError(bad.status, bad.reason, request) from None
        instance.__dict__[self._name] = value
        return value


class Message:
    """Base of requests and responses. Immutable: `replace` and the `with…` methods return a new message.

    Header names are passed in lower-case long form; compact forms and any capitalization in the message match.
    """

    def __init__(self, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> None:
        self.headers: Headers = tuple(headers)
        self.body = body

    # Abstract, without the ABC metaclass: that would make every isinstance of a message slower.

    @property
    @abstractmethod
    def start_line(self) -> str:
        """The first line, without its line break."""

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The values of all lines by lower-case long name; must not be modified."""
        index: dict[str, list[str]] = {}
        for name, value in self.headers:
            index.setdefault(canonical_name(name), []).append(value)
        return index

    def first(self, name: str) -> str | None:
        """Return the value of the first line of that name, None if absent."""
        lines = self.by_name.get(name)
        return lines[0] if lines else None

    def required(self, name: str) -> str:
        """Return the value of a mandatory header. Raise RemoteProtocolError (400) if it is absent."""
        lines = self.by_name.get(name)
        if not lines:
            raise RemoteProtocolError(400, f"Missing {capitalized_name(name)}")
        return lines[0]

    def all(self, name: str) -> list[str]:
        """Return the values of all lines of that name, in order."""
        return list(self.by_name.get(name, ()))

    def values(self, name: str) -> list[str]:
        """Return the comma-separated elements of all lines of that name, without empty ones."""
        if name not in self.by_name:
            return []
        return [value for line in self.by_name.get(name, ()) for value in split_commas(line) if value]

    @typed
    def vias(self) -> list[Via]:
        """All Via values, the most recent hop first."""
        return [Via.parse(value) for line in self.by_name.get("via", ()) for value in split_commas(line)]

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
    def call_id(self) -> str:
        """The Call-ID."""
        return _parse_call_id(self.required("call-id"))

    @typed
    def cseq(self) -> CSeq:
        """The CSeq: sequence number and method."""
        return CSeq.parse(self.required("cseq"))

    @typed
    def contacts(self) -> list[Address]:
        """The Contact addresses; empty if Contact is "*" (then `contact_star` is true)."""
        return [] if self.contact_star else parse_addresses(self.by_name.get("contact", ()))

    @typed
    def contact_star(self) -> bool:
        """Whether Contact is "*": all bindings. Raise RemoteProtocolError (400) if it is combined with others."""
        lines = self.by_name.get("contact", ())
        if "*" not in "".join(lines):
            return False
        values = self.values("contact")
        if "*" in values and len(values) > 1:
            raise RemoteProtocolError(400, "Bad Contact")
        return values == ["*"]

    @typed
    def routes(self) -> list[Address]:
        """The Route addresses, the next hop first."""
        return parse_addresses(self.by_name.get("route", ()))

    @typed
    def record_routes(self) -> list[Address]:
        """The Record-Route addresses, the last hop first."""
        return parse_addresses(self.by_name.get("record-route", ()))

    @typed
    def content_type(self) -> str:
        """The media type in lower case, without parameters; "" if absent."""
        return (self.first("content-type") or "").partition(";")[0].strip(" \t").lower()

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
        """Parse the mandatory headers, so that later access cannot fail.

        Bypasses the descriptors: this is a third of the cost of parsing a message.
        """
        cache, lines = self.__dict__, self.by_name
        try:
            cache["cseq"] = CSeq.parse(lines["cseq"][0])
            cache["via"] = self.parse_top_via()
            cache["from_"] = parse_from_to(lines["from"][0])
            cache["to"] = parse_from_to(lines["to"][0])
            cache["call_id"] = _parse_call_id(lines["call-id"][0])
        except KeyError as missing:
            raise RemoteProtocolError(400, f"Missing {capitalized_name(missing.args[0])}") from None

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
        lines = [self.start_line]
        try:
            lines += [
                f"{key}: {value}" if canonical_name(key) != "content-length" else length for key, value in self.headers
            ]
            if length not in lines:
                lines.append(length)
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

    def with_headers(self, lines: Iterable[tuple[str, str]]) -> Self:
        """Return a copy with these lines appended."""
        return self._with((*self.headers, *lines))

    def with_prepended(self, *lines: tuple[str, str]) -> Self:
        """Return a copy with these lines first, e.g. Via or Record-Route."""
        return self._with((*lines, *self.headers))

    def with_header(self, name: str, value: str) -> Self:
        """Return a copy with this line replacing all of that name (as on the wire: `Max-Forwards`), or appended."""
        key = canonical_name(name)
        at = next((i for i, line in enumerate(self.headers) if canonical_name(line[0]) == key), len(self.headers))
        after = [line for line in self.headers[at:] if canonical_name(line[0]) != key]
        return self._with((*self.headers[:at], (name, value), *after))

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
        # Keep the parsed values except the Vias: every request passes here, and nothing is parsed twice.
        changed = object.__new__(type(self))
        cache = changed.__dict__
        cache.update(self.__dict__)
        cache["headers"] = (*self.headers[:at], *[(name, value) for value in top], *self.headers[at + 1 :])
        cache["by_name"] = self.by_name | {"via": top + self.by_name["via"][1:]}
        cache["via"] = via
        for stale in ("vias",) if via else ("vias", "via"):
            cache.pop(stale, None)
        return changed

    @abstractmethod
    def _with(self, headers: Iterable[tuple[str, str]]) -> Self:
        """Return the same message with these headers."""
