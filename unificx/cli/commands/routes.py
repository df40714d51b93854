"""`unificx route`: the ways to numbers outside."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group, split_list
from unificx.cli.output import print_item

_COLUMNS = {"position": "position", "name": "name", "pattern": "pattern", "trunks": "trunks", "id": "id"}
_DETAILS = {**_COLUMNS, "weights": "weights", "strip": "removes", "prepend": "puts before", "caller_id": "shows"}
_TEST_COLUMNS = {
    "number": "number",
    "country": "country",
    "route": "route",
    "trunk": "trunk",
    "number_sent": "number sent",
    "caller_id": "caller id",
    "tried": "trunks",
    "location": "location",
    "location_sent": "location sent by",
    "rule": "forbidden by",
    "reason": "reason",
}

RouteReference = Annotated[str, typer.Argument(metavar="ROUTE", help="Name or id of the route.")]
Weights = Annotated[str | None, typer.Option(help="Share of each trunk, by commas; empty for none.")]
Strip = Annotated[int | None, typer.Option(help="Characters removed from the beginning of the number.")]
Prepend = Annotated[str | None, typer.Option(help="Digits put before the number.")]
CallerId = Annotated[str | None, typer.Option(help="Number of the tenant that is shown; empty for none.")]
Position = Annotated[int | None, typer.Option(help="Lower positions are tried first.")]


def _flatten(route: Json) -> Json:
    return {**route, "trunks": ", ".join(route["trunks"]), "weights": ", ".join(map(str, route["weights"]))}


def _place(route: Json) -> tuple[str, int]:
    return route["tenant_id"], route["position"]


_COLLECTION = Collection("/routes", _COLUMNS, _DETAILS, _flatten, _place)

group = command_group("route", "Manage routes to numbers outside.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    name: Annotated[str, typer.Option(help="Name of the route.")],
    pattern: Annotated[str, typer.Option(help="Numbers that use this route, such as '+.' or '0ZX.'.")],
    trunks: Annotated[str, typer.Option(help="Trunks in order, separated by commas.")],
    weights: Weights = None,
    strip: Strip = None,
    prepend: Prepend = None,
    caller_id: CallerId = None,
    position: Position = None,
) -> None:
    """Create a route."""
    body = {"name": name, "pattern": pattern, "trunks": split_list(trunks), "strip": strip, "prepend": prepend}
    _COLLECTION.create(context, body | {"caller_id": caller_id, "position": position, "weights": split_list(weights)})


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List routes by their positions."""
    _COLLECTION.list(context, "There are no routes yet.")


@command(group, "show")
def show(context: CommandContext, route: RouteReference) -> None:
    """Show a route."""
    _COLLECTION.show(context, route)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    route: RouteReference,
    name: Annotated[str | None, typer.Option(help="Name of the route.")] = None,
    pattern: Annotated[str | None, typer.Option(help="Numbers that use this route.")] = None,
    trunks: Annotated[str | None, typer.Option(help="Trunks in order, separated by commas.")] = None,
    weights: Weights = None,
    strip: Strip = None,
    prepend: Prepend = None,
    caller_id: CallerId = None,
    position: Position = None,
) -> None:
    """Change a route."""
    body = {"name": name, "pattern": pattern, "trunks": split_list(trunks), "strip": strip, "prepend": prepend}
    body |= {"caller_id": caller_id, "position": position, "weights": split_list(weights)}
    _COLLECTION.update(context, route, body)


@command(group, "delete")
def delete(context: CommandContext, route: RouteReference) -> None:
    """Delete a route."""
    _COLLECTION.delete(context, route, "The route was deleted.")


@command(group, "test")
def try_(
    context: CommandContext,
    *,
    number: Annotated[str, typer.Option(help="Number as it is dialled.")],
    from_: Annotated[str | None, typer.Option("--from", help="Extension, group:… or queue:… that calls.")] = None,
) -> None:
    """Show the route of a call, or its refusal.

    No call is made."""

    async def request(api: ApiClient) -> Json:
        body = {"from": from_, "number": number}
        return await api.post("/routes/test", body, tenant=await api.resolve_tenant(context.tenant))

    found = context.run(request)
    tried = ", ".join(one["trunk"] for one in found["attempts"])
    sent = ", ".join(one["trunk"] for one in found["attempts"] if one["sends_location"])
    shown = {**found, "tried": tried, "location_sent": sent}
    print_item(found if context.as_json else shown, _TEST_COLUMNS, as_json=context.as_json)
