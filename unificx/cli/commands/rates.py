"""`unificx rate`: rate decks, and the prices of calls outside."""

from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.amounts import format_amount, readable
from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError
from unificx.cli.output import print_done, print_item, print_items, print_json
from unificx.cli.uploads import read_file

_MAX_IMPORT_BYTES = 64 << 20
_DECKS = {"name": "name", "currency": "currency", "rates": "rates", "state": "state", "in_force": "from", "id": "id"}
_RATES = {
    "prefix": "prefix",
    "name": "name",
    "price": "per minute",
    "connection": "connection",
    "minimum": "minimum",
    "first": "first",
    "next": "next",
    "valid_from": "from",
    "valid_until": "until",
}
_SIMULATION = {
    "calls": "calls",
    "unmatched": "without a rate",
    "amount": "would have cost",
    "amount_before": "have cost",
    "currency": "currency",
}
Deck = Annotated[str, typer.Argument(metavar="DECK", help="Id of the rate deck.")]
Since = Annotated[str | None, typer.Option(help="First time, such as 2027-03-01T00:00:00Z; default: this month.")]
Until = Annotated[str | None, typer.Option(help="Time after the last one; default: now.")]

group = command_group("rate", "Rate decks: the prices of calls outside.")


@command(group, "import")
def import_(
    context: CommandContext,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file with the columns prefix and price.")],
    name: Annotated[str, typer.Option(help="Name of the new rate deck.")],
    currency: Annotated[str, typer.Option(help="Code of the currency.")] = "EUR",
    start: Annotated[bool, typer.Option("--start", help="Put it into force now.")] = False,
) -> None:
    """Import a rate deck from a CSV file.

    More columns: first, next, connection, minimum, valid_from, valid_until, name, group. Without --start it is a draft.
    With a faulty line, nothing is imported."""
    data = read_file(file, _MAX_IMPORT_BYTES, "CSV file")

    async def request(api: ApiClient) -> tuple[Json, Json]:
        tenant = await api.resolve_tenant(context.tenant)
        deck = await api.post("/billing/rate-decks", {"name": name, "currency": currency}, tenant=tenant)
        path = f"/billing/rate-decks/{deck['id']}"
        try:
            result = await api.upload(f"{path}/rates", data, tenant=tenant)
        except CliError:
            await api.delete(path, tenant=tenant)
            raise
        if result["faults"]:
            await api.delete(path, tenant=tenant)
        elif start:
            await api.post(f"{path}/start", {}, tenant=tenant)
        return await api.get(path, tenant=tenant) if not result["faults"] else deck, result

    deck, result = context.run(request)
    if context.as_json:
        print_json({"deck": deck, **result})
    elif not result["faults"]:
        print_item(deck, _DECKS, as_json=False)
        print(
            "Compared with the deck in force: {added} added, {removed} removed, {changed} changed.".format_map(
                result["changes"]
            )
        )
    for fault in result["faults"] if not context.as_json else ():
        print(f"line {fault['line']}: {fault['problem']}")
    if result["faults"]:
        raise CliError("Nothing was imported: the file has faults.", "Correct these lines.")


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List rate decks."""
    found = context.run(lambda api: api.list_across_tenants("/billing/rate-decks", context.tenant))
    print_items(found, _DECKS, as_json=context.as_json, empty_text="There are no rate decks yet.")


@command(group, "show")
def show(
    context: CommandContext,
    *,
    deck: Deck,
    prefix: Annotated[str, typer.Option(help="Only rates with this prefix.")] = "",
) -> None:
    """Show the rates of a deck."""

    async def request(api: ApiClient) -> list[Json]:
        tenant = await api.resolve_tenant(context.tenant)
        return await api.list_all(f"{_path(deck)}/rates", tenant=tenant, prefix=prefix)

    found = context.run(request)
    shown = found if context.as_json else [readable(each) for each in found]
    print_items(shown, _RATES, as_json=context.as_json, empty_text="There are no such rates.")


@command(group, "simulate")
def simulate(context: CommandContext, *, deck: Deck, since: Since = None, until: Until = None) -> None:
    """Show what past calls would have cost."""

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        return await api.get(f"{_path(deck)}/simulation", tenant=tenant, **period(since, until))

    found = context.run(request)
    print_item(found if context.as_json else readable(found), _SIMULATION, as_json=context.as_json)


@command(group, "start")
def start(
    context: CommandContext,
    *,
    deck: Deck,
    at: Annotated[str | None, typer.Option(help="Time, such as 2027-03-01T00:00:00Z; default: now.")] = None,
) -> None:
    """Put a rate deck into force."""

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        return await api.post(f"{_path(deck)}/start", {"in_force": at}, tenant=tenant)

    print_item(context.run(request), _DECKS, as_json=context.as_json)


@command(group, "delete")
def delete(context: CommandContext, deck: Deck) -> None:
    """Delete a draft."""

    async def request(api: ApiClient) -> None:
        await api.delete(_path(deck), tenant=await api.resolve_tenant(context.tenant))

    context.run(request)
    print_done("The rate deck was deleted.", {"deleted": deck}, as_json=context.as_json)


@command(group, "again")
def again(
    context: CommandContext,
    *,
    since: Annotated[str, typer.Option(help="First time, such as 2027-03-01T00:00:00Z.")],
    until: Annotated[str, typer.Option(help="Time after the last one.")],
    preview: Annotated[bool, typer.Option("--preview", help="Change nothing.")] = False,
) -> None:
    """Rate the calls of a period again.

    Differences are posted as corrections. Those of months that are invoiced are on the next invoice."""

    async def request(api: ApiClient) -> Json:
        given, tenant = {"since": since, "until": until}, await api.resolve_tenant(context.tenant)
        if preview:
            return await api.get("/billing/rating", tenant=tenant, **given)
        return await api.post("/billing/rating", given, tenant=tenant)

    found = context.run(request)
    columns = {"calls": "calls", "changed": "changed prices", "differences": "difference"}
    sums = [f"{format_amount(each['amount'])} {each['currency']}" for each in found["differences"]]
    shown = found if context.as_json else {**found, "differences": ", ".join(sums) or "none"}
    print_item(shown, columns, as_json=context.as_json)


def _path(deck: str) -> str:
    return f"/billing/rate-decks/{quote_segment(deck)}"


def period(since: str | None, until: str | None) -> dict[str, str]:
    """Return the parameters of a period."""
    return {name: value for name, value in (("since", since), ("until", until)) if value}
