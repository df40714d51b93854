"""Which media sections a side is shown, and in what order: pictures go between those who asked for them.

A description inside a dialog keeps the sections of those before it, in their order: one that is used no more is said
with port 0 (RFC 3264 sections 6 and 8). Browsers end a call in which that is not so.
"""

import re

_MID = re.compile(rb"^a=mid:[^\r\n]*", re.M)
_SECTION = re.compile(rb"\A(\S+) \d+(?:/\d+)? (\S+) (\S+)")


def sound_alone(sdp: bytes) -> bytes:
    """The description without all that is no sound."""
    session, *sections = _parts(sdp)
    return b"\nm=".join([session, *(section for section in sections if _kind(section) == b"audio")])


def shows(sdp: bytes) -> bool:
    """Whether its author takes part in pictures."""
    return any(_kind(section) == b"video" and not _is_refused(section) for section in _parts(sdp)[1:])


def fitted(sdp: bytes, known: bytes) -> bytes:
    """`sdp` for a side whose own last description is `known`: with its sections in its order, under its names (RFC
    5888). What is lacking is refused, what is new comes behind."""
    session, *sections = _parts(sdp)
    kept: list[bytes] = []
    for before in _parts(known)[1:]:
        kind = _kind(before)
        section = next((each for each in sections if _kind(each) == kind), None)
        if section is None:
            kept.append(_refused(before))
        else:
            sections.remove(section)
            kept.append(_named_as(section, before))
    ended = [each if each.endswith(b"\r") else each.rstrip(b"\r\n") + b"\r" for each in (*kept, *sections)]
    return b"\nm=".join([session, *ended]) + b"\n" if ended else sdp


def _parts(sdp: bytes) -> list[bytes]:
    return sdp.split(b"\nm=")


def _kind(section: bytes) -> bytes:
    return section.partition(b" ")[0]


def _is_refused(section: bytes) -> bool:
    return section.split(b" ", 2)[1:2] == [b"0"]


def _refused(before: bytes) -> bytes:
    """What says of a section that nothing comes of it, with the least that reads as one."""
    said = _SECTION.match(before)
    first = b"%s 0 %s %s" % said.groups() if said is not None else b"audio 0 RTP/AVP 0"
    mid = _MID.search(before)
    lines = [first, b"c=IN IP4 0.0.0.0", b"a=inactive", *([mid[0]] if mid is not None else [])]
    return b"\r\n".join(lines)


def _named_as(section: bytes, before: bytes) -> bytes:
    """Under the name its place had before. One that had none is left as it is."""
    mid = _MID.search(before)
    return _MID.sub(mid[0].replace(b"\\", b"\\\\"), section, count=1) if mid is not None else section
