"""Settings of an installation: options of `unificx up` and environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from unificx.core.errors import StartupError
from unificx.identity import SignUpMode
from unificx.integrations.local_ca import Certificates, server_context
from unificx.rtpengine.supervisor import MediaInterface
from unificx.server.address import WILDCARD_ADDRESSES
from unificx.server.paths import InstallationPaths
from unificx.server.turn_config import TurnConfig
from unificx.sip_server import SourceFilter
from unificx.transport.binding import BindAddress

MEDIA_VARIABLE = "UNIFICX_MEDIA"
"""Media addresses, comma-separated: `ADDRESS` or `ADDRESS!ADVERTISED`. Default: the SIP addresses."""
CERTIFICATE_VARIABLE, KEY_VARIABLE = "UNIFICX_TLS_CERTIFICATE", "UNIFICX_TLS_KEY"
"""PEM files of a certificate (with its chain) trusted by phones and browsers, instead of one by the local CA."""
CERTIFICATE_HINT = "Both must be PEM files readable by this user, and the key must match the certificate."
PORTS_VARIABLE = "UNIFICX_MEDIA_PORTS"
"""For example 30000-39999; a call needs at least four ports."""
CALLS_VARIABLE = "UNIFICX_CALLS_PER_TENANT"
"""Maximum number of concurrent calls per tenant."""
CARRIER_TRUST_VARIABLE = "UNIFICX_CARRIER_TRUST"
"""PEM file with authorities that are trusted for SIP over TLS to carriers."""
CALLER_TRUST_VARIABLE = "UNIFICX_CALLER_TRUST"
"""PEM file with the authorities for signed caller ids; without it no signature is trusted."""
SIGN_UP_VARIABLE = "UNIFICX_SIGN_UP"
"""`open`: any visitor with an e-mail address may set up an organisation; `approval`: an operator approves each of them.
Default: `closed`."""
MIN_PORTS = 100
DEFAULT_CALLS_PER_TENANT, MAX_CALLS_PER_TENANT = 500, 20_000


ACME_VARIABLE, ACME_TRUST_VARIABLE = "UNIFICX_ACME", "UNIFICX_ACME_TRUST"
"""Directory URL of the certificate authority for --domain, and a PEM file with the CA of its own certificate."""
LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


@dataclass(frozen=True, slots=True)
class AcmeSettings:
    """A certificate for a public domain from an ACME authority. `challenges`: addresses for plain HTTP, port 80."""

    domain: str
    challenges: tuple[BindAddress, ...]
    directory: str = LETS_ENCRYPT
    trust: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of `unificx up`."""

    paths: InstallationPaths
    http: BindAddress
    https: tuple[BindAddress, ...]
    """At least one; links lead to the first."""
    sip: tuple[BindAddress, ...]
    database: str
    media: tuple[MediaInterface, ...]
    media_ports: tuple[int, int] | None = None
    """First and last port; None: a range unused by other installations on this machine."""
    calls_per_tenant: int = DEFAULT_CALLS_PER_TENANT
    certificates: Certificates | None = None
    """The configured certificate; None: one by the local CA is created."""
    acme: AcmeSettings | None = None
    """The certificate for a public domain; replaces one by the local CA as soon as it is issued."""
    public_url: str = ""
    """The public URL; "": the listening address is used."""
    sign_up: SignUpMode = "closed"
    """Whether any visitor may set up an organisation."""
    turn: TurnConfig = field(default_factory=TurnConfig)
    """STUN and TURN servers."""
    carrier_trust: str = ""
    """PEM file with authorities that are trusted for carriers, besides the system's; "": none."""
    caller_trust: str = ""
    """PEM file with authorities that are trusted for signed caller ids; "": none."""
    sources: SourceFilter | None = None
    """Sources that may send SIP; None: all."""
    demo: bool | None = None
    """Create a demo tenant: True: if there is none; False: never; None: on the first start."""


