"""SDP of connections that carry one video, between browsers and the relay."""

import re
from dataclasses import dataclass

from unificx.sdp.address_filter import sanitize
from unificx.sdp.editing import without_identity
from unificx.sdp.inspection import uses_ice
from unificx.sdp.sections import is_rejected, section_kind, split_sections
from unificx.sdp.session import SdpError

_EXTENSION = re.compile(rb"^a=extmap:[^\n]*\n", re.M)
_FORWARDED_EXTENSIONS = (b"/abs-send-time", b"urn:3gpp:video-orientation")
"""Forwarded header extensions: send times, by which a receiver estimates its bandwidth, and the orientation."""
_ADDRESS = re.compile(rb"^c=IN IP4 ([0-9.]{7,15})\s*?$", re.M)
_PLAIN_VIDEO = re.compile(rb"^m=video (\d{1,5}) RTP/AVPF (\d{1,3})\b", re.M)
_TRANSPORT_FEEDBACK = re.compile(rb"^a=rtcp-fb:\S+ transport-cc\s*?\n", re.M)


def video_only(sdp: bytes, source: str) -> bytes:
    """Return the SDP of a browser with exactly one video over ICE and DTLS-SRTP, as it may be passed to the relay; b""
    for any other, also for one with forbidden addresses (see `sanitize`). `source` is the address that sent it.

    Feedback for a whole transport (transport-cc) is removed: the packet numbers of a publisher mean nothing to a
    subscriber. Each subscriber estimates its bandwidth instead (REMB).
    """
    _, *sections = split_sections(sdp)
    if len(sections) != 1 or section_kind(sections[0]) != b"video" or is_rejected(sections[0]):
        return b""
    if not uses_ice(sdp) or b" UDP/TLS/RTP/SAVPF " not in sections[0].split(b"\n", 1)[0]:
        return b""
    clean = _TRANSPORT_FEEDBACK.sub(b"", sanitize(sdp.rstrip() + b"\r\n", source))
    clean = _EXTENSION.sub(lambda line: line[0] if _is_forwarded(line[0]) else b"", without_identity(clean))
    return clean if clean.isascii() else b""


def with_extensions_of(answer: bytes, offer: bytes) -> bytes:
    """Return an answer of the relay about one video, which accepts the header extensions of the offer.

    rtpengine forwards them, but does not mention them.
    """
    if b"\na=extmap:" in answer:
        return answer
    return answer.rstrip(b"\r\n") + b"\r\n" + b"".join(_EXTENSION.findall(offer))


@dataclass(frozen=True, slots=True)
class PlainVideo:
    """A video by plain RTP: the address it comes from, to which RTCP is sent, and its payload type."""

    relay: tuple[str, int]
    payload_type: int


def plain_video(offer: bytes) -> PlainVideo:
    """Return the video in an offer of one by plain RTP. Raises SdpError."""
    address, port = _ADDRESS.search(offer), _PLAIN_VIDEO.search(offer)
    if address is None or port is None:
        raise SdpError("no video by plain RTP over IPv4")
    return PlainVideo((address[1].decode(), int(port[1])), int(port[2]))


def plain_answer(port: int, payload_type: int) -> bytes:
    """Return the answer of a receiver on this machine to an offer of one VP8 video by plain RTP."""
    lines = (
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        f"m=video {port} RTP/AVPF {payload_type}",
        f"a=rtpmap:{payload_type} VP8/90000",
        f"a=rtcp-fb:{payload_type} nack",
        f"a=rtcp-fb:{payload_type} nack pli",
        f"a=rtcp-fb:{payload_type} goog-remb",
        "a=recvonly",
        "a=rtcp-mux",
        "",
    )
    return "\r\n".join(lines).encode()


def _is_forwarded(line: bytes) -> bool:
    return line.rstrip().endswith(_FORWARDED_EXTENSIONS)
