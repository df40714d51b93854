"""Schemas of trunks. Personal and secret values never appear in a `repr`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.sip.flow import Flow
from unificx.sip.uri import escape_user

TrunkTransport = Literal["udp", "tcp", "tls"]
TrunkState = Literal["registered", "reachable", "unreachable", "refused"]
"""`registered`: by REGISTER. `reachable`: without registration, its server answers. `refused`: the carrier rejects the
credentials."""
CallerIdHeader = Literal["from", "p_asserted", "p_preferred"]
"""Header with the caller's number: From alone, or P-Asserted-Identity or P-Preferred-Identity (RFC 3325) beside it."""
NumberFormat = Literal["e164", "plus", "national"]
"""Numbers sent to the carrier: 4930123, +4930123 or 030123."""
DtmfMode = Literal["rfc4733", "info", "inband"]
VerificationMode = Literal["off", "mark", "reject"]
"""Signatures of incoming calls are ignored, verified and shown, or calls whose signature is wrong are rejected too."""
Reason = Literal["", "no_answer", "no_address", "paused", "credentials", "no_registration"]
"""Why a trunk is not usable; "" while it is, and before the first answer."""
TestReason = Literal[
    "",
    "rejected",
    "no_address",
    "no_answer",
    "no_connection",
    "no_tls",
    "server_error",
    "wrong_password",
    "forbidden",
    "unknown_user",
    "not_registered",
]
"""Finding of a test of a trunk; "" if all is well."""


@dataclass(frozen=True, slots=True)
class TrunkOptions:
    """How a carrier wants to be addressed."""

    caller_id_header: CallerIdHeader = "from"
    number_format: NumberFormat = "plus"
    dtmf: DtmfMode = "rfc4733"
    register_seconds: int = 600
    """Requested duration of a registration."""
    check_seconds: int = 30
    """Seconds between OPTIONS requests; 0: none are sent, and the servers are assumed to be reachable."""
    auth_username: str = field(default="", repr=False)
    """User name of digest authentication if it differs from the registered user."""
    sends_location: bool = False
    """Whether emergency calls carry the place of the caller (RFC 6442)."""
    signing_key: str = field(default="", repr=False)
    """Private key in PEM by which the caller id of outgoing calls is signed (RFC 8588); "": they are not signed."""
    certificate_url: str = ""
    """Where the certificate of the signing key is, for those who verify the signature."""
    verification: VerificationMode = "off"
    """How signatures of incoming calls are treated."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """A trunk: a connection to a carrier.

    `host` is a name or an IP address without brackets. `port` 0: the port is found by SRV, or is the default of the
    transport. `domain` is the host of the URIs of calls and registrations. `accept_from` are networks in CIDR form from
    which the carrier's calls come, besides the server's own addresses. `max_calls` None: no limit of its own.
    """

    id: str
    tenant_id: str
    name: str
    created: datetime
    host: str
    port: int
    transport: TrunkTransport
    domain: str
    registers: bool
    accept_from: tuple[str, ...] = ()
    max_calls: int | None = None
    options: TrunkOptions = TrunkOptions()
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def server(self) -> str:
        """The server as HOST or HOST:PORT."""
        host = _in_uri(self.host)
        return f"{host}:{self.port}" if self.port else host

    @property
    def uri_host(self) -> str:
        """The host of the carrier's URIs."""
        return _in_uri(self.domain)

    @property
    def address(self) -> str:
        """The address of record, a SIP URI."""
        return self.uri_of(escape_user(self.username))

    def uri_of(self, user: str) -> str:
        """Return the SIP URI of a user at the carrier; `user` is escaped, "" for none."""
        return f"sip:{user}@{self.uri_host}" if user else f"sip:{self.uri_host}"

    @property
    def login(self) -> tuple[str, str]:
        """User name and password of digest authentication."""
        return self.options.auth_username or self.username, self.password


