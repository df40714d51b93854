"""DTMF digits in INFO requests, in the two formats in use; neither has an RFC."""

_DIGITS = "0123456789*#ABCD"


def parse_dtmf_digit(content_type: str, body: bytes) -> str:
    """Return the digit in an INFO body: `Signal=5`, the most common form, or the digit alone; "" if there is none."""
    media_type = content_type.partition(";")[0].strip().lower()
    text = body[:200].decode("ascii", "replace")
    if media_type == "application/dtmf-relay":
        found = [line.partition("=")[2].strip() for line in text.splitlines() if line.lower().startswith("signal")]
        text = found[0] if found else ""
    elif media_type != "application/dtmf":
        return ""
    digit = text.strip().upper()
    digit = {"10": "*", "11": "#"}.get(digit, digit)
    return digit if len(digit) == 1 and digit in _DIGITS else ""
