"""What a description says of being recorded (RFC 7866): what its author wishes, and what he is told.

Worked on as bytes, for nearly no description has a word of it and every one of a call comes by here.
"""

import re
from typing import Literal, cast

Indication = Literal["", "on", "paused", "off"]
"""How it stands with a recording, as phones are told; "": there is nothing to be said of one."""
Wish = Literal["", "on", "off", "pause", "nopreference"]
"""What the author of a description would like; "": he says nothing of it, and may know nothing of it."""

_MARK = b"\na=record"
_WISH = re.compile(rb"^a=recordpref:(on|off|pause|nopreference)[ \t\r]*$", re.M)
_TOLD = re.compile(rb"^a=record:(on|paused|off)[ \t\r]*$", re.M)
_ANY = re.compile(rb"^a=record(?:pref)?:[^\n]*\n?", re.M)


def wish(sdp: bytes) -> Wish:
    """Of the sound, for nothing else is recorded: what is said of it alone counts before what is said of all."""
    if _MARK not in sdp:
        return ""
    session, _, media = sdp.partition(b"\nm=")
    audio = next((part for part in media.split(b"\nm=") if part.startswith(b"audio ")), b"")
    found = _WISH.search(audio) or _WISH.search(session)
    return cast(Wish, found[1].decode()) if found is not None else ""


def indication(sdp: bytes) -> Indication:
    """What a description of ours told of all its media."""
    found = _TOLD.search(sdp) if _MARK in sdp else None
    return cast(Indication, found[1].decode()) if found is not None else ""


def indicated(sdp: bytes, told: Indication) -> bytes:
    """The description with what is told of all its media. Whatever the other side had written of it is left out: a
    wish is a matter between it and us, and nobody but us knows what is recorded here."""
    if _MARK in sdp:
        sdp = _ANY.sub(b"", sdp)
    if not told or not sdp:
        return sdp
    session, mark, media = sdp.partition(b"\nm=")
    end = b"\r" if session.endswith(b"\r") else b""
    return b"%s\na=record:%s%s%s%s" % (session, told.encode(), end, mark, media)
