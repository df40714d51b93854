"""Startup banner: one JSON line for programs, or a few lines with a QR code for people."""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unificx.api.pages.certificate import fingerprint
from unificx.cli.output import is_local, qr_code
from unificx.identity import DemoTenant, InitialOperator, SignInCode
from unificx.server.container import Container
from unificx.server.settings import Settings
from unificx.server.tls import ServerTls

DEMO_NUMBER = "1001"
"""The demo extension that the first QR sign-in code is for."""


@dataclass(frozen=True, slots=True)
class FirstStart:
    """Objects created by a first start; passwords are shown only once. `email` is the first operator's, shown at every
    start."""

    email: str
    operator: InitialOperator | None
    demo: DemoTenant | None


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of all services. `public` is reachable from other machines."""

    http: str
    https: str
    sip: Mapping[str, str]
    public: str


async def print_banner(
    settings: Settings,
    container: Container,
    addresses: Addresses,
    first_start: FirstStart,
    tls: ServerTls,
    *,
    as_json: bool,
) -> None:
    """Print the banner."""
    tenant = container.identity.directory.default_tenant()
    admin = {"email": first_start.email}
    if first_start.operator is not None:
        admin["password"] = first_start.operator.password
    ready: dict[str, Any] = {
        "ready": True,
        "http": addresses.http,
        "https": addresses.https,
        "sip": addresses.sip,
        "tenant": tenant.slug if tenant is not None else None,
        "domain": tenant.domain if tenant is not None else None,
        "admin": admin,
        "public": {"url": addresses.public, "local": is_local(addresses.public), "trusted": tls.is_trusted},
    }
    if tls.acme is not None:
        ready["public"]["problem"] = tls.acme.failure.message if tls.acme.failure is not None else None
    code = await _first_code(container, first_start)
    if code is not None:
        url = f"{addresses.public}/app/#sign-in={code.code}"
        ready["sign_in"] = {"url": url, "expires": code.expires.isoformat().replace("+00:00", "Z")}
    text = json.dumps(ready) if as_json else "\n".join(_human_readable(settings, ready, first_start, tls))
    with contextlib.suppress(OSError):  # the terminal was closed meanwhile: SIGHUP ends the server
        print(text, flush=True)


async def _first_code(container: Container, first_start: FirstStart) -> SignInCode | None:
    """Create a QR sign-in code for the first demo extension, if the demo was just created."""
    if first_start.demo is None:
        return None
    extension = container.identity.directory.extension(first_start.demo.tenant.id, DEMO_NUMBER)
    if extension is None or extension.person_id is None:
        return None
    return await container.identity.qr_sign_in.create_code(extension.tenant_id, extension.person_id, "")


def _human_readable(settings: Settings, ready: dict[str, Any], first_start: FirstStart, tls: ServerTls) -> list[str]:
    sip = ready["sip"]
    lines = [
        "UnifiCX is running.",
        f"  Pages and API   {ready['http']}   {ready['https']}",
        f"  SIP             udp {sip['udp']}   tcp {sip['tcp']}   tls {sip['tls']}   {sip['ws']}",
        f"  State           {settings.paths.home}",
        "",
        *(f"  {line}" for line in _reach(ready["public"]["url"], tls)),
    ]
    if first_start.operator is not None:
        lines += [
            "",
            f"  Administrator   {first_start.operator.email}",
            f"  Password        {first_start.operator.password}   (shown only once)",
        ]
    if first_start.demo is not None:
        lines += ["", f"  Demo phones, domain {ready['domain']} (passwords are shown only once):"]
        lines += [
            f"    {number}  user {login.username}  password {login.password}"
            for number, login in sorted(first_start.demo.logins.items())
        ]
    if "sign_in" in ready:
        lines += [
            "",
            f"  {_scan(ready['public']['local'])}",
            f"  New code: `unificx person sign-in-code {DEMO_NUMBER}`",
            "",
            *(f"  {line}" for line in ([] if ready["public"]["local"] else qr_code(ready["sign_in"]["url"]))),
            f"  {ready['sign_in']['url']}",
        ]
    lines += ["", "  Try it: in another terminal, `unificx call`.   Stop it: Ctrl-C."]
    return lines


def _reach(url: str, tls: ServerTls) -> list[str]:
    """Say truthfully which devices can reach the server, and what works there."""
    if is_local(url):
        return [
            f"Only this machine can reach it: {url}",
            "  For phones in your network start it with --lan, for phones everywhere with --domain pbx.example.com.",
        ]
    if tls.acme is not None and tls.acme.failure is not None and not tls.is_trusted:
        return [
            f"NO TRUSTED CERTIFICATE YET for {url}",
            f"  {tls.acme.failure.message} {tls.acme.failure.hint}",
            f"  It is tried again by itself, and at once by `kill -HUP {os.getpid()}`. Until then browsers warn.",
        ]
    if tls.is_trusted:
        until = tls.acme.valid_until if tls.acme is not None else None
        renewal = f" Its certificate is valid until {until:%Y-%m-%d} and renewed by itself." if until else ""
        return [f"Phones and browsers reach it at {url}.{renewal}"]
    return [
        f"Phones and browsers in your network reach it at {url}",
        "  works      calls and video in a browser, after accepting its warning; desk phones",
        "  does not   installing the app and ringing while it is closed: browsers demand a trusted certificate",
        f"  trust it   open {url}/certificate on each device. SHA-256 fingerprint to compare:",
        f"             {fingerprint(tls.authority)}",
    ]


def _scan(local: bool) -> str:
    if local:
        return (
            f"To sign in as extension {DEMO_NUMBER}, open this address in a browser on this machine within two minutes."
        )
    return f"To sign in a phone as extension {DEMO_NUMBER}, scan this within two minutes, or open the address there."
