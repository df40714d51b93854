"""What rtpengine is asked about one party of an anchor: to play something to it, to let somebody listen to it; and the
keys it tells that a party pressed."""

import json
from dataclasses import dataclass

from unificx.media.ng import INSIDE, Message, Reply, accept

_KEYS = "0123456789*#ABCD"
"""By the numbers of RFC 4733 section 3.2."""
LONGEST_LINE = 2048


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A party has pressed a key and let go of it."""

    anchor: str
    tag: str
    key: str


def play(anchor: str, tag: str, file: str, *, times: int = 1, start: float = 0.0) -> Message:
    """Play a sound file to a party in the place of what it hears, from second `start` on, so many times."""
    return {
        "command": "play media",
        "call-id": anchor,
        "from-tag": tag,
        "file": file,
        # Else the other party's voice goes on between the sound's packets, and neither can be understood.
        "flags": ["block-egress"],
        "repeat-times": times,
        "start-pos": round(start * 1000),
    }


def stop(anchor: str, tag: str) -> Message:
    """Stop what is played to a party: it hears the other one again."""
    return {"command": "stop media", "call-id": anchor, "from-tag": tag}


def subscribe(anchor: str, tag: str, listener: str, *, wideband: bool) -> Message:
    """Ask for an offer by which our own media engine listens to a party. One subscription a party: of two at once
    those with equal `a=mid` would be mingled. The party goes on as before, its call is not touched."""
    return {
        "command": "subscribe request",
        "call-id": anchor,
        "from-tag": tag,
        "to-tag": listener,
        "interface": INSIDE,
        "ICE": "remove",
        "DTLS": "off",
        "SDES": ["off"],
        "transport-protocol": "RTP/AVP",
        "rtcp-mux": ["demux"],
        "flags": ["strip-extmap"],
        "codec": {"mask": ["all"], "transcode": ["G722" if wideband else "PCMU"]},
    }


def subscribed(anchor: str, listener: str, sdp: bytes) -> Message:
    """The listener's answer: it is sent what the party says from now on."""
    return {
        "command": "subscribe answer",
        "call-id": anchor,
        "to-tag": listener,
        "sdp": sdp.decode("utf-8", "replace"),
        "flags": ["allow-transcoding"],
    }


def hear_tones(anchor: str, tag: str) -> Message:
    """Listen for keys that a party sends as sound: they are told like all others. What it says goes through the codecs
    from now on, so only for who sends no events, and where keys matter."""
    flags = ["detect-DTMF"]
    return {"command": "unblock DTMF", "call-id": anchor, "from-tag": tag, "flags": flags, "delay-buffer": 0}


def unsubscribe(anchor: str, listener: str) -> Message:
    """Nothing more is sent to the listener. Its tag stays with the anchor and may be used again."""
    return {"command": "unsubscribe", "call-id": anchor, "to-tag": listener}


def seconds_of(reply: Reply) -> float:
    """How long what is played lasts, once through. Raises MediaUnavailable if it is not played."""
    duration = accept(reply).get("duration")
    return duration / 1000 if isinstance(duration, int) else 0.0


def key_of(line: bytes) -> KeyPressed | None:
    """The key that a line of the log of keys tells of; None for a line that tells of none."""
    try:
        told = json.loads(line[:LONGEST_LINE])
        anchor, tag, number = told["callid"], told["source_tag"], told["event"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not (isinstance(anchor, str) and isinstance(tag, str) and type(number) is int and 0 <= number < len(_KEYS)):
        return None
    return KeyPressed(anchor, tag, _KEYS[number])
