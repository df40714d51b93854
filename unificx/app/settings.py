"""What an installation is told from outside: by options of `unificx up`, and by the environment where it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from unificx.app.relaying import Relays
from unificx.app.site import Site
from unificx.kernel.errors import CannotStart
from unificx.net import Bind, Certificates, Interface, server_context

MEDIA_VARIABLE = "UNIFICX_MEDIA"
"""Addresses media is received on, comma-separated: `ADDRESS` or `ADDRESS!ADVERTISED`. Default: where SIP listens."""
CERTIFICATE_VARIABLE, KEY_VARIABLE = "UNIFICX_TLS_CERTIFICATE", "UNIFICX_TLS_KEY"
"""PEM files of a certificate (with its chain) that phones and browsers trust, in the place of our own authority's."""
PORTS_VARIABLE = "UNIFICX_MEDIA_PORTS"
"""Such as 30000-39999; a call takes four or more."""
CALLS_VARIABLE = "UNIFICX_CALLS_PER_TENANT"
"""How many calls one organisation may have at once."""
LEAST_PORTS = 100
CALLS_OF_ONE_TENANT, MOST_CALLS = 500, 20_000
ANYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class Settings:
    """What `unificx up` was told."""

    site: Site
    http: Bind
    https: Bind
    sip: tuple[Bind, ...]
    database: str
    media: tuple[Interface, ...]
    media_ports: tuple[int, int] | None = None
    """The first and the last; None: a range that no other installation on this machine uses."""
    calls_per_tenant: int = CALLS_OF_ONE_TENANT
    certificates: Certificates | None = None
    """Given from outside; None: the installation makes its own."""
    public_url: str = ""
    """Where people reach it from outside; "": where it listens."""
    relays: Relays = field(default_factory=Relays)
    """STUN and TURN servers."""
    demo: bool | None = None
    """Make a demo organisation: True if there is none, False never, None on the first start."""


def bind(transport: str, text: str, option: str) -> Bind:
    """Read HOST:PORT. Raises CannotStart naming the option."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise CannotStart(f"{option} takes HOST:PORT, not {text!r}.", hint="For example 127.0.0.1:5060, or [::1]:5060.")
    return Bind(transport, host, int(port))


def binds(transport: str, text: str, option: str) -> tuple[Bind, ...]:
    """Read HOST:PORT, or several separated by commas: IPv4 and IPv6, say."""
    return tuple(bind(transport, each.strip(), option) for each in text.split(","))


def certificates(environ: Mapping[str, str]) -> Certificates | None:
    """The certificate given from outside. Raises CannotStart if it is given by halves or cannot be read."""
    certificate, key = environ.get(CERTIFICATE_VARIABLE), environ.get(KEY_VARIABLE)
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise CannotStart(f"{CERTIFICATE_VARIABLE} and {KEY_VARIABLE} go together.", hint="Set both, or neither.")
    files = Certificates(Path(certificate), Path(certificate), Path(key))
    try:
        server_context(files)
    except OSError as fault:  # ssl.SSLError is one
        raise CannotStart(
            f"The certificate {certificate} and its key cannot be used: {fault.strerror or type(fault).__name__}.",
            hint="Both are PEM files that this user can read, and they belong together.",
        ) from None
    return files


def media_interfaces(environ: Mapping[str, str], sip: tuple[Bind, ...]) -> tuple[Interface, ...]:
    """Where rtpengine takes media: as the environment says, else on the addresses SIP listens on."""
    given = environ.get(MEDIA_VARIABLE)
    if given:
        pairs = [each.strip().partition("!") for each in given.split(",") if each.strip()]
        return tuple(Interface(address, advertised) for address, _, advertised in pairs)
    hosts = dict.fromkeys(each.host for each in sip)
    if any(host in ANYWHERE for host in hosts):
        raise CannotStart(
            "SIP listens on every address, so media needs to be told which one to name to phones.",
            hint=f"Set {MEDIA_VARIABLE}=ADDRESS, or ADDRESS!PUBLIC-ADDRESS behind NAT.",
        )
    return tuple(Interface("127.0.0.1" if host == "localhost" else host) for host in hosts)


def media_ports(environ: Mapping[str, str]) -> tuple[int, int] | None:
    """The range media is to use, None if it is not set. Raises CannotStart if it is none."""
    given = environ.get(PORTS_VARIABLE, "")
    if not given:
        return None
    first, _, last = given.partition("-")
    ports = (int(first), int(last)) if first.isdecimal() and last.isdecimal() else (0, 0)
    if not (ports[0] >= 1024 and ports[0] + LEAST_PORTS - 1 <= ports[1] <= 65535):
        raise CannotStart(
            f"{PORTS_VARIABLE} takes a range of at least {LEAST_PORTS} ports from 1024 on.",
            hint="For example 30000-39999.",
        )
    return ports


def calls_per_tenant(environ: Mapping[str, str]) -> int:
    """How many calls one organisation may have at once. Raises CannotStart if it is no such number."""
    given = environ.get(CALLS_VARIABLE) or str(CALLS_OF_ONE_TENANT)
    if not given.isdecimal() or not 1 <= int(given) <= MOST_CALLS:
        raise CannotStart(f"{CALLS_VARIABLE} takes a number from 1 to {MOST_CALLS:,}.", hint="For example 500.")
    return int(given)
