"""The header fields that are read, as values (RFC 3261 section 20). All others are carried as they came."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from unificx.sip.errors import BadPeer
from unificx.sip.grammar import (
    QUOTED,
    TOKEN,
    Params,
    find_param,
    number,
    parameters,
    quote,
    split_commas,
    unquote,
    written,
)
from unificx.sip.uri import KNOWN, KNOWN_LENGTH, Uri

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
    "parse_party",
    "split_commas",
]

MAX_CSEQ = 2**31 - 1
MAX_SECONDS = 2**32 - 1
DEFAULT_EXPIRES = 3600
"""What a malformed expiry counts as (RFC 3261 section 20.10 and RFC 4475 section 3.1.2.4)."""

_name_addr = re.compile(rf'[ \t]*+({QUOTED}|[^"<>;,:\\]*+)[ \t]*+<([^<>]*+)>(.*+)', re.S).fullmatch
_usual_address = re.compile(rf'(?:"([^"\\]*+)" ?+)?+<([^<>]*+)>(?:;tag=({TOKEN}))?+').fullmatch
_VIA_HOP = (
    rf"[ \t]*+(SIP)[ \t]*+/[ \t]*+({TOKEN})[ \t]*+/[ \t]*+({TOKEN})[ \t]++"
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._-]++)(?:[ \t]*+:[ \t]*+([0-9]{1,5}+))?+"
)
_via = re.compile(_VIA_HOP + r"[ \t]*+(;.*+)?+", re.I | re.S).fullmatch
_via_hop = re.compile(_VIA_HOP + r"(?=[ \t]*+[;,])", re.I).match
_usual_via = re.compile(
    rf"SIP/2\.0/({TOKEN}) ([A-Za-z0-9._-]++)(?::([0-9]{{1,5}}+))?+(;rport)?+;branch=({TOKEN})"
).fullmatch
_cseq = re.compile(rf"([0-9]++)[ \t]++({TOKEN})").fullmatch
_rack = re.compile(rf"([0-9]++)[ \t]++([0-9]++)[ \t]++({TOKEN})").fullmatch
_AUTH_PARAM = rf'[ \t]*+({TOKEN})[ \t]*+=[ \t]*+(?:"([^"\\]*+)"|({QUOTED}|[^\s",]++))[ \t]*+(?:,|$)'
_each_auth_param = re.compile(rf"{_AUTH_PARAM}|((?s:.++))").findall  # what is no parameter is one last find
_q = re.compile(r"0(?:\.[0-9]{0,3}+)?|1(?:\.0{0,3}+)?").fullmatch


@dataclass(frozen=True, slots=True)
class Address:
    """A name-addr or addr-spec with its parameters: From, To, Contact, Route, Refer-To, P-Asserted-Identity…

    `display` is what a person reads: unquoted, "" if there is none. Bytes that were no UTF-8 are in it as surrogates.
    """

    display: str
    uri: Uri
    params: Params = ()

    def __str__(self) -> str:
        display = f"{quote(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{written(self.params)}"

    def param(self, name: str) -> str | None:
        """The unquoted value of a header parameter (not of the URI), "" if it has none, None if it is not there."""
        return find_param(self.params, name)

    def with_params(self, *params: tuple[str, str | None]) -> Address:
        """With these header parameters, in the place of those of the same name."""
        fresh = {name.lower() for name, _ in params}
        return replace(self, params=(*(kept for kept in self.params if kept[0].lower() not in fresh), *params))

    @property
    def tag(self) -> str:
        """The dialog tag, "" if there is none."""
        return (find_param(self.params, "tag") or "") if self.params else ""

    @property
    def q(self) -> float:
        """The preference of a contact, 1.0 unless said otherwise; BadPeer 400 if it is no qvalue."""
        value = find_param(self.params, "q")
        if value is None:
            return 1.0
        if not _q(value):
            raise BadPeer(400, "Bad q Value")
        return float(value)

    @property
    def expires(self) -> int | None:
        """Seconds a contact asks for, None if it does not say; a malformed value counts as 3600."""
        value = find_param(self.params, "expires")
        return None if value is None else seconds(value)


def seconds(text: str) -> int:
    """Delta-seconds of an Expires; a malformed or overlarge value counts as 3600."""
    try:
        return number(text.strip(" \t"), MAX_SECONDS, "")
    except BadPeer:
        return DEFAULT_EXPIRES


def parse_address(text: str) -> Address:
    """One address; BadPeer 400, or 416 for a URI scheme we do not speak.

    Without <> everything after the first semicolon belongs to the header, and the URI may hold no comma and no question
    mark (RFC 3261 section 20).
    """
    match = _usual_address(text)
    if match is not None:  # so nearly every phone writes it
        display, uri, tag = match.groups()
        return Address(display or "", Uri.parse(uri), (("tag", tag),) if tag else ())
    match = _name_addr(text)
    if match is not None:
        display, uri, params = match.groups()
        display = unquote(display) if display[:1] == '"' else display.strip(" \t")
        return Address(display, Uri.parse(uri), parameters(params))
    uri, semicolon, params = text.strip(" \t").partition(";")
    uri = uri.rstrip(" \t")
    if "?" in uri or "," in uri:
        raise BadPeer(400, "URI Needs Angle Brackets")
    return Address("", Uri.parse(uri), parameters(semicolon + params))


def parse_party(text: str) -> Address:
    """From or To: one address, whose tag is not empty if it has one; BadPeer 400 or 416."""
    address = parse_address(text)
    if address.params and find_param(address.params, "tag") == "":
        raise BadPeer(400, "Bad Tag")
    return address


def parse_addresses(lines: Iterable[str]) -> list[Address]:
    """All addresses of a header that may be repeated and may hold several values a line."""
    return [parse_address(value) for line in lines for value in split_commas(line)]


@dataclass(frozen=True, slots=True)
class Via:
    """One hop (RFC 3261 section 20.42, RFC 3581). `transport` and `host` are as sent."""

    transport: str
    host: str
    port: int | None = None
    params: Params = ()
    protocol: str = "SIP/2.0"

    @staticmethod
    def parse(text: str) -> Via:
        """One Via value; BadPeer 400. Whether the protocol is ours is not asked here."""
        match = _usual_via(text)
        if match is not None:  # so nearly every phone writes it
            transport, host, port, asks, branch = match.groups()
            params: Params = (("rport", None), ("branch", branch)) if asks else (("branch", branch),)
            protocol = "SIP/2.0"
        else:
            match = _via(text)
            if match is None:
                raise BadPeer(400, "Bad Via")
            name, version, transport, host, port, rest = match.groups()
            protocol, params = f"{name.upper()}/{version}", parameters(rest or "")
        if port is not None and int(port) > 65_535:
            raise BadPeer(400, "Bad Via")
        return Via(transport, host, None if port is None else int(port), params, protocol)

    @staticmethod
    def salvage(text: str) -> str | None:
        """Protocol, transport and sent-by of a Via whose parameters are broken: enough to send a 400 back."""
        match = _via_hop(text)
        return match and match[0]

    def __str__(self) -> str:
        return f"{self.protocol}/{self.transport} {self.sent_by}{written(self.params)}"

    def param(self, name: str) -> str | None:
        """The value of a parameter, "" if it has none, None if it is not there."""
        return find_param(self.params, name)

    @property
    def branch(self) -> str:
        """The transaction's id at that hop, "" from an RFC 2543 peer."""
        return find_param(self.params, "branch") or ""

    @property
    def received(self) -> str:
        """The address the request really came from, "" if it is the sent-by's."""
        return find_param(self.params, "received") or ""

    @property
    def rport(self) -> str | None:
        """The port the request really came from; "" asks for it (RFC 3581), None does not."""
        return find_param(self.params, "rport")

    @property
    def sent_by(self) -> str:
        """host or host:port, as the sender calls itself."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    def seen_from(self, host: str, port: int) -> Via:
        """With `received` and `rport` as the receiver of a request has to note them (RFC 3261 18.2.1, RFC 3581 4)."""
        asks = False
        noted: list[tuple[str, str | None]] = []
        for name, value in self.params:
            key = name.lower()
            asks = asks or key == "rport"
            if key not in ("received", "rport"):
                noted.append((name, value))
        if asks:
            noted += (("received", host), ("rport", str(port)))
        elif self.host.strip("[]").lower() != host:
            noted.append(("received", host))
        return Via(self.transport, self.host, self.port, tuple(noted), self.protocol)


@dataclass(frozen=True, slots=True)
class CSeq:
    """Number (below 2**31) and method of a request."""

    number: int
    method: str

    @staticmethod
    def parse(text: str) -> CSeq:
        """BadPeer 400."""
        return _known_cseq(text) if len(text) <= KNOWN_LENGTH else _parse_cseq(text)

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


def _parse_cseq(text: str) -> CSeq:
    match = _cseq(text)
    if match is None:
        raise BadPeer(400, "Bad CSeq")
    return CSeq(number(match[1], MAX_CSEQ, "Bad CSeq"), match[2])


_known_cseq = lru_cache(maxsize=KNOWN)(_parse_cseq)


@dataclass(frozen=True, slots=True)
class RAck:
    """Which reliable provisional response a PRACK is for (RFC 3262 section 7.2)."""

    rseq: int
    number: int
    method: str

    @staticmethod
    def parse(text: str) -> RAck:
        """BadPeer 400."""
        match = _rack(text)
        if match is None:
            raise BadPeer(400, "Bad RAck")
        return RAck(number(match[1], MAX_SECONDS, "Bad RAck"), number(match[2], MAX_CSEQ, "Bad RAck"), match[3])

    def __str__(self) -> str:
        return f"{self.rseq} {self.number} {self.method}"


@dataclass(frozen=True, slots=True)
class SessionExpires:
    """How long a call lives without a refresh (RFC 4028 section 4). `refresher` is "uac", "uas" or "" (not said)."""

    seconds: int
    refresher: str = ""

    @staticmethod
    def parse(text: str) -> SessionExpires:
        """BadPeer 400."""
        interval, semicolon, params = text.partition(";")
        refresher = (find_param(parameters(semicolon + params), "refresher") or "").lower()
        if refresher not in ("", "uac", "uas"):
            raise BadPeer(400, "Bad Session-Expires")
        return SessionExpires(number(interval.strip(" \t"), MAX_SECONDS, "Bad Session-Expires"), refresher)

    def __str__(self) -> str:
        return f"{self.seconds};refresher={self.refresher}" if self.refresher else str(self.seconds)


@dataclass(frozen=True, slots=True)
class AuthParams:
    """A challenge or credentials: scheme in lower case ("digest"), parameters unquoted under lower-case names."""

    scheme: str
    params: dict[str, str] = field(default_factory=dict[str, str])

    def get(self, name: str) -> str:
        """The value of a parameter, "" if it is not there."""
        return self.params.get(name, "")


def parse_auth(text: str) -> AuthParams:
    """One WWW-Authenticate, Authorization or Proxy- value of either (RFC 3261 section 25.1); BadPeer 400.

    Of a scheme other than Digest nothing but the name is read: nobody here understands the rest.
    """
    scheme, _, rest = text.strip(" \t").partition(" ")
    if not scheme:
        raise BadPeer(400, "Bad Credentials")
    scheme = scheme.lower()
    if scheme != "digest":
        return AuthParams(scheme)
    finds: list[tuple[str, str, str, str]] = _each_auth_param(rest)
    found = {name.lower(): unquote(value) if value else quoted for name, quoted, value, _ in finds}
    if len(found) != len(finds) or (finds and finds[-1][3]):
        raise BadPeer(400, "Bad Credentials")
    return AuthParams(scheme, found)
