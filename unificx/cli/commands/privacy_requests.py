"""`unificx privacy requests` and `handovers`: the queue of requests, and files that were handed over to authorities."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command
from unificx.cli.commands.privacy import group
from unificx.cli.output import print_item, print_items

_COLUMNS = {
    "id": "request",
    "kind": "kind",
    "state": "state",
    "received": "received",
    "due": "due",
    "overdue": "overdue",
    "sender": "from",
    "organisation": "organisation",
}
_DETAILS = {
    **_COLUMNS,
    "regime": "law",
    "proof": "identity",
    "assigned": "assigned to",
    "topic": "subject",
    "text": "request",
    "answer": "answer",
    "taken": "steps",
}
_HANDOVERS = {
    "at": "time",
    "authority": "authority",
    "basis": "basis",
    "scope": "scope",
    "person_id": "person",
    "by": "by",
    "sha256": "sha-256",
    "logged": "logged",
    "request_id": "request",
}


@command(group, "requests")
def requests(
    context: CommandContext,
    *,
    what: Annotated[str, typer.Argument(metavar="[list|show]", help="Action; list by default.")] = "list",
    request: Annotated[str | None, typer.Argument(metavar="[REQUEST]", help="Request to show.")] = None,
    closed: Annotated[bool, typer.Option(help="List those that are closed.")] = False,
) -> None:
    """List inquiries, complaints and requests.

    Oldest first, the open ones unless `--closed`. `show` prints the text and the steps that were taken."""
    if what == "list":
        found = context.run(lambda api: _list(api, context, closed=closed))
        rows = found if context.as_json else [_flatten(each) for each in found]
        print_items(rows, _COLUMNS, as_json=context.as_json, empty_text="There are no requests.")
    elif what == "show":
        if request is None:
            raise typer.BadParameter("name the request, such as: show 0198c2a4.")
        shown = context.run(lambda api: _show(api, context, request))
        print_item(shown if context.as_json else _flatten(shown), _DETAILS, as_json=context.as_json)
    else:
        raise typer.BadParameter("choose one of list, show.")


@command(group, "handovers")
def handovers(context: CommandContext) -> None:
    """List files handed over to authorities.

    Oldest first, with the digest of each file. `logged`: the audit log has the entry exactly like this."""
    found = context.run(lambda api: _handovers(api, context))
    print_items(found, _HANDOVERS, as_json=context.as_json, empty_text="Nothing was handed over.")


async def _handovers(api: ApiClient, context: CommandContext) -> list[Json]:
    return (await api.get("/privacy/handovers", tenant=await api.resolve_tenant(context.tenant)))["items"]


async def _list(api: ApiClient, context: CommandContext, *, closed: bool) -> list[Json]:
    tenant = await api.resolve_tenant(context.tenant)
    return await api.list_all("/privacy-requests", tenant=tenant, closed=closed)


async def _show(api: ApiClient, context: CommandContext, request: str) -> Json:
    tenant = await api.resolve_tenant(context.tenant)
    return await api.get(f"/privacy-requests/{quote_segment(request)}", tenant=tenant)


def _flatten(request: Json) -> Json:
    sender = request["name"] or request["email"] or request["number"] or request["person_id"] or ""
    taken = ", ".join(f"{each['at']} {each['step']}" for each in request.get("history", []))
    return {**request, "sender": sender, "taken": taken}
