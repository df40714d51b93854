"""`unificx device`: SIP devices."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group, split_list
from unificx.cli.output import print_done, print_item, print_items, print_login

_COLUMNS = {
    "name": "name",
    "kind": "kind",
    "username": "SIP user",
    "enabled": "enabled",
    "shared": "shared",
    "id": "id",
}
_DETAILS = {**_COLUMNS, "last_used": "last used", "created": "created", "extension_id": "extension"}
_SETTINGS = {"url": "address", "file_url": "file", "expires": "password until", "maker": "maker", "mac": "MAC"}

DeviceId = Annotated[str, typer.Argument(metavar="ID", help="Id of the device.")]

_COLLECTION = Collection("/devices", _COLUMNS, _DETAILS)

group = command_group("device", "Manage SIP devices.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    extension: Annotated[str, typer.Option(help="Extension of the device: number or id.")],
    name: Annotated[str, typer.Option(help="Name of the device.")],
    kind: Annotated[str | None, typer.Option(help="phone, softphone or client.")] = None,
) -> None:
    """Create a device and show its SIP login."""
    body = {"extension": extension, "name": name, "kind": kind}
    _COLLECTION.create_with_login(context, body)


@command(group, "list")
def list_(
    context: CommandContext,
    *,
    extension: Annotated[str | None, typer.Option(help="Show only devices of this extension.")] = None,
) -> None:
    """List devices."""
    empty_text = "There are no devices yet."
    if extension is None:
        _COLLECTION.list(context, empty_text)
        return

    async def request(api: ApiClient) -> list[Json]:
        return await api.list_all("/devices", extension=extension, tenant=await api.resolve_tenant(context.tenant))

    print_items(context.run(request), _COLUMNS, as_json=context.as_json, empty_text=empty_text)


@command(group, "show")
def show(context: CommandContext, device: DeviceId) -> None:
    """Show a device."""
    _COLLECTION.show(context, device)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    device: DeviceId,
    name: Annotated[str | None, typer.Option(help="Name of the device.")] = None,
    enabled: Annotated[bool | None, typer.Option("--enable/--disable", help="Whether it may register.")] = None,
    shared: Annotated[
        bool | None, typer.Option("--shared/--not-shared", help="Users sign in on this shared phone.")
    ] = None,
) -> None:
    """Rename, enable, disable or share a device."""
    _COLLECTION.update(context, device, {"name": name, "enabled": enabled, "shared": shared})


@command(group, "sign-out")
def sign_out(context: CommandContext, device: DeviceId) -> None:
    """Sign the user of a shared phone out."""

    async def request(api: ApiClient) -> Json:
        path = f"{_COLLECTION.item_path(device)}/sign-out"
        return await api.post(path, {}, tenant=await api.resolve_tenant(context.tenant))

    print_item(context.run(request), _DETAILS, as_json=context.as_json)


@command(group, "renew")
def renew(context: CommandContext, device: DeviceId) -> None:
    """Set a new device password and show it.

    The old password stops working at once."""

    async def request(api: ApiClient) -> Json:
        path = f"{_COLLECTION.item_path(device)}/login"
        return await api.post(path, {}, tenant=await api.resolve_tenant(context.tenant))

    print_login(context.run(request), as_json=context.as_json)


@command(group, "provision")
def provision(
    context: CommandContext,
    *,
    device: DeviceId,
    maker: Annotated[str | None, typer.Option(help="yealink, grandstream, snom, fanvil or generic.")] = None,
    mac: Annotated[str | None, typer.Option(help="MAC address, as on the label of the phone.")] = None,
    keys: Annotated[
        str | None, typer.Option(help="Numbers or codes whose state the keys show, with commas between them.")
    ] = None,
) -> None:
    """Set up a phone that fetches its settings.

    Shows the address for it. The phone gets a new password if it fetches its settings within an hour. Options that
    are left out stay as they are; the first time, --maker and --mac are needed."""
    numbers = split_list(keys)
    blf_keys = None if numbers is None else [{"kind": "blf", "number": each} for each in numbers]
    body = {"maker": maker, "mac": mac, "keys": blf_keys}

    async def request(api: ApiClient) -> Json:
        tenant, path = await api.resolve_tenant(context.tenant), f"{_COLLECTION.item_path(device)}/settings"
        settings = await api.put(path, body, tenant=tenant)
        return {**settings, **await api.post(f"{path}/link", {}, tenant=tenant)}

    print_item(context.run(request), _SETTINGS, as_json=context.as_json)


@command(group, "check-sync")
def check_sync(
    context: CommandContext,
    *,
    device: DeviceId,
    reboot: Annotated[bool, typer.Option("--reboot", help="Restart the phone.")] = False,
) -> None:
    """Have a phone fetch its settings again.

    Only a registered phone can be notified."""

    async def request(api: ApiClient) -> None:
        path = f"{_COLLECTION.item_path(device)}/check-sync"
        await api.post(path, {"reboot": reboot}, tenant=await api.resolve_tenant(context.tenant))

    context.run(request)
    print_done("The phone was notified.", {"notified": device}, as_json=context.as_json)


@command(group, "delete")
def delete(context: CommandContext, device: DeviceId) -> None:
    """Delete a device."""
    _COLLECTION.delete(context, device, "The device was deleted.")
