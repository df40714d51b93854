"""What the conductor has to know of a session description, found in the bytes without a full parse."""


def sends(sdp: bytes) -> bool:
    """Whether the side that wrote it says it sends (RFC 3264 section 5.1): neither held nor listening only."""
    return not any(mark in sdp for mark in (b"a=recvonly", b"a=inactive")) and not _muted(sdp)


def hears(sdp: bytes) -> bool:
    """Whether the side that wrote it wants to be sent to."""
    return not any(mark in sdp for mark in (b"a=sendonly", b"a=inactive")) and not _muted(sdp)


def as_origin(sdp: bytes, identity: int, version: int) -> bytes:
    """The same description under our own origin line: in one dialog the identity stays and the version counts up
    (RFC 3264 section 8)."""
    line = _line(sdp, b"o=")
    words = line.split()
    if len(words) != 6:
        return sdp
    ours = b"- %d %d %s" % (identity, version, b" ".join(words[3:]))
    return sdp.replace(b"o=" + line, b"o=" + ours, 1)


def _muted(sdp: bytes) -> bool:
    """The old way to hold (RFC 2543): nowhere to send to, or the port 0."""
    words = _line(sdp, b"m=").split()
    return (len(words) > 1 and words[1] == b"0") or b"c=IN IP4 0.0.0.0" in sdp


def _line(sdp: bytes, mark: bytes) -> bytes:
    start = 0 if sdp.startswith(mark) else sdp.find(b"\n" + mark) + 1
    if start == 0 and not sdp.startswith(mark):
        return b""
    end = sdp.find(b"\n", start)
    return sdp[start + len(mark) : end if end >= 0 else len(sdp)].rstrip(b"\r")