def parse_bind(transport: str, text: str, option: str) -> BindAddress:
    """Parse HOST:PORT. Raise StartupError naming the option."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise StartupError(
            f"{option} must be HOST:PORT, not {text!r}.", hint="For example 127.0.0.1:5060, or [::1]:5060."
        )
    return BindAddress(transport, host, int(port))


def parse_binds(transport: str, text: str, option: str) -> tuple[BindAddress, ...]:
    """Parse a comma-separated list of HOST:PORT, for example IPv4 and IPv6."""
    return tuple(parse_bind(transport, each.strip(), option) for each in text.split(","))


def sign_up_mode(environ: Mapping[str, str]) -> SignUpMode:
    """Return whether visitors may set up organisations. Raise StartupError for an unknown value."""
    value = environ.get(SIGN_UP_VARIABLE) or "closed"
    found = next((mode for mode in get_args(SignUpMode) if mode == value), None)
    if found is None:
        raise StartupError(
            f"{SIGN_UP_VARIABLE} must be open, approval or closed.", hint="Without it sign-up is closed."
        )
    return found


def configured_certificates(environ: Mapping[str, str]) -> Certificates | None:
    """Return the configured certificate. Raise StartupError if it is incomplete or unreadable."""
    certificate, key = environ.get(CERTIFICATE_VARIABLE), environ.get(KEY_VARIABLE)
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise StartupError(
            f"{CERTIFICATE_VARIABLE} and {KEY_VARIABLE} must be set together.", hint="Set both or neither."
        )
    files = Certificates(Path(certificate), Path(certificate), Path(key))
    try:
        server_context(files)
    except OSError as fault:  # ssl.SSLError is one
        raise StartupError(
            f"The certificate {certificate} and its key cannot be used: {fault.strerror or type(fault).__name__}.",
            hint=CERTIFICATE_HINT,
        ) from None
    return files


def acme_settings(environ: Mapping[str, str], domain: str, challenges: tuple[BindAddress, ...]) -> AcmeSettings:
    """Return the settings for a public domain. Raise StartupError if they are invalid."""
    directory = environ.get(ACME_VARIABLE) or LETS_ENCRYPT
    if not directory.startswith("https://"):
        raise StartupError(f"{ACME_VARIABLE} must be an https URL.", hint=f"For example {LETS_ENCRYPT}.")
    trust = environ.get(ACME_TRUST_VARIABLE, "")
    if trust and not Path(trust).is_file():
        raise StartupError(f"{ACME_TRUST_VARIABLE}: there is no file {trust}.", hint="It must be a PEM file.")
    return AcmeSettings(domain, challenges, directory, trust)


def media_interfaces(environ: Mapping[str, str], sip: tuple[BindAddress, ...]) -> tuple[MediaInterface, ...]:
    """Return the media interfaces of rtpengine: the configured ones, else the addresses SIP listens on."""
    value = environ.get(MEDIA_VARIABLE)
    if value:
        pairs = [each.strip().partition("!") for each in value.split(",") if each.strip()]
        return tuple(MediaInterface(address, advertised) for address, _, advertised in pairs)
    hosts = dict.fromkeys(each.host for each in sip)
    if any(host in WILDCARD_ADDRESSES for host in hosts):
        raise StartupError(
            "SIP listens on all addresses, so the media address to advertise must be configured.",
            hint=f"Set {MEDIA_VARIABLE}=ADDRESS, or ADDRESS!PUBLIC-ADDRESS behind NAT.",
        )
    return tuple(MediaInterface("127.0.0.1" if host == "localhost" else host) for host in hosts)


def media_ports(environ: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the configured port range for media, None if unset. Raise StartupError if it is invalid."""
    value = environ.get(PORTS_VARIABLE, "")
    if not value:
        return None
    first, _, last = value.partition("-")
    ports = (int(first), int(last)) if first.isdecimal() and last.isdecimal() else (0, 0)
    if not (ports[0] >= 1024 and ports[0] + MIN_PORTS - 1 <= ports[1] <= 65535):
        raise StartupError(
            f"{PORTS_VARIABLE} must be a range of at least {MIN_PORTS} ports, starting at 1024 or above.",
            hint="For example 30000-39999.",
        )
    return ports


def calls_per_tenant(environ: Mapping[str, str]) -> int:
    """Return the maximum number of concurrent calls per tenant. Raise StartupError if it is invalid."""
    value = environ.get(CALLS_VARIABLE) or str(DEFAULT_CALLS_PER_TENANT)
    if not value.isdecimal() or not 1 <= int(value) <= MAX_CALLS_PER_TENANT:
        raise StartupError(
            f"{CALLS_VARIABLE} must be a number from 1 to {MAX_CALLS_PER_TENANT:,}.", hint="For example 500."
        )
    return int(value)
