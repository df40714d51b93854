"""Common API schemas. Input rejects unknown fields; the services validate the values."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, computed_field

from unificx.calls.events import StepKind, StepOutcome, StepReason
from unificx.identity import DeviceKind, Language, PickupRight, PolicyStanding, Role
from unificx.presence import Callers, PresenceState

T = TypeVar("T")

REFERENCE = r"^[A-Za-z0-9._-]+$"
"""Pattern of ids, numbers and slugs."""
NUMBER = r"^[0-9]{2,8}$"
DESTINATION = r"^[a-z][a-z_]{0,31}(:[^\n\r]{1,100})?$"
"""Pattern of a destination, or one of the words `off` and `default`; the service checks it further."""
SLUG = r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$"

Outcome = Literal["answered", "missed", "busy", "declined", "unreachable", "failed", "cancelled"]

Name = Annotated[str, Field(min_length=1, max_length=200, examples=["Reception"])]
Department = Annotated[str, Field(max_length=60, examples=["Sales"])]
Email = Annotated[str, Field(max_length=320, examples=["reception@example.com"])]
Password = Annotated[SecretStr, Field(min_length=10, max_length=256)]
Country = Annotated[str, Field(pattern=r"^[A-Za-z]{2}$", examples=["DE"])]
TimeZone = Annotated[
    str, Field(max_length=64, examples=["Europe/Berlin"], description="IANA name; empty: the server's time zone.")
]
RingSeconds = Annotated[int, Field(ge=5, le=300, description="Seconds to ring before the call is diverted.")]
MaxCallSeconds = Annotated[int, Field(ge=60, le=86_400, description="Maximum duration of a call, in seconds.")]
Destination = Annotated[
    str,
    Field(
        max_length=130,
        pattern=DESTINATION,
        description=(
            "`kind:name`, such as `extension:1002`, `mailbox:1001` or `number:+49301234567`; `off`: not forwarded; "
            "`default`: as in the state `available`."
        ),
        examples=["extension:1002"],
    ),
]
ForwardedTo = Annotated[str, Field(description="Destination in force for callers inside; `off` for none.")]


class Schema(BaseModel):
    """Base of schemas. Like those below it is built on its first use: a server uses few of the hundreds."""

    model_config = ConfigDict(defer_build=True)


class Input(BaseModel):
    """Base of request schemas."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Output(BaseModel):
    """Base of response schemas."""

    model_config = ConfigDict(from_attributes=True, defer_build=True)


class Versioned(BaseModel):
    """Base of response schemas of objects that are changed only as they were read, if the client wants that."""

    model_config = Output.model_config
    live: ClassVar[Mapping[str, Any]] = {}
    """The fields without a part in the version, as pydantic excludes them: states, and what depends on the reader."""

    @computed_field(description="Changes with the settings, except passwords and keys; for `If-Match` of a change.")
    @property
    def version(self) -> str:
        settings = self.model_dump(mode="json", exclude={**self.live, "version": True})
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


class Page(Schema, Generic[T]):
    """One page of a list; pass `next` as `cursor` to get the following page."""

    items: list[T]
    next: str | None = Field(description="Cursor of the following page; null on the last page.")


class Tenant(Output):
    """A tenant with its own SIP domain."""

    id: str
    slug: str
    name: str
    domain: str
    state: Literal["active", "suspended"]
    created: datetime
    language: Language = Field(description="Default language of prompts and e-mails.")
    time_zone: str = Field(description="Time zone of prompts and e-mails (IANA name); empty: the server's time zone.")
    park_seconds: int = Field(description="Seconds until a parked call rings back at the extension that parked it.")
    sign_out_time: str = Field(description="Time of day at which users are signed out of shared phones.")
    country: str = Field(description="Country by whose rules numbers are dialled (ISO 3166 code).", examples=["DE"])
    pickup: PickupRight = Field(description="Which ringing calls an extension may pick up.")
    chat: bool = Field(description="Whether its users may use chat.")
    pictures: bool = Field(description="Whether pictures of people are stored and shown.")
    assistants: bool = Field(description="Whether assistants may use API keys of its users, at /mcp.")


