"""Validation of input values. Each function returns the normalized value or raises `Invalid` with the field name.

Messages state what is allowed and never repeat the input.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from unificx.core.errors import Invalid
from unificx.core.names import is_name
from unificx.core.phrases import Phrase

SLUG = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]")
NUMBER = re.compile(r"[0-9]{2,8}")
DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
DOT_ATOM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
"""RFC 5322 section 3.2.3. Quoted local parts and RFC 6531 are not supported by every mail server."""
LOCAL_LENGTH = 64
EMERGENCY_NUMBERS = frozenset({"112", "911"})
"""Emergency numbers, not allowed as internal numbers."""

NAME_LENGTH = 200
DEPARTMENT_LENGTH = 60
PASSWORD_LENGTHS = (10, 256)
RING_SECONDS = (5, 300)
PARK_SECONDS = (10, 3600)
CALL_SECONDS = (60, 86_400)


def slug(text: str) -> str:
    """Validate a tenant's short name: 2 to 32 of a-z, 0-9 and hyphen, starting with a letter."""
    if not SLUG.fullmatch(text):
        raise Invalid("A short name has 2 to 32 letters a-z, digits and hyphens, a letter first.", field="slug")
    return text


def domain(text: str, field: str = "domain") -> str:
    """Validate a host name (RFC 1123 section 2.1), in lower case. IP addresses are not allowed."""
    lower = text.strip().lower().removesuffix(".")
    labels = lower.split(".")
    if len(lower) > 253 or labels[-1].isdigit() or not all(DNS_LABEL.fullmatch(label) for label in labels):
        raise Invalid("A domain is a host name such as pbx.example.com; write an IDN as xn--.", field=field)
    return lower


def time_zone(text: str) -> str:
    """Validate an IANA time zone name; "" is the server's own."""
    if not text:
        return text
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("A time zone is a name such as Europe/Berlin.", field="time_zone") from None


def email(text: str) -> str:
    """Validate an e-mail address; `email_key` returns its lookup key."""
    local, at, host = text.strip().rpartition("@")
    if not at or len(local) > LOCAL_LENGTH or not DOT_ATOM.fullmatch(local):
        raise Invalid(
            "An e-mail address looks like name@example.com.",
            hint="Before the @ use letters a-z, digits, common symbols and single dots.",
            field="email",
        )
    return f"{local}@{domain(host, 'email')}"


def email_key(text: str) -> str:
    """Return the case-insensitive lookup key of an address. Accepts any text, for sign-in."""
    return text.strip().lower()[:320]


def name(text: str, field: str = "name") -> str:
    """Validate a display name: 1 to 200 printable characters."""
    stripped = text.strip()
    if not is_name(stripped, NAME_LENGTH):
        raise Invalid(Phrase("A name has 1 to {} printable characters.", NAME_LENGTH), field=field)
    return stripped


def department(text: str) -> str:
    """Validate the name of a department: like a name, but short, and "" for none."""
    if not text.strip():
        return ""
    stripped = " ".join(name(text, "department").split())
    if len(stripped) > DEPARTMENT_LENGTH:
        raise Invalid(Phrase("A department has at most {} characters.", DEPARTMENT_LENGTH), field="department")
    return stripped


def number(text: str) -> str:
    """Validate an internal number: 2 to 8 digits, not an emergency number."""
    if not NUMBER.fullmatch(text):
        raise Invalid("A number has 2 to 8 digits.", field="number")
    if text in EMERGENCY_NUMBERS:
        raise Invalid("112 and 911 are reserved for emergency calls.", field="number")
    return text


def password(text: str) -> str:
    """Validate a password: 10 to 256 characters of any kind (NIST SP 800-63B 5.1.1.2: length only)."""
    shortest, longest = PASSWORD_LENGTHS
    if not shortest <= len(text) <= longest:
        raise Invalid(Phrase("A password has {} to {} characters.", shortest, longest), field="password")
    return text


def park_seconds(value: int) -> int:
    """Validate the parking timeout in seconds."""
    return _within(value, PARK_SECONDS, "park_seconds")


def sign_out_time(text: str) -> str:
    """Validate the time of day at which users are signed out of shared phones; "" for none."""
    if text and not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise Invalid("Write the time as 03:00, or leave it empty.", field="sign_out_time")
    return text


def last_time(text: str, now: datetime, zone: tzinfo | None) -> datetime:
    """Return when it was this time of day in a time zone last (None: the server's own), in UTC."""
    hour, minute = text.split(":")
    local = now.astimezone(zone)
    at = local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    return (at if at <= local else at - timedelta(days=1)).astimezone(UTC)


def ring_seconds(value: int) -> int:
    """Validate the ring time in seconds."""
    return _within(value, RING_SECONDS, "ring_seconds")


def max_call_seconds(value: int) -> int:
    """Validate the maximum call duration in seconds."""
    return _within(value, CALL_SECONDS, "max_call_seconds")


def _within(value: int, bounds: tuple[int, int], field: str) -> int:
    least, most = bounds
    if not least <= value <= most:
        raise Invalid(Phrase("Must be between {} and {} seconds.", least, most), field=field)
    return value
