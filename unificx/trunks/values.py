"""Validation of trunk settings, and values of a new trunk from a template. Pure."""

import re
from dataclasses import asdict, replace
from datetime import datetime
from ipaddress import ip_address, ip_network

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.sip.passport import signing_key
from unificx.trunks.schemas import NewTrunk, Template, Trunk, TrunkChange, TrunkOptions

MAX_NETWORKS = 64
MIN_PREFIX = {4: 16, 6: 32}
"""Shortest prefix of an accepted network by IP version: calls from all of it are taken for the carrier's."""
MAX_CALLS = 10_000
REGISTER_SECONDS = (60, 86_400)
CHECK_SECONDS = (10, 3_600)
OPTION_NAMES = (
    *("caller_id_header", "number_format", "dtmf", "register_seconds", "check_seconds", "auth_username"),
    *("sends_location", "signing_key", "certificate_url", "verification"),
)

_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}").fullmatch
_host_name = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
).fullmatch
_certificate_url = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?/[A-Za-z0-9._~/%+-]{0,200}").fullmatch
_login = re.compile(r"[!-~]{0,128}").fullmatch


def new_trunk(id_: str, tenant_id: str, created: datetime, new: NewTrunk, template: Template | None) -> Trunk:
    """Return a new trunk with the values of the template where `new` has none. Raise Invalid."""
    server = new.server or (template.server if template else "")
    if not server:
        hint = Phrase(template.note) if template else "For example sip.example.com, or 192.0.2.10:5060."
        raise Invalid("The server of the carrier is missing.", field="server", hint=hint)
    host, port = _parse_server(server)
    domain = new.domain or (template.domain if template else "")
    accept_from = new.accept_from or (template.accept_from if template else ())
    registers = new.registers
    if registers is None:
        registers = template.registers if template else bool(new.password and not accept_from)
    options = template.options if template else TrunkOptions()
    given = {name: value for name in OPTION_NAMES if (value := getattr(new, name)) is not None}
    trunk = Trunk(
        id=id_,
        tenant_id=tenant_id,
        name=new.name,
        created=created,
        host=host,
        port=port,
        transport=new.transport or (template.transport if template else "udp"),
        domain=(domain or host).lower(),
        registers=registers,
        accept_from=accept_from,
        max_calls=new.max_calls or None,
        options=replace(options, **given),
        username=new.username,
        password=new.password,
    )
    return checked(trunk)


def changed(trunk: Trunk, change: TrunkChange) -> Trunk:
    """Return the trunk with a change applied. Raise Invalid."""
    given = {name: value for name, value in asdict(change).items() if value is not None}
    options = {name: given.pop(name) for name in OPTION_NAMES if name in given}
    server = given.pop("server", None)
    if server is not None:
        given["host"], given["port"] = _parse_server(server)
        if trunk.domain == trunk.host:
            given.setdefault("domain", given["host"])
    if "domain" in given:
        given["domain"] = (given["domain"] or given.get("host", trunk.host)).lower()
    if "max_calls" in given:
        given["max_calls"] = given["max_calls"] or None
    return checked(replace(trunk, **given, options=replace(trunk.options, **options)))


def _parse_server(text: str) -> tuple[str, int]:
    """Return host (IPv6 without brackets) and port (0 if absent) of HOST or HOST:PORT. Raise Invalid."""
    text = text.strip().lower()
    host, colon, digits = text.rpartition(":")
    if not colon or text.endswith("]") or (text.count(":") > 1 and not text.startswith("[")):
        host, colon, digits = text, "", ""
    host = host.removeprefix("[").removesuffix("]").rstrip(".")
    port_valid = not colon or (digits.isascii() and digits.isdigit() and 1 <= int(digits[:6]) <= 65_535)
    if not port_valid or not (_host_name(host) or _is_usable_address(host)):
        raise Invalid(
            "Must be HOST or HOST:PORT.", field="server", hint="For example sip.example.com, or [2001:db8::1]:5061."
        )
    return host, int(digits) if colon else 0


def checked(trunk: Trunk) -> Trunk:
    """Return the trunk with its networks in canonical form. Raise Invalid, naming the field."""
    if not _name(trunk.name):
        raise Invalid("The name has 1 to 63 letters, digits, dots, hyphens or underscores.", field="name")
    if not (_host_name(trunk.domain) or _is_usable_address(trunk.domain)):
        raise Invalid("The domain must be a host name.", field="domain", hint="For example sip.example.com.")
    for field, value in (
        ("username", trunk.username),
        ("password", trunk.password),
        ("auth_username", trunk.options.auth_username),
    ):
        if not _login(value):
            raise Invalid("Must be at most 128 visible ASCII characters, without spaces.", field=field)
    if trunk.registers and not (trunk.username and trunk.password):
        missing = "password" if trunk.username else "username"
        raise Invalid(
            "A trunk that registers needs a user name and a password.",
            field=missing,
            hint="Give both, or do not register.",
        )
    _check_range(trunk.options.register_seconds, REGISTER_SECONDS, "register_seconds")
    if trunk.options.check_seconds:
        _check_range(trunk.options.check_seconds, CHECK_SECONDS, "check_seconds")
    _check_signing(trunk.options)
    if trunk.max_calls is not None:
        _check_range(trunk.max_calls, (1, MAX_CALLS), "max_calls")
    return replace(trunk, accept_from=_networks(trunk.accept_from))


def _check_signing(options: TrunkOptions) -> None:
    if options.signing_key:
        try:
            signing_key(options.signing_key)
        except ValueError:
            hint = "Give the key of your certificate in PEM, without a password."
            raise Invalid("This is not a private key on the curve P-256.", field="signing_key", hint=hint) from None
    url = options.certificate_url
    if (url or options.signing_key) and not _certificate_url(url):
        hint = "Others fetch the certificate of the key there, such as https://example.com/calls.pem."
        raise Invalid("Must be an HTTPS address.", field="certificate_url", hint=hint)


def _networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    if len(texts) > MAX_NETWORKS:
        raise Invalid(Phrase("At most {} networks can be accepted.", MAX_NETWORKS), field="accept_from")
    found: dict[str, None] = {}
    for text in texts:
        try:
            network = ip_network(text.strip(), strict=False)
        except ValueError:
            raise Invalid(
                "Must be IP addresses or networks.", field="accept_from", hint="For example 192.0.2.0/24."
            ) from None
        if network.prefixlen < MIN_PREFIX[network.version]:
            raise Invalid(
                Phrase("A network can have at most a /{}: all its addresses could call.", MIN_PREFIX[network.version]),
                field="accept_from",
                hint="Name the networks of the carrier's signalling servers.",
            )
        found[str(network)] = None
    return tuple(found)


def _is_usable_address(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255")


def _check_range(value: int, limits: tuple[int, int], field: str) -> None:
    if not limits[0] <= value <= limits[1]:
        raise Invalid(Phrase("Must be between {} and {}.", limits[0], limits[1]), field=field)
