"""`unificx calls`: live calls."""

from typing import Annotated

import typer

from unificx.cli.api_client import quoted
from unificx.cli.command import At, noun, verb
from unificx.cli.output import print_done, print_items

_COLUMNS = {"state": "state", "caller": "from", "callee": "to", "started": "since", "answered": "answered", "id": "id"}

group = noun("calls", "Manage live calls.")


@verb(group, "list")
def list_(context: At) -> None:
    """List live calls."""
    found = context.ask(lambda api: api.get("/calls", tenant=context.tenant))["items"]
    print_items(found, _COLUMNS, as_json=context.as_json, nothing="There are no live calls.")


@verb(group, "hangup")
def hangup(context: At, call: Annotated[str, typer.Argument(metavar="ID", help="Id of the call.")]) -> None:
    """End a call for all parties."""
    context.ask(lambda api: api.delete(f"/calls/{quoted(call)}", tenant=context.tenant))
    print_done("The call was ended.", {"ended": call}, as_json=context.as_json)
