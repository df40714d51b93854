"""Session descriptions (RFC 8866) and what offer/answer (RFC 3264) asks of them.

A description is kept as the lines it came in: what this module does not understand it writes back untouched.
Parsing is lenient about what phones get wrong and strict about what could confuse whoever reads the text after us.
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
    r"m=([A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,32}) (\d{1,5})(?:/(\d{1,5}))? ([!-~]{1,64})((?: [!-~]{1,64})*) *"
)
_RTPMAP = re.compile(r"(\d{1,3}) +([!-.0-~]{1,64})/(\d{1,9})(?:/(\d{1,3}))?\s*")

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


class BadDescription(ValueError):
    """Not a session description we would pass on. The text names the rule broken and repeats nothing of the peer's."""


class Direction(StrEnum):
    """Who sends, seen from the one whose description it is (RFC 8866 section 6.7)."""

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
        """The same stream seen from the other end: what an answer says at most (RFC 3264 section 6.1)."""
        return _REVERSED.get(self, self)


_REVERSED = {Direction.SENDONLY: Direction.RECVONLY, Direction.RECVONLY: Direction.SENDONLY}
_DIRECTIONS = {f"a={each}": each for each in Direction}


@dataclass(frozen=True, slots=True)
class Origin:
    """The o= line (RFC 8866 section 5.2): who described the session, and which version of the description it is."""

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
class Media:
    """One m= line and the lines under it."""

    kind: str
    port: int
    proto: str
    formats: tuple[str, ...]
    lines: tuple[str, ...] = ()
    count: int = 1
    """How many port pairs (`m=audio 4000/2`), nearly always 1."""

    @property
    def active(self) -> bool:
        """A media section with port 0 was refused or taken away (RFC 3264 section 6)."""
        return self.port != 0

    @property
    def attributes(self) -> tuple[tuple[str, str | None], ...]:
        """The a= lines in order, as (name, value); value is None for a property without one."""
        return _attributes(self.lines)

    def attribute(self, name: str) -> str | None:
        """Value of the first attribute of this name, "" if it has none, None if it is not there."""
        return _attribute(self.lines, name)

    @property
    def connection(self) -> Connection | None:
        """The media section's own c= line."""
        return _connection(self.lines)

    def __str__(self) -> str:
        port = f"{self.port}/{self.count}" if self.count != 1 else f"{self.port}"
        head = " ".join((f"m={self.kind}", port, self.proto, *self.formats))
        return "\r\n".join((head, *self.lines)) + "\r\n"


@dataclass(frozen=True, slots=True)
class Session:
    """A whole description: the session's lines, then the media sections in the order that offer/answer relies on."""

    lines: tuple[str, ...]
    media: tuple[Media, ...]

    @property
    def origin(self) -> Origin:
        return _origin(next(line for line in self.lines if line.startswith("o=")))

    @property
    def attributes(self) -> tuple[tuple[str, str | None], ...]:
        return _attributes(self.lines)

    def attribute(self, name: str) -> str | None:
        """Value of the first session-level attribute of this name, "" if it has none, None if it is not there."""
        return _attribute(self.lines, name)

    def connection(self, media: Media) -> Connection | None:
        """Where the media section wants its packets: its own c= line, else the session's."""
        return media.connection or _connection(self.lines)

    def __str__(self) -> str:
        return "".join([line + "\r\n" for line in self.lines] + [str(media) for media in self.media])

    def __bytes__(self) -> bytes:
        return str(self).encode("utf-8", "surrogateescape")


def parse(data: bytes) -> Session:
    """Read a description. Lines may end in CRLF or LF; raises BadDescription, and nothing else, for any bytes."""
    if len(data) > MAX_BYTES:
        raise BadDescription("longer than 32 KiB")
    lines = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > MAX_LINES:
        raise BadDescription("too many lines")
    if lines[0] != "v=0" or len(lines) < 2 or not lines[1].startswith("o="):
        raise BadDescription("does not begin with v=0 and o=")
    starts: list[int] = []
    for number, line in enumerate(lines):
        if len(line) > MAX_LINE:
            raise BadDescription("a line over 4 KiB")
        if not _LINE.fullmatch(line):
            raise BadDescription("a line that is not letter=value")
        if line.startswith("m="):
            starts.append(number)
    if len(starts) > MAX_MEDIA:
        raise BadDescription("too many media sections")
    bounds = [*starts, len(lines)]
    head = tuple(lines[: bounds[0]])
    _origin(head[1])
    media = tuple(
        _media(lines[start], tuple(lines[start + 1 : end])) for start, end in zip(starts, bounds[1:], strict=True)
    )
    for each in (head, *(section.lines for section in media)):
        _connection(each)
    return Session(head, media)


def direction(session: Session, media: Media | None = None) -> Direction:
    """Direction of a media section, by default of the first active audio: its own, else the session's, else sendrecv.

    An audio-less session is inactive.
    """
    media = media or audio(session)
    if media is None:
        return Direction.INACTIVE
    for line in (*media.lines, *session.lines):
        if line in _DIRECTIONS:
            return _DIRECTIONS[line]
    return Direction.SENDRECV


def audio(session: Session) -> Media | None:
    """The first audio section that is in use."""
    return next((media for media in session.media if media.kind == "audio" and media.active), None)


def codecs(media: Media) -> tuple[Codec, ...]:
    """The media section's payload types in order of preference. Formats that are not numbers are left out, and so are
    dynamic ones without a readable rtpmap."""
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


def is_hold(session: Session) -> bool:
    """Whether the sender of this description puts the other end on hold: it has audio, and wants to hear none of it.

    That is a=sendonly or inactive (RFC 3264 section 8.4), or the old c=0.0.0.0 of RFC 2543. Port 9 with that address
    is not hold but a browser that has not gathered its candidates yet (RFC 8840 section 4.1).
    """
    media = audio(session)
    if media is None:
        return False
    where = session.connection(media)
    if where and where.address in ("0.0.0.0", "::") and media.port != 9:
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
    words = line[2:].split()
    if len(words) != 6 or words[3] != "IN" or not all(_TOKEN.fullmatch(word) for word in words[3:]):
        raise BadDescription("an o= line that cannot be read")
    return Origin(words[0], _number(words[1]), _number(words[2]), words[4], words[5])


def _number(text: str) -> int:
    """Session id and version: 64 bits by rule, but long time stamps are seen in the field."""
    if not (text.isascii() and text.isdigit() and len(text) <= 32):
        raise BadDescription("an o= line with a number that is none")
    return int(text)


def _connection(lines: tuple[str, ...]) -> Connection | None:
    line = next((line for line in lines if line.startswith("c=")), None)
    if line is None:
        return None
    words = line[2:].split()
    if len(words) != 3 or words[0] != "IN" or words[1] not in ("IP4", "IP6") or not _TOKEN.fullmatch(words[2]):
        raise BadDescription("a c= line that cannot be read")
    return Connection(words[1], words[2].partition("/")[0])


def _media(line: str, rest: tuple[str, ...]) -> Media:
    match = _MEDIA.fullmatch(line)
    if match is None:
        raise BadDescription("an m= line that cannot be read")
    kind, port, count, proto, formats = match.groups()
    if int(port) > 65535:
        raise BadDescription("a port over 65535")
    return Media(kind, int(port), proto, tuple(formats.split()), rest, int(count) if count else 1)
