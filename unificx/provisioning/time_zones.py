"""Time zones as phones need them."""

from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import TZPATH


def utc_offset(zone: tzinfo | None, now: datetime) -> int:
    """Return the offset at `now` in minutes; `zone` is None for the server's own."""
    offset = now.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) // 60 if offset is not None else 0


def posix_rule(zone: tzinfo | None) -> str:
    """Return a zone as a POSIX TZ string with its change to daylight saving time, such as CET-1CEST,M3.5.0,M10.5.0/3:
    the last line of its file (RFC 9636 section 3.3). UTC0 for one without a file."""
    key = getattr(zone, "key", "")
    path = next((one for folder in TZPATH if key and (one := Path(folder, key)).is_file()), None)
    lines = path.read_bytes().rsplit(b"\n", 2) if path is not None else []
    return lines[1].decode("ascii") if len(lines) == 3 and lines[1] else "UTC0"
