"""Typed header fields (RFC 3261 section 20). All other headers are passed on unparsed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from unificx.core.value import value
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.grammar import (
    MAX_UINT32,
    QUOTED,
    TOKEN,
    Params,
    find_param,
    format_params,
    parse_number,
    parse_params,
    quote,
    split_commas,
    unquote,
)
from unificx.sip.uri import CACHE_SIZE, MAX_CACHED_LENGTH, USUAL_URI, Uri

__all__ = [
    "Address",
    "AuthParams",
    "CSeq",
    "RAck",
    "SessionExpires",
    "Via",
    "parse_address",
    "parse_addresses",
    "parse_auth",
    "parse_from_to",
    "usual_contact",
    "usual_cseq",
    "usual_from_to",
    "usual_hop",
]

MAX_CSEQ = 2**31 - 1
MAX_PORT = 65_535
DEFAULT_EXPIRES = 3600
"""Value of a malformed Expires, seconds (RFC 3261 section 20.10 and RFC 4475 section 3.1.2.4)."""

_name_addr = re.compile(rf'[ \t]*+({QUOTED}|[^"<>;,:\\]*+)[ \t]*+<([^<>]*+)>(.*+)', re.S).fullmatch
_usual_address = re.compile(rf'(?:"([^"\\]*+)" ?+)?+<([^<>]*+)>(?:;tag=({TOKEN}))?+').fullmatch
_VIA_HOP = (
    rf"[ \t]*+(SIP)[ \t]*+/[ \t]*+({TOKEN})[ \t]*+/[ \t]*+({TOKEN})[ \t]++"
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._-]++)(?:[ \t]*+:[ \t]*+([0-9]{1,5}+))?+"
)
_via = re.compile(_VIA_HOP + r"[ \t]*+(;.*+)?+", re.I | re.S).fullmatch
_via_hop = re.compile(_VIA_HOP + r"(?=[ \t]*+(?:[;,]|$))", re.I).match
_usual_via = re.compile(
    rf"SIP/2\.0/({TOKEN}) ([A-Za-z0-9._-]++)(?::([0-9]{{1,5}}+))?+(;rport)?+;branch=({TOKEN})"
).fullmatch
usual_hop = re.compile(
    r"(SIP/2\.0/[A-Za-z]++ (([A-Za-z0-9._-]++)(?::(?:[1-5][0-9]{4}|6[0-4][0-9]{3}|[1-9][0-9]{0,3}+))?+))"
    rf"(;rport)?+;branch=({TOKEN})(;rport)?+"
).fullmatch
"""Protocol, transport and sent-by; sent-by; its host; rport; branch; rport (valid in one of both places)."""
usual_from_to = re.compile(rf'(?:"[^"\\]*+" ?+)?+<({USUAL_URI})>(?:;tag=({TOKEN}))?+').fullmatch
"""From or To in the usual spelling: URI and tag."""
usual_contact = re.compile(rf'(?:"[^"\\]*+" ?+)?+<({USUAL_URI})>(?:;expires=[0-9]++)?+').fullmatch
"""A single Contact in the usual spelling; the group is the URI."""
usual_cseq = re.compile(rf"([0-9]{{1,9}}+) ({TOKEN})").fullmatch
"""A CSeq below the maximum in the usual spelling: number and method."""
_cseq = re.compile(rf"([0-9]++)[ \t]++({TOKEN})").fullmatch
_leading_digits = re.compile(r"\s*+([0-9]{1,9}+)").match
_rack = re.compile(rf"([0-9]++)[ \t]++([0-9]++)[ \t]++({TOKEN})").fullmatch
_AUTH_PARAM = rf'[ \t]*+({TOKEN})[ \t]*+=[ \t]*+(?:"([^"\\]*+)"|({QUOTED}|[^\s",]++))[ \t]*+(?:,|$)'
_USUAL_AUTH_PARAM = r'[a-z]++=(?:"[!#-+\--\[\]-~]*+"|[!#-+\--~]++)'
_usual_auth_params = re.compile(rf"{_USUAL_AUTH_PARAM}(?:, {_USUAL_AUTH_PARAM})*+").fullmatch
_each_auth_param = re.compile(rf"{_AUTH_PARAM}|((?s:.++))").findall  # unparsable text is captured as one last match
_q = re.compile(r"0(?:\.[0-9]{0,3}+)?|1(?:\.0{0,3}+)?").fullmatch


@value
class Address:
    """A name-addr or addr-spec with its parameters: From, To, Contact, Route, Refer-To, P-Asserted-Identity…

    `display` is the unquoted display name, "" if there is none. Bytes that are not UTF-8 are kept as surrogates.
    """

    display: str
    uri: Uri
    params: Params = ()

    def __str__(self) -> str:
        display = f"{quote(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{format_params(self.params)}"

    def param(self, name: str) -> str | None:
        """Return the unquoted value of a header parameter (not of the URI); "" without a value, None if absent."""
        return find_param(self.params, name)

    def with_params(self, *params: tuple[str, str | None]) -> Address:
        """Return a copy with these header parameters, replacing those of the same name."""
        names = {name.lower() for name, _ in params}
        return replace(self, params=(*(param for param in self.params if param[0].lower() not in names), *params))

    @property
    def tag(self) -> str:
        """The tag parameter, "" if there is none."""
        return (find_param(self.params, "tag") or "") if self.params else ""

    @property
    def q(self) -> float:
        """The q value of a contact, 1.0 by default. Raise RemoteProtocolError (400) if it is malformed."""
        value = find_param(self.params, "q")
        if value is None:
            return 1.0
        if not _q(value):
            raise RemoteProtocolError(400, "Bad q Value")
        return float(value)

    @property
    def expires(self) -> int | None:
        """The expires parameter of a contact in seconds, None if absent; a malformed value counts as 3600."""
        value = find_param(self.params, "expires")
        return None if value is None else parse_delta_seconds(value)


def parse_delta_seconds(text: str) -> int:
    """Parse the delta-seconds of an Expires; a malformed or too large value counts as 3600."""
    try:
        return parse_number(text.strip(" \t"), MAX_UINT32, "")
    except RemoteProtocolError:
        return DEFAULT_EXPIRES


def leading_number(text: str | None) -> int | None:
    """Return the number that a value begins with, such as that of Retry-After; None if there is none."""
    found = _leading_digits(text) if text else None
    return int(found[1]) if found else None


def parse_address(text: str) -> Address:
    """Parse one address. Raise RemoteProtocolError: 400, or 416 for an unsupported URI scheme.

    Without <> everything after the first semicolon belongs to the header, and the URI must not contain a comma or a
    question mark (RFC 3261 section 20).
    """
    match = _usual_address(text)
    if match is not None:  # fast path: the form of nearly every phone
        display, uri, tag = match.groups()
        return Address(display or "", Uri.parse(uri), (("tag", tag),) if tag else ())
    match = _name_addr(text)
    if match is not None:
        display, uri, params = match.groups()
        display = unquote(display) if display[:1] == '"' else display.strip(" \t")
        return Address(display, Uri.parse(uri), parse_params(params))
    uri, semicolon, params = text.strip(" \t").partition(";")
    uri = uri.rstrip(" \t")
    if "?" in uri or "," in uri:
        raise RemoteProtocolError(400, "URI Needs Angle Brackets")
    return Address("", Uri.parse(uri), parse_params(semicolon + params))


def parse_from_to(text: str) -> Address:
    """Parse From or To: one address; a tag must not be empty. Raise RemoteProtocolError (400 or 416)."""
    address = parse_address(text)
    if address.params and find_param(address.params, "tag") == "":
        raise RemoteProtocolError(400, "Bad Tag")
    return address


def parse_addresses(lines: Iterable[str]) -> list[Address]:
    """Parse all addresses of a header that may be repeated and may hold several values per line."""
    return [parse_address(value) for line in lines for value in split_commas(line)]


def readable_addresses(values: Iterable[str]) -> list[Address]:
    """Parse addresses, one per value; those that cannot be parsed are left out."""
    found: list[Address] = []
    for text in values:
        try:
            found.append(parse_address(text))
        except RemoteProtocolError:
            continue
    return found


@value
class Via:
    """One hop (RFC 3261 section 20.42, RFC 3581). `transport` and `host` are as sent."""

    transport: str
    host: str
    port: int | None = None
    params: Params = ()
    protocol: str = "SIP/2.0"

    @staticmethod
    def parse(text: str) -> Via:
        """Parse one Via value. Raise RemoteProtocolError (400). The protocol is not checked here."""
        match = _usual_via(text)
        if match is not None:  # fast path: the form of nearly every phone
            transport, host, port, rport, branch = match.groups()
            params: Params = (("rport", None), ("branch", branch)) if rport else (("branch", branch),)
            protocol = "SIP/2.0"
        else:
            match = _via(text)
            if match is None:
                raise RemoteProtocolError(400, "Bad Via")
            name, version, transport, host, port, rest = match.groups()
            protocol, params = f"{name.upper()}/{version}", parse_params(rest or "")
        if port is not None and int(port) > MAX_PORT:
            raise RemoteProtocolError(400, "Bad Via")
        return Via(transport, host, None if port is None else int(port), params, protocol)

    @staticmethod
    def salvage(text: str) -> str | None:
        """Return protocol, transport and sent-by of a malformed Via: enough to send a 400 back.

        With `rport`, as the response has to go to the source of the request: the stated port is not reliable. One above
        65,535 is left out.
        """
        match = _via_hop(text)
        if match is None:
            return None
        port_too_large = match[5] is not None and int(match[5]) > MAX_PORT
        hop = match[0][: match.end(4) - match.start()] if port_too_large else match[0]
        return f"{hop};rport"

    def __str__(self) -> str:
        return f"{self.protocol}/{self.transport} {self.sent_by}{format_params(self.params)}"

    def param(self, name: str) -> str | None:
        """Return the value of a parameter; "" without a value, None if absent."""
        return find_param(self.params, name)

    @property
    def branch(self) -> str:
        """The transaction id at that hop, "" from an RFC 2543 peer."""
        return find_param(self.params, "branch") or ""

    @property
    def received(self) -> str:
        """The actual source address of the request, "" if equal to the sent-by."""
        return find_param(self.params, "received") or ""

    @property
    def rport(self) -> str | None:
        """The actual source port of the request; "" requests it (RFC 3581), None if absent."""
        return find_param(self.params, "rport")

    @property
    def sent_by(self) -> str:
        """The sent-by: host or host:port as given by the sender."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    def with_params(self, *params: tuple[str, str | None]) -> Via:
        """Return a copy with these parameters, replacing those of the same name."""
        names = {name.lower() for name, _ in params}
        others = [param for param in self.params if param[0].lower() not in names]
        return replace(self, params=(*others, *params))

    def with_received(self, host: str, port: int) -> Via:
        """With `received` and `rport` set as by the receiver of a request (RFC 3261 18.2.1, RFC 3581 4)."""
        rport_requested = False
        params: list[tuple[str, str | None]] = []
        for name, text in self.params:
            key = name.lower()
            rport_requested = rport_requested or key == "rport"
            if key not in ("received", "rport"):
                params.append((name, text))
        if rport_requested:
            params += (("received", host), ("rport", str(port)))
        elif self.host.strip("[]").lower() != host:
            params.append(("received", host))
        return Via(self.transport, self.host, self.port, tuple(params), self.protocol)


