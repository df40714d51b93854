"""`unificx calls`: live calls."""

from typing import Annotated

import typer

from unificx.cli.api_client import quote_segment
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_done, print_items

_COLUMNS = {"state": "state", "caller": "from", "callee": "to", "started": "since", "answered": "answered", "id": "id"}

group = command_group("calls", "Manage live calls.")


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List live calls."""
    found = context.run(lambda api: api.get("/calls", tenant=context.tenant))["items"]
    print_items(found, _COLUMNS, as_json=context.as_json, empty_text="There are no live calls.")


@command(group, "hangup")
def hangup(context: CommandContext, call: Annotated[str, typer.Argument(metavar="ID", help="Id of the call.")]) -> None:
    """End a call for all parties."""
    context.run(lambda api: api.delete(f"/calls/{quote_segment(call)}", tenant=context.tenant))
    print_done("The call was ended.", {"ended": call}, as_json=context.as_json)
