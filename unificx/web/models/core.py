"""What goes over the wire. Input refuses unknown names; the rooms' rules decide whether a value is acceptable."""

from datetime import date, datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from unificx.people import DeviceKind, Language, Role

T = TypeVar("T")

REFERENCE = r"^[A-Za-z0-9._-]+$"
"""What an id, a number or a short name is made of."""
NUMBER = r"^[0-9]{2,8}$"
SLUG = r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$"

Outcome = Literal["answered", "missed", "busy", "declined", "unreachable", "failed", "cancelled"]

Name = Annotated[str, Field(min_length=1, max_length=100, examples=["Reception"])]
Email = Annotated[str, Field(max_length=320, examples=["reception@example.com"])]
Password = Annotated[SecretStr, Field(min_length=10, max_length=256)]
TimeZone = Annotated[str, Field(max_length=64, examples=["Europe/Berlin"], description="Empty: the server's own.")]
RingSeconds = Annotated[int, Field(ge=5, le=300, description="How long it rings before the call goes elsewhere.")]
MaxCallSeconds = Annotated[int, Field(ge=60, le=86_400, description="The longest a call may last.")]


class Input(BaseModel):
    """Something a client sends."""

    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    """Something a client gets."""

    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[T]):
    """A stretch of a longer list; give `next` as `cursor` for the following one."""

    items: list[T]
    next: str | None = Field(description="The cursor of the following page, null at the end.")


class Tenant(Output):
    """An organisation with its own SIP domain."""

    id: str
    slug: str
    name: str
    domain: str
    state: Literal["active", "suspended"]
    created: datetime
    language: Language = Field(description="In which its people are spoken and written to.")
    time_zone: str = Field(description="Whose times they are told, by its IANA name; empty for the server's own.")
    park_seconds: int = Field(description="How long somebody stays parked before it rings at who has parked him.")


class NewTenant(Input):
    slug: str = Field(pattern=SLUG, description="Its short name.", examples=["demo"])
    name: Name
    domain: str = Field(max_length=253, description="Its SIP domain.", examples=["demo.example"])
    language: Language = "en"
    time_zone: TimeZone = ""


class TenantChange(Input):
    """What is left out or null stays as it is."""

    name: Name | None = None
    state: Literal["active", "suspended"] | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    park_seconds: Annotated[int | None, Field(ge=10, le=3600)] = None


class Person(Output):
    """Somebody with an account."""

    id: str
    tenant_id: str
    name: str
    email: str
    role: Role
    state: Literal["invited", "active", "suspended", "closed"]
    created: datetime
    language: Language | None = Field(description="In which they are spoken and written to; null: the organisation's.")


class NewPerson(Input):
    """Without a password the person is invited until one is set."""

    name: Name
    email: Email = ""
    role: Role = Role.USER
    password: Password | None = None


class PersonChange(Input):
    """What is left out or null stays as it is."""

    name: Name | None = None
    email: Email | None = None
    role: Role | None = None
    state: Literal["active", "suspended"] | None = None
    language: Language | Literal[""] | None = Field(default=None, description="Empty: the organisation's.")


class NewPassword(Input):
    password: Password


class OneTimePassword(BaseModel):
    """A password to come in with and to replace by one of one's own. Shown this once."""

    password: str


class OwnPassword(Input):
    current: SecretStr = Field(max_length=256, description="The password until now.")
    password: Password


class Extension(Output):
    """A number of a tenant."""

    id: str
    tenant_id: str
    number: str
    name: str
    person_id: str | None = Field(description="Whose it is; null if it belongs to nobody, such as a lobby's.")
    ring_seconds: int
    max_call_seconds: int


class ExtensionNow(Extension):
    """A number, and how it stands with what rings there."""

    devices: int = Field(description="How many may register.")
    reachable: int = Field(description="How many of them a call rings now: they are there, or are woken.")


class NewExtension(Input):
    """With an e-mail it belongs to that person of the tenant, made if there is none yet."""

    number: str = Field(pattern=NUMBER, examples=["1001"])
    name: Name
    email: Email = ""
    ring_seconds: RingSeconds = 30
    max_call_seconds: MaxCallSeconds = 10_800


class ExtensionChange(Input):
    """What is left out or null stays as it is. A number cannot change: delete and create."""

    name: Name | None = None
    ring_seconds: RingSeconds | None = None
    max_call_seconds: MaxCallSeconds | None = None


