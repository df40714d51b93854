"""Settings of `unificx up` from its options, the way it was started, and the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from unificx.server.address import PUBLIC_VARIABLE, domain_url, public_url
from unificx.server.paths import InstallationPaths, database_url
from unificx.server.presets import Preset
from unificx.server.settings import (
    CALLER_TRUST_VARIABLE,
    CARRIER_TRUST_VARIABLE,
    MEDIA_VARIABLE,
    Settings,
    acme_settings,
    calls_per_tenant,
    configured_certificates,
    media_interfaces,
    media_ports,
    parse_bind,
    parse_binds,
    sign_up_mode,
)
from unificx.server.source_lists import load_source_filter
from unificx.server.turn_config import load_turn_config


@dataclass(frozen=True, slots=True)
class UpOptions:
    """Addresses given on the command line, HOST:PORT; None: that of the preset. `sip`: UDP, TCP and TLS."""

    http: str
    https: str | None
    sip: tuple[str | None, str | None, str | None]
    challenges: str | None


def load_settings(
    home: Path, preset: Preset, options: UpOptions, *, demo: bool | None
) -> tuple[Settings, dict[str, str]]:
    """Return the settings, and the environment with the values of the preset where it has none. Raise StartupError."""
    paths = InstallationPaths(home.expanduser().absolute())
    udp, tcp, tls = options.sip
    sip = (
        *parse_binds("udp", udp or preset.sip_udp, "--sip-udp"),
        *parse_binds("tcp", tcp or preset.sip_tcp, "--sip-tcp"),
        *parse_binds("tls", tls or preset.sip_tls, "--sip-tls"),
    )
    https = parse_binds("tcp", options.https or preset.https, "--https")
    defaults = {MEDIA_VARIABLE: preset.media, PUBLIC_VARIABLE: domain_url(preset.domain, https[0].port)}
    environ = defaults | dict(os.environ)
    certificates, acme = configured_certificates(environ), None
    if preset.domain and certificates is None:
        challenges = parse_binds("tcp", options.challenges or preset.challenges, "--challenges")
        acme = acme_settings(environ, preset.domain, challenges)
    settings = Settings(
        paths=paths,
        http=parse_bind("tcp", options.http, "--http"),
        https=https,
        sip=sip,
        database=database_url(paths, environ),
        media=media_interfaces(environ, sip),
        media_ports=media_ports(environ),
        calls_per_tenant=calls_per_tenant(environ),
        certificates=certificates,
        acme=acme,
        public_url=public_url(environ),
        sign_up=sign_up_mode(environ),
        turn=load_turn_config(environ),
        carrier_trust=environ.get(CARRIER_TRUST_VARIABLE, ""),
        caller_trust=environ.get(CALLER_TRUST_VARIABLE, ""),
        sources=load_source_filter(environ),
        demo=demo,
    )
    return settings, environ
