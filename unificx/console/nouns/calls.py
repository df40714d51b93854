"""`unificx calls`: the calls going on now."""

from typing import Annotated

import typer

from unificx.console.api import quoted
from unificx.console.command import At, noun, verb
from unificx.console.output import print_done, print_items

_COLUMNS = {"state": "state", "caller": "from", "callee": "to", "started": "since", "answered": "answered", "id": "id"}

group = noun("calls", "The calls going on now.")


@verb(group, "list")
def list_(at: At) -> None:
    """List the calls going on now."""
    found = at.ask(lambda api: api.get("/calls", tenant=at.tenant))["items"]
    print_items(found, _COLUMNS, as_json=at.as_json, nothing="Nobody is on the telephone.")


@verb(group, "hangup")
def hangup(at: At, call: Annotated[str, typer.Argument(metavar="ID", help="The call's id.")]) -> None:
    """End a call for everybody in it."""
    at.ask(lambda api: api.delete(f"/calls/{quoted(call)}", tenant=at.tenant))
    print_done("The call is over.", {"ended": call}, as_json=at.as_json)
