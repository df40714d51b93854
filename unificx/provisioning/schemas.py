"""Data of phones that fetch their settings."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Maker = Literal["yealink", "grandstream", "snom", "fanvil", "generic"]
KeyKind = Literal["blf", "speed_dial"]


@dataclass(frozen=True, slots=True)
class PhoneKey:
    """A programmable key: it dials `number`, and as `blf` shows its state. `label` may be ""."""

    kind: KeyKind
    number: str = field(repr=False)
    label: str = field(default="", repr=False)

    @property
    def is_code(self) -> bool:
        """Whether `number` is a feature code."""
        return self.number.startswith(("*", "#"))


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """Settings that a device fetches. `open_until`: until when they contain the SIP password, None if they do not."""

    device_id: str
    tenant_id: str
    extension_id: str
    maker: Maker
    created: datetime
    open_until: datetime | None
    last_fetched: date | None
    mac: str = field(repr=False)
    """Twelve hexadecimal digits in lower case."""
    keys: tuple[PhoneKey, ...] = field(default=(), repr=False)
    salt: str = field(default="", repr=False)
    """Random value of the addresses, renewed with each link."""


@dataclass(frozen=True, slots=True)
class PhoneSettingsChange:
    """New values; None leaves one as it is."""

    maker: Maker | None = None
    mac: str | None = field(default=None, repr=False)
    keys: tuple[PhoneKey, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SettingsLink:
    """Secret parts of the addresses of a phone: of its settings and of its phone book."""

    expires: datetime
    code: str = field(repr=False)
    file_name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PhoneServer:
    """Where a phone registers; `srtp`: whether it encrypts media."""

    host: str
    port: int
    transport: str
    srtp: bool


@dataclass(frozen=True, slots=True)
class PhoneFile:
    """A file for a phone."""

    media_type: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PhoneValues:
    """Values of a settings file. `password` is None after the phone has got it: the phone keeps its own then.

    `book_url`, `settings_url`: addresses of this phone; `utc_offset` in minutes, as of now; `time_zone`: POSIX TZ.
    """

    number: str = field(repr=False)
    name: str = field(repr=False)
    domain: str
    username: str = field(repr=False)
    password: str | None = field(repr=False)
    server: PhoneServer
    mac: str = field(repr=False)
    keys: tuple[PhoneKey, ...] = field(repr=False)
    settings_url: str = field(repr=False)
    book_url: str = field(repr=False)
    utc_offset: int
    time_zone: str
    language: Literal["en", "de"]