class Device(Output):
    """One telephone or program that may register for an extension."""

    id: str
    tenant_id: str
    extension_id: str
    kind: DeviceKind
    name: str
    username: str
    enabled: bool
    created: datetime
    last_used: date | None = Field(description="The day it registered last.")
    registered: bool = Field(False, description="It is there now.")
    can_be_woken: bool = Field(False, description="A call wakes it while it is not.")


class SipLogin(Output):
    """Enough for any SIP telephone to register. Shown this once: only digests of the password are kept."""

    username: str
    password: str
    domain: str
    uri: str


class ExtensionCreated(ExtensionNow):
    """The new extension, its first device and that device's login."""

    device: Device
    sip: SipLogin


class NewDevice(Input):
    extension: str = Field(max_length=64, pattern=REFERENCE, description="Its id or number.", examples=["1001"])
    name: Name
    kind: DeviceKind = "phone"


class DeviceChange(Input):
    """What is left out or null stays as it is."""

    name: Name | None = None
    enabled: bool | None = None


class DeviceCreated(Device):
    """The device and its login."""

    sip: SipLogin


class LiveCall(Output):
    """A call that is going on."""

    id: str
    tenant_id: str
    state: str
    caller: str
    callee: str = Field(description="Empty in a conference that was made of a call.")
    started: datetime
    answered: datetime | None
    room: str | None = Field(description="The id of the conference room it is in.")


class Quality(Output):
    """How one party's voice arrived here; null where nothing was measured."""

    loss: float | None = Field(description="Packets lost, in percent.")
    jitter_ms: float | None
    mos: float | None = Field(description="Mean opinion score, 1.0 to 5.0 (ITU-T G.107).")
    packets: int | None


class Party(BaseModel):
    """One side of a call that was."""

    role: Literal["caller", "callee"]
    number: str | None = Field(description="As it was signalled, empty if it was not; null for an erased person.")
    name: str | None = Field(description="As it was signalled, empty if it was not; null for an erased person.")
    erased: bool = Field(description="This person asked to be forgotten.")
    extension_id: str | None
    device_id: str | None
    quality: Quality


class Qualities(BaseModel):
    """Quality of the two sides that were listed first."""

    caller: Quality
    callee: Quality | None


class CallRecord(BaseModel):
    """A call that was."""

    id: str
    tenant_id: str
    direction: Literal["internal", "inbound", "outbound"]
    caller: str | None = Field(description="The caller's number; null for an erased person.")
    caller_name: str | None
    callee: str | None = Field(description="The number of who was called first; null for an erased person.")
    callee_name: str | None
    started: datetime
    answered: datetime | None
    ended: datetime
    talk_seconds: int
    outcome: Outcome
    cause: int = Field(description="Q.850 cause below 128, else the SIP status that ended it.")
    recorded: bool
    quality: Qualities
    parties: list[Party] = Field(description="The caller, then everybody called, in order.")


class Me(BaseModel):
    """Who is asking. `person` is null for the operator at the machine itself."""

    role: Role
    tenant: Tenant | None
    person: Person | None
    extensions: list[Extension]
    must_change: bool = Field(description="Set a password of one's own first: at /api/v1/me/password.")
    acceptance_needed: bool = Field(description="Ask for a yes to the present terms and policy.")


class Health(BaseModel):
    """This process lives."""

    status: Literal["ok"]
    version: str


class Part(Output):
    """One part of the installation."""

    name: str
    ok: bool
    why: str = Field(description="What is wrong and what to do; said to the machine itself and to operators only.")


class Readiness(BaseModel):
    """Whether every part can do its work."""

    ready: bool
    parts: list[Part]


class HeldField(BaseModel):
    """One field that holds something of a person."""

    table: str
    column: str
    field: str
    subject: str = Field(description="The column that says whose it is.")
    category: str
    uses: list[str] = Field(description="The purposes it may be opened for.")
    retention: str
    on_erase: Literal["delete", "keep"]
    export: bool = Field(description="Part of the copy a person can ask for.")
    rectifiable: bool = Field(description="The person can have it corrected.")
    text: str = Field(description="All of it in a sentence.")


class NeutralColumn(BaseModel):
    """One column that names nobody."""

    table: str
    column: str
    why: str


class PrivacyMap(BaseModel):
    """What is held, and why."""

    held: list[HeldField]
    neutral: list[NeutralColumn]
