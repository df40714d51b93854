"""`unificx block`: block and allow lists."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_items

_COLUMNS = {
    "number": "number",
    "list": "list",
    "direction": "calls",
    "extension": "extension",
    "note": "note",
    "id": "id",
}
_COLLECTION = Collection("/blocks", _COLUMNS, _COLUMNS)

Extension = Annotated[str | None, typer.Option(help="Extension whose list it is; that of the tenant if omitted.")]

group = command_group("block", "Manage block and allow lists.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    number: Annotated[str, typer.Option(help="Number, or a pattern such as '+49900.'.")],
    extension: Extension = None,
    direction: Annotated[str | None, typer.Option(help="Calls that are blocked: in or out.")] = None,
    allow: Annotated[bool, typer.Option("--allow", help="Allow it although others like it are blocked.")] = False,
    note: Annotated[str | None, typer.Option(help="Reason, for your own use.")] = None,
) -> None:
    """Block a number, or allow it."""
    body = {"number": number, "extension": extension, "direction": direction, "note": note}
    _COLLECTION.create(context, body | {"list": "allow" if allow else None})


@command(group, "list")
def list_(context: CommandContext, *, extension: Extension = None) -> None:
    """List blocked and allowed numbers."""

    async def request(api: ApiClient) -> list[Json]:
        tenant = await api.resolve_tenant(context.tenant)
        return await api.list_all("/blocks", tenant=tenant, extension=extension)

    print_items(context.run(request), _COLUMNS, as_json=context.as_json, empty_text="The list is empty.")


@command(group, "delete")
def delete(
    context: CommandContext, block: Annotated[str, typer.Argument(metavar="ID", help="Id of the entry.")]
) -> None:
    """Remove an entry."""
    _COLLECTION.delete(context, block, "The entry was removed.")
