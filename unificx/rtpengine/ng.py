"""rtpengine's "ng" control protocol: requests for each media profile, and parsing of the replies.

A call's media is anchored in rtpengine under an id of ours (its call-id); tags of ours tell the two parties apart.
Each side of an anchor has a profile, and every offer and answer is built for the profile of the side that receives it.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from unificx.core.value import value
from unificx.media.errors import MediaUnavailable
from unificx.rtpengine.bencode import INTEGER, Encodable, Value, encode, having, list_of, record, select
from unificx.sdp import audio_transport, uses_ice, without_identity

Message: TypeAlias = dict[str, Encodable]
Reply: TypeAlias = dict[str, Value]


class Profile(StrEnum):
    """Media transport of one side of a call."""

    PLAIN = "plain"
    """RTP/AVP, for phones on a trusted network and for trunks without encryption."""
    PLAIN_TONES = "plain-tones"
    """PLAIN without telephone events: rtpengine turns those of the other side into tones."""
    SRTP = "srtp"
    """RTP/SAVP with keys in SDP (SDES, RFC 4568), for phones on TLS."""
    SRTP_TONES = "srtp-tones"
    """SRTP without telephone events."""
    DTLS = "dtls"
    """DTLS-SRTP without ICE (RFC 5764), for phones."""
    WEBRTC = "webrtc"
    """ICE and DTLS-SRTP, for browsers and the mobile client (RFC 8827)."""
    WEBRTC_ANEW = "webrtc-anew"
    """WEBRTC with the certificate's fingerprint in another hash, to force a new DTLS handshake when a browser moves
    between anchors. All anchors share rtpengine's certificate, and a browser starts a new DTLS association only if the
    fingerprint changes (RFC 8842 section 4)."""
    ENGINE = "engine"
    """RTP/AVP on this machine only, for our own media engine."""


class Sides(NamedTuple):
    """The two sides of an offer: the profiles of its recipient and of its sender, and whether the recipient gets media
    over IPv6."""

    recipient: Profile
    sender: Profile = Profile.PLAIN
    ipv6: bool = False


WITHOUT_EVENTS = {Profile.PLAIN: Profile.PLAIN_TONES, Profile.SRTP: Profile.SRTP_TONES}
"""The profile of a side that is not offered telephone events (RFC 4733)."""

FALLBACK_CODECS = ("PCMU", "PCMA")
"""Codecs appended to every offer, so that parties without a common codec can still talk through transcoding. A codec
that the offerer offered too is relayed without transcoding."""

ALL_CODECS = (*FALLBACK_CODECS, "G722", "opus", "GSM", "speex/8000")
"""Codecs that rtpengine can decode and encode, appended for a phone that refused an offer. Not appended to every offer,
because they make an offer cost rtpengine three times as much."""

WITHOUT_OTHER_CODECS = (Profile.ENGINE, Profile.WEBRTC, Profile.WEBRTC_ANEW)
"""Sides whose codecs are all known to rtpengine: our media engine, and browsers (RFC 7874). A phone may have others."""

ENGINE_INTERFACE = "inside"
"""rtpengine's interface towards our own media engine."""

_REMOVED_ATTRIBUTES = encode(
    {
        "audio": {"remove": ["msid", "ssrc", "rtcp-xr", "rtcp-rsize", "extmap-allow-mixed"]},
        "none": {"remove": ["msid-semantic", "extmap-allow-mixed"]},
    }
)
_SDES_OFF = encode(["off"])

_PHONE_OPTIONS: Message = {
    "ICE": "remove",
    "DTLS": "off",
    "rtcp-mux": encode(["demux"]),
    "sdp-attr": _REMOVED_ATTRIBUTES,
}

_BROWSER_OPTIONS: Message = {
    "transport-protocol": "UDP/TLS/RTP/SAVPF",
    "ICE": "force",
    "DTLS": "passive",
    "SDES": _SDES_OFF,
    "rtcp-mux": encode(["offer", "require"]),
    # Sounds played by rtpengine have an SSRC of their own, created on first use. If SDP announces another SSRC,
    # browsers stay silent; if it announces none, they play whatever arrives.
    "sdp-attr": encode({"audio": {"remove": ["ssrc"]}}),
}

