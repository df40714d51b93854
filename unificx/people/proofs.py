"""What goes in and out of the use cases of second factors, passkeys and single sign-on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

FactorForm = Literal["totp", "passkey"]
Credential = Mapping[str, Any]
"""What a browser's `PublicKeyCredential.toJSON()` gives."""
Options = Mapping[str, Any]
"""What `PublicKeyCredential.parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` take."""


@dataclass(frozen=True, slots=True)
class WebOrigin:
    """Where a browser has our pages from: `https://pbx.example.com`. Passkeys are for its host."""

    text: str

    @property
    def host(self) -> str:
        return urlsplit(self.text).hostname or ""


@dataclass(frozen=True, slots=True)
class Factor:
    """Something a person proves themselves with besides a password. `last_used` is a day, no finer."""

    id: str
    kind: FactorForm
    created: datetime
    last_used: date | None
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TotpBegun:
    """A shared secret, shown once; worth nothing until a code made with it was given. `uri` is for a QR code."""

    id: str
    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Added:
    """A factor that counts from now on. `recovery_codes` are shown once; none if the person has some."""

    factor: Factor
    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody proves themselves with: exactly one of these."""

    totp: str | None = field(default=None, repr=False)
    recovery_code: str | None = field(default=None, repr=False)
    passkey: Credential | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyAsked:
    """Options for a browser, and the ticket its answer is to come with."""

    options: Options = field(repr=False)
    ticket: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Provider:
    """Where an organisation's people sign in, if not here. The secret never comes out."""

    issuer: str
    client_id: str
    link_by_email: bool
    changed: datetime


@dataclass(frozen=True, slots=True)
class NewProvider:
    """Without a secret the one before stays; "" for a public client. `inside`: need not be on the public network."""

    issuer: str
    client_id: str
    link_by_email: bool = False
    inside: bool = False
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Departure:
    """To the provider: where the browser goes, and what it has to bring back in a cookie of its own."""

    url: str = field(repr=False)
    flow: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """What the provider sent the browser back with (RFC 6749 section 4.1.2, RFC 9207), and our cookie."""

    flow: str = field(repr=False)
    state: str = field(repr=False)
    code: str = field(default="", repr=False)
    error: str = field(default="", repr=False)
    issuer: str | None = None
