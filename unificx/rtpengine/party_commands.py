"""rtpengine commands about one party of an anchor: playback, subscriptions and DTMF detection; and its DTMF log."""

import json
from dataclasses import dataclass

from unificx.rtpengine.ng import ENGINE_INTERFACE, Message, Reply, check_reply

_DTMF_DIGITS = "0123456789*#ABCD"
"""Indexed by event code (RFC 4733 section 3.2)."""
MAX_LINE_BYTES = 2048


@dataclass(frozen=True, slots=True)
class DtmfReceived:
    """A party pressed and released a DTMF key."""

    anchor: str
    tag: str
    digit: str


def play(anchor: str, tag: str, file: str, *, times: int = 1, start: float = 0.0) -> Message:
    """Build a request to play a sound file to a party, replacing its audio, `times` times from second `start`."""
    return {
        "command": "play media",
        "call-id": anchor,
        "from-tag": tag,
        "file": file,
        # Otherwise the other party's packets interleave with the sound's, and neither is intelligible.
        "flags": ["block-egress"],
        "repeat-times": times,
        "start-pos": round(start * 1000),
    }


def silence(anchor: str, *, silent: bool) -> Message:
    """Build a request to relay nothing of all parties of an anchor, also of those that answer later, or their audio
    again. Sounds are played and DTMF is logged all the time.

    Packets of silence would end the ringback tone of a caller's phone (RFC 3960 section 3.2)."""
    return {"command": "block media" if silent else "unblock media", "call-id": anchor}


def stop(anchor: str, tag: str) -> Message:
    """Build a request to stop playback to a party; it hears the other party again."""
    return {"command": "stop media", "call-id": anchor, "from-tag": tag}


def subscribe(anchor: str, tag: str, subscriber: str, *, wideband: bool) -> Message:
    """Build a request for an offer by which our media engine receives a party's audio; its call is not affected.

    One subscription per party: simultaneous ones with equal `a=mid` would be mixed up.
    """
    return {
        "command": "subscribe request",
        "call-id": anchor,
        "from-tag": tag,
        "to-tag": subscriber,
        "interface": ENGINE_INTERFACE,
        "ICE": "remove",
        "DTLS": "off",
        "SDES": ["off"],
        "transport-protocol": "RTP/AVP",
        "rtcp-mux": ["demux"],
        "flags": ["strip-extmap"],
        "codec": {"mask": ["all"], "transcode": ["G722" if wideband else "PCMU"]},
    }


def answer_subscription(anchor: str, subscriber: str, sdp: bytes) -> Message:
    """Build the subscriber's answer, which starts forwarding the party's audio."""
    return {
        "command": "subscribe answer",
        "call-id": anchor,
        "to-tag": subscriber,
        "sdp": sdp.decode("utf-8", "replace"),
        "flags": ["allow-transcoding"],
    }


def detect_inband_dtmf(anchor: str, tag: str) -> Message:
    """Build a request to detect a party's in-band DTMF, which is then logged like telephone events.

    The party's audio passes through rtpengine's codecs from then on, so use it only for parties without telephone
    events, and only where DTMF matters.
    """
    flags = ["detect-DTMF"]
    return {"command": "unblock DTMF", "call-id": anchor, "from-tag": tag, "flags": flags, "delay-buffer": 0}


def unsubscribe(anchor: str, subscriber: str) -> Message:
    """Build a request to end a subscription. Its tag stays with the anchor and may be reused."""
    return {"command": "unsubscribe", "call-id": anchor, "to-tag": subscriber}


def parse_duration(reply: Reply) -> float:
    """Return the duration of the sound, played once. Raise MediaUnavailable if playback failed."""
    duration = check_reply(reply).get("duration")
    return duration / 1000 if isinstance(duration, int) else 0.0


def parse_log_line(line: bytes) -> DtmfReceived | None:
    """Parse a line of rtpengine's DTMF log; return None for a line without a digit."""
    try:
        event = json.loads(line[:MAX_LINE_BYTES])
        anchor, tag, number = event["callid"], event["source_tag"], event["event"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not (
        isinstance(anchor, str) and isinstance(tag, str) and type(number) is int and 0 <= number < len(_DTMF_DIGITS)
    ):
        return None
    return DtmfReceived(anchor, tag, _DTMF_DIGITS[number])
