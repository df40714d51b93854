"""SDP (RFC 8866) and properties needed for offer/answer (RFC 3264).

The original lines are kept: unknown lines are written back unchanged. Parsing is lenient about common errors of phones
and strict about anything that could confuse a later parser.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_BYTES = 32 * 1024
MAX_LINES = 800
MAX_LINE = 4096
MAX_MEDIA = 24

_LINE = re.compile(r"[a-z]=[^\x00\r\n]*")
_TOKEN = re.compile(r"[!-~]{1,64}")
_MEDIA = re.compile(
    r"m=([A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,32}) (\d{1,5})(?:/(\d{1,5}))? ([!-~]{1,64})((?: [!-~]{1,64})*) *", re.ASCII
)
_RTPMAP = re.compile(r"(\d{1,3}) +([!-.0-~]{1,64})/(\d{1,9})(?:/(\d{1,3}))?\s*", re.ASCII)

STATIC_CODECS = {
    0: ("PCMU", 8000),
    3: ("GSM", 8000),
    4: ("G723", 8000),
    8: ("PCMA", 8000),
    9: ("G722", 8000),
    13: ("CN", 8000),
    18: ("G729", 8000),
}
"""Payload types that need no rtpmap line, as name and RTP clock rate (RFC 3551 section 6)."""


class SdpError(ValueError):
    """The SDP is not acceptable. The text names the violated rule and contains nothing from the peer."""


class Direction(StrEnum):
    """Direction of media, from the point of view of the SDP's sender (RFC 8866 section 6.7)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    @property
    def reversed(self) -> "Direction":
        """The direction from the point of view of the other end: the maximum for an answer (RFC 3264 section 6.1)."""
        return _REVERSED.get(self, self)


_REVERSED = {Direction.SENDONLY: Direction.RECVONLY, Direction.RECVONLY: Direction.SENDONLY}
_DIRECTIONS = {f"a={each}": each for each in Direction}


@dataclass(frozen=True, slots=True)
class Origin:
    """The o= line (RFC 8866 section 5.2): originator and version of the SDP."""

    username: str
    session_id: int
    version: int
    address_type: str
    address: str

    def __str__(self) -> str:
        return f"{self.username} {self.session_id} {self.version} IN {self.address_type} {self.address}"


@dataclass(frozen=True, slots=True)
class Connection:
    """A c= line: `address_type` is IP4 or IP6, `address` as written, without TTL and count."""

    address_type: str
    address: str


@dataclass(frozen=True, slots=True)
class Codec:
    """One payload type of a media section; `rate` in Hz is the RTP clock (8000 for G.722, RFC 3551 4.5.2)."""

    payload: int
    name: str
    rate: int
    channels: int = 1


@dataclass(frozen=True, slots=True)
class MediaDescription:
    """One m= line and the lines under it."""

    kind: str
    port: int
    proto: str
    formats: tuple[str, ...]
    lines: tuple[str, ...] = ()
    port_count: int = 1
    """The number of port pairs (`m=audio 4000/2`), nearly always 1."""

    @property
    def active(self) -> bool:
        """Whether the section is in use; port 0 means rejected or removed (RFC 3264 section 6)."""
        return self.port != 0

    @property
    def attributes(self) -> tuple[tuple[str, str | None], ...]:
        """The a= lines in order, as (name, value); value is None for a property without one."""
        return _attributes(self.lines)

    def attribute(self, name: str) -> str | None:
        """Return the value of the first attribute of this name; "" without a value, None if absent."""
        return _attribute(self.lines, name)

    @property
    def connection(self) -> Connection | None:
        """The media section's own c= line."""
        return _connection(self.lines)

    def __str__(self) -> str:
        port = f"{self.port}/{self.port_count}" if self.port_count != 1 else f"{self.port}"
        head = " ".join((f"m={self.kind}", port, self.proto, *self.formats))
        return "\r\n".join((head, *self.lines)) + "\r\n"


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """A complete SDP: session-level lines, then media sections in the order required by offer/answer."""

    lines: tuple[str, ...]
    media: tuple[MediaDescription, ...]

    @property
    def origin(self) -> Origin:
        return _origin(next(line for line in self.lines if line.startswith("o=")))

    @property
    def attributes(self) -> tuple[tuple[str, str | None], ...]:
        return _attributes(self.lines)

    def attribute(self, name: str) -> str | None:
        """Return the value of the first session-level attribute of this name; "" without a value, None if absent."""
        return _attribute(self.lines, name)

    def connection(self, media: MediaDescription) -> Connection | None:
        """Return the receive address of the media section: its own c= line, else that of the session."""
        return media.connection or _connection(self.lines)

    def __str__(self) -> str:
        return "".join([line + "\r\n" for line in self.lines] + [str(media) for media in self.media])

    def __bytes__(self) -> bytes:
        return str(self).encode("utf-8", "surrogateescape")


