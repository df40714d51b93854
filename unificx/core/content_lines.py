"""Writing of content lines, as in vCard (RFC 6350 section 3) and iCalendar (RFC 5545 section 3.1)."""

MAX_OCTETS = 75
"""Length of a line without its end; longer ones are folded."""


def escape_text(text: str) -> str:
    """Return the value of a property of type TEXT."""
    escaped = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return escaped.replace("\r\n", "\n").replace("\n", "\\n")


def folded_line(line: str) -> str:
    """Return a line with its end, folded so that no character is split."""
    if line.isascii():
        rest = range(MAX_OCTETS, len(line), MAX_OCTETS - 1)
        return "\r\n ".join([line[:MAX_OCTETS], *(line[at : at + MAX_OCTETS - 1] for at in rest)]) + "\r\n"
    parts, length = [""], 0
    for char in line:
        size = len(char.encode())
        if length + size > MAX_OCTETS:
            parts.append(" ")
            length = 1
        parts[-1] += char
        length += size
    return "\r\n".join(parts) + "\r\n"