class NewTenant(Input):
    slug: str = Field(pattern=SLUG, description="The tenant's short name.", examples=["demo"])
    name: Name
    domain: str = Field(max_length=253, description="Its SIP domain.", examples=["demo.example"])
    language: Language = "en"
    time_zone: TimeZone = ""
    country: Country | None = Field(default=None, description="By default that of the time zone, or DE.")


class TenantChange(Input):
    """Omitted or null fields stay unchanged."""

    name: Name | None = None
    state: Literal["active", "suspended"] | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    park_seconds: Annotated[int | None, Field(ge=10, le=3600)] = None
    sign_out_time: Annotated[str | None, Field(max_length=5)] = None
    country: Country | None = Field(default=None, description="Country by whose rules numbers are dialled.")
    pickup: PickupRight | None = Field(
        default=None,
        description="Which ringing calls an extension may pick up: `everyone`, those of the whole tenant; `groups`, "
        "those that ring at a member of one of its ring groups or queues.",
    )
    chat: bool | None = Field(
        default=None, description="Whether its users may use chat. Off, messages stay until their period has ended."
    )
    pictures: bool | None = Field(default=None, description="Whether pictures of people are stored and shown.")
    assistants: bool | None = Field(
        default=None,
        description="Whether assistants may use API keys of its users, at /mcp. Their providers get what they read.",
    )


class Person(Output):
    """A user account."""

    id: str
    tenant_id: str
    name: str
    email: str
    role: Role
    state: Literal["invited", "active", "suspended", "closed"]
    created: datetime
    language: Language | None = Field(
        description="Language of prompts and e-mails for this person; null: the tenant's language."
    )
    department: str = Field(description="Empty: none.")


class NewPerson(Input):
    """Without a password the person stays invited until one is set."""

    name: Name
    email: Email = ""
    role: Role = Role.USER
    password: Password | None = None
    language: Language | None = Field(default=None, description="Null: the tenant's language.")
    number: str = Field(
        default="", pattern=r"^([0-9]{2,8})?$", description="Number of the person's extension; empty: none."
    )
    department: Department = ""


class PersonChange(Input):
    """Omitted or null fields stay unchanged."""

    name: Name | None = None
    email: Email | None = None
    role: Role | None = None
    state: Literal["active", "suspended"] | None = None
    language: Language | Literal[""] | None = Field(default=None, description="Empty: the tenant's language.")
    department: Department | None = None


class NewPassword(Input):
    password: Password


class OneTimePassword(Schema):
    """A password for one sign-in, to be replaced by the user. Shown only once."""

    password: str


class OwnPassword(Input):
    current: SecretStr = Field(max_length=256, description="The current password.")
    password: Password


class Extension(Output):
    """An extension of a tenant."""

    id: str
    tenant_id: str
    number: str
    name: str
    person_id: str | None = Field(
        description="The person the extension belongs to; null for a shared one, such as a lobby phone."
    )
    ring_seconds: int
    max_call_seconds: int
    department: str = Field(description="That of the person, if there is one; empty: none.")


DeviceCount = Annotated[int, Field(description="Number of enabled devices.")]
ReachableCount = Annotated[
    int, Field(description="Number of devices a call reaches now: registered, or woken by push.")
]


class ExtensionNow(Extension):
    """An extension, the state of its devices, and where its calls are forwarded."""

    devices: DeviceCount
    reachable: ReachableCount
    presence: PresenceState
    do_not_disturb: bool
    forward_always: ForwardedTo
    forward_busy: ForwardedTo
    forward_no_answer: ForwardedTo
    forward_unreachable: ForwardedTo


class NewExtension(Input):
    """With an e-mail address the extension belongs to that person of the tenant, who is created if necessary."""

    number: str = Field(pattern=NUMBER, examples=["1001"])
    name: Name
    email: Email = ""
    ring_seconds: RingSeconds = 30
    max_call_seconds: MaxCallSeconds = 10_800
    department: Department = Field(default="", description="Of an extension without a person; empty: none.")


