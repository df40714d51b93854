"""Input and output types. Frozen; personal values are excluded from `repr`."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from unificx.identity.suspension_schemas import NewSuspension
from unificx.privacy import PolicyVersion

TenantState = Literal["active", "suspended"]
PersonState = Literal["invited", "active", "suspended", "closed"]
DeviceKind = Literal["phone", "softphone", "client"]
"""Desk phone or gateway; third-party softphone; UnifiCX client."""
SessionKind = Literal["mobile", "desktop", "browser", "program"]
TokenDelivery = Literal["token", "cookie"]
"""In the response body to a program, or in HttpOnly cookies to a browser."""
FactorKind = Literal["totp", "passkey", "recovery_code"]
SecurityNoticeKind = Literal[
    "new_device",
    "device_given",
    "code_tried_again",
    "session_theft",
    "password_changed",
    "factor_changed",
    "recovery_used",
    "api_key_created",
]
"""Kinds of security notices sent to users."""
Language = Literal["en", "de"]
PickupRight = Literal["everyone", "groups"]
"""Which ringing calls an extension may pick up: all of its tenant, or those in its ring groups and queues."""


class Role(StrEnum):
    """From most to least privileged. Operators belong to the operator's own tenant."""

    OPERATOR = "operator"
    TENANT_ADMIN = "tenant_admin"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Source:
    """Network address and user agent of a sign-in attempt."""

    address: str = field(default="", repr=False)
    agent: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignInDevice:
    """Name and type of the device that signs in, as reported by itself."""

    name: str = field(default="", repr=False)
    kind: SessionKind = "program"


@dataclass(frozen=True, slots=True)
class SignInContext:
    """Context of a sign-in: source, device and token delivery."""

    source: Source = Source()
    device: SignInDevice = SignInDevice()
    token_delivery: TokenDelivery = "token"  # noqa: S105


CONSOLE = "console"
"""The operator's console, in place of the id of a person."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Authenticated caller. `session_id` is "" for the operator at the control socket and for an API key."""

    person_id: str
    """"" at the control socket, and for a key that does not have the scope `own`: it has nothing of its own."""
    tenant_id: str
    role: Role
    session_id: str = ""
    key_id: str = ""
    """The API key; "" for a session."""
    maker_id: str = ""
    """With an API key, its user."""
    scopes: frozenset[str] | None = None
    """Permitted actions of an API key, within those of the role; None without a limit."""
    by: str = ""
    """The other person who made the code, password or key of this access, or `CONSOLE`; "" once the user has proved
    their identity, and for access of their own."""
    granted: frozenset[str] = frozenset()
    """Permissions of the custom roles of the user."""

    @property
    def is_substitute(self) -> bool:
        """Whether an administrator may be acting under this account. The operator's console gives people their first
        access, and acts for them by contract: it is named as the actor, but not limited."""
        return self.by not in ("", CONSOLE)


def maker_of(maker: Principal, person_id: str) -> str:
    """Return `Principal.by` for an access that `maker` makes for a user."""
    made_by = maker.person_id or maker.maker_id or CONSOLE
    return maker.by if made_by == person_id else made_by


@dataclass(frozen=True, slots=True)
class Tenant:
    """Tenant with its own SIP domain. `slug` is its short name on the command line."""

    id: str
    slug: str
    name: str
    domain: str
    state: TenantState
    created: datetime
    language: Language = "en"
    """Language of prompts and e-mails for users without a choice of their own."""
    time_zone: str = ""
    """IANA time zone of prompts and e-mails; "" for the server's own."""
    park_seconds: int = 90
    """How long a call stays parked before it rings back at the parking extension, in seconds."""
    sign_out_time: str = ""
    country: str = "DE"
    """ISO 3166 code for rules of dialling."""
    pickup: PickupRight = "everyone"
    chat: bool = True
    pictures: bool = True
    assistants: bool = False

    @property
    def active(self) -> bool:
        return self.state == "active"


