"""Account events. Delivered through the outbox: at least once, in order."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class TenantCreated(DomainEvent):
    """A tenant was created; its id is `tenant`."""


@dataclass(frozen=True, slots=True)
class TenantSuspended(DomainEvent):
    """Users of the tenant cannot sign in, register or call until it is resumed."""


@dataclass(frozen=True, slots=True)
class TenantResumed(DomainEvent):
    """The tenant is active again. `review_id`: the request for a review of its suspension, or for its approval; "" for
    none."""

    review_id: str = ""


@dataclass(frozen=True, slots=True)
class TenantDeleted(DomainEvent):
    """The tenant and all its data were deleted."""


@dataclass(frozen=True, slots=True)
class PersonCreated(DomainEvent):
    person_id: str


@dataclass(frozen=True, slots=True)
class PersonSuspended(DomainEvent):
    """Sessions have ended; devices are refused until the user is resumed."""

    person_id: str


@dataclass(frozen=True, slots=True)
class PersonResumed(DomainEvent):
    """`review_id`: the request for a review of the suspension, "" for none."""

    person_id: str
    review_id: str = ""


@dataclass(frozen=True, slots=True)
class PersonClosed(DomainEvent):
    """The account was closed and its extensions, devices, password and sessions deleted. `subject` is for `privacy`."""

    person_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class PermissionsChanged(DomainEvent):
    """A person has another role or other custom roles; with "" a custom role of the tenant has other permissions."""

    person_id: str


@dataclass(frozen=True, slots=True)
class NameChanged(DomainEvent):
    """A person or an extension has another name. `person_id` is "" for an extension without a user."""

    subject: str
    person_id: str


@dataclass(frozen=True, slots=True)
class ExtensionCreated(DomainEvent):
    extension_id: str


@dataclass(frozen=True, slots=True)
class ExtensionDeleted(DomainEvent):
    extension_id: str


@dataclass(frozen=True, slots=True)
class DeviceCreated(DomainEvent):
    device_id: str
    extension_id: str


@dataclass(frozen=True, slots=True)
class DeviceRevoked(DomainEvent):
    """The device lost its registration: deleted, disabled, or given a new password."""

    device_id: str
    extension_id: str


@dataclass(frozen=True, slots=True)
class SharedPhoneUsed(DomainEvent):
    """A user has signed in at a shared phone or out of it: it now is a device of `extension_id` and no longer of
    `former_extension_id`."""

    device_id: str
    extension_id: str
    former_extension_id: str


@dataclass(frozen=True, slots=True)
class PasswordChanged(DomainEvent):
    person_id: str


@dataclass(frozen=True, slots=True)
class SessionEnded(DomainEvent):
    """A session was signed out, revoked, expired or stolen. Its SIP device `device_id` was deleted."""

    session_id: str
    person_id: str
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class ApiKeyCreated(DomainEvent):
    """`maker_id` created a key that acts as `person_id`; "" for the operator's console."""

    key_id: str
    person_id: str
    maker_id: str


@dataclass(frozen=True, slots=True)
class ApiKeyEnded(DomainEvent):
    """An API key was revoked, has expired, or its user has lost access."""

    key_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class SignInCodeUsed(DomainEvent):
    """A device signed in with the code. `maker_id` is the creator; "" for the operator's console."""

    code_id: str
    person_id: str
    maker_id: str


@dataclass(frozen=True, slots=True)
class SignInCodeTriedAgain(DomainEvent):
    """A second device presented a used code and was refused."""

    code_id: str
    person_id: str
    maker_id: str
