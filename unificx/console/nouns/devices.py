"""`unificx device`: telephones and programs that may register."""

from typing import Annotated

import typer

from unificx.console.api import Api, Json, quoted
from unificx.console.command import At, noun, verb
from unificx.console.output import print_done, print_item, print_items, print_login

_COLUMNS = {"name": "name", "kind": "kind", "username": "SIP user", "enabled": "enabled", "id": "id"}
_DETAILS = {**_COLUMNS, "last_used": "last used", "created": "made", "extension_id": "extension"}

Which = Annotated[str, typer.Argument(metavar="ID", help="Its id.")]

group = noun("device", "Telephones and programs that may register.")


@verb(group, "create")
def create(
    at: At,
    *,
    extension: Annotated[str, typer.Option(help="Whose: an extension's number or id.")],
    name: Annotated[str, typer.Option(help="What it is called.")],
    kind: Annotated[str | None, typer.Option(help="phone, softphone or client.")] = None,
) -> None:
    """Make a device, and show how it registers."""
    body = {"extension": extension, "name": name, "kind": kind}

    async def ask(api: Api) -> Json:
        return await api.post("/devices", body, tenant=await api.organisation(at.tenant))

    print_login(at.ask(ask), as_json=at.as_json)


@verb(group, "list")
def list_(
    at: At,
    *,
    extension: Annotated[str | None, typer.Option(help="Of this extension only: its number or id.")] = None,
) -> None:
    """List devices."""

    async def ask(api: Api) -> list[Json]:
        if extension is None:
            return await api.of_all("/devices", at.tenant)
        return await api.every("/devices", extension=extension, tenant=await api.organisation(at.tenant))

    print_items(at.ask(ask), _COLUMNS, as_json=at.as_json, nothing="There is no device yet.")


@verb(group, "show")
def show(at: At, device: Which) -> None:
    """Show a device."""

    async def ask(api: Api) -> Json:
        return await api.get(f"/devices/{quoted(device)}", tenant=await api.organisation(at.tenant))

    print_item(at.ask(ask), _DETAILS, as_json=at.as_json)


@verb(group, "update")
def update(
    at: At,
    *,
    device: Which,
    name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    enabled: Annotated[bool | None, typer.Option("--enable/--disable", help="Whether it may register.")] = None,
) -> None:
    """Rename a device, or disable and enable it."""
    body = {"name": name, "enabled": enabled}

    async def ask(api: Api) -> Json:
        return await api.patch(f"/devices/{quoted(device)}", body, tenant=await api.organisation(at.tenant))

    print_item(at.ask(ask), _DETAILS, as_json=at.as_json)


@verb(group, "renew")
def renew(at: At, device: Which) -> None:
    """Give a device a new password, and show it; the old one stops working at once."""

    async def ask(api: Api) -> Json:
        return await api.post(f"/devices/{quoted(device)}/login", {}, tenant=await api.organisation(at.tenant))

    print_login(at.ask(ask), as_json=at.as_json)


@verb(group, "delete")
def delete(at: At, device: Which) -> None:
    """Delete a device; it cannot register any more."""

    async def ask(api: Api) -> None:
        await api.delete(f"/devices/{quoted(device)}", tenant=await api.organisation(at.tenant))

    at.ask(ask)
    print_done("The device is gone.", {"deleted": device}, as_json=at.as_json)
