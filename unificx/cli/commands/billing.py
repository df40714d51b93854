"""`unificx billing`: the cost of calls outside."""

from typing import Annotated

import typer

from unificx.cli.amounts import readable
from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.commands import rates
from unificx.cli.commands.rates import Since, Until, period
from unificx.cli.output import print_items

_USAGE = {
    "number": "extension",
    "name": "name",
    "calls": "calls",
    "seconds": "seconds",
    "amount": "amount",
    "currency": "currency",
    "unrated": "without a price",
}

group = command_group("billing", "The cost of calls outside.")
group.add_typer(rates.group, name="rate-deck", hidden=True)  # its former name
command(group, "rate-again")(rates.again)


@command(group, "usage")
def usage(
    context: CommandContext,
    *,
    by: Annotated[str, typer.Option(help="extension, department or country.")] = "extension",
    since: Since = None,
    until: Until = None,
) -> None:
    """Show calls outside and their cost."""

    async def request(api: ApiClient) -> list[Json]:
        tenant = await api.resolve_tenant(context.tenant)
        found = await api.get("/billing/usage", tenant=tenant, by=by, **period(since, until))
        return found["items"]

    found = context.run(request)
    shown = (
        found
        if context.as_json
        else [readable({**each, "number": each["number"] or each["key"] or "-"}) for each in found]
    )
    columns = {**_USAGE, "number": by}
    print_items(shown, columns, as_json=context.as_json, empty_text="There were no calls outside.")
