"""`unificx location`: the places from which emergency calls are made."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group, split_list
from unificx.cli.output import print_item

_COLUMNS = {"name": "name", "text": "address", "number": "shows", "default": "default", "id": "id"}
_DETAILS = {**_COLUMNS, "home_of": "home of", "extensions": "extensions", "devices": "devices"}

LocationReference = Annotated[str, typer.Argument(metavar="LOCATION", help="Name or id of the location.")]
Number = Annotated[str | None, typer.Option(help="Number of the organisation that emergency calls show; empty: none.")]
Default = Annotated[bool, typer.Option("--default", help="Make it the default of all extensions.")]
Extensions = Annotated[str | None, typer.Option(help="Extensions at this location, separated by commas; empty: none.")]
Devices = Annotated[str | None, typer.Option(help="Ids of devices at this location, separated by commas; empty: none.")]
Note = Annotated[str | None, typer.Option(help="Directions for the emergency services.")]
_ADDRESS = ("country", "city", "street", "house_number", "postcode", "region", "building", "storey", "room", "note")


def _flatten(one: Json) -> Json:
    joined = {name: ", ".join(one[name]) for name in ("extensions", "devices")}
    return {**one, **joined}


_COLLECTION = Collection("/locations", _COLUMNS, _DETAILS, _flatten)

group = command_group("location", "Manage locations for emergency calls.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    name: Annotated[str, typer.Option(help="Name of the location.")],
    country: Annotated[str, typer.Option(help="Country, in two letters.")],
    city: Annotated[str, typer.Option()],
    street: Annotated[str, typer.Option()],
    house_number: Annotated[str | None, typer.Option()] = None,
    postcode: Annotated[str | None, typer.Option()] = None,
    region: Annotated[str | None, typer.Option()] = None,
    building: Annotated[str | None, typer.Option()] = None,
    storey: Annotated[str | None, typer.Option()] = None,
    room: Annotated[str | None, typer.Option()] = None,
    note: Note = None,
    number: Number = None,
    default: Default = False,
    home_of: Annotated[str | None, typer.Option(help="Extension whose home it is.")] = None,
    extensions: Extensions = None,
    devices: Devices = None,
) -> None:
    """Create a location.

    The first one is the default of all extensions."""
    given = (country, city, street, house_number, postcode, region, building, storey, room, note)
    address = {name: value for name, value in zip(_ADDRESS, given, strict=True) if value is not None}
    body = {"name": name, "address": address, "number": number, "default": default or None, "home_of": home_of}
    _COLLECTION.create(context, body | {"extensions": split_list(extensions), "devices": split_list(devices)})


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List locations."""
    _COLLECTION.list(context, "There are no locations yet.")


@command(group, "show")
def show(context: CommandContext, location: LocationReference) -> None:
    """Show a location."""
    _COLLECTION.show(context, location)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    location: LocationReference,
    name: Annotated[str | None, typer.Option(help="New name.")] = None,
    country: Annotated[str | None, typer.Option(help="Country, in two letters.")] = None,
    city: Annotated[str | None, typer.Option()] = None,
    street: Annotated[str | None, typer.Option()] = None,
    house_number: Annotated[str | None, typer.Option()] = None,
    postcode: Annotated[str | None, typer.Option()] = None,
    region: Annotated[str | None, typer.Option()] = None,
    building: Annotated[str | None, typer.Option()] = None,
    storey: Annotated[str | None, typer.Option()] = None,
    room: Annotated[str | None, typer.Option()] = None,
    note: Note = None,
    number: Number = None,
    default: Default = False,
    extensions: Extensions = None,
    devices: Devices = None,
) -> None:
    """Change a location and its assignments."""
    given = (country, city, street, house_number, postcode, region, building, storey, room, note)
    changed = {name: value for name, value in zip(_ADDRESS, given, strict=True) if value is not None}
    body = {"name": name, "number": number, "default": default or None}
    body |= {"extensions": split_list(extensions), "devices": split_list(devices)}

    async def request(api: ApiClient) -> Json:
        tenant, path = await api.resolve_tenant(context.tenant), _COLLECTION.item_path(location)
        address = {**(await api.get(path, tenant=tenant))["address"], **changed} if changed else None
        return await api.patch(path, {**body, "address": address}, tenant=tenant)

    found = context.run(request)
    print_item(found if context.as_json else _flatten(found), _DETAILS, as_json=context.as_json)


@command(group, "delete")
def delete(context: CommandContext, location: LocationReference) -> None:
    """Delete a location.

    Its extensions and devices get the default one."""
    _COLLECTION.delete(context, location, "The location was deleted.")