_PROFILE_OPTIONS: dict[Profile, Message] = {
    Profile.PLAIN: _PHONE_OPTIONS | {"transport-protocol": "RTP/AVP", "SDES": _SDES_OFF},
    Profile.SRTP: _PHONE_OPTIONS
    | {
        "transport-protocol": "RTP/SAVP",
        # Padded, because baresip and others reject a key without its final "=" as too short.
        "SDES": encode(
            ["only-AEAD_AES_256_GCM", "only-AES_256_CM_HMAC_SHA1_80", "only-AES_CM_128_HMAC_SHA1_80", "pad"]
        ),
    },
    Profile.DTLS: _PHONE_OPTIONS
    | {
        "transport-protocol": "UDP/TLS/RTP/SAVP",
        "DTLS": "passive",
        "DTLS-fingerprint": "SHA-256",
        "SDES": _SDES_OFF,
    },
    Profile.ENGINE: _PHONE_OPTIONS
    | {"transport-protocol": "RTP/AVP", "SDES": _SDES_OFF, "to-interface": ENGINE_INTERFACE},
    Profile.WEBRTC: _BROWSER_OPTIONS | {"DTLS-fingerprint": "SHA-256"},
    Profile.WEBRTC_ANEW: _BROWSER_OPTIONS | {"DTLS-fingerprint": "SHA-384"},
}

_PROFILE_OPTIONS.update({tones: _PROFILE_OPTIONS[profile] for profile, tones in WITHOUT_EVENTS.items()})

_PHONE_FLAGS = ("strip-extmap",)
BROWSER_FLAGS = ("generate-mid", "no-rtcp-attribute", "trickle-ICE")

_FLAGS: dict[Profile, tuple[str, ...]] = {
    Profile.PLAIN: _PHONE_FLAGS,
    Profile.SRTP: _PHONE_FLAGS,
    Profile.DTLS: _PHONE_FLAGS,
    Profile.ENGINE: _PHONE_FLAGS,
    Profile.WEBRTC: BROWSER_FLAGS,
    Profile.WEBRTC_ANEW: BROWSER_FLAGS,
    Profile.PLAIN_TONES: _PHONE_FLAGS,
    Profile.SRTP_TONES: _PHONE_FLAGS,
}

_REPLACED = encode(["origin", "SDP-version", "zero-address"])

_OFFER_OPTIONS: Message = {
    # Otherwise rtpengine starts DTLS with a browser before the answer is sent, and one call in four hangs.
    "DTLS-reverse": "passive",
    # Makes browsers the controlling ICE agent (RFC 8445 section 2.4). A controlled browser stays on a dead candidate
    # pair for 3.5 s and then waits for its next DTLS retransmission: six seconds of silence.
    "ICE-lite": "both",
}

TELEPHONE_EVENT = "telephone-event"
"""Encoding name of RFC 4733 events."""


def profile_of(sdp: bytes) -> Profile:
    """Return the media profile of the SDP's author, which is also the profile of the answer to it."""
    transport = audio_transport(sdp)
    if transport and uses_ice(sdp):
        return Profile.WEBRTC
    if transport.startswith(b"UDP/TLS/"):
        return Profile.DTLS
    return Profile.SRTP if b"SAVP" in transport else Profile.PLAIN


@lru_cache(maxsize=256)
def _options(
    command: str,
    recipient: Profile,
    sender: Profile,
    *,
    ice: bool,
    added: tuple[str, ...] = (),
    ipv6: bool = False,
) -> bytes:
    """Return all entries of an offer or answer that are the same for every call of its kind, encoded.

    `ice` says whether the SDP's author uses it; of an offer, `added` are the codecs appended to it, and `ipv6` says
    which addresses its recipient gets.
    """
    # Without ICE, accept only packets from the source of the first packet; ICE verifies it by connectivity checks. SRTP
    # does not: rtpengine learns the source before it decrypts. A sender that is first at the port of a party excludes
    # it, although it can neither read nor forge the audio.
    flags = [*_FLAGS[recipient], *(() if ice else ("strict-source",))]
    if sender is Profile.ENGINE:
        # The address of our media engine is known. After a restart of rtpengine the first packet may be of a party that
        # still sends to the port which it had before.
        flags.append("endpoint-learning-off")
    message: Message = {"command": command, "flags": flags, "replace": _REPLACED} | _PROFILE_OPTIONS[recipient]
    if command == "offer":
        # Otherwise the addresses are of the family of the sender's, which the recipient may not reach.
        message |= _OFFER_OPTIONS | {"address family": "IP6" if ipv6 else "IP4"}
        message |= _codec_options(recipient, added)
        if sender is Profile.ENGINE:
            message["from-interface"] = ENGINE_INTERFACE
    else:
        flags.append("port-latching")  # the offerer holds on to the first answer (RFC 3261 section 13.2.1)
        del message["transport-protocol"]
    return encode(message)[1:-1]