@value
class CSeq:
    """Sequence number (below 2**31) and method of a request."""

    number: int
    method: str

    @staticmethod
    def parse(text: str) -> CSeq:
        """Parse a CSeq value. Raise RemoteProtocolError (400)."""
        return _parse_cseq_cached(text) if len(text) <= MAX_CACHED_LENGTH else _parse_cseq(text)

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


def _parse_cseq(text: str) -> CSeq:
    match = _cseq(text)
    if match is None:
        raise RemoteProtocolError(400, "Bad CSeq")
    return CSeq(parse_number(match[1], MAX_CSEQ, "Bad CSeq"), match[2])


_parse_cseq_cached = lru_cache(maxsize=CACHE_SIZE)(_parse_cseq)


@dataclass(frozen=True, slots=True)
class RAck:
    """The reliable provisional response that a PRACK acknowledges (RFC 3262 section 7.2)."""

    rseq: int
    number: int
    method: str

    @staticmethod
    def parse(text: str) -> RAck:
        """Parse a RAck value. Raise RemoteProtocolError (400)."""
        match = _rack(text)
        if match is None:
            raise RemoteProtocolError(400, "Bad RAck")
        return RAck(
            parse_number(match[1], MAX_UINT32, "Bad RAck"), parse_number(match[2], MAX_CSEQ, "Bad RAck"), match[3]
        )

    def __str__(self) -> str:
        return f"{self.rseq} {self.number} {self.method}"


