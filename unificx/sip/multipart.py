"""Bodies of several parts in requests that we send (RFC 2046 section 5.1, RFC 5621)."""

import hashlib
from dataclasses import dataclass, field

SDP = "application/sdp"


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
