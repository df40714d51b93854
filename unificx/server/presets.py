"""Addresses to listen on for the three ways to start: this machine only, the local network, a public domain."""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from unificx.core.errors import StartupError
from unificx.server.address import format_host, own_addresses

HTTP, HTTPS = "127.0.0.1:8080", "127.0.0.1:8443"
SIP_UDP, SIP_TCP, SIP_TLS = "127.0.0.1:5060", "127.0.0.1:5060", "127.0.0.1:5061"
_DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")


@dataclass(frozen=True, slots=True)
class Preset:
    """Default addresses, as in the options of `unificx up`. `domain`: the public domain, or ""."""

    https: str = HTTPS
    sip_udp: str = SIP_UDP
    sip_tcp: str = SIP_TCP
    sip_tls: str = SIP_TLS
    challenges: str = ""
    """Where the certificate authority checks the domain."""
    domain: str = ""
    media: str = ""
    """As in UNIFICX_MEDIA; "": the SIP addresses."""


def choose_preset(lan: bool, domain: str | None, *, plain_sip: bool = False) -> Preset:
    """Return the addresses for these options: UDP and TCP are on this machine only, unless the operator opens them.
    Raise StartupError."""
    if plain_sip and not lan:
        raise StartupError("--plain-sip needs --lan.", hint="Name addresses with --sip-udp and --sip-tcp instead.")
    if domain is not None:
        if lan:
            raise StartupError(
                "--lan and --domain exclude each other.", hint="A server with --domain is reachable in its network too."
            )
        return _public(domain)
    return _local_network(plain_sip=plain_sip) if lan else Preset()


def _local_network(*, plain_sip: bool) -> Preset:
    hosts = own_addresses()
    if not hosts:
        raise StartupError(
            "This machine has no address in a network.", hint="Connect it to the network, or start it without --lan."
        )
    plain = _on(hosts, 5060) if plain_sip else SIP_UDP
    media = ",".join(hosts)
    return Preset(_wildcards(8443), sip_udp=plain, sip_tcp=plain, sip_tls=_on(hosts, 5061), media=media)


def _public(domain: str) -> Preset:
    name = domain.lower().rstrip(".")
    if not _DOMAIN.match(name):
        raise StartupError(
            f"--domain must be a public domain name, not {domain!r}.", hint="For example pbx.example.com."
        )
    hosts = own_addresses() or ("127.0.0.1",)
    media = ",".join(_announced(host, name) for host in hosts)
    return Preset(https=_wildcards(443), sip_tls=_on(hosts, 5061), challenges=_wildcards(80), domain=name, media=media)


def _announced(host: str, domain: str) -> str:
    """Return a media address. Behind NAT, where the domain leads to another address, that one is announced."""
    if ip_address(host).version == 6 or not ip_address(host).is_private:
        return host
    try:
        public = str(socket.getaddrinfo(domain, None, socket.AF_INET)[0][4][0])
    except (OSError, UnicodeError):  # not in the DNS yet
        return host
    return f"{host}!{public}" if ip_address(public).is_global else host


def _wildcards(port: int) -> str:
    """Return all addresses of IPv4 and, where this machine has it, of IPv6."""
    return f"0.0.0.0:{port},[::]:{port}" if _has_ipv6() else f"0.0.0.0:{port}"


def _on(hosts: Sequence[str], port: int) -> str:
    return ",".join(f"{format_host(host)}:{port}" for host in hosts)


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
