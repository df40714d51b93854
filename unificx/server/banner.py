"""Startup banner: one JSON line for programs, or a few lines with a QR code for people."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unificx.cli.output import picture
from unificx.identity import DemoTenant, InitialOperator, SignInCode
from unificx.server.container import Rooms
from unificx.server.settings import Settings

FIRST_NUMBER = "1001"
"""The demo extension that the first QR sign-in code is for."""


@dataclass(frozen=True, slots=True)
class Beginning:
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


async def announce(
    settings: Settings, rooms: Rooms, addresses: Addresses, beginning: Beginning, *, as_json: bool
) -> None:
    """Print the banner."""
    tenant = rooms.people.directory.default_tenant()
    admin = {"email": beginning.email}
    if beginning.operator is not None:
        admin["password"] = beginning.operator.password
    ready: dict[str, Any] = {
        "ready": True,
        "http": addresses.http,
        "https": addresses.https,
        "sip": addresses.sip,
        "tenant": tenant.slug if tenant is not None else None,
        "domain": tenant.domain if tenant is not None else None,
        "admin": admin,
    }
    code = await _first_code(rooms, beginning)
    if code is not None:
        url = f"{addresses.public}/app/#sign-in={code.code}"
        ready["sign_in"] = {"url": url, "expires": code.expires.isoformat().replace("+00:00", "Z")}
    text = json.dumps(ready) if as_json else "\n".join(_for_people(settings, ready, beginning))
    print(text, flush=True)


async def _first_code(rooms: Rooms, beginning: Beginning) -> SignInCode | None:
    """Create a QR sign-in code for the first demo extension, if the demo was just created."""
    if beginning.demo is None:
        return None
    extension = rooms.people.directory.extension(beginning.demo.tenant.id, FIRST_NUMBER)
    if extension is None or extension.person_id is None:
        return None
    return await rooms.people.create_sign_in_code(extension.tenant_id, extension.person_id, "")


def _for_people(settings: Settings, ready: dict[str, Any], beginning: Beginning) -> list[str]:
    sip = ready["sip"]
    lines = [
        "UnifiCX is running.",
        f"  Pages and API   {ready['http']}   {ready['https']}",
        f"  SIP             udp {sip['udp']}   tcp {sip['tcp']}   tls {sip['tls']}   {sip['ws']}",
        f"  State           {settings.site.home}",
    ]
    if beginning.operator is not None:
        lines += [
            "",
            f"  Administrator   {beginning.operator.email}",
            f"  Password        {beginning.operator.password}   (shown only once)",
        ]
    if beginning.demo is not None:
        lines += ["", f"  Demo phones, domain {ready['domain']} (passwords are shown only once):"]
        lines += [
            f"    {number}  user {login.username}  password {login.password}"
            for number, login in sorted(beginning.demo.logins.items())
        ]
    if "sign_in" in ready:
        lines += [
            "",
            f"  To sign in a phone as extension {FIRST_NUMBER}, scan this within two minutes, or open the URL there.",
            f"  New code: `unificx person sign-in-code {FIRST_NUMBER}`",
            "",
            *(f"  {line}" for line in picture(ready["sign_in"]["url"])),
            f"  {ready['sign_in']['url']}",
        ]
    lines += ["", "  Try it: in another terminal, `unificx call`.   Stop it: Ctrl-C."]
    return lines
