"""What happened to accounts. Told through the outbox: at least once, in the order it happened."""

from dataclasses import dataclass

from unificx.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class TenantCreated(Fact):
    """The tenant is `tenant`."""


@dataclass(frozen=True, slots=True)
class TenantSuspended(Fact):
    """Nobody of the tenant may sign in, register or call until it is resumed."""


@dataclass(frozen=True, slots=True)
class TenantResumed(Fact):
    """The tenant works again."""


@dataclass(frozen=True, slots=True)
class TenantDeleted(Fact):
    """The tenant and all that was in it."""


@dataclass(frozen=True, slots=True)
class PersonCreated(Fact):
    person_id: str


@dataclass(frozen=True, slots=True)
class PersonSuspended(Fact):
    """Sessions ended, devices refused until resumed."""

    person_id: str


@dataclass(frozen=True, slots=True)
class PersonResumed(Fact):
    person_id: str


@dataclass(frozen=True, slots=True)
class PersonClosed(Fact):
    """The account is over; its extensions, devices, password and sessions are gone. `subject` is left to `privacy`."""

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
    """The device may not register any more: deleted, disabled, or given a new password."""

    device_id: str
    extension_id: str


@dataclass(frozen=True, slots=True)
class PasswordChanged(Fact):
    person_id: str


@dataclass(frozen=True, slots=True)
class SessionEnded(Fact):
    """Signed out, revoked, expired or stolen: what belongs to it goes, such as its SIP device, `device_id`."""

    session_id: str
    person_id: str
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class SignInCodeUsed(Fact):
    """A device was signed in with the code. `maker_id` is who had it shown; "" for the operator at the machine."""

    code_id: str
    person_id: str
    maker_id: str


@dataclass(frozen=True, slots=True)
class SignInCodeTriedAgain(Fact):
    """Another device than the one that used the code came with it, and was refused."""

    code_id: str
    person_id: str
    maker_id: str