@dataclass(frozen=True, slots=True)
class NewTenant:
    slug: str
    name: str
    domain: str
    language: Language = "en"
    time_zone: str = ""
    country: str = ""
    """ISO 3166 code; "" for that of the time zone."""


@dataclass(frozen=True, slots=True)
class TenantChange:
    """None leaves a value unchanged. The domain is fixed: the credentials of all devices depend on it."""

    name: str | None = None
    state: TenantState | None = None
    suspension: NewSuspension | None = None
    """Of a change to the state `suspended`."""
    language: Language | None = None
    time_zone: str | None = None
    park_seconds: int | None = None
    sign_out_time: str | None = None
    country: str | None = None
    pickup: PickupRight | None = None
    chat: bool | None = None
    pictures: bool | None = None
    assistants: bool | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """User account. `subject` is the data subject whose key seals the values and is destroyed by an erasure."""

    id: str
    tenant_id: str
    subject: str
    role: Role
    state: PersonState
    created: datetime
    name: str = field(repr=False)
    email: str = field(repr=False)
    language: Language | None = None
    """None for the language of the tenant."""
    department: str = field(default="", repr=False)
    granted: frozenset[str] = frozenset()
    """Permissions of the custom roles."""

    @property
    def principal(self) -> Principal:
        """The rights of this person outside of a session, such as by their phone."""
        return Principal(self.id, self.tenant_id, self.role, granted=self.granted)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Without a password the user is `invited` until one is set."""

    name: str = field(repr=False)
    email: str = field(default="", repr=False)
    role: Role = Role.USER
    password: str | None = field(default=None, repr=False)
    language: Language | None = None
    department: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PersonChange:
    """None leaves a value unchanged. Closing is `Users.close`. Language "" is that of the tenant."""

    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    role: Role | None = None
    state: Literal["active", "suspended"] | None = None
    suspension: NewSuspension | None = None
    """Of a change to the state `suspended`."""
    language: Language | Literal[""] | None = None
    department: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Extension:
    """Extension of a tenant. `subject` is that of its user, or its own if it has no user (lobby, door phone)."""

    id: str
    tenant_id: str
    number: str
    person_id: str | None
    subject: str
    ring_seconds: int
    max_call_seconds: int
    name: str = field(repr=False)
    department: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewExtension:
    """With an e-mail address the extension belongs to that user, who is created if missing."""

    number: str
    name: str = field(repr=False)
    email: str = field(default="", repr=False)
    ring_seconds: int = 30
    max_call_seconds: int = 10800
    department: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ExtensionChange:
    """None leaves a value unchanged. The number is fixed: delete and create instead."""

    name: str | None = field(default=None, repr=False)
    ring_seconds: int | None = None
    max_call_seconds: int | None = None
    department: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Device:
    """Phone or program that may register for an extension. `last_used` has day resolution.

    Users sign in at a `shared` one: until they sign out it is a device of the extension `used_by`.
    """

    id: str
    tenant_id: str
    extension_id: str
    kind: DeviceKind
    enabled: bool
    created: datetime
    last_used: date | None
    name: str = field(repr=False)
    username: str = field(repr=False)
    shared: bool = False
    used_by: str | None = None
    used_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewDevice:
    extension_id: str
    name: str = field(repr=False)
    kind: DeviceKind = "phone"


@dataclass(frozen=True, slots=True)
class DeviceChange:
    name: str | None = field(default=None, repr=False)
    enabled: bool | None = None
    shared: bool | None = None


@dataclass(frozen=True, slots=True)
class SipLogin:
    """SIP credentials for any phone. Shown once: only digests are stored."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    domain: str
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceAuth:
    """Data for checking the digest of a device, cached in memory for every device.

    `extension_id` is that of the user who is signed in at a shared phone; `home_extension_id` then is its own one, else
    "".
    """

    device_id: str
    extension_id: str
    tenant_id: str
    realm: str
    enabled: bool
    """False also while the user or tenant is suspended."""
    username: str = field(repr=False)
    ha1_md5: bytes = field(repr=False)
    ha1_sha256: bytes = field(repr=False)
    home_extension_id: str = ""

    @property
    def ha1(self) -> dict[str, str]:
        """H(username:realm:password) in hex by algorithm (RFC 7616 section 3.4.2)."""
        return {"MD5": self.ha1_md5.hex(), "SHA-256": self.ha1_sha256.hex()}


