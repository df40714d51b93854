"""`unificx privacy holds`: objects that must not be deleted."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command
from unificx.cli.commands.persons import find_person_or_extension
from unificx.cli.commands.privacy import group
from unificx.cli.output import print_item, print_items

_COLUMNS = {
    "id": "hold",
    "count": "objects",
    "authority": "authority",
    "review": "review",
    "overdue": "overdue",
    "released": "released",
}
_DETAILS = {**_COLUMNS, "reason": "reason", "request_id": "request"}


@command(group, "holds")
def holds(
    context: CommandContext,
    *,
    what: Annotated[str, typer.Argument(metavar="[list|place|release]", help="Action; list by default.")] = "list",
    hold: Annotated[str | None, typer.Argument(metavar="[HOLD]", help="Hold to release.")] = None,
    call: Annotated[str | None, typer.Option(metavar="ID", help="Call to hold.")] = None,
    recording: Annotated[str | None, typer.Option(metavar="ID", help="Recording to hold.")] = None,
    message: Annotated[str | None, typer.Option(metavar="ID", help="Voicemail message to hold.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="WHO", help="Person whose objects to hold.")] = None,
    authority: Annotated[str | None, typer.Option(help="Court, authority or party.")] = None,
    reason: Annotated[str | None, typer.Option(help="For administrators only.")] = None,
    review: Annotated[str | None, typer.Option(metavar="DATE", help="Date of the review, YYYY-MM-DD.")] = None,
    request: Annotated[str | None, typer.Option(metavar="ID", help="Request of the authority.")] = None,
) -> None:
    """List, place or release holds.

    Objects under a hold are not deleted: not by retention, users, erasures or the deletion of the tenant. `--subject`
    is an e-mail address, id, extension or +number outside: all calls, recordings and messages that exist now."""
    named = {"call": call, "recording": recording, "message": message, "subject": subject}
    body = {"authority": authority, "reason": reason, "review": review}
    linked = {} if request is None else {"request": request}
    if what == "place":
        targets = [(name, value) for name, value in named.items() if value is not None]
        if len(targets) != 1 or None in body.values():
            raise typer.BadParameter("name one object or subject, and --authority, --reason and --review.")
        found = context.run(lambda api: _place(api, context, targets[0], {**body, **linked}))
    elif what == "release":
        if hold is None:
            raise typer.BadParameter("name the hold, such as: release 0198c2a4.")
        found = context.run(lambda api: _release(api, context, hold))
    elif what == "list":
        items = context.run(lambda api: _list(api, context))
        rows = items if context.as_json else [_flatten(each) for each in items]
        print_items(rows, _COLUMNS, as_json=context.as_json, empty_text="There are no holds.")
        return
    else:
        raise typer.BadParameter("choose one of list, place, release.")
    print_item(found if context.as_json else _flatten(found), _DETAILS, as_json=context.as_json)


def _flatten(hold: Json) -> Json:
    return {**hold, "count": sum(hold["objects"].values())}


async def _list(api: ApiClient, context: CommandContext) -> list[Json]:
    return (await api.get("/privacy/holds", tenant=await api.resolve_tenant(context.tenant)))["items"]


async def _place(api: ApiClient, context: CommandContext, target: tuple[str, str], body: Json) -> Json:
    name, value = target
    tenant = await api.resolve_tenant(context.tenant)
    if name != "subject":
        named = {"kind": name, "object": value}
    elif value.startswith("+"):
        named = {"number": value}
    elif "@" in value or value.isdecimal():
        person = await find_person_or_extension(api, value, context.tenant)
        named, tenant = {"person": person["id"]}, person["tenant_id"]
    else:
        named = {"person": value}
    return await api.post("/privacy/holds", {**body, **named}, tenant=tenant)


async def _release(api: ApiClient, context: CommandContext, hold: str) -> Json:
    tenant = await api.resolve_tenant(context.tenant)
    return await api.put(f"/privacy/holds/{quote_segment(hold)}/release", {}, tenant=tenant)
