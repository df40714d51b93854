"""`unificx fraud`: permissions and limits of calls outside, and stops."""

from typing import Annotated, Any

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group, split_list
from unificx.cli.output import print_item, print_items, print_json

_STOP_COLUMNS = {
    "created": "since",
    "scope": "of",
    "name": "name",
    "rule": "rule",
    "reason": "reason",
    "active": "in force",
    "until": "until",
    "may_release": "released by",
    "id": "id",
}
_LIMIT_COLUMNS = {
    "scope": "of",
    "name": "name",
    "calls_per_hour": "calls per hour",
    "concurrent": "calls at a time",
    "minutes_per_day": "minutes per day",
    "cents_per_day": "cents per day",
    "reach": "may call",
    "hours": "during",
}
_POLICY_COLUMNS = {"countries": "countries", "premium": "premium numbers", "alerted": "notified", "night": "night"}

group = command_group("fraud", "Manage limits of calls outside and stops.")


@command(group, "status")
def status(context: CommandContext) -> None:
    """Show permissions, limits and stops."""
    found = context.run(lambda api: _get(api, context))
    if context.as_json:
        print_json(found)
        return
    policy = {**found["policy"], "countries": ", ".join(found["policy"]["countries"]) or "own country only"}
    policy["night"] = "{}-{}".format(*policy["night"])
    print_item(policy | {"alerted": len(policy["alerted"])}, _POLICY_COLUMNS, as_json=False)
    _print_limits(found)
    stops = [{**one, "may_release": ", ".join(one["may_release"])} for one in found["stops"]]
    print_items(stops, _STOP_COLUMNS, as_json=False, empty_text="Nothing was stopped.")


@command(group, "limits")
def limits(
    context: CommandContext,
    *,
    extension: Annotated[str | None, typer.Option(help="Limits of an extension.")] = None,
    trunk: Annotated[str | None, typer.Option(help="Limits of a trunk.")] = None,
    calls_per_hour: Annotated[int | None, typer.Option(help="Calls in an hour; -1: no limit.")] = None,
    concurrent: Annotated[int | None, typer.Option(help="Concurrent calls; -1: no limit.")] = None,
    minutes_per_day: Annotated[int | None, typer.Option(help="Minutes in a day; -1: no limit.")] = None,
    cents_per_day: Annotated[int | None, typer.Option(help="Estimated costs in a day; -1: no limit.")] = None,
    reach: Annotated[str | None, typer.Option(help="Calls of an extension: everywhere, national, inside.")] = None,
    hours: Annotated[str | None, typer.Option(help="Opening hours of an extension's calls; '': always.")] = None,
    countries: Annotated[str | None, typer.Option(help="Countries that may be called, such as AT,CH.")] = None,
    premium: Annotated[bool | None, typer.Option(help="Allow premium numbers.")] = None,
    alert: Annotated[str | None, typer.Option(help="Extensions whose users are notified, with commas.")] = None,
    price: Annotated[
        list[str] | None, typer.Option(metavar="PREFIX=CENTS", help="Cents per minute, such as 49=2; can be repeated.")
    ] = None,
) -> None:
    """Show or change permissions and limits.

    Without an extension or a trunk, those of the tenant."""
    bounds = {"calls_per_hour": calls_per_hour, "concurrent": concurrent, "minutes_per_day": minutes_per_day}
    bounds |= {"cents_per_day": cents_per_day}
    wanted = {key: value for key, value in {**bounds, "reach": reach, "hours": hours}.items() if value is not None}
    policy: dict[str, Any] = {"premium": premium, "countries": split_list(countries), "alerted": split_list(alert)}
    policy["prices"] = _prices(price)

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        if wanted:
            await api.patch("/fraud/limits", {**wanted, "extension": extension, "trunk": trunk}, tenant=tenant)
        if any(value is not None for value in policy.values()):
            await api.patch("/fraud/policy", policy, tenant=tenant)
        return await api.get("/fraud", tenant=tenant)

    found = context.run(request)
    if context.as_json:
        print_json({"policy": found["policy"], "limits": found["limits"]})
    else:
        _print_limits(found)


@command(group, "release")
def release(
    context: CommandContext, stop: Annotated[str, typer.Argument(metavar="ID", help="Id of the stop.")]
) -> None:
    """Release a stop: calls are allowed again."""

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        return await api.post(f"/fraud/stops/{quote_segment(stop)}/release", {}, tenant=tenant)

    print_item(context.run(request), _STOP_COLUMNS, as_json=context.as_json)


def _print_limits(found: Json) -> None:
    print_items(found["limits"], _LIMIT_COLUMNS, as_json=False, empty_text="No limits are set.")
    if not found["priced"] and any(one["cents_per_day"] is not None for one in found["limits"]):
        print("Limits of costs stop nothing: calls have no prices. Import a rate deck with `unificx rate import`.")


async def _get(api: ApiClient, context: CommandContext) -> Json:
    return await api.get("/fraud", tenant=await api.resolve_tenant(context.tenant))


def _prices(texts: list[str] | None) -> dict[str, int] | None:
    if not texts:
        return None
    pairs = [text.partition("=") for text in texts]
    for prefix, _, cents in pairs:
        if not prefix or not cents.isdecimal():
            raise typer.BadParameter("write PREFIX=CENTS, such as 49=2.")
    return {prefix: int(cents) for prefix, _, cents in pairs}
