"""Input and output types of second factors, passkeys and single sign-on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

FactorType = Literal["totp", "passkey"]
ProviderStep = Literal["discovery", "authorization", "token", "keys", "identity"]
"""Step of a sign-in at a provider: its metadata, its authorization response, its token response (RFC 6749), its keys,
and the validation of the ID token."""
SsoTestResult = Literal["own_account", "other_account", "not_linked", "no_account", "no_email"]
"""Account that a sign-in would open: that of the user who tests, or of another; or none, as the identity is not linked
and addresses do not identify accounts, as no account has its address, or as the provider has verified no address."""
PasskeyResponse = Mapping[str, Any]
"""Result of `PublicKeyCredential.toJSON()` in the browser."""
PasskeyOptions = Mapping[str, Any]
"""Input of `PublicKeyCredential.parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON`."""


@dataclass(frozen=True, slots=True)
class WebOrigin:
    """Web origin of the client pages, such as `https://pbx.example.com`. Its host is the relying party id."""

    text: str

    @property
    def host(self) -> str:
        return urlsplit(self.text).hostname or ""


@dataclass(frozen=True, slots=True)
class Factor:
    """Second factor of a user. `last_used` has day resolution."""

    id: str
    kind: FactorType
    created: datetime
    last_used: date | None
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TotpEnrollment:
    """TOTP secret, shown once; inactive until confirmed with a code. `uri` is for a QR code."""

    id: str
    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddedFactor:
    """Activated factor. `recovery_codes` are shown once; empty if the user already has some."""

    factor: Factor
    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """Authentication proof: exactly one field is set."""

    totp: str | None = field(default=None, repr=False)
    recovery_code: str | None = field(default=None, repr=False)
    passkey: PasskeyResponse | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PasskeySignInRequest:
    """Request options for a browser, and the ticket to return with the response."""

    options: PasskeyOptions = field(repr=False)
    ticket: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Provider:
    """SSO provider of a tenant, without the client secret."""

    issuer: str
    client_id: str
    link_by_email: bool
    changed: datetime
    has_secret: bool


@dataclass(frozen=True, slots=True)
class NewProvider:
    """`client_secret` None keeps the stored one, "" is a public client. `inside`: private addresses allowed."""

    issuer: str
    client_id: str
    link_by_email: bool = False
    inside: bool = False
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SsoRequest:
    """Redirect to the provider: authorization URL, and the flow state to store in a cookie."""

    url: str = field(repr=False)
    flow: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SsoTest:
    """Result of a test of the provider: the account found, or the step that failed."""

    result: SsoTestResult | ProviderStep


@dataclass(frozen=True, slots=True)
class SsoCallback:
    """Authorization response (RFC 6749 section 4.1.2, RFC 9207) with the flow state from the cookie."""

    flow: str = field(repr=False)
    state: str = field(repr=False)
    code: str = field(default="", repr=False)
    error: str = field(default="", repr=False)
    issuer: str | None = None
