"""rtpengine's control language, "ng": what is asked of it for each kind of party, and what its replies mean.

A call's media is anchored in rtpengine under a name of ours (its call-id). Both parties are told apart by tags of ours.
Each side of an anchor has a profile, and every offer and answer is worded for the side that will get it.

The language comes as bencode and as JSON. JSON it is, for Python reads and writes it in C: the figures that end a call
are two hundred values.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Literal, TypeAlias

from pydantic_core import from_json, to_json

Encodable: TypeAlias = int | str | Sequence["Encodable"] | Mapping[str, "Encodable"]
Value: TypeAlias = int | float | str | bool | list["Value"] | dict[str, "Value"] | None

Message: TypeAlias = dict[str, Encodable]
Reply: TypeAlias = dict[str, Value]

Cause: TypeAlias = Literal["silent", "busy", "full", "unknown", "description", "refused"]
"""Why there is no media: rtpengine does not answer; too many requests wait for it; it has no ports or sessions left; it
does not know this anchor (any more); it cannot use the description; it refused for another reason."""


class MediaUnavailable(Exception):
    """No media for this call. `cause` says why; "description" is the fault of the peer who wrote it."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(f"no media: {cause}")
        self.cause: Cause = cause


class BadReply(ValueError):
    """Bytes that are no reply."""


# Both take a third of what Python's own writer and reader take for a description, or a call's figures.
_write = to_json
_read = partial(from_json, cache_strings="keys")


def encode(message: Message) -> bytes:
    """The message as rtpengine takes it, without the cookie before it."""
    return _write(message)


def decode(data: bytes) -> Reply:
    """The reply in these bytes, without the cookie before it. Raises BadReply, and nothing else, for any others."""
    try:
        reply: Value = _read(data)
    except ValueError:
        raise BadReply("not JSON") from None
    if not isinstance(reply, dict):
        raise BadReply("not a dictionary")
    return reply


class Profile(StrEnum):
    """How one side of a call carries its media."""

    PLAIN = "plain"
    """RTP/AVP, for phones on a trusted network and for trunks that know no better."""
    SRTP = "srtp"
    """RTP/SAVP with keys in the description (SDES, RFC 4568), for phones on TLS."""
    WEBRTC = "webrtc"
    """ICE and DTLS-SRTP, for browsers and the mobile client (RFC 8827)."""
    WEBRTC_ANEW = "webrtc-anew"
    """The same with the certificate's fingerprint by another hash: one who came from an anchor of the other kind shakes
    hands anew. Every anchor has the engine's one certificate, and a browser begins anew only when the fingerprint is
    not the one it knows (RFC 8842 section 4)."""
    ENGINE = "engine"
    """RTP/AVP on this machine alone, for our own media engine."""


SAFETY = ("PCMU", "PCMA")
"""Codecs offered to the taker after all that the giver offered. They are there so that parties without a common codec
still hear each other; whoever takes one that the giver offered too is relayed untouched."""

INSIDE = "inside"
"""rtpengine's interface towards our own media engine."""

_NAMES = re.compile(rb"^(?:o=[^\s]+|s=[^\r\n]*|[iuep]=[^\r\n]*\r?\n?)", re.MULTILINE)

_CLEAN: Message = {
    "audio": {"remove": ["msid", "ssrc", "rtcp-xr", "rtcp-rsize", "extmap-allow-mixed"]},
    "none": {"remove": ["msid-semantic", "extmap-allow-mixed"]},
}

_TO_PHONES: Message = {
    "ICE": "remove",
    "DTLS": "off",
    "rtcp-mux": ["demux"],
    "sdp-attr": _CLEAN,
}

_TO_BROWSERS: Message = {
    "transport-protocol": "UDP/TLS/RTP/SAVPF",
    "ICE": "force",
    "DTLS": "passive",
    "SDES": ["off"],
    "rtcp-mux": ["offer", "require"],
    # What rtpengine plays, music and notices, has a source (SSRC) of its own, made when it first plays. Where
    # another was named, browsers decode that and keep it silent; where none was, they play whatever comes.
    "sdp-attr": {"audio": {"remove": ["ssrc"]}},
}

