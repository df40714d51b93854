"""Bodies of several parts, such as SDP with a location or with ISUP (RFC 2046 section 5.1, RFC 5621)."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

SDP = "application/sdp"
MAX_PARTS = 16
_BOUNDARY = re.compile(r';[ \t]*boundary[ \t]*=[ \t]*(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))', re.I)
_ENCODINGS = ("", "binary", "8bit", "7bit")


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A part beside the SDP, which headers name by its Content-ID (RFC 2392). A receiver that does not know its type
    ignores it."""

    content_type: str
    content_id: str
    body: bytes = field(repr=False)


def with_part(sdp: bytes, part: BodyPart) -> tuple[str, bytes]:
    """Return Content-Type and body of an SDP with another part."""
    # No part can contain a hash of itself.
    boundary = hashlib.blake2s(sdp + part.body, digest_size=16).hexdigest()
    head = (
        f"Content-Type: {part.content_type}\r\nContent-ID: <{part.content_id}>\r\n"
        "Content-Disposition: by-reference;handling=optional\r\n\r\n"
    )
    parts = (
        f"--{boundary}\r\nContent-Type: {SDP}\r\n\r\n".encode() + sdp,
        f"--{boundary}\r\n{head}".encode() + part.body,
        f"--{boundary}--\r\n".encode(),
    )
    return f"multipart/mixed;boundary={boundary}", b"\r\n".join(parts)


def session_part(content_type: str, body: bytes) -> bytes | None:
    """Return the SDP of a body of several parts, b"" without one.

    None if it cannot be read, or if a part has to be understood that is not. Parts that do not say so are ignored,
    although RFC 5621 section 7.3 requires them: phones and carriers add them for receivers that know them.
    """
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return None
    delimiter = b"\r\n--" + (boundary[1] or boundary[2]).encode("utf-8", "surrogateescape")
    _, *parts = (b"\r\n" + body).split(delimiter, MAX_PARTS + 1)
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        return None
    sdp = b""
    for part in parts[:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        headers = dict(_headers(head))
        kind, disposition = headers.get("content-type", ""), headers.get("content-disposition", "session")
        if kind.partition(";")[0].strip() == SDP and disposition.partition(";")[0].strip() == "session":
            if headers.get("content-transfer-encoding", "") not in _ENCODINGS:
                return None
            sdp = sdp or content
        elif re.search(r";\s*handling\s*=\s*\"?required", disposition):
            return None
    return sdp


def _headers(head: bytes) -> Iterator[tuple[str, str]]:
    """The headers of a part, in lower case."""
    for line in head.decode("utf-8", "replace").lower().split("\r\n"):
        name, _, value = line.partition(":")
        yield name.strip(), value.strip()