@dataclass(frozen=True, slots=True)
class SessionExpires:
    """The session interval (RFC 4028 section 4). `refresher` is "uac", "uas" or "" (not specified)."""

    seconds: int
    refresher: str = ""

    @staticmethod
    def parse(text: str) -> SessionExpires:
        """Parse a Session-Expires value. Raise RemoteProtocolError (400)."""
        interval, semicolon, params = text.partition(";")
        refresher = (find_param(parse_params(semicolon + params), "refresher") or "").lower()
        if refresher not in ("", "uac", "uas"):
            raise RemoteProtocolError(400, "Bad Session-Expires")
        return SessionExpires(parse_number(interval.strip(" \t"), MAX_UINT32, "Bad Session-Expires"), refresher)

    def __str__(self) -> str:
        return f"{self.seconds};refresher={self.refresher}" if self.refresher else str(self.seconds)


@value
class AuthParams:
    """A challenge or credentials: scheme in lower case ("digest"), parameters unquoted under lower-case names."""

    scheme: str
    params: dict[str, str] = field(default_factory=dict[str, str])

    def get(self, name: str) -> str:
        """Return the value of a parameter, "" if absent."""
        return self.params.get(name, "")


def parse_auth(text: str) -> AuthParams:
    """Parse a value of WWW-Authenticate, Authorization or their Proxy- forms (RFC 3261 section 25.1).

    Only the name of a scheme other than Digest is parsed. Raise RemoteProtocolError (400).
    """
    scheme, _, rest = text.strip(" \t").partition(" ")
    if not scheme:
        raise RemoteProtocolError(400, "Bad Credentials")
    scheme = scheme.lower()
    if scheme != "digest":
        return AuthParams(scheme)
    if _usual_auth_params(rest):
        usual = [param.partition("=") for param in rest.split(", ")]
        pairs = [(name, value[1:-1] if value[0] == '"' else value) for name, _, value in usual]
    else:
        finds: list[tuple[str, str, str, str]] = _each_auth_param(rest)
        if finds and finds[-1][3]:
            raise RemoteProtocolError(400, "Bad Credentials")
        pairs = [(name.lower(), unquote(value) if value else quoted) for name, quoted, value, _ in finds]
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RemoteProtocolError(400, "Bad Credentials")
    return AuthParams(scheme, found)
