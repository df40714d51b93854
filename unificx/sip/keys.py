"""Keys that phones tell by INFO, in the two forms that are in use; neither has an RFC."""

_KEYS = "0123456789*#ABCD"


def key_in(content_type: str, body: bytes) -> str:
    """The key an INFO tells of: `Signal=5` as most phones write it, or the key alone; "" if it is none."""
    kind = content_type.partition(";")[0].strip().lower()
    text = body[:200].decode("ascii", "replace")
    if kind == "application/dtmf-relay":
        found = [line.partition("=")[2].strip() for line in text.splitlines() if line.lower().startswith("signal")]
        text = found[0] if found else ""
    elif kind != "application/dtmf":
        return ""
    key = text.strip().upper()
    key = {"10": "*", "11": "#"}.get(key, key)
    return key if len(key) == 1 and key in _KEYS else ""
