"""Texts in JSON from outside. An escape such as `\\ud800` is half of a character (RFC 8259 section 8.2): no database
takes it, and no answer."""

import json
from typing import Any


def require_whole_characters(value: Any) -> None:
    """Raise ValueError if a text in a value that was read from JSON has half of a character, RecursionError."""
    json.dumps(value, ensure_ascii=False).encode()
