"""What every SIP message has: header lines, carried untouched, and the few that are read as values."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from unificx.sip.errors import BadPeer, OurMistake
from unificx.sip.grammar import canonical, spelled
from unificx.sip.headers import (
    Address,
    CSeq,
    RAck,
    SessionExpires,
    Via,
    parse_addresses,
    parse_party,
    seconds,
    split_commas,
)

if TYPE_CHECKING:
    from unificx.sip.message import Request

T = TypeVar("T")
Headers = tuple[tuple[str, str], ...]
"""Header lines in the order sent: name as on the wire, value without the white space around it."""

_call_id = re.compile(r"[!-~]++").fullmatch


def _read_call_id(text: str) -> str:
    if not _call_id(text):
        raise BadPeer(400, "Bad Call-ID")
    return text


class typed(Generic[T]):  # noqa: N801 (read as a decorator)
    """A header as a value, read once. What cannot be read is the peer's fault and carries the request to answer.

    Once read it is an attribute of the message like any other, and this descriptor is not asked again.
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
        except BadPeer as bad:
            request = instance.answerable() if isinstance(instance, Message) else None
            raise BadPeer(bad.status, bad.reason, request) from None
        instance.__dict__[self._name] = value
        return value


class Message:
    """What requests and responses share. Never changed once made: `replace` and its kin give a new one.

    Names are asked for in their lower-case long form; compact forms and any spelling are understood.
    """

    def __init__(self, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> None:
        self.headers: Headers = tuple(headers)
        self.body = body

    # Abstract, without the ABC metaclass: that would make every isinstance of a message slower.

    @property
    @abstractmethod
    def start_line(self) -> str:
        """The first line, without its end."""

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The values of all lines by lower-case long name: to be read, not changed."""
        index: dict[str, list[str]] = {}
        for name, value in self.headers:
            index.setdefault(canonical(name), []).append(value)
        return index

    def first(self, name: str) -> str | None:
        """The value of the first line of that name, None if there is none."""
        lines = self.by_name.get(name)
        return lines[0] if lines else None

    def one(self, name: str) -> str:
        """The value of a header that has to be there; BadPeer 400."""
        lines = self.by_name.get(name)
        if not lines:
            raise BadPeer(400, f"Missing {spelled(name)}")
        return lines[0]

    def all(self, name: str) -> list[str]:
        """The values of all lines of that name, in order."""
        return list(self.by_name.get(name, ()))

    def values(self, name: str) -> list[str]:
        """The comma-separated elements of all lines of that name; empty ones are left out."""
        if name not in self.by_name:
            return []
        return [value for line in self.by_name.get(name, ()) for value in split_commas(line) if value]

    @typed
    def vias(self) -> list[Via]:
        """The hops of the message, the last one first."""
        return [Via.parse(value) for line in self.by_name.get("via", ()) for value in split_commas(line)]

    @typed
    def via(self) -> Via:
        """The top Via."""
        return self.read_via()

    @typed
    def from_(self) -> Address:
        """Who sends the request, with the dialog tag."""
        return parse_party(self.one("from"))

    @typed
    def to(self) -> Address:
        """Whom the request is for, with the dialog tag."""
        return parse_party(self.one("to"))

    @typed
    def call_id(self) -> str:
        """What all messages of a dialog have in common."""
        return _read_call_id(self.one("call-id"))

    @typed
    def cseq(self) -> CSeq:
        """Number and method of the request."""
        return CSeq.parse(self.one("cseq"))

    @typed
    def contacts(self) -> list[Address]:
        """The Contact addresses; none if it is "*" (then `contact_star` is true)."""
        return [] if self.contact_star else parse_addresses(self.by_name.get("contact", ()))

    @typed
    def contact_star(self) -> bool:
        """Whether Contact is "*": all bindings of a registration. With anything beside it, it is BadPeer 400."""
        lines = self.by_name.get("contact", ())
        if "*" not in "".join(lines):
            return False
        values = self.values("contact")
        if "*" in values and len(values) > 1:
            raise BadPeer(400, "Bad Contact")
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
        """The media type in lower case, without parameters; "" if there is none."""
        return (self.first("content-type") or "").partition(";")[0].strip(" \t").lower()

    @typed
    def expires(self) -> int | None:
        """Seconds of the Expires header, None without one; a malformed value counts as 3600."""
        value = self.first("expires")
        return None if value is None else seconds(value)

    @typed
    def session_expires(self) -> SessionExpires | None:
        """The session timer (RFC 4028), None without one."""
        value = self.first("session-expires")
        return None if value is None else SessionExpires.parse(value)

    @typed
    def rack(self) -> RAck:
        """Which response a PRACK acknowledges."""
        return RAck.parse(self.one("rack"))

    def options(self, name: str) -> frozenset[str]:
        """The option tags of Supported, Require, Proxy-Require or Unsupported, in lower case."""
        return frozenset([value.lower() for value in self.values(name)])

    def read_every(self) -> None:
        """Read what every message must have, so that asking for it later cannot fail.

        Written without the descriptors: it is a third of the work of taking a message in.
        """
        known, lines = self.__dict__, self.by_name
        try:
            known["cseq"] = CSeq.parse(lines["cseq"][0])
            known["via"] = self.read_via()
            known["from_"] = parse_party(lines["from"][0])
            known["to"] = parse_party(lines["to"][0])
            known["call_id"] = _read_call_id(lines["call-id"][0])
        except KeyError as missing:
            raise BadPeer(400, f"Missing {spelled(missing.args[0])}") from None

    def read_via(self) -> Via:
        """The top Via, read anew."""
        line = self.one("via")
        return Via.parse(split_commas(line)[0] if "," in line else line)

    def answerable(self) -> Request | None:
        """The message, if it is a request, an answer to it is allowed and would find its way."""
        return None

    def encode(self) -> bytes:
        """The message as it goes on the wire, its Content-Length made right.

        OurMistake if a line break, or what is no text or no header name, got into the start line or a header.
        """
        length = f"Content-Length: {len(self.body)}"
        lines = [self.start_line]
        try:
            lines += [
                f"{key}: {value}" if canonical(key) != "content-length" else length for key, value in self.headers
            ]
            if length not in lines:
                lines.append(length)
            head = "\r\n".join(lines)
            encoded = head.encode("utf-8", "surrogateescape")
        except (BadPeer, UnicodeEncodeError):
            raise OurMistake("a header that is none") from None
        breaks = len(lines) - 1
        if head.count("\n") != breaks or head.count("\r") != breaks:
            raise OurMistake("a line break in a header")
        return b"%b\r\n\r\n%b" % (encoded, self.body)

    def without(self, *names: str) -> Self:
        """Without the lines of these names."""
        return self._with([line for line in self.headers if canonical(line[0]) not in names])

    def with_headers(self, lines: Iterable[tuple[str, str]]) -> Self:
        """With these lines after the others."""
        return self._with((*self.headers, *lines))

    def with_first(self, *lines: tuple[str, str]) -> Self:
        """With these lines before the others: our Via, our Record-Route."""
        return self._with((*lines, *self.headers))

    def with_header(self, name: str, value: str) -> Self:
        """With this line in the place of all of that name (as on the wire: `Max-Forwards`), or after the others."""
        key = canonical(name)
        at = next((i for i, line in enumerate(self.headers) if canonical(line[0]) == key), len(self.headers))
        after = [line for line in self.headers[at:] if canonical(line[0]) != key]
        return self._with((*self.headers[:at], (name, value), *after))

    def with_top_via(self, via: Via | None) -> Self:
        """With another top Via, or without it; those below stay as they came."""
        at = 0
        while at < len(self.headers) and canonical(self.headers[at][0]) != "via":
            at += 1
        if at == len(self.headers):
            raise OurMistake("a message without Via")
        name, line = self.headers[at]
        below = split_commas(line)[1:] if "," in line else []
        values = [str(via), *below] if via else below
        fresh = [", ".join(values)] if values else []
        # What was read of it still holds, but for the Vias: every request gets here, and nothing is read twice.
        changed = object.__new__(type(self))
        known = changed.__dict__
        known.update(self.__dict__)
        known["headers"] = (*self.headers[:at], *[(name, value) for value in fresh], *self.headers[at + 1 :])
        known["by_name"] = self.by_name | {"via": fresh + self.by_name["via"][1:]}
        known["via"] = via
        for stale in ("vias",) if via else ("vias", "via"):
            known.pop(stale, None)
        return changed

    @abstractmethod
    def _with(self, headers: Iterable[tuple[str, str]]) -> Self:
        """The same message with these headers."""