class ExtensionChange(Input):
    """Omitted or null fields stay unchanged. A number cannot change: delete and create."""

    name: Name | None = None
    ring_seconds: RingSeconds | None = None
    max_call_seconds: MaxCallSeconds | None = None
    department: Department | None = Field(default=None, description="Only of an extension without a person.")
    presence: PresenceState | None = None
    do_not_disturb: bool | None = Field(default=None, description="False: available, if calls are refused now.")
    callers: Callers = Field(default="all", description="Callers that the following fields are for.")
    forward_always: Destination | None = None
    forward_busy: Destination | None = None
    forward_no_answer: Destination | None = None
    forward_unreachable: Destination | None = None


class DeviceRegistration(Output):
    """The present registration of a device."""

    since: datetime = Field(description="Time of the latest REGISTER.")
    transport: str
    address: str = Field(description="IP address of the phone, or of the router in front of it.")
    user_agent: str = Field(description="Model and firmware, as the phone sent them.")


class DeviceFailure(Output):
    """Why a device could not register last."""

    reason: Literal["wrong_password", "wrong_domain", "blocked"]
    at: datetime


class Device(Output):
    """A phone or program that registers for an extension."""

    id: str
    tenant_id: str
    extension_id: str
    kind: DeviceKind
    name: str
    username: str
    enabled: bool
    created: datetime
    last_used: date | None = Field(description="Date of the last registration.")
    registered: bool = Field(False, description="The device is registered now.")
    can_be_woken: bool = Field(False, description="A call wakes the device by push while it is not registered.")
    registration: DeviceRegistration | None = None
    failure: DeviceFailure | None = Field(None, description="The last failed registration since the last success.")
    shared: bool = Field(False, description="Users sign in at it with `*60`.")
    used_by: str | None = Field(None, description="Number of the extension whose user is signed in at a shared phone.")
    used_since: datetime | None = None


class SipAddress(Schema):
    """An address at which phones register."""

    transport: Literal["udp", "tcp", "tls"]
    host: str
    port: int
    local_only: bool = Field(description="Only reachable from the machine of the server itself.")


class PhoneConnection(Schema):
    """Settings to be entered in a phone, besides the login of the device."""

    domain: str = Field(description="SIP domain, also called realm or registrar.")
    servers: list[SipAddress] = Field(description="Recommended transport first.")


class ProvisioningLink(Schema):
    """A link with which a phone sets itself up."""

    url: str
    svg: str = Field(description="The QR code as an SVG element, to be embedded unchanged.")
    expires: datetime


class SipLogin(Output):
    """SIP credentials. Shown only once: only digests of the password are stored."""

    username: str
    password: str
    domain: str
    uri: str


class ExtensionCreated(Extension):
    """The new extension with its state, its first device and that device's SIP credentials."""

    devices: DeviceCount
    reachable: ReachableCount
    presence: PresenceState
    do_not_disturb: bool
    forward_always: ForwardedTo
    forward_busy: ForwardedTo
    forward_no_answer: ForwardedTo
    forward_unreachable: ForwardedTo
    device: Device
    sip: SipLogin


class NewDevice(Input):
    extension: str = Field(
        max_length=64, pattern=REFERENCE, description="Id or number of the extension.", examples=["1001"]
    )
    name: Name
    kind: DeviceKind = "phone"


class DeviceChange(Input):
    """Omitted or null fields stay unchanged."""

    name: Name | None = None
    enabled: bool | None = None
    shared: bool | None = Field(None, description="Users sign in at it; for phones of an extension without a person.")


class DeviceCreated(Device):
    """The device and its SIP credentials."""

    sip: SipLogin


class LiveCall(Output):
    """A live call."""

    id: str
    tenant_id: str
    state: str
    caller: str
    callee: str = Field(description="Empty for a call that was converted to a conference.")
    started: datetime
    answered: datetime | None
    room: str | None = Field(description="Id of the conference room the call is connected to.")


class Quality(Output):
    """Quality of the audio received from one party; null if not measured."""

    loss: float | None = Field(description="Packet loss in percent.")
    jitter_ms: float | None
    mos: float | None = Field(description="Mean opinion score, 1.0 to 5.0 (ITU-T G.107).")
    packets: int | None


