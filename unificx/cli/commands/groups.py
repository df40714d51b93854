"""`unificx group`: ring groups."""

from typing import Annotated

import typer

from unificx.cli.api_client import Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group, split_list

_COLUMNS = {
    "number": "number",
    "name": "name",
    "members": "members",
    "strategy": "strategy",
    "ring_seconds": "rings (s)",
    "name_prefix": "prefix",
    "otherwise": "otherwise",
    "id": "id",
}


def _flatten(group: Json) -> Json:
    return {**group, "members": ", ".join(group["members"])}


_COLLECTION = Collection("/groups", _COLUMNS, _COLUMNS, _flatten)

GroupReference = Annotated[str, typer.Argument(metavar="NUMBER", help="Number or id of the group.")]
MEMBERS_HELP = (
    "Members, such as 1001,1002, or numbers outside, +491725550001. Those joined with + ring together as one step:"
    " 1001,1002+1003,1004++491725550001."
)
STRATEGY_HELP = "all, in_turn, random or memory."
OTHERWISE_HELP = "Destination if no member answers, such as mailbox:1001."
PREFIX_HELP = "Text before the caller's name on the phones."

group = command_group("group", "Manage ring groups.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    number: Annotated[str, typer.Option(help="Unused number of 2 to 8 digits.")],
    members: Annotated[str, typer.Option(help=MEMBERS_HELP)],
    name: Annotated[str | None, typer.Option(help="Name of the group.")] = None,
    strategy: Annotated[str, typer.Option(help=STRATEGY_HELP)] = "all",
    ring_seconds: Annotated[int, typer.Option(help="Seconds to ring: together, or each step.")] = 20,
    prefix: Annotated[str, typer.Option(help=PREFIX_HELP)] = "",
    otherwise: Annotated[str, typer.Option(help=OTHERWISE_HELP)] = "hangup",
) -> None:
    """Create a ring group."""
    body = {"number": number, "name": name, "members": split_list(members), "strategy": strategy}
    body |= {"ring_seconds": ring_seconds, "name_prefix": prefix, "otherwise": otherwise}
    _COLLECTION.create(context, body)


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List ring groups."""
    _COLLECTION.list(context, "There are no ring groups yet.")


@command(group, "show")
def show(context: CommandContext, group: GroupReference) -> None:
    """Show a ring group."""
    _COLLECTION.show(context, group)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    group: GroupReference,
    members: Annotated[str | None, typer.Option(help=MEMBERS_HELP)] = None,
    name: Annotated[str | None, typer.Option(help="Name of the group.")] = None,
    strategy: Annotated[str | None, typer.Option(help=STRATEGY_HELP)] = None,
    ring_seconds: Annotated[int | None, typer.Option(help="Seconds to ring: together, or each step.")] = None,
    prefix: Annotated[str | None, typer.Option(help=PREFIX_HELP)] = None,
    otherwise: Annotated[str | None, typer.Option(help=OTHERWISE_HELP)] = None,
) -> None:
    """Change a ring group."""
    body = {"name": name, "members": split_list(members), "strategy": strategy}
    body |= {"ring_seconds": ring_seconds, "name_prefix": prefix, "otherwise": otherwise}
    _COLLECTION.update(context, group, body)


@command(group, "delete")
def delete(context: CommandContext, group: GroupReference) -> None:
    """Delete a ring group."""
    _COLLECTION.delete(context, group, "The group was deleted.")