def _codec_options(recipient: Profile, added: tuple[str, ...]) -> Message:
    """Return the codecs to add to an offer: the `added` ones; and telephone events as those of its sender alone, if the
    recipient is offered none.

    None are added for our media engine, which detects tones itself: rtpengine would pass all audio through its codecs.
    """
    # Masked events are answered, and turned into tones, only if they are accepted too.
    events = {each: [TELEPHONE_EVENT] for each in ("accept", "mask") if recipient in WITHOUT_EVENTS.values()}
    return {"codec": {"transcode": [*added], **events}}


def _anonymize(sdp: bytes) -> bytes:
    """Remove what identifies the author: rtpengine can keep it constant over a call but cannot hide it from the other
    side. In what remains, bytes that are not UTF-8 are replaced."""
    clean = without_identity(sdp)
    return clean if clean.isascii() else clean.decode("utf-8", "replace").encode()


def ping() -> Message:
    """Build a ping."""
    return {"command": "ping"}


def offer(
    anchor: str,
    from_tag: str,
    sdp: bytes,
    sides: Sides,
    added: tuple[str, ...] = FALLBACK_CODECS,
) -> bytes:
    """Encode an offer or re-offer by the party `from_tag`; the codecs `added` are appended to it."""
    options = _options(
        "offer",
        sides.recipient,
        sides.sender,
        ice=uses_ice(sdp),
        added=added,
        ipv6=sides.ipv6,
    )
    clean = _anonymize(sdp)
    return b"d7:call-id%b8:from-tag%b3:sdp%d:%b%be" % (encode(anchor), encode(from_tag), len(clean), clean, options)


def answer(
    anchor: str,
    from_tag: str,
    to_tag: str,
    sdp: bytes,
    recipient_profile: Profile,
    *,
    sender_profile: Profile = Profile.PLAIN,
) -> bytes:
    """Encode the answer of `to_tag` to the offer of `from_tag`; `recipient_profile` is the offerer's profile.

    The answer keeps the transport of the offer, such as RTP/AVPF (RFC 3264 section 6).
    """
    options = _options("answer", recipient_profile, sender_profile, ice=uses_ice(sdp))
    clean, tags = _anonymize(sdp), (encode(anchor), encode(from_tag), encode(to_tag))
    return b"d7:call-id%b8:from-tag%b6:to-tag%b3:sdp%d:%b%be" % (*tags, len(clean), clean, options)


def delete(anchor: str) -> bytes:
    """Encode a request to delete an anchor. Its ports are released at once; the reply holds the final statistics."""
    return b"d7:command6:delete7:call-id%b12:delete delayi0ee" % encode(anchor)


def query(anchor: str) -> Message:
    """Build a request for an anchor's current statistics."""
    return {"command": "query", "call-id": anchor}


@value
class PartyReport:
    """Statistics of the media one party sent, and of its reception by the other party.

    The reception values come from the parties' RTCP reports, and are None without them.
    """

    tag: str
    packets: int
    """RTP packets received from this party."""
    octets: int
    last_packet_age: float
    """Seconds since its last RTP or RTCP packet, or since the anchor was created if none arrived. Resolution: one
    second."""
    lost: int | None = None
    """Packets of this party that the other party did not receive, wherever they were lost."""
    jitter_ms: float | None = None
    mos: float | None = None
    """Mean opinion score of its audio at the other end, 1.0 to 5.0, computed by rtpengine (after ITU-T G.107)."""
    round_trip_ms: float | None = None
    """Round trip time between the two parties."""


@value
class MediaReport:
    """Statistics of one anchor."""

    parties: tuple[PartyReport, ...]

    def party(self, tag: str) -> PartyReport | None:
        """Return the statistics of the party with this tag."""
        return next((each for each in self.parties if each.tag == tag), None)


STATISTICS = select(
    (
        "VSC", "codec", "created", "created_us", "highest MOS", "index", "last redis update", "last signal",
        "lowest MOS", "MOS progression", "protocol", "subscribers", "subscriptions", "totals", "type",
    ),
    having("last", record({
        "last packet": f"i(?P<last>{INTEGER})e",
        "flags": list_of("(?P<rtp>3:RTP)"),
        "ingress SSRCs": f"l(?:{record({'SSRC': f'i(?P<ssrc>{INTEGER})e'})})?e",
        "stats": record({"packets": f"i(?P<packets>{INTEGER})e", "bytes": f"i(?P<octets>{INTEGER})e"}),
    })),
    lists={"flags": "initialized"},
)  # fmt: skip
"""The part of the reply to a query or a deletion that is read, a fifth of it, without the flags of sections. The
records are its streams; one with several sources, or with unknown large values, is decoded."""

_FULL = ("Ran out of ports", "Parallel session limit reached", "Load limit exceeded")
_DESCRIPTION = ("Error rewriting SDP", "Failed to parse SDP", "Incomplete SDP specification", "No SDP body")


