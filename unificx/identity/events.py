"""Account events. Delivered through the outbox: at least once, in order."""

from dataclasses import dataclass

from unificx.core.events import Fact


@dataclass(frozen=True, slots=True)
class TenantCreated(Fact):
    """A tenant was created; its id is `tenant`."""


@dataclass(frozen=True, slots=True)
class TenantSuspended(Fact):
    """Users of the tenant cannot sign in, register or call until it is resumed."""


@dataclass(frozen=True, slots=True)
class TenantResumed(Fact):
    """The tenant is active again."""


@dataclass(frozen=True, slots=True)
class TenantDeleted(Fact):
    """The tenant and all its data were deleted."""


@dataclass(frozen=True, slots=True)
class PersonCreated(Fact):
    person_id: str


@dataclass(frozen=True, slots=True)
class PersonSuspended(Fact):
    """Sessions have ended; devices are refused until the user is resumed."""

    person_id: str


@dataclass(frozen=True, slots=True)
class PersonResumed(Fact):
    person_id: str


@dataclass(frozen=True, slots=True)
class PersonClosed(Fact):
    """The account was closed and its extensions, devices, password and sessions deleted. `subject` is for `privacy`."""

    person_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class ExtensionCreated(Fact):
    extension_id: str


@dataclass(frozen=True, slots=True)
class ExtensionDeleted(Fact):
    extension_id: str


@dataclass(frozen=True, slots=True)
class DeviceCreated(Fact):
    device_id: str
    extension_id: str


@dataclass(frozen=True, slots=True)
class DeviceRevoked(Fact):
    """The device lost its registration: deleted, disabled, or given a new password."""

    device_id: str
    extension_id: str


@dataclass(frozen=True, slots=True)
class PasswordChanged(Fact):
    person_id: str


@dataclass(frozen=True, slots=True)
class SessionEnded(Fact):
    """A session was signed out, revoked, expired or stolen. Its SIP device `device_id` was deleted."""

    session_id: str
    person_id: str
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class SignInCodeUsed(Fact):
    """A device signed in with the code. `maker_id` is the creator; "" for the operator's console."""

    code_id: str
    person_id: str
    maker_id: str


@dataclass(frozen=True, slots=True)
class SignInCodeTriedAgain(Fact):
    """A second device presented a used code and was refused."""

    code_id: str
    person_id: str
    maker_id: str
