"""`unificx privacy retention`: how long data is stored, and what is deleted next."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command
from unificx.cli.commands.privacy import group
from unificx.cli.output import print_item, print_items, print_json

_RETENTION = {"name": "class", "period": "period", "default": "default", "text": "stored"}
_PREVIEW = {"retention": "class", "kind": "kind", "c0": "now", "c1": "1 day", "c2": "7 days", "c3": "30 days"}
_SWEEPS = {"last_run": "latest sweep", "waiting_since": "waits since"}


@command(group, "retention")
def retention(
    context: CommandContext,
    *,
    what: Annotated[
        str, typer.Argument(metavar="[list|set|preview|confirm]", help="Action; list by default.")
    ] = "list",
    name: Annotated[str | None, typer.Argument(metavar="[CLASS]", help="Class to set.")] = None,
    period: Annotated[str | None, typer.Argument(metavar="[PERIOD]", help="P6M, P14D or default.")] = None,
) -> None:
    """Show or set how long data is stored.

    `list` shows each class, `set CLASS PERIOD` sets a period in ISO 8601 or the default, `preview` counts what ends
    next, and `confirm` accepts the server's clock after it jumped."""
    requests = {"list": _retention, "set": _set_retention, "preview": _preview_retention, "confirm": _confirm_clock}
    if what not in requests:
        raise typer.BadParameter(f"choose one of {', '.join(requests)}.")
    if what == "set" and (name is None or period is None):
        raise typer.BadParameter("name a class and a period, such as: set history P6M.")
    found = context.run(lambda api: requests[what](api, context, name or "", period or ""))
    if context.as_json:
        print_json(found)
    elif what == "confirm":
        print_item(found, _SWEEPS, as_json=False)
    elif what == "preview":
        rows = [{**each, **{f"c{at}": one["count"] for at, one in enumerate(each["counts"])}} for each in found]
        print_items(rows, _PREVIEW, as_json=False, empty_text="Nothing ends.")
    else:
        print_items(found["classes"], _RETENTION, as_json=False, empty_text="There are no classes.")


async def _retention(api: ApiClient, context: CommandContext, *_: str) -> Json:
    return await api.get("/retention", tenant=await api.resolve_tenant(context.tenant))


async def _set_retention(api: ApiClient, context: CommandContext, name: str, period: str) -> Json:
    tenant = await api.resolve_tenant(context.tenant)
    before = await api.get("/retention", tenant=tenant)
    periods = {each["name"]: each["period"] for each in before["classes"] if each["changed"]} | {name: period}
    if period == "default":
        del periods[name]
    return await api.put("/retention", {"periods": periods}, tenant=tenant)


async def _preview_retention(api: ApiClient, context: CommandContext, *_: str) -> Json:
    return await api.get("/retention/preview", tenant=await api.resolve_tenant(context.tenant))


async def _confirm_clock(api: ApiClient, *_: object) -> Json:
    return await api.put("/retention/clock", {})