def check_reply(reply: Reply) -> Reply:
    """Return the reply if the request succeeded. Raise MediaUnavailable with the cause otherwise."""
    if reply.get("result") in ("ok", "pong"):
        return reply
    reason = reply.get("error-reason")
    text = reason if isinstance(reason, str) else ""
    if text.lower().startswith("unknown call-id"):  # capitalized by some commands
        raise MediaUnavailable("unknown")
    if text.startswith(_FULL):
        raise MediaUnavailable("full")
    if text.startswith(_DESCRIPTION):
        raise MediaUnavailable("invalid_sdp")
    raise MediaUnavailable("refused")


def parse_sdp(reply: Reply) -> bytes:
    """Return the SDP to forward from the reply to an offer or answer."""
    sdp = check_reply(reply).get("sdp")
    if not isinstance(sdp, str):
        raise MediaUnavailable("refused")
    return sdp.encode("utf-8", "replace")


def parse_report(reply: Reply, now: float) -> MediaReport | None:
    """Return the statistics from the reply to a query or delete; None for an unknown anchor. `now` is Unix time."""
    try:
        check_reply(reply)
    except MediaUnavailable as refusal:
        if refusal.cause == "unknown":
            return None
        raise
    if "tags" not in reply:
        return None
    parties = {tag: _streams(party) for tag, party in _dictionary(reply["tags"]).items() if _has_tag(party)}
    sources = _dictionary(reply.get("SSRC"))
    return MediaReport(
        tuple(
            [
                _party_report(tag, streams, _reports_of_others(tag, parties, sources) if sources else [], now)
                for tag, streams in parties.items()
                if any(stream.is_rtp for stream in streams)
            ]
        )
    )


def _has_tag(party: Value) -> bool:
    """Whether the party has a tag: a side that has not answered yet is listed without one."""
    return bool(_dictionary(party).get("tag"))


class _Stream(NamedTuple):
    """Packets received on one port: RTP, RTCP or both."""

    last_packet: int
    """Unix time."""
    is_rtp: bool
    packets: int
    octets: int
    ssrcs: list[int]


def _streams(party: Value) -> list[_Stream]:
    """Return the RTP and RTCP streams of a party."""
    sections = _dictionaries(_dictionary(party).get("medias"))
    return [_stream(each) for section in sections for each in _list(section.get("streams"))]


def _stream(value: Value) -> _Stream:
    if isinstance(value, re.Match):
        last, rtp, packets, octets, ssrc = value.group("last", "rtp", "packets", "octets", "ssrc")
        ssrcs = [int(ssrc)] if ssrc else []
        return _Stream(int(last or 0), rtp is not None, int(packets or 0), int(octets or 0), ssrcs)
    found = _dictionary(value)
    counts = _dictionary(found.get("stats"))
    ssrcs = [source.get("SSRC") for source in _dictionaries(found.get("ingress SSRCs"))]
    return _Stream(
        _integer(found.get("last packet")),
        "RTP" in _list(found.get("flags")),
        _integer(counts.get("packets")),
        _integer(counts.get("bytes")),
        [ssrc for ssrc in ssrcs if isinstance(ssrc, int)],
    )


def _reports_of_others(tag: str, parties: dict[str, list[_Stream]], sources: Reply) -> list[Reply]:
    """Return the RTCP reports about what the other parties receive: rtpengine lists a report under the SSRC that sent
    it."""
    return [
        _dictionary(sources.get(str(number)))
        for other, streams in parties.items()
        if other != tag
        for stream in streams
        if stream.is_rtp
        for number in stream.ssrcs
    ]


def _party_report(tag: str, streams: list[_Stream], reports: list[Reply], now: float) -> PartyReport:
    packets = octets = last_packet = 0
    for stream in streams:
        last_packet = max(last_packet, stream.last_packet)
        if stream.is_rtp:
            packets += stream.packets
            octets += stream.octets
    lost, jitter, mos, round_trip = _quality(reports)
    return PartyReport(
        tag=tag,
        packets=packets,
        octets=octets,
        last_packet_age=max(0.0, now - last_packet),
        lost=lost,
        jitter_ms=jitter,
        mos=mos and mos / 10,
        round_trip_ms=round_trip and round_trip / 1000,
    )


def _quality(reports: list[Reply]) -> tuple[int | None, float | None, float | None, float | None]:
    """Return loss, jitter in ms, MOS times 10 and round trip time in microseconds over all reports."""
    if not reports:
        return None, None, None, None
    losses = [_integer(each["cumulative loss"]) for each in reports if "cumulative loss" in each]
    averages = [average for each in reports if (average := _dictionary(each.get("average MOS")))]

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
