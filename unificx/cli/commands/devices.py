"""`unificx device`: SIP devices."""

from typing import Annotated

import typer

from unificx.cli.api_client import Api, Json, quoted
from unificx.cli.command import At, noun, verb
from unificx.cli.output import print_done, print_item, print_items, print_login

_COLUMNS = {"name": "name", "kind": "kind", "username": "SIP user", "enabled": "enabled", "id": "id"}
_DETAILS = {**_COLUMNS, "last_used": "last used", "created": "created", "extension_id": "extension"}

Which = Annotated[str, typer.Argument(metavar="ID", help="Id of the device.")]

group = noun("device", "Manage SIP devices.")


@verb(group, "create")
def create(
    context: At,
    *,
    extension: Annotated[str, typer.Option(help="Extension of the device: number or id.")],
    name: Annotated[str, typer.Option(help="Name of the device.")],
    kind: Annotated[str | None, typer.Option(help="phone, softphone or client.")] = None,
) -> None:
    """Create a device and show its SIP login."""
    body = {"extension": extension, "name": name, "kind": kind}

    async def request(api: Api) -> Json:
        return await api.post("/devices", body, tenant=await api.organisation(context.tenant))

    print_login(context.ask(request), as_json=context.as_json)


@verb(group, "list")
def list_(
    context: At,
    *,
    extension: Annotated[str | None, typer.Option(help="Show only devices of this extension.")] = None,
) -> None:
    """List devices."""

    async def request(api: Api) -> list[Json]:
        if extension is None:
            return await api.of_all("/devices", context.tenant)
        return await api.every("/devices", extension=extension, tenant=await api.organisation(context.tenant))

    print_items(context.ask(request), _COLUMNS, as_json=context.as_json, nothing="There are no devices yet.")


@verb(group, "show")
def show(context: At, device: Which) -> None:
    """Show a device."""

    async def request(api: Api) -> Json:
        return await api.get(f"/devices/{quoted(device)}", tenant=await api.organisation(context.tenant))

    print_item(context.ask(request), _DETAILS, as_json=context.as_json)


@verb(group, "update")
def update(
    context: At,
    *,
    device: Which,
    name: Annotated[str | None, typer.Option(help="Name of the device.")] = None,
    enabled: Annotated[bool | None, typer.Option("--enable/--disable", help="Whether it may register.")] = None,
) -> None:
    """Rename, enable or disable a device."""
    body = {"name": name, "enabled": enabled}

    async def request(api: Api) -> Json:
        return await api.patch(f"/devices/{quoted(device)}", body, tenant=await api.organisation(context.tenant))

    print_item(context.ask(request), _DETAILS, as_json=context.as_json)


@verb(group, "renew")
def renew(context: At, device: Which) -> None:
    """Set a new device password and show it.

    The old password stops working at once."""

    async def request(api: Api) -> Json:
        return await api.post(f"/devices/{quoted(device)}/login", {}, tenant=await api.organisation(context.tenant))

    print_login(context.ask(request), as_json=context.as_json)


@verb(group, "delete")
def delete(context: At, device: Which) -> None:
    """Delete a device."""

    async def request(api: Api) -> None:
        await api.delete(f"/devices/{quoted(device)}", tenant=await api.organisation(context.tenant))

    context.ask(request)
    print_done("The device was deleted.", {"deleted": device}, as_json=context.as_json)
