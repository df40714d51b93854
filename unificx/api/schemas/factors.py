"""Schemas of second factors and passkeys."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, SecretStr, model_validator

from unificx.api.schemas.core import Input, Output
from unificx.api.schemas.sign_in import SignInRequest
from unificx.core.phrases import Phrase
from unificx.identity import FactorType

FactorName = Annotated[str, Field(min_length=1, max_length=100, examples=["Ada's phone"])]
Ticket = Annotated[SecretStr, Field(min_length=1, max_length=200)]
Totp = Annotated[SecretStr, Field(min_length=6, max_length=12, description="The current six-digit code.")]
RecoveryCode = Annotated[SecretStr, Field(min_length=1, max_length=40)]
Credential = Annotated[
    dict[str, JsonValue], Field(description="Result of `PublicKeyCredential.toJSON()` (W3C WebAuthn level 3).")
]
Options = dict[str, Any]
"""For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`."""


_PROOFS = ("totp", "recovery_code", "passkey", "password")


class Factor(Output):
    """A second factor of a user."""

    id: str
    kind: FactorType
    name: str
    created: datetime
    last_used: date | None = Field(description="Date only.")


class NewTotp(Input):
    name: FactorName = "Authenticator app"


class TotpBegun(Output):
    """A shared secret for an authenticator app. It becomes active once confirmed with a code. Shown only once."""

    id: str
    secret: str = Field(description="Base32, for manual entry where the QR code cannot be scanned.")
    uri: str = Field(description="Content of the QR code: `otpauth://totp/...`.")
    svg: str = Field(description="The QR code as an SVG element, to be embedded unchanged.")


class TotpCode(Input):
    code: Totp


class FactorAdded(Output):
    """A factor that is now active."""

    factor: Factor
    recovery_codes: list[str] = Field(
        description="Each replaces a second factor once. Shown only once; empty if there are recovery codes already."
    )


class RecoveryCodes(Output):
    """The valid recovery codes; earlier ones are void. Shown only once."""

    recovery_codes: list[str]


class NewPasskey(Input):
    name: FactorName
    credential: Credential


class PasskeyChallenge(Output):
    """Passkey request options for the browser, and the ticket to send with its response."""

    ticket: str
    options: Options


class _SingleProof(Input):
    totp: Totp | None = None
    recovery_code: RecoveryCode | None = None
    passkey: Credential | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        names = [name for name in type(self).model_fields if name in _PROOFS]
        if sum(getattr(self, name) is not None for name in names) != 1:
            raise ValueError(Phrase("exactly one of {}", ", ".join(names)))
        return self


class SecondFactorSignIn(SignInRequest, _SingleProof):
    """Exactly one of `totp`, `recovery_code` and `passkey`."""

    ticket: Ticket


class StepUp(_SingleProof):
    """Exactly one of the fields. A password suffices for a user without a second factor."""

    password: Annotated[SecretStr, Field(max_length=256)] | None = None


class TicketRequest(Input):
    ticket: Ticket


class SignInByPasskey(SignInRequest):
    ticket: Ticket
    credential: Credential