@dataclass(frozen=True, slots=True)
class NewTrunk:
    """Values of a new trunk. An empty value is taken from the template if one is named. `server` is HOST or HOST:PORT,
    `domain` defaults to its host, and `registers` None means: if there is a password and no `accept_from`."""

    name: str
    server: str = ""
    transport: TrunkTransport | None = None
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    registers: bool | None = None
    accept_from: tuple[str, ...] = ()
    max_calls: int | None = None
    domain: str = ""
    template: str = ""
    caller_id_header: CallerIdHeader | None = None
    number_format: NumberFormat | None = None
    dtmf: DtmfMode | None = None
    register_seconds: int | None = None
    check_seconds: int | None = None
    auth_username: str | None = field(default=None, repr=False)
    sends_location: bool | None = None
    signing_key: str | None = field(default=None, repr=False)
    certificate_url: str | None = None
    verification: VerificationMode | None = None


@dataclass(frozen=True, slots=True)
class TrunkChange:
    """Changes to a trunk. None keeps a value, and 0 as `max_calls` removes the limit."""

    name: str | None = None
    server: str | None = None
    transport: TrunkTransport | None = None
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    registers: bool | None = None
    accept_from: tuple[str, ...] | None = None
    max_calls: int | None = None
    domain: str | None = None
    caller_id_header: CallerIdHeader | None = None
    number_format: NumberFormat | None = None
    dtmf: DtmfMode | None = None
    register_seconds: int | None = None
    check_seconds: int | None = None
    auth_username: str | None = field(default=None, repr=False)
    sends_location: bool | None = None
    signing_key: str | None = field(default=None, repr=False)
    certificate_url: str | None = None
    verification: VerificationMode | None = None


@dataclass(frozen=True, slots=True)
class TrunkStatus:
    """State of a trunk and when it was entered. `flows` lead to the servers that may be used now, in order of
    preference, `others` to those that do not answer or asked for a pause."""

    state: TrunkState
    since: datetime
    reason: Reason = ""
    flows: tuple[Flow, ...] = field(default=(), repr=False)
    others: tuple[Flow, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class UnknownNumber:
    """Calls of a carrier to numbers that are not set up. `number` is the one of the last call, shortened; `at` is its
    time."""

    number: str = field(repr=False)
    at: datetime
    calls: int


@dataclass(frozen=True, slots=True)
class RegistrationReport:
    """State of a registration, and the status code of the carrier's last response, None without one.
    `answers_options`: a server of the trunk has answered OPTIONS before."""

    state: Literal["registered", "refused", "failed"]
    status: int | None
    answers_options: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """Answer of the servers of a trunk to OPTIONS.

    `server` is the HOST:PORT that is reported, "" if the name has no address; `status` of its response, None without
    one; `seconds` until the response. `registration` is None for a trunk that does not register.
    """

    server: str = ""
    status: int | None = None
    seconds: float | None = None
    connection_failed: bool = False
    over_tls: bool = False
    registration: RegistrationReport | None = None


@dataclass(frozen=True, slots=True)
class TrunkTest:
    """Result of a test. `status` is that of the registration, or of the response to OPTIONS for a trunk without one;
    `round_trip_ms`: milliseconds until the response to OPTIONS; `advice`: what to do, in English."""

    state: TrunkState
    reason: TestReason
    status: int | None
    round_trip_ms: float | None
    server: str
    advice: str


@dataclass(frozen=True, slots=True)
class TrunkEndpoint:
    """Where and how to send a call: the Request-URI is the URI of a number at the trunk, with `port` unless it is 0.

    `flows` are the usable servers in order of failover, `known` all of them; the same if none is usable.
    """

    port: int
    flows: tuple[Flow, ...] = field(repr=False)
    known: tuple[Flow, ...] = field(repr=False)
    username: str = field(repr=False)
    """User name of digest authentication."""
    password: str = field(repr=False)

    @property
    def flow(self) -> Flow:
        """The flow to the server that is tried first."""
        return self.flows[0]


@dataclass(frozen=True, slots=True)
class Template:
    """Settings of a common carrier. An empty `server` has to be given by the customer; `note` says where to find it."""

    name: str
    title: str
    server: str
    transport: TrunkTransport
    registers: bool
    domain: str
    accept_from: tuple[str, ...]
    options: TrunkOptions
    note: str


def _in_uri(host: str) -> str:
    """Return a host as in a URI: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host
