"""Texts in JSON from outside. An escape such as `\\ud800` is half of a character (RFC 8259 section 8.2): no database
takes it, and no answer."""

import json
from typing import Any


def require_whole_characters(value: Any, data: bytes) -> None:
    """Raise UnicodeEncodeError if a text in a value has half of a character, RecursionError. `data` is the JSON that it
    was read from: only escapes in it can be halves."""
    if rb"\ud" in data.lower():
        json.dumps(value, ensure_ascii=False).encode()
