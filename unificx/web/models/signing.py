"""Signing in, as it goes over the wire."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from unificx.people import FactorKind, Keep, Language, Role, SessionKind
from unificx.web.models.core import REFERENCE, Email, Input, Output, Password

KeepField = Annotated[
    Keep, Field(description="`cookie`: kept by the browser, out of a script's reach; no token is answered.")
]
Code = Annotated[SecretStr, Field(min_length=1, max_length=100)]
DeviceSecret = Annotated[
    str,
    Field(
        repr=False,
        pattern=r"^[A-Za-z0-9_-]{43}$",
        description="32 random bytes in base64url, made by the device and kept until it is signed in.",
    ),
]
Version = Annotated[str, Field(min_length=1, max_length=20, examples=["2026-11"])]


class SessionDevice(Input):
    """What signs in, as its owner will see it in the list of devices."""

    name: str = Field(default="", max_length=60, examples=["Ada's phone"])
    kind: SessionKind = "program"


class Entering(Input):
    """What every way in is told besides its proof."""

    device: SessionDevice = SessionDevice()
    keep: KeepField = "token"


class SignIn(Entering):
    email: str = Field(max_length=320)
    password: SecretStr = Field(max_length=256)
    tenant: str | None = Field(
        default=None, max_length=64, pattern=REFERENCE, description="Which organisation, by id or short name."
    )


class SignedIn(Output):
    """A session. Tokens are shown this once, and are null with a cookie."""

    person_id: str
    tenant_id: str
    role: Role
    session_id: str
    expires: datetime = Field(description="When the access token ends; refresh the session before.")
    must_change: bool = Field(description="Set a password of one's own first.")
    acceptance_needed: bool = Field(description="Ask for a yes to the present terms and policy.")
    token: str | None = Field(description="For `Authorization: Bearer`.")
    refresh: str | None = Field(description="For the next two tokens, once: see /sessions/refresh.")


class SecondFactorNeeded(Output):
    """The first proof was right. The ticket and one of these factors make a session of it."""

    ticket: str
    kinds: list[FactorKind]
    expires: datetime


class Refresh(Input):
    refresh: SecretStr | None = Field(default=None, max_length=100, description="Left out by browsers: it is a cookie.")


class Session(Output):
    """A signed-in browser or program."""

    id: str
    created: datetime
    expires: datetime
    last_used: date = Field(description="A day, no finer.")
    name: str = Field(description="As the device calls itself.")
    kind: SessionKind
    address: str
    agent: str
    current: bool = Field(default=False, description="The one that asks.")


class NewSignInCode(Input):
    person_id: str | None = Field(
        default=None, max_length=64, pattern=REFERENCE, description="Whom it signs in; oneself if left out."
    )


class SignInCode(Output):
    """A code to scan: it signs one device in, within two minutes."""

    id: str
    code: str
    url: str = Field(description="What the picture says. The code is behind the #: no server sees it in an address.")
    svg: str = Field(description="The picture, to be put into a page as it is.")
    expires: datetime


class SignInCodeState(Output):
    """What became of a code."""

    id: str
    state: Literal["open", "used", "expired"]
    tried_again: bool = Field(description="Another device came with it and was refused.")
    device_name: str | None = Field(description="What was signed in with it.")
    session_id: str | None
    used: datetime | None
    expires: datetime


class SignInByCode(Entering):
    code: Code
    device_secret: DeviceSecret


class NewInvitation(Input):
    person_id: str = Field(max_length=64, pattern=REFERENCE)
    language: Language = "en"


class Invitation(Output):
    """An invitation that was made. Without mail its link is to be handed over."""

    sent: bool
    url: str | None
    expires: datetime


class InvitationCode(Input):
    code: Code


class InvitedPerson(Output):
    """Who is invited, and where to."""

    name: str
    organisation: str
    email: str


class AcceptInvitation(Entering):
    code: Code
    password: Password
    of_age: bool = Field(description="Old enough for this: a yes or no, never a date.")
    terms_version: Version
    policy_version: Version


class AskRecovery(Input):
    email: Email
    tenant: str | None = Field(
        default=None, max_length=64, pattern=REFERENCE, description="Which organisation, by id or short name."
    )
    language: Language = "en"


class FinishRecovery(Entering):
    code: Code
    password: Password


class Acceptance(Input):
    of_age: bool = Field(description="Old enough for this: a yes or no, never a date.")
    terms_version: Version
    policy_version: Version


class SingleSignOnOption(Output):
    """An organisation whose people sign in elsewhere."""

    slug: str
    name: str


class SignInOptions(Output):
    """What a sign-in page has to know before anybody is known."""

    terms_version: str
    policy_version: str
    single_sign_on: list[SingleSignOnOption]
    mail: bool = Field(description="Whether a way back in can be sent by e-mail.")
