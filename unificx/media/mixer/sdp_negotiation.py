"""SDP offer/answer (RFC 3264) between the media engine and rtpengine on the same machine.

One audio stream in G.722 or G.711, with telephone events (RFC 4733).
"""

import ipaddress
from dataclasses import dataclass, replace

from unificx import sdp
from unificx.media.errors import MediaUnavailable
from unificx.media.mixer.messages import ALAW, G722, ULAW
from unificx.sdp import Codec, Direction, MediaDescription, SessionDescription

_CODECS = {"PCMU": ULAW, "PCMA": ALAW, "G722": G722}
_EVENTS = "telephone-event"
_OFFERED = (Codec(9, "G722", 8000), Codec(0, "PCMU", 8000), Codec(8, "PCMA", 8000))
_OFFERED_EVENTS = Codec(101, _EVENTS, 8000)


@dataclass(frozen=True, slots=True)
class NegotiatedMedia:
    """Result of a negotiation. The ports are the remote RTP and RTCP ports on 127.0.0.1."""

    port: int
    rtcp_port: int
    codec: int
    payload_type: int
    dtmf_payload_type: int
    """Payload type of telephone events, or -1."""
    receives: bool
    """Whether the remote side receives audio."""


@dataclass(frozen=True, slots=True)
class LocalSession:
    """Local side of a session: the RTP port (RTCP uses the next one) and the values of the o= line."""

    port: int
    session: int
    version: int = 1
    codec: int | None = None
    """Previously negotiated codec."""


def answer(offer: bytes, local: LocalSession, *, wideband: bool = True) -> tuple[NegotiatedMedia, bytes]:
    """Answer an offer with G.722 if it is offered and `wideband` is set, else with the first G.711 codec in it.

    A re-offer keeps the current codec if it is still offered, because browsers go silent on a codec change.
    Raise MediaUnavailable("invalid_sdp") if no offered codec is supported.
    """
    session = _parse(offer)
    media = _audio(session)
    found = [each for each in sdp.codecs(media) if _is_supported(each)]
    if not found:
        raise MediaUnavailable("invalid_sdp")
    best = next((each for each in found if wideband and each.name.upper() == "G722"), found[0])
    best = next((each for each in found if _CODECS[each.name.upper()] == local.codec), best)
    events = _telephone_event(media)
    direction = sdp.direction(session, media).reversed
    lines = _lines(tuple(filter(None, (best, events))), direction)
    sections = tuple(
        replace(
            media,
            port=local.port,
            port_count=1,
            formats=_formats(best, events),
            lines=_with_offer_attributes(media, lines),
        )
        if each is media
        else MediaDescription(each.kind, 0, each.proto, each.formats)
        for each in session.media
    )
    return _negotiated(session, media, best, events), bytes(SessionDescription(_session_lines(local), sections))


def offer(local: LocalSession) -> bytes:
    """Offer all supported codecs."""
    codecs = (*_OFFERED, _OFFERED_EVENTS)
    formats = tuple(str(each.payload) for each in codecs)
    media = MediaDescription("audio", local.port, "RTP/AVP", formats, _lines(codecs, Direction.SENDRECV))
    return bytes(SessionDescription(_session_lines(local), (media,)))


def parse_answer(answer_sdp: bytes) -> NegotiatedMedia:
    """Read the answer to our offer. Raise MediaUnavailable("invalid_sdp") if it contains no usable audio."""
    session = _parse(answer_sdp)
    media = _audio(session)
    best = next((each for each in sdp.codecs(media) if _is_supported(each)), None)
    if best is None:
        raise MediaUnavailable("invalid_sdp")
    return _negotiated(session, media, best, _telephone_event(media))


def _parse(data: bytes) -> SessionDescription:
    try:
        return sdp.parse(data)
    except sdp.SdpError:
        raise MediaUnavailable("invalid_sdp") from None


def _audio(session: SessionDescription) -> MediaDescription:
    """Return the audio section: plain RTP from this machine."""
    media = sdp.first_audio(session)
    connection = session.connection(media) if media else None
    if media is None or connection is None or media.proto != "RTP/AVP" or not _is_loopback(connection.address):
        raise MediaUnavailable("invalid_sdp")
    return media


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address) == ipaddress.ip_address("127.0.0.1")
    except ValueError:
        return False


def _is_supported(codec: Codec) -> bool:
    return codec.name.upper() in _CODECS and codec.rate == 8000 and codec.channels == 1


def _telephone_event(media: MediaDescription) -> Codec | None:
    return next((each for each in sdp.codecs(media) if each.name.lower() == _EVENTS and each.rate == 8000), None)


def _negotiated(
    session: SessionDescription, media: MediaDescription, best: Codec, events: Codec | None
) -> NegotiatedMedia:
    control = (media.attribute("rtcp") or "").split(" ")[0]
    port = int(control) if control.isascii() and control.isdigit() and len(control) < 6 else media.port + 1
    if media.attribute("rtcp-mux") is not None:
        port = media.port
    return NegotiatedMedia(
        port=media.port,
        rtcp_port=min(port, 65535),
        codec=_CODECS[best.name.upper()],
        payload_type=best.payload,
        dtmf_payload_type=events.payload if events else -1,
        receives=sdp.direction(session, media).receives,
    )


def _formats(best: Codec, events: Codec | None) -> tuple[str, ...]:
    return tuple(str(each.payload) for each in (best, events) if each)


def _lines(codecs: tuple[Codec, ...], direction: Direction) -> tuple[str, ...]:
    maps = [f"a=rtpmap:{each.payload} {each.name}/{each.rate}" for each in codecs]
    formats = [f"a=fmtp:{each.payload} 0-15" for each in codecs if each.name.lower() == _EVENTS]
    return (*maps, *formats, "a=ptime:20", f"a={direction}")


def _with_offer_attributes(media: MediaDescription, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Append the attributes of the offer that an answer has to repeat (RFC 5761, RFC 5888)."""
    mid = media.attribute("mid")
    more = ["a=rtcp-mux"] if media.attribute("rtcp-mux") is not None else []
    return (*lines, *more, *([f"a=mid:{mid}"] if mid else []))


def _session_lines(local: LocalSession) -> tuple[str, ...]:
    origin = f"o=- {local.session} {local.version} IN IP4 127.0.0.1"
    return ("v=0", origin, "s=-", "c=IN IP4 127.0.0.1", "t=0 0")