def parse(data: bytes) -> SessionDescription:
    """Parse SDP. Lines may end in CRLF or LF. Raise SdpError, and no other exception, for any bytes."""
    if len(data) > MAX_BYTES:
        raise SdpError("longer than 32 KiB")
    lines = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > MAX_LINES:
        raise SdpError("too many lines")
    if lines[0] != "v=0" or len(lines) < 2 or not lines[1].startswith("o="):
        raise SdpError("does not start with v=0 and o=")
    starts: list[int] = []
    for number, line in enumerate(lines):
        if len(line) > MAX_LINE:
            raise SdpError("line longer than 4 KiB")
        if not _LINE.fullmatch(line):
            raise SdpError("line is not letter=value")
        if line.startswith("m="):
            starts.append(number)
    if len(starts) > MAX_MEDIA:
        raise SdpError("too many media sections")
    bounds = [*starts, len(lines)]
    head = tuple(lines[: bounds[0]])
    _origin(head[1])
    media = tuple(
        _media(lines[start], tuple(lines[start + 1 : end])) for start, end in zip(starts, bounds[1:], strict=True)
    )
    for each in (head, *(section.lines for section in media)):
        _connection(each)
    return SessionDescription(head, media)


def direction(session: SessionDescription, media: MediaDescription | None = None) -> Direction:
    """Return the direction of a media section (default: the first active audio section).

    Media level before session level before sendrecv. A session without audio is inactive.
    """
    media = media or first_audio(session)
    if media is None:
        return Direction.INACTIVE
    for line in (*media.lines, *session.lines):
        if line in _DIRECTIONS:
            return _DIRECTIONS[line]
    return Direction.SENDRECV


def first_audio(session: SessionDescription) -> MediaDescription | None:
    """Return the first audio section in use, or None."""
    return next((media for media in session.media if media.kind == "audio" and media.active), None)


def codecs(media: MediaDescription) -> tuple[Codec, ...]:
    """Return the payload types of the media section in order of preference, without non-numeric formats and dynamic
    types without a valid rtpmap."""
    maps: dict[int, Codec] = {}
    for name, value in media.attributes:
        if name == "rtpmap" and value and (match := _RTPMAP.fullmatch(value)):
            payload, codec, rate, channels = match.groups()
            maps.setdefault(int(payload), Codec(int(payload), codec, int(rate), int(channels or 1)))
    found: list[Codec] = []
    for text in media.formats:
        if not (text.isascii() and text.isdigit() and len(text) <= 3):
            continue
        payload = int(text)
        if payload in maps:
            found.append(maps[payload])
        elif payload in STATIC_CODECS:
            found.append(Codec(payload, *STATIC_CODECS[payload]))
    return tuple(found)


def is_hold(session: SessionDescription) -> bool:
    """Whether the sender of this SDP puts the other end on hold: it has audio, but does not receive it.

    That is a=sendonly or inactive (RFC 3264 section 8.4), or the obsolete c=0.0.0.0 of RFC 2543. Port 9 with that
    address is not hold, but a browser that has not gathered candidates yet (RFC 8840 section 4.1).
    """
    media = first_audio(session)
    if media is None:
        return False
    connection = session.connection(media)
    if connection and connection.address in ("0.0.0.0", "::") and media.port != 9:
        return True
    return not direction(session, media).receives


def _attributes(lines: tuple[str, ...]) -> tuple[tuple[str, str | None], ...]:
    found: list[tuple[str, str | None]] = []
    for line in lines:
        if line.startswith("a="):
            name, colon, value = line[2:].partition(":")
            found.append((name, value if colon else None))
    return tuple(found)


def _attribute(lines: tuple[str, ...], wanted: str) -> str | None:
    return next((value or "" for name, value in _attributes(lines) if name == wanted), None)


def _origin(line: str) -> Origin:
    fields = line[2:].split()
    if len(fields) != 6 or fields[3] != "IN" or not all(_TOKEN.fullmatch(field) for field in fields[3:]):
        raise SdpError("invalid o= line")
    return Origin(fields[0], _number(fields[1]), _number(fields[2]), fields[4], fields[5])


def _number(text: str) -> int:
    """Parse session id or version: nominally 64 bits, but some phones send longer timestamps."""
    if not (text.isascii() and text.isdigit() and len(text) <= 32):
        raise SdpError("invalid number in o= line")
    return int(text)


def _connection(lines: tuple[str, ...]) -> Connection | None:
    line = next((line for line in lines if line.startswith("c=")), None)
    if line is None:
        return None
    fields = line[2:].split()
    if len(fields) != 3 or fields[0] != "IN" or fields[1] not in ("IP4", "IP6") or not _TOKEN.fullmatch(fields[2]):
        raise SdpError("invalid c= line")
    return Connection(fields[1], fields[2].partition("/")[0])


def _media(line: str, rest: tuple[str, ...]) -> MediaDescription:
    match = _MEDIA.fullmatch(line)
    if match is None:
        raise SdpError("invalid m= line")
    kind, port, count, proto, formats = match.groups()
    if int(port) > 65535:
        raise SdpError("port greater than 65535")
    return MediaDescription(kind, int(port), proto, tuple(formats.split()), rest, int(count) if count else 1)
