"""`contact.vcf`: the person's own contact as vCard 4.0 (RFC 6350)."""

from collections.abc import Mapping, Sequence
from typing import Any

_MAX_LINE = 75
"""Bytes of a line without its end (section 3.2)."""


def contact_card(persons: Sequence[Mapping[str, Any]], extensions: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the card of a person with their extensions; empty if no name is held."""
    name = next((each["name"] for each in (*persons, *extensions) if each.get("name")), "")
    if not name:
        return b""
    lines = ["BEGIN:VCARD", "VERSION:4.0", "KIND:individual", f"FN:{_escape(name)}"]
    lines += [f"EMAIL:{_escape(each['email'])}" for each in persons if each.get("email")]
    lines += [f"TEL;VALUE=text;TYPE=work,voice:{_escape(each['number'])}" for each in extensions]
    return b"".join(_folded(line) for line in [*lines, "END:VCARD"])


def _escape(text: str) -> str:
    """Escape a value (section 3.4)."""
    for plain, escaped in (("\\", "\\\\"), (",", "\\,"), (";", "\\;"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> bytes:
    """Fold a line (section 3.2), never within a character."""
    parts, room = [b""], _MAX_LINE
    for character in line:
        encoded = character.encode()
        if len(parts[-1]) + len(encoded) > room:
            parts.append(b"")
            room = _MAX_LINE - 1
        parts[-1] += encoded
    return b"\r\n ".join(parts) + b"\r\n"
