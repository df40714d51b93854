"""Validation messages in plain words, instead of the validator's patterns and types."""

from collections.abc import Mapping
from typing import Any

from unificx.api.schemas.core import DESTINATION, NUMBER, REFERENCE, SLUG
from unificx.api.schemas.invoices import MONTH
from unificx.core.phrases import Phrase

_PATTERN_MESSAGES: Mapping[str, str] = {
    NUMBER: "must be 2 to 8 digits",
    REFERENCE: "must be letters, digits, dots, hyphens and underscores",
    SLUG: "must be 2 to 32 letters a-z, digits and hyphens, a letter first, no hyphen at the end",
    DESTINATION: "must be a destination, such as extension:1001",
    MONTH: "must be a month, such as 2026-01",
    r"^([0-9]{2,8})?$": "must be 2 to 8 digits",
    r"^[0-9]+$": "must be digits",
    r"^([0-9]{4,12})?$": "must be 4 to 12 digits",
    r"^(\*[0-9]{2,5})?$": "must be * and 2 to 5 digits",
    r"^(\+[1-9][0-9]{4,14})?$": "must be a number with + and country code, such as +49301234567",
    r"^((group|queue):[0-9]{2,8})?$": "must be a group or queue, such as queue:6500",
    r"^[A-Za-z0-9._+-]+$": "must be an extension, or a number with + and country code",
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": "must be letters, digits, dots, hyphens and underscores, a letter or digit first",
    r"^[A-Za-z0-9][A-Za-z0-9._/-]*$": "must be letters, digits, dots, hyphens and slashes, a letter or digit first",
    r"^[a-z][a-z0-9_-]{0,30}$": "must be letters a-z, digits, hyphens and underscores, a letter first, 31 at most",
    r"^[a-z0-9_-]*$": "must be letters a-z, digits, hyphens and underscores",
    r"^[^\r\n]+$": "must be one line",
    r"^[A-Za-z]{2}$": "must be the two letters of a country, such as DE",
    r"^[A-Z]{3}$": "must be the three letters of a currency, such as EUR",
    r"^https://[^\s]+$": "must be an address that begins with https://",
}

_MESSAGES: Mapping[str, str] = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "json_invalid": "must be JSON",
}

_BOUNDS: Mapping[str, tuple[str, str]] = {
    "string_too_short": ("must have {} characters or more", "min_length"),
    "too_short": ("must have {} entries or more", "min_length"),
    "string_too_long": ("must have {} characters at most", "max_length"),
    "too_long": ("must have {} entries at most", "max_length"),
    "greater_than": ("must be more than {}", "gt"),
    "greater_than_equal": ("must be {} or more", "ge"),
    "less_than_equal": ("must be {} at most", "le"),
}
"""Messages with a value, and the name of the value in the error."""

_PREFIX_MESSAGES: tuple[tuple[str, str], ...] = (
    ("int_", "must be a whole number"),
    ("float_", "must be a number"),
    ("date_", "must be a date, such as 2026-01-31"),
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
        return _MESSAGES[kind]
    if kind in _BOUNDS:
        message, name = _BOUNDS[kind]
        return Phrase(message, bounds[name])
    if kind in ("literal_error", "enum"):
        *others, last = bounds["expected"].rsplit(" or ", 1)
        return Phrase("must be {}", Phrase("{} or {}", *others, last) if others else last)
    if kind == "value_error":
        return Phrase("must be {}", bounds["error"].args[0])
    return next((message for start, message in _PREFIX_MESSAGES if kind.startswith(start)), "is invalid")
