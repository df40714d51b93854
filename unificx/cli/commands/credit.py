"""`unificx credit`: what a tenant may owe for calls outside."""

from typing import Annotated

import typer

from unificx.cli.amounts import parse_amount, readable
from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_done, print_item

_CREDIT = {
    "prepaid": "prepaid",
    "currency": "currency",
    "limit": "limit",
    "owed": "owed",
    "reserved": "reserved",
    "available": "available",
    "warn_below": "notice below",
}
_PATH = "/billing/credit"

group = command_group("credit", "Manage credit limits for calls outside.")


@command(group, "show")
def show(context: CommandContext) -> None:
    """Show the credit of a tenant."""

    async def request(api: ApiClient) -> Json:
        return await api.get(_PATH, tenant=await api.resolve_tenant(context.tenant))

    _print(context, context.run(request))


@command(group, "set")
def set_(
    context: CommandContext,
    *,
    prepaid: Annotated[bool, typer.Option("--prepaid", help="The tenant pays in advance.")] = False,
    limit: Annotated[int | None, typer.Option(parser=parse_amount, metavar="AMOUNT", help="Credit limit.")] = None,
    warn_below: Annotated[
        int | None,
        typer.Option(parser=parse_amount, metavar="AMOUNT", help="Notify administrators when less is available."),
    ] = None,
    currency: Annotated[str, typer.Option(help="Code of the currency.")] = "EUR",
) -> None:
    """Set the credit limit of a tenant.

    Calls are refused without credit and end when it is used up, except to emergency numbers."""
    if prepaid == (limit is not None):
        raise typer.BadParameter("give --prepaid or --limit.")
    body = {"prepaid": prepaid, "limit": limit or 0, "warn_below": warn_below or 0, "currency": currency}

    async def request(api: ApiClient) -> Json:
        return await api.put(_PATH, body, tenant=await api.resolve_tenant(context.tenant))

    _print(context, context.run(request))


@command(group, "remove")
def remove(context: CommandContext) -> None:
    """Remove the credit limit of a tenant."""

    async def request(api: ApiClient) -> None:
        await api.delete(_PATH, tenant=await api.resolve_tenant(context.tenant))

    context.run(request)
    print_done("The tenant has no limit.", {}, as_json=context.as_json)


def _print(context: CommandContext, found: Json) -> None:
    if context.as_json:
        print_item(found, _CREDIT, as_json=True)
    elif not found["limited"]:
        print("There is no limit. Set one with `unificx credit set`.")
    else:
        print_item(readable({**found, **found["terms"]}), _CREDIT, as_json=False)