class Party(Schema):
    """One party of a finished call."""

    role: Literal["caller", "callee"]
    number: str | None = Field(description="As signaled, empty if not signaled; null for an erased person.")
    name: str | None = Field(description="As signaled, empty if not signaled; null for an erased person.")
    erased: bool = Field(description="The personal data of this party was erased.")
    extension_id: str | None
    device_id: str | None
    quality: Quality


class CallQuality(Schema):
    """Quality of the first two parties."""

    caller: Quality
    callee: Quality | None


class CallStep(Output):
    """A step on the path of a call."""

    kind: StepKind = Field(description="A person's phones, an outside number, or an object of the tenant.")
    reason: StepReason = Field(description="Why the call went there; `routed` by the step before.")
    at: datetime
    ended: datetime
    outcome: StepOutcome = Field(description="How it ended there; `continued`: it passed the call on.")
    number: str | None = Field(description="Number of the person or object; null for an erased or hidden one.")
    name: str | None
    extension_id: str | None
    by: int | None = Field(description="Position in `parties` of the party that sent the call there.")


class CallCost(Output):
    """The billed part of a call to a number outside. It is stored apart from the call, without number and name."""

    billed_seconds: int
    currency: str = Field(description="Empty while it has no price.", examples=["EUR"])
    amount: int = Field(description="In millionths of the main unit of the currency.", examples=[12000])


class CallRecord(Schema):
    """A finished call."""

    id: str
    tenant_id: str
    direction: Literal["internal", "inbound", "outbound"]
    caller: str | None = Field(description="The caller's number; null for an erased person.")
    caller_name: str | None
    callee: str | None = Field(description="Number of the first callee; null for an erased person.")
    callee_name: str | None
    started: datetime
    answered: datetime | None
    ended: datetime
    talk_seconds: int
    outcome: Outcome
    cause: int = Field(description="Q.850 cause below 128, else the SIP status that ended it.")
    recorded: bool
    quality: CallQuality
    parties: list[Party] = Field(description="The caller, then all called parties, in order.")
    answered_by: Literal["voicemail"] | None = Field(
        default=None,
        description="`voicemail` if a mailbox answered; `outcome` then says why no phone of the called party did.",
    )
    verification: str = Field(
        default="",
        description="Whether the signature of the caller id was right (STIR/SHAKEN): `verified` and the attestation of "
        "the carrier, `failed` or `unsigned`; empty if it was not verified.",
        examples=["verified A"],
    )
    message_seconds: float | None = Field(
        default=None, description="Length of the voicemail message left in this call, while it exists.", examples=[7.2]
    )
    steps: list[CallStep] = Field(description="The way of the call; empty if it only rang the dialled extension.")
    costs: list[CallCost] = Field(
        default_factory=list, description="Its billed parts; users see those of their own extensions."
    )


class HourlyCalls(Output):
    """The calls that started in one hour."""

    start: datetime = Field(description="Beginning of the hour, UTC.")
    calls: int
    outcomes: dict[Outcome, int] = Field(description="Calls by outcome; outcomes without a call are left out.")
    voicemail: int = Field(description="Calls that a mailbox answered; counted in `outcomes` by that of their phones.")
    talk_seconds: int
    mos: float | None = Field(description="Mean opinion score of all measured parties, 1.0 to 5.0 (ITU-T G.107).")


class CallStatistics(Output):
    """Statistics of the calls of a period. They name no party."""

    hours: list[HourlyCalls] = Field(description="In order; hours without calls are left out.")
    median_answer_seconds: float | None = Field(
        description="Median time from call to answer by a person, of the 2000 latest answered calls of the period."
    )


class Me(Schema):
    """The authenticated user. `person` is null for the operator on the control socket."""

    role: Role
    tenant: Tenant | None
    person: Person | None
    extensions: list[Extension]
    permissions: list[str] = Field(description="Permissions in the own organisation, by role and custom roles.")
    resells: bool = Field(default=False, description="The organisation is a reseller, and you manage its tenants.")
    must_change: bool = Field(description="The user must choose a password first, at /api/v1/me/password.")
    acceptance_needed: bool = Field(description="The user must accept the current terms and privacy policy.")
    policy: PolicyStanding = Field(description="Changes of the policy since the acceptance: see /api/v1/me/policy.")
