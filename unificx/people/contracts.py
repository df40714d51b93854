"""What goes in and out of the room. Frozen; personal values never show in a `repr`."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

TenantState = Literal["active", "suspended"]
PersonState = Literal["invited", "active", "suspended", "closed"]
DeviceKind = Literal["phone", "softphone", "client"]
"""A desk phone or gateway; a SIP program of somebody else; our own client."""
SessionKind = Literal["mobile", "desktop", "browser", "program"]
"""What is signed in."""
Keep = Literal["token", "cookie"]
"""How a session is kept: by a program, which is told its tokens, or by a browser, out of a script's reach."""
FactorKind = Literal["totp", "passkey", "recovery_code"]
NoticeKind = Literal[
    "new_device",
    "device_given",
    "code_tried_again",
    "session_theft",
    "password_changed",
    "factor_changed",
    "recovery_used",
]
"""What a person is told about the safety of their account."""
Language = Literal["en", "de"]


class Role(StrEnum):
    """From the most to the least powerful. Operators belong to the operator's own tenant."""

    OPERATOR = "operator"
    TENANT_ADMIN = "tenant_admin"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A stretch of a longer list; `next` is the cursor of the following one, None at the end."""

    items: tuple[T, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where an attempt to sign in comes from."""

    address: str = field(default="", repr=False)
    agent: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignInDevice:
    """What signs in, as it calls itself."""

    name: str = field(default="", repr=False)
    kind: SessionKind = "program"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How somebody comes in: from where, with what, and how the session is to be kept."""

    source: Source = Source()
    device: SignInDevice = SignInDevice()
    keep: Keep = "token"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `session_id` is "" for the operator at the control socket."""

    person_id: str
    tenant_id: str
    role: Role
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation with its own SIP domain. `slug` is its short name on the command line."""

    id: str
    slug: str
    name: str
    domain: str
    state: TenantState
    created: datetime
    language: Language = "en"
    """In which it is spoken and written to its people, where they have not chosen another."""
    time_zone: str = ""
    """The IANA name of the zone whose times it is told in; "" for the server's own."""
    park_seconds: int = 90
    """How long somebody stays parked before it rings at who has parked him."""

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


@dataclass(frozen=True, slots=True)
class TenantChange:
    """None leaves a value as it is. The domain is fixed: every device's credential is bound to it."""

    name: str | None = None
    state: TenantState | None = None
    language: Language | None = None
    time_zone: str | None = None
    park_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """`subject` is whose data a sealed value is; what an erasure destroys."""

    id: str
    tenant_id: str
    subject: str
    role: Role
    state: PersonState
    created: datetime
    name: str = field(repr=False)
    email: str = field(repr=False)
    language: Language | None = None
    """None for the organisation's."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Without a password the person is `invited` until one is set."""

    name: str = field(repr=False)
    email: str = field(default="", repr=False)
    role: Role = Role.USER
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PersonChange:
    """None leaves a value as it is. Closing is `People.close_person`. The language "" is the organisation's."""

    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    role: Role | None = None
    state: Literal["active", "suspended"] | None = None
    language: Language | Literal[""] | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """A number of a tenant. `subject` is its owner's, or its own where it belongs to nobody (a lobby, a door)."""

    id: str
    tenant_id: str
    number: str
    person_id: str | None
    subject: str
    ring_seconds: int
    max_call_seconds: int
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewExtension:
    """With an e-mail the extension belongs to that person of the tenant, made if there is none yet."""

    number: str
    name: str = field(repr=False)
    email: str = field(default="", repr=False)
    ring_seconds: int = 30
    max_call_seconds: int = 10800


@dataclass(frozen=True, slots=True)
class ExtensionChange:
    """None leaves a value as it is. The number is fixed: delete and create."""

    name: str | None = field(default=None, repr=False)
    ring_seconds: int | None = None
    max_call_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """One phone or program that may register for an extension. `last_used` is a day, no finer."""

    id: str
    tenant_id: str
    extension_id: str
    kind: DeviceKind
    enabled: bool
    created: datetime
    last_used: date | None
    name: str = field(repr=False)
    username: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewDevice:
    extension_id: str
    name: str = field(repr=False)
    kind: DeviceKind = "phone"


@dataclass(frozen=True, slots=True)
class DeviceChange:
    name: str | None = field(default=None, repr=False)
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class SipLogin:
    """Enough for any SIP phone to register. Shown once: only digests of it are kept."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    domain: str
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceAuth:
    """What it takes to check a device's digest; held in memory for every device there is."""

    device_id: str
    extension_id: str
    tenant_id: str
    realm: str
    enabled: bool
    """False too while its person, extension's owner or tenant is suspended."""
    username: str = field(repr=False)
    ha1_md5: bytes = field(repr=False)
    ha1_sha256: bytes = field(repr=False)

    @property
    def ha1(self) -> dict[str, str]:
        """H(username:realm:password) in hex by algorithm (RFC 7616 section 3.4.2)."""
        return {"MD5": self.ha1_md5.hex(), "SHA-256": self.ha1_sha256.hex()}


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What somebody who is signed in sees of himself.

    `must_change`: the password, which somebody else was shown. `acceptance_needed`: of the present terms and policy.
    """

    person: Person
    extensions: tuple[Extension, ...]
    must_change: bool
    acceptance_needed: bool


@dataclass(frozen=True, slots=True)
class MadeExtension:
    """All that came into being with a new extension."""

    extension: Extension
    device: Device
    login: SipLogin


@dataclass(frozen=True, slots=True)
class MadeDevice:
    """A new device, or one with a new password."""

    device: Device
    login: SipLogin


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session's two tokens, shown once: only digests of them are kept.

    `token` is good until `expires`; `refresh`, once and until `refresh_expires`, for the next two. `must_change` asks
    for a password of one's own first, `acceptance_needed` for a yes to the present terms and policy.
    """

    principal: Principal
    expires: datetime
    refresh_expires: datetime
    must_change: bool
    acceptance_needed: bool
    token: str = field(repr=False)
    refresh: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecondFactorNeeded:
    """The first proof was right; `ticket` and one of `kinds` make a session of it until `expires`."""

    kinds: tuple[FactorKind, ...]
    expires: datetime
    ticket: str = field(repr=False)


Admission = SignedIn | SecondFactorNeeded


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser or program, as its person sees it. `device_id` is its SIP device, if it has one."""

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
class SignInCode:
    """A code that signs one device in, shown once as a picture."""

    id: str
    expires: datetime
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignInCodeState:
    """What became of a code. `tried_again`: another device came with it and was refused."""

    id: str
    state: Literal["open", "used", "expired"]
    tried_again: bool
    session_id: str | None
    used: datetime | None
    expires: datetime
    device_name: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that was made. `url` is for whoever made it to hand over; None if it was sent by e-mail."""

    sent: bool
    expires: datetime
    url: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is invited, and where to."""

    name: str = field(repr=False)
    organisation: str
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What somebody says when they come in: old enough or not, and yes to terms and policy of these versions."""

    of_age: bool
    terms_version: str
    policy_version: str


@dataclass(frozen=True, slots=True)
class FirstOperator:
    """The operator made at the first start, and the password to sign in with until another is set."""

    person_id: str
    email: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Demo:
    """The demonstration tenant and one login per extension, by number."""

    tenant: Tenant
    logins: dict[str, SipLogin] = field(repr=False)