_TAKER: dict[Profile, Message] = {
    Profile.PLAIN: _TO_PHONES | {"transport-protocol": "RTP/AVP", "SDES": ["off"]},
    Profile.SRTP: _TO_PHONES
    | {
        "transport-protocol": "RTP/SAVP",
        # Padded, for baresip among others takes a key without its last "=" for one that is too short.
        "SDES": ["only-AEAD_AES_256_GCM", "only-AES_256_CM_HMAC_SHA1_80", "only-AES_CM_128_HMAC_SHA1_80", "pad"],
    },
    Profile.ENGINE: _TO_PHONES | {"transport-protocol": "RTP/AVP", "SDES": ["off"], "to-interface": INSIDE},
    Profile.WEBRTC: _TO_BROWSERS | {"DTLS-fingerprint": "SHA-256"},
    Profile.WEBRTC_ANEW: _TO_BROWSERS | {"DTLS-fingerprint": "SHA-384"},
}

_BROWSERS_FLAGS = ("generate-mid", "no-rtcp-attribute", "trickle-ICE")

_FLAGS: dict[Profile, tuple[str, ...]] = {
    Profile.PLAIN: ("strip-extmap",),
    Profile.SRTP: ("strip-extmap",),
    Profile.ENGINE: ("strip-extmap",),
    Profile.WEBRTC: _BROWSERS_FLAGS,
    Profile.WEBRTC_ANEW: _BROWSERS_FLAGS,
}

_OFFERING: Message = {
    # Without this rtpengine greets a browser with DTLS before the answer is out, and one call in four hangs.
    "DTLS-reverse": "passive",
    # So that browsers choose the way (RFC 8445 section 2.4). One that does not choose keeps to its old way, though
    # nobody is there any more, for 3.5 s, and then waits for its next attempt at DTLS: six seconds without a sound.
    "ICE-lite": "both",
}

KEYS = "telephone-event"
"""Keys as RFC 4733 has them. Phones that know no such thing send the tones as sound."""
_KEYS_KNOWN = re.compile(rb"^a=rtpmap:\d+ telephone-event/", re.MULTILINE | re.IGNORECASE)

_ICE = re.compile(rb"^a=ice-ufrag:", re.MULTILINE)
_PROTO = re.compile(rb"^m=audio \d+(?:/\d+)? (\S+)", re.MULTILINE)


def profile_of(sdp: bytes) -> Profile:
    """How the author of this description carries media: the profile of the answer he has to get."""
    proto = _PROTO.search(sdp)
    if proto is None:
        return Profile.PLAIN
    if proto[1].startswith(b"UDP/TLS/") or _ICE.search(sdp):
        return Profile.WEBRTC
    return Profile.SRTP if b"SAVP" in proto[1] else Profile.PLAIN


def sends_keys(sdp: bytes) -> bool:
    """Whether the author of this description sends keys as telephone events."""
    return _KEYS_KNOWN.search(sdp) is not None


def _codecs(sdp: bytes, taker: Profile, giver: Profile) -> Message:
    """What an offer adds to the giver's codecs. Our own media engine knows keys by events alone: where a phone sends
    tones, rtpengine listens for them, and makes events of them.

    Such a phone's sound goes through rtpengine's codecs, which bear loss and jitter less well than our engine does: so
    not for phones that send events.
    """
    transcode = [*SAFETY]
    if taker is Profile.ENGINE and not sends_keys(sdp):
        transcode.append(KEYS)
    accept = {"accept": [KEYS]} if giver is Profile.ENGINE else {}
    return {"codec": {"transcode": transcode, **accept}}


