"""Second factors and passkeys, as they go over the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, SecretStr, model_validator

from unificx.people import FactorForm
from unificx.web.models.core import Input, Output
from unificx.web.models.signing import Entering

FactorName = Annotated[str, Field(min_length=1, max_length=100, examples=["Ada's phone"])]
Ticket = Annotated[SecretStr, Field(min_length=1, max_length=200)]
Totp = Annotated[SecretStr, Field(min_length=6, max_length=12, description="The six digits shown now.")]
RecoveryCode = Annotated[SecretStr, Field(min_length=1, max_length=40)]
Credential = Annotated[
    dict[str, JsonValue], Field(description="What `PublicKeyCredential.toJSON()` gives (W3C WebAuthn level 3).")
]
Options = dict[str, Any]
"""For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`."""


_PROOFS = ("totp", "recovery_code", "passkey", "password")


class Factor(Output):
    """Something one proves oneself with besides a password."""

    id: str
    kind: FactorForm
    name: str
    created: datetime
    last_used: date | None = Field(description="A day, no finer.")


class NewTotp(Input):
    name: FactorName = "Authenticator app"


class TotpBegun(Output):
    """A shared secret for an authenticator app. It counts once a code made with it was given. Shown this once."""

    id: str
    secret: str = Field(description="In base32, to be typed where a picture cannot be scanned.")
    uri: str = Field(description="What the picture says: `otpauth://totp/...`.")
    svg: str = Field(description="The picture, to be put into a page as it is.")


class TotpCode(Input):
    code: Totp


class FactorAdded(Output):
    """A factor that counts from now on."""

    factor: Factor
    recovery_codes: list[str] = Field(
        description="Each lets in once in the place of a factor. Shown this once; empty if there are some already."
    )


class RecoveryCodes(Output):
    """The only ones that are good from now on. Shown this once."""

    recovery_codes: list[str]


class NewPasskey(Input):
    name: FactorName
    credential: Credential


class PasskeyAsked(Output):
    """What a browser signs in by, and the ticket its answer is to come with."""

    ticket: str
    options: Options


class _OneProof(Input):
    totp: Totp | None = None
    recovery_code: RecoveryCode | None = None
    passkey: Credential | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        names = [name for name in type(self).model_fields if name in _PROOFS]
        if sum(getattr(self, name) is not None for name in names) != 1:
            raise ValueError(f"exactly one of {', '.join(names)}")
        return self


class ProveSecondFactor(Entering, _OneProof):
    """Exactly one of `totp`, `recovery_code` and `passkey`."""

    ticket: Ticket


class ProveAgain(_OneProof):
    """Exactly one of these. A password is enough for whoever has no second factor."""

    password: Annotated[SecretStr, Field(max_length=256)] | None = None


class TicketGiven(Input):
    ticket: Ticket


class SignInByPasskey(Entering):
    ticket: Ticket
    credential: Credential
