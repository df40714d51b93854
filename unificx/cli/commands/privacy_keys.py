"""`unificx privacy keys`: rotation of tenant keys and of the master key."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command
from unificx.cli.commands.privacy import group
from unificx.cli.errors import CliError
from unificx.cli.output import print_item

_STATUS = {
    "running": "running",
    "done": "wrapped anew",
    "total": "of",
    "failure": "failure",
    "tenants_rotated": "keys of tenants last rotated",
    "master_rotated": "master key last rotated",
}
_POLL_SECONDS = 0.2


class _KeysAction(StrEnum):
    STATUS = "status"
    ROTATE = "rotate"


@command(group, "keys")
def keys(
    context: CommandContext,
    *,
    what: Annotated[_KeysAction, typer.Argument(help="Action.")] = _KeysAction.STATUS,
    master: Annotated[bool, typer.Option("--master", help="Rotate the master key.")] = False,
) -> None:
    """Show or start the rotation of keys.

    `rotate` replaces the keys of all tenants, with --tenant of one, with --master the master key, and destroys the old
    ones. The server goes on working; a rotation that is interrupted goes on at the next start."""
    if what is _KeysAction.STATUS:
        found = context.run(lambda api: api.get("/key-rotation"))
    else:
        found = context.run(lambda api: _rotate(api, context.tenant, master=master))
    note = "Now remove the former master key where it comes from." if found["former_master"] else ""
    print_item(found, _STATUS, as_json=context.as_json, note=note)
    if found["failure"]:
        raise CliError("The rotation is not complete.", "The server repeats it every five minutes.")


async def _rotate(api: ApiClient, tenant: str | None, *, master: bool) -> Json:
    """Start a rotation and wait for its end."""
    import asyncio

    if master and tenant is not None:
        raise CliError("The master key belongs to no tenant.", "Choose --master or --tenant.")
    found = await api.post("/key-rotation", {"keys": "master" if master else "tenants"}, tenant=tenant)
    while found["running"]:
        await asyncio.sleep(_POLL_SECONDS)
        found = await api.get("/key-rotation")
        if sys.stderr.isatty():
            print(f"\r{found['done']} of {found['total']} ", end="", file=sys.stderr, flush=True)
    return found
