"""Size limits of a SIP message, checked before any pattern is applied to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The whole message and its start line with headers in bytes, a line in characters; a folded header counts as one
    line."""

    max_message_bytes: int = 65_536
    max_head_bytes: int = 32_768
    max_headers: int = 100
    max_line_length: int = 8_192


LIMITS = Limits()