def _worded(command: str, sdp: bytes, taker: Profile) -> Message:
    """What offers and answers have in common: the giver's description, and how the taker gets it."""
    flags = [*_FLAGS[taker]]
    if not _ICE.search(sdp):
        # Once the giver's first packet is here, packets from anywhere else are not his. With ICE, rtpengine knows
        # by the checks, and SRTP by the key.
        flags.append("strict-source")
    message: Message = {"command": command, "sdp": _nameless(sdp), "flags": flags}
    return message | {"replace": ["origin", "SDP-version", "zero-address"]} | _TAKER[taker]


def _nameless(sdp: bytes) -> str:
    """The description without what names its author: o= user name, s=, i=, u=, e= and p= lines (RFC 8866 section 5).

    rtpengine can keep these the same over a call, but not away from the other side. They are also the only lines that
    a person reads, in whatever character set; of the others, bytes that are not UTF-8 do not survive.
    """
    clean = _NAMES.sub(lambda match: match[0][:2] + b"-" if match[0][:1] in b"os" else b"", sdp)
    return clean.decode("utf-8", "replace")


def ping() -> Message:
    """Ask whether rtpengine is there."""
    return {"command": "ping"}


def offer(anchor: str, from_tag: str, sdp: bytes, taker: Profile, giver: Profile = Profile.PLAIN) -> Message:
    """Word an offer, the first or a later one, by the party `from_tag` for the party that will get it."""
    inside: Message = {"from-interface": INSIDE} if giver is Profile.ENGINE else {}
    codecs = _codecs(sdp, taker, giver)
    return {"call-id": anchor, "from-tag": from_tag} | _worded("offer", sdp, taker) | _OFFERING | codecs | inside


def answer(anchor: str, from_tag: str, to_tag: str, sdp: bytes, taker: Profile) -> Message:
    """Word the answer that `to_tag` gave to the offer of `from_tag`; `taker` is the profile of the one who offered."""
    return {"call-id": anchor, "from-tag": from_tag, "to-tag": to_tag} | _worded("answer", sdp, taker)


def delete(anchor: str) -> Message:
    """End the anchor. Its ports are free at once; the reply holds the last figures."""
    return {"command": "delete", "call-id": anchor, "delete delay": 0}


def query(anchor: str) -> Message:
    """Ask for the anchor's figures so far."""
    return {"command": "query", "call-id": anchor}


@dataclass(frozen=True, slots=True)
class PartyReport:
    """What one party sent, and how the other heard it.

    The second half comes from the reports the parties exchange by RTCP, and is None where they do not.
    """

    tag: str
    packets: int
    """RTP packets that reached us from this party."""
    octets: int
    last_packet_age: float
    """Seconds since its last packet, or since the anchor was made if none came. Whole seconds are rtpengine's grain."""
    lost: int | None = None
    """Packets of this party that the other missed, wherever they were lost."""
    jitter_ms: float | None = None
    mos: float | None = None
    """Mean opinion score of its voice at the other end, 1.0 to 5.0, worked out by rtpengine (after ITU-T G.107)."""
    round_trip_ms: float | None = None
    """From one party to the other and back."""


@dataclass(frozen=True, slots=True)
class MediaReport:
    """The figures of one anchor."""

    parties: tuple[PartyReport, ...]

    def party(self, tag: str) -> PartyReport | None:
        """The figures of the party with this tag."""
        return next((each for each in self.parties if each.tag == tag), None)


_FULL = ("Ran out of ports", "Parallel session limit reached", "Load limit exceeded")
_DESCRIPTION = ("Error rewriting SDP", "Failed to parse SDP", "Incomplete SDP specification", "No SDP body")


