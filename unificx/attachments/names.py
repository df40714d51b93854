"""Names of files as they are shown and downloaded. Pure."""

import re
import unicodedata

MAX_NAME = 120
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)
"""Names of devices on Windows."""
_UNSAFE = re.compile(r'[<>:"|?*]')


def safe_name(name: str) -> str:
    """Return the last part of a path, without characters that hide the true ending of a name (control characters and
    marks of writing direction) or have a meaning in file systems; "file" if nothing is left."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(each for each in last if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    trimmed = _UNSAFE.sub("_", shown).strip(". ")
    if _RESERVED.match(trimmed):
        trimmed = f"_{trimmed}"
    stem, dot, ending = trimmed.rpartition(".")
    if not dot or not stem or len(ending) > 16:
        return trimmed[:MAX_NAME].strip(". ") or "file"
    return f"{stem[: MAX_NAME - len(ending) - 1].rstrip('. ')}.{ending}"


def with_ending(name: str, ending: str) -> str:
    """Return the name with another ending."""
    stem = name.rpartition(".")[0] or name
    return f"{stem}.{ending}"
