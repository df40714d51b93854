"""Replies of mail servers and reports of failed delivery: whether the address itself does not work. Pure."""

import re

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_BAD_ADDRESS = re.compile(r"5\.(?:1\.(?:0|1|2|3|6|10)|2\.1|4\.4)")
"""RFC 3463 and RFC 7505: no such mailbox, no such domain, moved, a domain without mail, disabled. Not full mailboxes
(5.2.2), and not rules of the receiver about the sender (5.7.x): these say nothing about the address."""
_REFUSED_MAILBOX = (550, 551, 553)
"""RFC 5321 section 4.2.3."""


def enhanced_code(reply: str) -> str:
    """Return the enhanced status code at the beginning of a reply (RFC 2034); "" if there is none."""
    found = _ENHANCED.match(reply)
    return found[1] if found is not None else ""


def address_fails(status: int, reply: str) -> bool:
    """Return whether the rejection of a recipient means that the address does not work."""
    code = enhanced_code(reply)
    return _BAD_ADDRESS.fullmatch(code) is not None if code else status in _REFUSED_MAILBOX
