"""What a value must look like. Each function gives the value as it is kept, or raises `Invalid` naming the field.

The messages say what is allowed and never repeat what was given.
"""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from unificx.kernel.errors import Invalid

SLUG = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]")
NUMBER = re.compile(r"[0-9]{2,8}")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
DOT_ATOM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
"""RFC 5322 section 3.2.3. Other addresses, those in quotes and those of RFC 6531, no mail server has to take."""
LOCAL_LENGTH = 64
EMERGENCY = frozenset({"112", "911"})
"""Numbers that must reach the emergency services wherever a phone of ours stands."""

NAME_LENGTH = 100
PASSWORD_LENGTHS = (10, 256)
RING_SECONDS = (5, 300)
PARK_SECONDS = (10, 3600)
CALL_SECONDS = (60, 86_400)


def slug(text: str) -> str:
    """A tenant's short name: 2 to 32 of a-z, 0-9 and hyphen, a letter first."""
    if not SLUG.fullmatch(text):
        raise Invalid("A short name is 2 to 32 letters a-z, digits and hyphens, a letter first.", field="slug")
    return text


def domain(text: str, field: str = "domain") -> str:
    """A host name (RFC 1123 section 2.1) in lower case; an IP address is not one."""
    lower = text.strip().lower().removesuffix(".")
    labels = lower.split(".")
    if len(lower) > 253 or labels[-1].isdigit() or not all(LABEL.fullmatch(label) for label in labels):
        raise Invalid("A domain is a host name such as pbx.example.com; write an IDN as xn--.", field=field)
    return lower


def time_zone(text: str) -> str:
    """The IANA name of a time zone; "" for the server's own."""
    if not text:
        return text
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("A time zone is a name such as Europe/Berlin.", field="time_zone") from None


def email(text: str) -> str:
    """An address as it is written to; `email_key` is what it is found by."""
    local, at, host = text.strip().rpartition("@")
    if not at or len(local) > LOCAL_LENGTH or not DOT_ATOM.fullmatch(local):
        raise Invalid(
            "An e-mail address looks like name@example.com.",
            hint="Before the @ go letters a-z, digits, most signs, and single dots between them.",
            field="email",
        )
    return f"{local}@{domain(host, 'email')}"


def email_key(text: str) -> str:
    """What an address is found by: people do not tell apart capitals in it. Takes anything, for sign-in."""
    return text.strip().lower()[:320]


def name(text: str, field: str = "name") -> str:
    """A display name: 1 to 100 printable characters."""
    stripped = text.strip()
    if not 1 <= len(stripped) <= NAME_LENGTH or not stripped.isprintable():
        raise Invalid(f"A name has 1 to {NAME_LENGTH} printable characters.", field=field)
    return stripped


def number(text: str) -> str:
    """A number within an organisation: 2 to 8 digits, none that calls for help."""
    if not NUMBER.fullmatch(text):
        raise Invalid("A number is 2 to 8 digits.", field="number")
    if text in EMERGENCY:
        raise Invalid("112 and 911 are kept for the emergency services.", field="number")
    return text


def password(text: str) -> str:
    """A password: 10 to 256 characters of any kind, as NIST SP 800-63B 5.1.1.2 advises: length and nothing else."""
    shortest, longest = PASSWORD_LENGTHS
    if not shortest <= len(text) <= longest:
        raise Invalid(f"A password has {shortest} to {longest} characters.", field="password")
    return text


def park_seconds(value: int) -> int:
    """How long somebody stays parked."""
    return _within(value, PARK_SECONDS, "park_seconds")


def ring_seconds(value: int) -> int:
    """How long an extension rings."""
    return _within(value, RING_SECONDS, "ring_seconds")


def max_call_seconds(value: int) -> int:
    """How long one call may last."""
    return _within(value, CALL_SECONDS, "max_call_seconds")


def _within(value: int, bounds: tuple[int, int], field: str) -> int:
    least, most = bounds
    if not least <= value <= most:
        raise Invalid(f"Between {least} and {most} seconds.", field=field)
    return value
