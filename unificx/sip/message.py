"""SIP requests and responses (RFC 3261 section 7).

On receipt only the start line, the split into header lines and the mandatory headers (Via, From, To, Call-ID, CSeq,
Content-Length, Max-Forwards) are parsed; every other header is parsed on first access and sent on unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import methodcaller

from unificx.sip.errors import RemoteProtocolError
from unificx.sip.fields import Message, index_headers, typed
from unificx.sip.grammar import CANONICAL_NAMES, capitalized_name, is_token, parse_number
from unificx.sip.headers import Via, leading_number
from unificx.sip.limits import LIMITS, Limits
from unificx.sip.phrases import PHRASES
from unificx.sip.uri import Uri, is_usual_uri

__all__ = ["MAGIC_COOKIE", "Request", "Response", "parse", "respond", "retry_after"]

VERSION = "SIP/2.0"
MAGIC_COOKIE = "z9hG4bK"
"""Prefix of a globally unique branch; a peer that does not send it implements RFC 2543."""
_split_line = methodcaller("split", ": ", 1)
_FOLD = re.compile(r"\r\n[ \t]++")
_SINGLE = frozenset(("from", "to", "call-id", "cseq", "content-length", "max-forwards"))
_ADDED_BYTES = 256
"""Most octets that a stateless response gets besides: a tag, and the source address in Via."""
_ECHOED = frozenset(("via", "from", "to", "call-id", "cseq"))
_version = re.compile(r"SIP/[0-9]++\.[0-9]++", re.I).fullmatch
_status_line = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*+))?+", re.I | re.S).fullmatch


class Request(Message):
    """A request; `uri` is the Request-URI as sent."""

    __slots__ = ("method", "uri")

    def __init__(
        self,
        method: str,
        uri: str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        first_values: dict[str, str] | None = None,
    ) -> None:
        super().__init__(headers, body, first_values)
        self.method = method
        self.uri = uri

    def __repr__(self) -> str:
        return f"<Request {self.method}>"

    @property
    def start_line(self) -> str:
        return f"{self.method} {self.uri} {VERSION}"

    @typed
    def target(self) -> Uri:
        """The parsed Request-URI. Raise RemoteProtocolError: 400, or 416 for an unsupported scheme."""
        uri = Uri.parse(self.uri)
        if uri.headers:
            raise RemoteProtocolError(400, "Headers In Request-URI")
        return uri

    @typed
    def max_forwards(self) -> int | None:
        """The Max-Forwards header, None if absent."""
        value = self.first("max-forwards")
        if value == "70":
            return 70
        return None if value is None else parse_number(value, 255, "Bad Max-Forwards")

    def answerable_request(self) -> Request | None:
        if self.method == "ACK":
            return None
        try:
            self.parse_top_via()
        except RemoteProtocolError:
            hop = Via.salvage(self.first("via") or "")
            return self.without("via").with_prepended(("Via", hop)) if hop else None
        return self

    def replace(
        self,
        *,
        method: str | None = None,
        uri: str | None = None,
        headers: Iterable[tuple[str, str]] | None = None,
        body: bytes | None = None,
    ) -> Request:
        """Return a copy with the given parts replaced."""
        return Request(
            self.method if method is None else method,
            self.uri if uri is None else uri,
            self.headers if headers is None else headers,
            self.body if body is None else body,
        )

    def _with(self, headers: Iterable[tuple[str, str]]) -> Request:
        return Request(self.method, self.uri, headers, self.body)


class Response(Message):
    """A response; the reason phrase is informational only."""

    __slots__ = ("reason", "status")

    def __init__(
        self,
        status: int,
        reason: str = "",
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        first_values: dict[str, str] | None = None,
    ) -> None:
        super().__init__(headers, body, first_values)
        self.status = status
        self.reason = reason

    def __repr__(self) -> str:
        return f"<Response {self.status}>"

    @property
    def start_line(self) -> str:
        return f"{VERSION} {self.status} {self.reason}"

    def replace(
        self,
        *,
        status: int | None = None,
        reason: str | None = None,
        headers: Iterable[tuple[str, str]] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """Return a copy with the given parts replaced."""
        return Response(
            self.status if status is None else status,
            self.reason if reason is None else reason,
            self.headers if headers is None else headers,
            self.body if body is None else body,
        )

    def _with(self, headers: Iterable[tuple[str, str]]) -> Response:
        return Response(self.status, self.reason, headers, self.body)


def respond(
    request: Request,
    status: int,
    reason: str = "",
    *,
    to_tag: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Response:
    """Return a response to the request (RFC 3261 section 8.2.6), with Via, From, To, Call-ID and CSeq copied.

    `to_tag` is added to a To without a tag, except in a 100. Headers missing in a malformed request are omitted.
    """
    values = request.first_values
    if status > 100 and len(values) == len(request.headers) and values.keys() >= _ECHOED:
        # The usual case: nothing is repeated or missing.
        via, from_, call_id, cseq = values["via"], values["from"], values["call-id"], values["cseq"]
        to = _with_tag(request, values["to"], to_tag) if to_tag else values["to"]
        lines = [("Via", via), ("From", from_), ("To", to), ("Call-ID", call_id), ("CSeq", cseq), *headers]
    else:
        lines = [*_echoed_lines(request, status, to_tag), *headers]
    return Response(status, reason or PHRASES.get(status, ""), lines, body)


def _echoed_lines(request: Request, status: int, to_tag: str) -> list[tuple[str, str]]:
    """Return the lines of a request that its response repeats."""
    lines: list[tuple[str, str]] = []
    seen: set[str] = set()
    for line in request.headers:
        name = CANONICAL_NAMES[line[0]]
        if name in _ECHOED:
            if name != "via" and name in seen:
                continue
            seen.add(name)
            lines.append((line[0], _with_tag(request, line[1], to_tag)) if name == "to" and status > 100 else line)
        elif name == "timestamp" and status == 100:
            lines.append(line)
    return lines


def unsupported(request: Request, known: frozenset[str]) -> str:
    """Return the value of Unsupported for what a request requires beyond the `known` extensions; "" if nothing."""
    return ", ".join(name for name in request.values("require") if name.lower() not in known)


def retry_after(response: Response) -> float | None:
    """Return the seconds of Retry-After, None without it."""
    found = leading_number(response.first("retry-after"))
    return None if found is None else float(found)


def _with_tag(request: Request, to: str, tag: str) -> str:
    try:
        return to if not tag or request.to_tag else f"{to};tag={tag}"
    except RemoteProtocolError:
        return to


def parse(data: bytes, limits: Limits = LIMITS, *, needs_length: bool = False) -> Request | Response:
    """Parse one message: a datagram, or a message framed by Content-Length. Octets after the body are ignored.

    `needs_length`: Content-Length is mandatory, as on a stream.

    Raise RemoteProtocolError, which holds the request if it can be answered. A message that has no end of headers, or a
    line break other than CRLF, is never answered.
    """
    head, body = _split(data, limits)
    start, *lines = head.split("\r\n")
    headers, index = _usual_headers(head, lines)
    fault: RemoteProtocolError | None = None
    if index is None:
        start, *lines = _unfold(head)
        headers, fault = _any_headers(lines)
        index = index_headers(headers)
    longest = limits.max_line_length
    if len(lines) > limits.max_headers or (len(head) > longest and max(map(len, (start, *lines))) > longest):
        raise _too_large(data, limits)
    if "content-length" in index:
        if index["content-length"] != str(len(body)):
            try:
                body = body[: _length_of_body(index["content-length"], len(body), limits.max_message_bytes - len(head))]
            except RemoteProtocolError as bad:
                fault = bad
    elif needs_length:
        fault = RemoteProtocolError(400, "Missing Content-Length")
    if start[:4].upper() == "SIP/":
        return _response(start, headers, body, index, fault)
    return _request(start, headers, body, index, fault)


def _split(data: bytes, limits: Limits) -> tuple[str, bytes]:
    """Return the start line with the header lines, and all octets after them."""
    start = 0
    while data.startswith(b"\r\n", start):  # RFC 3261 section 7.5
        start += 2
    end = data.find(b"\r\n\r\n", start)
    length = (end if end >= 0 else len(data)) - start
    if length > limits.max_head_bytes or len(data) > limits.max_message_bytes:
        raise _too_large(data, limits)
    if end < 0:
        raise RemoteProtocolError(400, "No End Of Headers")
    return data[start:end].decode("utf-8", "surrogateescape"), data[end + 4 :]


def _length_of_body(stated: str, received: int, most: int) -> int:
    """Return the Content-Length. Raise RemoteProtocolError if it exceeds what was `received`; 513 if it exceeds the
    `most` that may be."""
    try:
        return parse_number(stated, received, "Bad Content-Length")
    except RemoteProtocolError:
        if stated.isdigit() and stated.isascii() and int(stated[:10]) > most:
            raise RemoteProtocolError(513, "Message Too Large") from None
        raise


def _too_large(data: bytes, limits: Limits) -> RemoteProtocolError:
    """The rejection of a message (RFC 3261 section 21.5.7). It holds a request, with those headers that its response
    repeats, if that response is smaller than what was received."""
    head, ended, _ = data.lstrip(b"\r\n")[: limits.max_head_bytes].partition(b"\r\n\r\n")
    start, *lines = _unfold(head.decode("utf-8", "surrogateescape"))
    headers, _ = _any_headers(lines if ended else lines[:-1])
    longest = limits.max_line_length
    repeated = [each for each in headers if CANONICAL_NAMES[each[0]] in _ECHOED and len(each[1]) <= longest]
    request = None
    if start[:4].upper() != "SIP/":
        request = Request(start.partition(" ")[0], "", repeated).answerable_request()
    if request is not None and len(respond(request, 513).encode()) + _ADDED_BYTES > len(data):
        request = None
    return RemoteProtocolError(513, "Message Too Large", request)


def _usual_headers(head: str, lines: list[str]) -> tuple[list[tuple[str, str]], dict[str, str] | None]:
    """Return the lines and their index if each is spelled `Name: value` and none is folded."""
    breaks = len(lines)
    if "\r\n " in head or "\r\n\t" in head or head.count("\r") != breaks or head.count("\n") != breaks:
        return [], None
    headers: list[tuple[str, str]] = list(map(tuple, map(_split_line, lines)))
    try:
        if "  " in head or "\t" in head or " \r\n" in head or head[-1] == " ":
            headers = [(name, value.strip(" \t")) for name, value in headers]
        index = index_headers(headers)
    except (ValueError, RemoteProtocolError):
        return [], None
    return headers, index if len(index) == breaks or not _repeats_single(headers) else None


def _unfold(head: str) -> list[str]:
    """Return the start line and the header lines (RFC 3261 section 7.3.1)."""
    head = _FOLD.sub(" ", head)
    breaks = head.count("\r\n")
    if head.count("\n") != breaks or head.count("\r") != breaks:
        raise RemoteProtocolError(400, "Bad Line Break")
    return head.split("\r\n")


def _repeats_single(headers: list[tuple[str, str]]) -> bool:
    """Whether a header that must not be repeated is."""
    names = [CANONICAL_NAMES[name] for name, _ in headers]
    return any(names.count(name) > 1 for name in _SINGLE)


def _any_headers(lines: list[str]) -> tuple[list[tuple[str, str]], RemoteProtocolError | None]:
    """Return the lines in any spelling, and the error of the last line that was left out or must not be repeated."""
    headers: list[tuple[str, str]] = []
    seen: set[str] = set()
    fault: RemoteProtocolError | None = None
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t")
        try:
            key = CANONICAL_NAMES[name if colon else ""]
        except RemoteProtocolError as bad:
            fault = bad
            continue
        headers.append((name, value.strip(" \t")))
        if key in seen and key in _SINGLE:
            fault = RemoteProtocolError(400, f"Repeated {capitalized_name(key)}")
        seen.add(key)
    return headers, fault


def _response(
    start: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    index: dict[str, str],
    fault: RemoteProtocolError | None,
) -> Response:
    match = _status_line(start)
    if match is None:
        raise RemoteProtocolError(400, "Bad Status Line")
    if fault is not None:
        raise fault
    response = Response(int(match[1]), match[2] or "", headers, body, index)
    response.parse_mandatory()
    return response


def _request(
    start: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    index: dict[str, str],
    fault: RemoteProtocolError | None,
) -> Request:
    """Build a request from any start line, so that an error can be answered, and check it."""
    method, _, rest = start.partition(" ")
    uri, _, version = rest.rpartition(" ")
    request = Request(method, uri, headers, body, index)
    try:
        if version != VERSION and version.upper() != VERSION:
            raise (
                RemoteProtocolError(505, "Version Not Supported")
                if _version(version)
                else RemoteProtocolError(400, "Bad Request Line")
            )
        if not is_token(method):
            raise RemoteProtocolError(400, "Bad Method")
        if fault is not None:
            raise fault
        request.parse_mandatory()
        if request.cseq_method != method:
            raise RemoteProtocolError(400, "CSeq Does Not Match Method")
        _ = index.get("max-forwards") == "70" or request.max_forwards
        _ = is_usual_uri(uri) or request.target
    except RemoteProtocolError as bad:
        raise RemoteProtocolError(bad.status, bad.reason, request.answerable_request()) from None
    return request
