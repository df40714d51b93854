"""Validation messages in plain words, instead of the validator's patterns and types."""

from collections.abc import Mapping
from typing import Any

from unificx.api.schemas.core import NUMBER, REFERENCE, SLUG

_PATTERN_MESSAGES: Mapping[str, str] = {
    NUMBER: "must be 2 to 8 digits",
    REFERENCE: "must be letters, digits, dots, hyphens and underscores",
    SLUG: "must be 2 to 32 letters a-z, digits and hyphens, a letter first, no hyphen at the end",
}

_MESSAGES: Mapping[str, str] = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "string_too_short": "must have {min_length} characters or more",
    "too_short": "must have {min_length} characters or more",
    "string_too_long": "must have {max_length} characters at most",
    "too_long": "must have {max_length} characters at most",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} at most",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "value_error": "must be {error}",
    "timezone_aware": "must have a time zone, such as 2026-01-31T09:00:00Z",
    "json_invalid": "must be JSON",
}

_PREFIX_MESSAGES: tuple[tuple[str, str], ...] = (
    ("int_", "must be a whole number"),
    ("bool_", "must be true or false"),
    ("string_", "must be text"),
    ("datetime_", "must be a time, such as 2026-01-31T09:00:00Z"),
    ("model_", "must be a JSON object"),
    ("dict_", "must be a JSON object"),
    ("list_", "must be a JSON array"),
)


def validation_message(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, phrased to follow its name: "must be 2 to 8 digits". Never contains the
    value."""
    kind, bounds = str(error["type"]), error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return _PATTERN_MESSAGES.get(bounds["pattern"], "contains invalid characters")
    if bounds.get("min_length") == 1:
        return "must not be empty"
    if kind in _MESSAGES:
        return _MESSAGES[kind].format_map(bounds)
    return next((message for start, message in _PREFIX_MESSAGES if kind.startswith(start)), "is invalid")
