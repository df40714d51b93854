"""Parsing of e-mails that anybody may have sent, in time that is proportional to their length.

The parser of the standard library takes time that is quadratic in the length of a header field, and compares each line
with the boundaries of all parts around it.
"""

from email import message_from_bytes
from email.message import Message
from email.policy import Compat32

from unificx.core.errors import Invalid

MAX_FIELD = 8_000
"""Characters of a header field; the rest is cut off."""
MAX_NESTED = 50
"""Parts of an e-mail that contain parts."""


class _ShortFields(Compat32):
    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:MAX_FIELD]


_POLICY = _ShortFields()


def parse_email(raw: bytes) -> Message:
    """Return an e-mail, which may be malformed. It may take seconds: call it in a thread. Raise Invalid for one with
    too many levels."""
    try:
        if raw.lower().count(b"multipart/") <= MAX_NESTED:
            return message_from_bytes(raw, policy=_POLICY)
    except RecursionError:
        pass
    raise Invalid("The e-mail has too many parts.")