def accept(reply: Reply) -> Reply:
    """The reply itself if rtpengine did what was asked; raises MediaUnavailable with the cause if it did not."""
    if reply.get("result") in ("ok", "pong"):
        return reply
    reason = reply.get("error-reason")
    words = reason if isinstance(reason, str) else ""
    if words.lower().startswith("unknown call-id"):  # some commands write it large
        raise MediaUnavailable("unknown")
    if words.startswith(_FULL):
        raise MediaUnavailable("full")
    if words.startswith(_DESCRIPTION):
        raise MediaUnavailable("description")
    raise MediaUnavailable("refused")


def sdp_of(reply: Reply) -> bytes:
    """The description to send on, from the reply to an offer or answer."""
    sdp = accept(reply).get("sdp")
    if not isinstance(sdp, str):
        raise MediaUnavailable("refused")
    return sdp.encode("utf-8", "replace")


def report_of(reply: Reply, now: float) -> MediaReport | None:
    """The figures in the reply to a query or delete, None if there was no such anchor. `now` is Unix time."""
    try:
        accept(reply)
    except MediaUnavailable as refusal:
        if refusal.cause == "unknown":
            return None
        raise
    if "tags" not in reply:
        return None
    streams = {tag: _streams(party) for tag, party in _dictionary(reply["tags"]).items() if _named(party)}
    told = {tag: _told(each, _dictionary(reply.get("SSRC"))) for tag, each in streams.items()}
    return MediaReport(
        tuple(
            _party(tag, each, [figures for other in told if other != tag for figures in told[other]], now)
            for tag, each in streams.items()
            if each
        )
    )


def _named(party: Value) -> bool:
    """A side that has not answered yet is listed without a tag."""
    return bool(_dictionary(party).get("tag"))


def _streams(party: Value) -> list[Reply]:
    """The RTP streams of one party, without those for RTCP."""
    sections = _dictionaries(_dictionary(party).get("medias"))
    streams = [stream for section in sections for stream in _dictionaries(section.get("streams"))]
    return [stream for stream in streams if "RTP" in _list(stream.get("flags"))]


def _told(streams: list[Reply], sources: Reply) -> list[Reply]:
    """What a party told about the one it hears: rtpengine files a report under the source that made it."""
    numbers = [source.get("SSRC") for stream in streams for source in _dictionaries(stream.get("ingress SSRCs"))]
    return [_dictionary(sources.get(str(_integer(number)))) for number in numbers]


def _party(tag: str, streams: list[Reply], told: list[Reply], now: float) -> PartyReport:
    counts = [_dictionary(stream.get("stats")) for stream in streams]
    lost, jitter, mos, round_trip = _quality(told)
    return PartyReport(
        tag=tag,
        packets=sum(_integer(each.get("packets")) for each in counts),
        octets=sum(_integer(each.get("bytes")) for each in counts),
        last_packet_age=max(0.0, now - max(_integer(stream.get("last packet")) for stream in streams)),
        lost=lost,
        jitter_ms=jitter,
        mos=mos and mos / 10,
        round_trip_ms=round_trip and round_trip / 1000,
    )


def _quality(told: list[Reply]) -> tuple[int | None, float | None, float | None, float | None]:
    """Loss, jitter in ms, MOS times 10 and round trip in microseconds, over all that was told."""
    if not told:
        return None, None, None, None
    losses = [_integer(each["cumulative loss"]) for each in told if "cumulative loss" in each]
    averages = [average for each in told if (average := _dictionary(each.get("average MOS")))]

    def mean(name: str) -> float | None:
        weights = [_integer(each.get("samples")) for each in averages]
        if not sum(weights):
            return None
        return sum(_integer(each.get(name)) * w for each, w in zip(averages, weights, strict=True)) / sum(weights)

    return sum(losses) if losses else None, mean("jitter"), mean("MOS") or None, mean("round-trip time")


def _dictionary(value: Value) -> Reply:
    return value if isinstance(value, dict) else {}


def _list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _dictionaries(value: Value) -> list[Reply]:
    return [each for each in _list(value) if isinstance(each, dict)]


def _integer(value: Value) -> int:
    return value if isinstance(value, int) else 0
