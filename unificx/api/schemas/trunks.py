"""Schemas of trunks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field, SecretStr

from unificx.api.schemas.core import Input, Output, Versioned
from unificx.trunks import (
    CallerIdHeader,
    DtmfMode,
    NumberFormat,
    Reason,
    TestReason,
    TrunkState,
    TrunkTransport,
    VerificationMode,
)

TrunkName = Annotated[
    str, Field(min_length=1, max_length=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", examples=["carrier"])
]
Server = Annotated[
    str,
    Field(
        max_length=260,
        description="HOST or HOST:PORT. Without a port, it is found by DNS SRV, or is that of the transport.",
        examples=["sip.example.com"],
    ),
]
Domain = Annotated[str, Field(max_length=253, description="SIP domain of the carrier; empty: the host of the server.")]
Networks = Annotated[
    list[Annotated[str, Field(max_length=50)]],
    Field(
        max_length=64,
        description="IP addresses or networks from which the carrier's calls come, besides those of the server.",
    ),
]
Login = Annotated[str, Field(max_length=128)]
Secret = Annotated[SecretStr, Field(max_length=128)]
RegisterSeconds = Annotated[int, Field(ge=60, le=86_400, description="Requested duration of a registration, seconds.")]
CheckSeconds = Annotated[
    int,
    Field(ge=0, le=3600, description="Seconds between OPTIONS requests, at least 10; 0: the carrier is not checked."),
]
SigningKey = Annotated[SecretStr, Field(max_length=4_000)]
CertificateUrl = Annotated[str, Field(max_length=300, examples=["https://example.com/calls.pem"])]
_CERTIFICATE = "HTTPS address of the certificate by which others verify the signature."
_VERIFICATION = "Signatures of incoming calls: off: ignored; mark: verified and shown; reject: wrong ones end the call."
_LOCATION = "Emergency calls carry the place of the caller, as PIDF-LO (RFC 6442). Enable it if the carrier takes it."
_CALLER_ID = "Header with the caller's number: From alone, or an identity header of RFC 3325 beside it."
_NUMBERS = "Format of the numbers sent to the carrier: 4930123 (e164), +4930123 (plus) or 030123 (national)."
_LIMIT = "Maximum number of concurrent calls; null: no limit of its own."


class UnknownNumber(Output):
    """Rejected calls of the carrier to numbers that are not set up."""

    number: str = Field(description="Number of the last one as the carrier wrote it, shortened.", examples=["+493…678"])
    at: datetime = Field(description="Time of the last one.")
    calls: int = Field(description="Number of such calls, without a day between two of them.")


class Trunk(Versioned):
    """A trunk: a connection to a carrier."""

    live: ClassVar[Mapping[str, Any]] = {"state": True, "since": True, "reason": True, "unknown_number": True}

    id: str
    tenant_id: str
    name: str
    created: datetime
    server: str
    transport: TrunkTransport
    domain: str
    username: str
    auth_username: str = Field(description="User name for authentication if it differs from the user name.")
    has_password: bool
    registers: bool = Field(description="The trunk registers with the carrier.")
    accept_from: list[str]
    max_calls: int | None = Field(description=_LIMIT)
    caller_id_header: CallerIdHeader = Field(description=_CALLER_ID)
    number_format: NumberFormat = Field(description=_NUMBERS)
    dtmf: DtmfMode
    register_seconds: int
    check_seconds: int
    sends_location: bool = Field(description=_LOCATION)
    signs_calls: bool = Field(description="The caller id of outgoing calls is signed (STIR/SHAKEN).")
    certificate_url: str = Field(description=_CERTIFICATE)
    verification: VerificationMode = Field(description=_VERIFICATION)
    state: TrunkState = Field(
        description="registered; reachable: its server answers; unreachable; refused: the carrier rejects the login."
    )
    since: datetime = Field(description="Time since when the trunk is in this state.")
    reason: Reason = Field(description="Why the trunk is not usable; empty while it is, and before the first answer.")
    unknown_number: UnknownNumber | None = Field(
        description="Rejected calls to numbers that are not set up; null if there was none in the last 24 hours, and "
        "for a carrier that several tenants share."
    )


class NewTrunk(Input):
    """With a template, omitted fields have its values."""

    name: TrunkName
    server: Server = ""
    template: Annotated[str, Field(max_length=40, description="Name of a template; empty: none.")] = ""
    transport: TrunkTransport | None = Field(None, description="Null: that of the template, or UDP.")
    username: Login = ""
    password: Secret = SecretStr("")
    registers: bool | None = Field(
        None, description="Null: as in the template, or if there is a password and no accepted network."
    )
    accept_from: Networks = Field(default_factory=list[str])
    max_calls: int | None = Field(None, ge=1, le=10_000, description=_LIMIT)
    domain: Domain = ""
    auth_username: Login | None = None
    caller_id_header: CallerIdHeader | None = Field(None, description=_CALLER_ID)
    number_format: NumberFormat | None = Field(None, description=_NUMBERS)
    dtmf: DtmfMode | None = None
    register_seconds: RegisterSeconds | None = None
    check_seconds: CheckSeconds | None = None
    sends_location: bool | None = Field(None, description=_LOCATION)
    signing_key: SigningKey | None = Field(
        None, description="Private key in PEM on the curve P-256; empty: no signatures."
    )
    certificate_url: CertificateUrl | None = Field(None, description=_CERTIFICATE)
    verification: VerificationMode | None = Field(None, description=_VERIFICATION)


class TrunkChange(Input):
    """Omitted or null fields stay unchanged. Calls in progress are not affected."""

    name: TrunkName | None = None
    server: Server | None = None
    transport: TrunkTransport | None = None
    username: Login | None = None
    password: Secret | None = None
    registers: bool | None = None
    accept_from: Networks | None = None
    max_calls: int | None = Field(None, ge=0, le=10_000, description="0: no limit of its own.")
    domain: Domain | None = None
    auth_username: Login | None = None
    caller_id_header: CallerIdHeader | None = Field(None, description=_CALLER_ID)
    number_format: NumberFormat | None = Field(None, description=_NUMBERS)
    dtmf: DtmfMode | None = None
    register_seconds: RegisterSeconds | None = None
    check_seconds: CheckSeconds | None = None
    sends_location: bool | None = Field(None, description=_LOCATION)
    signing_key: SigningKey | None = Field(
        None, description="Private key in PEM on the curve P-256; empty: no signatures."
    )
    certificate_url: CertificateUrl | None = Field(None, description=_CERTIFICATE)
    verification: VerificationMode | None = Field(None, description=_VERIFICATION)


class TrunkTest(Output):
    """Result of a test of a trunk."""

    state: TrunkState = Field(description="As found by the test.")
    reason: TestReason = Field(description="Finding; empty if all is well.")
    status: int | None = Field(
        description="SIP status code of the registration, or of the response to OPTIONS for a trunk that does not "
        "register; null without a response.",
        examples=[403],
    )
    round_trip_ms: float | None = Field(description="Milliseconds until the response to OPTIONS; null without one.")
    server: str = Field(description="HOST:PORT that was asked; empty if DNS has no address.")
    advice: str = Field(description="Advice, in English.")


class TrunkTemplate(Output):
    """Settings of a common carrier, to start from."""

    name: str
    title: str
    server: str = Field(description="Empty: to be given, see the note.")
    transport: TrunkTransport
    registers: bool
    domain: str
    accept_from: list[str]
    caller_id_header: CallerIdHeader
    number_format: NumberFormat
    note: str = Field(description="Where to find the values that the carrier gives to its customers.")