PolicyStanding = Literal["current", "notice", "consent", "missing"]
"""Coverage of a user's acceptance: the current policy; an earlier one, with only ordinary changes since; an earlier
one, with a significant change since; nothing, or other terms."""

PolicyAnswer = Literal["agreed", "continued", "refused"]


@dataclass(frozen=True, slots=True)
class PolicyStatus:
    """News about the policy for a user. `changes`: versions since the accepted one, in order."""

    standing: PolicyStanding
    version: str
    changes: tuple[PolicyVersion, ...]


@dataclass(frozen=True, slots=True)
class CurrentAccount:
    """Account of the caller. `must_change`: the password is a one-time password."""

    person: Person
    extensions: tuple[Extension, ...]
    must_change: bool
    policy: PolicyStanding

    @property
    def acceptance_needed(self) -> bool:
        """Whether the caller has to accept the current terms or policy before going on."""
        return self.policy in ("missing", "consent")


@dataclass(frozen=True, slots=True)
class CreatedExtension:
    """New extension with its first device and SIP credentials."""

    extension: Extension
    device: Device
    login: SipLogin


@dataclass(frozen=True, slots=True)
class CreatedDevice:
    """New device, or an existing one with new credentials."""

    device: Device
    login: SipLogin


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Access and refresh token of a session, shown once: only digests are stored.

    `token` is valid until `expires`; `refresh` is valid once, until `refresh_expires`, for the next pair. `must_change`
    is set for a one-time password, `acceptance_needed` until the current terms and policy are accepted.
    """

    principal: Principal
    expires: datetime
    refresh_expires: datetime
    must_change: bool
    acceptance_needed: bool
    token: str = field(repr=False)
    refresh: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecondFactorRequired:
    """First factor accepted: `ticket` and a second factor of one of `kinds` give a session until `expires`."""

    kinds: tuple[FactorKind, ...]
    expires: datetime
    ticket: str = field(repr=False)


SignInResult = SignedIn | SecondFactorRequired


@dataclass(frozen=True, slots=True)
class Session:
    """Signed-in browser or program, as shown to its user. `device_id` is its SIP device, if any."""

    id: str
    created: datetime
    expires: datetime
    last_used: date
    kind: SessionKind
    device_id: str | None
    name: str = field(repr=False)
    address: str = field(repr=False)
    agent: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """API key of a user. `prefix` is the beginning of its text; `last_used` has day resolution."""

    id: str
    tenant_id: str
    person_id: str
    scopes: tuple[str, ...]
    prefix: str
    created: datetime
    expires: datetime
    last_used: date | None
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """Without scopes it may do what its user may."""

    name: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    days: int = 90


@dataclass(frozen=True, slots=True)
class CreatedApiKey:
    """New API key with its text, shown once: only a digest is stored."""

    key: ApiKey
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignInCode:
    """Code that signs in one device, shown once as a QR code."""

    id: str
    expires: datetime
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignInCodeState:
    """State of a sign-in code. `tried_again`: another device presented it and was refused."""

    id: str
    state: Literal["open", "used", "expired"]
    tried_again: bool
    session_id: str | None
    used: datetime | None
    expires: datetime
    device_name: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Created invitation. `url` is to be handed over by the creator; None if it was sent by e-mail."""

    sent: bool
    expires: datetime
    url: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class InvitationPreview:
    """Content of an invitation."""

    name: str = field(repr=False)
    organisation: str
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Declaration at sign-up: of age or not, and acceptance of these versions of terms and policy."""

    of_age: bool
    terms_version: str
    policy_version: str
