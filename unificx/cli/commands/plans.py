"""`unificx plan`: plans, which tenant has which one, and the charges of a month."""

import re
from typing import Annotated

import typer

from unificx.cli.amounts import all_readable, format_amount, parse_amount
from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError
from unificx.cli.output import print_done, print_item, print_items, print_json
from unificx.core.clock import SystemClock

_PLAN = {
    "name": "name",
    "price": "price",
    "extension_price": "per extension",
    "number_price": "per number",
    "storage_price": "per GB",
    "currency": "currency",
    "minutes": "included minutes",
    "storage": "included GB",
    "tenants": "tenants",
    "trial_days": "trial days",
    "sign_up": "at sign-up",
    "archived": "archived",
    "id": "id",
}
_TERMS = {
    "since": "from",
    "price": "price",
    "extension_price": "per extension",
    "number_price": "per number",
    "storage_price": "per GB",
    "minutes": "included minutes",
    "storage": "included GB",
}
_PRICES = ("price", "extension_price", "number_price", "storage_price")
_GIGABYTE = 10**9
_MAX_GB = 1_000_000
_TRIAL = {"since": "from", "until": "until", "state": "state", "charged_since": "charged from"}
_ASSIGNMENTS = {"since": "from", "plan": "plan"}
_CHARGES = {
    "kind": "charge",
    "name": "name",
    "quantity": "quantity",
    "unit": "unit",
    "unit_price": "per month",
    "amount": "amount",
    "currency": "currency",
    "since": "from",
    "until": "until",
}
_INCLUDED = re.compile(r"(any|[a-z0-9][a-z0-9_-]{0,30})=([0-9]{1,8})\Z", re.ASCII)


def _parse_included(text: str) -> dict[str, int]:
    """Return included minutes by group from a list such as any=100,mobile=50; "none": no minutes."""
    found: dict[str, int] = {}
    for each in text.split(",") if text != "none" else ():
        pair = _INCLUDED.match(each.strip())
        if pair is None:
            raise typer.BadParameter("included minutes are written such as any=100,mobile=50.")
        found["" if pair[1] == "any" else pair[1]] = int(pair[2])
    return found


Reference = Annotated[str, typer.Argument(metavar="PLAN", help="Name or id of the plan.")]
ExtensionPrice = Annotated[
    int | None, typer.Option(parser=parse_amount, metavar="AMOUNT", help="Price of each extension per month.")
]
NumberPrice = Annotated[
    int | None, typer.Option(parser=parse_amount, metavar="AMOUNT", help="Price of each public number per month.")
]
Included = Annotated[
    dict[str, int] | None,
    typer.Option(
        parser=_parse_included,
        metavar="MINUTES",
        help="Included minutes by group of rates, such as any=100,mobile=50; none: no minutes.",
    ),
]
StoragePrice = Annotated[
    int | None, typer.Option(parser=parse_amount, metavar="AMOUNT", help="Price of each further GB per month.")
]
StorageGb = Annotated[int | None, typer.Option(min=0, max=_MAX_GB, metavar="GB", help="Included GB of the tenant.")]
ExtensionStorageGb = Annotated[
    int | None, typer.Option(min=0, max=_MAX_GB, metavar="GB", help="Included GB for each extension.")
]
Trial = Annotated[
    int | None, typer.Option("--trial", min=0, max=366, metavar="DAYS", help="Free days of a tenant; 0: none.")
]
SignUp = Annotated[
    bool | None, typer.Option("--sign-up/--no-sign-up", help="Organisations that sign up get this plan.")
]

group = command_group("plan", "Plans, and the charges of a month.")


@command(group, "create", of_tenant=False)
def create(
    context: CommandContext,
    *,
    name: Annotated[str, typer.Option(help="Name of the plan.")],
    price: Annotated[int, typer.Option(parser=parse_amount, metavar="AMOUNT", help="Price of a tenant per month.")],
    extension_price: ExtensionPrice = None,
    number_price: NumberPrice = None,
    included: Included = None,
    storage_price: StoragePrice = None,
    storage_gb: StorageGb = None,
    extension_storage_gb: ExtensionStorageGb = None,
    trial: Trial = None,
    sign_up: SignUp = None,
    currency: Annotated[str, typer.Option(help="Code of the currency.")] = "EUR",
) -> None:
    """Create a plan."""
    body = {"name": name, "currency": currency, "price": price, "included": included}
    body |= {"extension_price": extension_price, "number_price": number_price, "storage_price": storage_price}
    body |= {"storage_gb": storage_gb, "extension_storage_gb": extension_storage_gb}
    body |= {"trial_days": trial, "sign_up": sign_up}
    _print_plan(context, context.run(lambda api: api.post("/plans", body)))


@command(group, "list", of_tenant=False)
def list_(context: CommandContext) -> None:
    """List plans."""
    found = context.run(lambda api: api.list_all("/plans"))
    shown = found if context.as_json else [_readable(each) for each in found]
    print_items(shown, _PLAN, as_json=context.as_json, empty_text="There are no plans yet.")


@command(group, "show", of_tenant=False)
def show(context: CommandContext, plan: Reference) -> None:
    """Show a plan and its changes of prices."""
    _print_plan(context, context.run(lambda api: _find(api, plan)))


@command(group, "update", of_tenant=False)
def update(
    context: CommandContext,
    *,
    plan: Reference,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    price: Annotated[
        int | None, typer.Option(parser=parse_amount, metavar="AMOUNT", help="Price of a tenant per month.")
    ] = None,
    extension_price: ExtensionPrice = None,
    number_price: NumberPrice = None,
    included: Included = None,
    storage_price: StoragePrice = None,
    storage_gb: StorageGb = None,
    extension_storage_gb: ExtensionStorageGb = None,
    trial: Trial = None,
    sign_up: SignUp = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day of other prices; default: next month.")
    ] = None,
) -> None:
    """Rename a plan, or change its prices."""
    body = {"name": name, "price": price, "extension_price": extension_price, "number_price": number_price}
    body |= {"included": included, "storage_price": storage_price}
    body |= {"storage_gb": storage_gb, "extension_storage_gb": extension_storage_gb}
    if since is not None and all(value is None for value in body.values()):
        raise CliError("There is nothing to change.", "Set a price, --included or gigabytes; see --help.")
    _change(context, plan, {**body, "since": since, "trial_days": trial, "sign_up": sign_up})


@command(group, "archive", of_tenant=False)
def archive(
    context: CommandContext,
    plan: Reference,
    undo: Annotated[bool, typer.Option("--undo", help="Let it be assigned again.")] = False,
) -> None:
    """Archive a plan.

    Tenants that have it keep it; it is not assigned to others."""
    _change(context, plan, {"archived": not undo})


@command(group, "delete", of_tenant=False)
def delete(context: CommandContext, plan: Reference) -> None:
    """Delete a plan that was never assigned."""

    async def request(api: ApiClient) -> Json:
        found = await _find(api, plan)
        await api.delete(f"/plans/{found['id']}")
        return found

    print_done("The plan was deleted.", {"deleted": context.run(request)["id"]}, as_json=context.as_json)


@command(group, "assign")
def assign(
    context: CommandContext,
    *,
    plan: Annotated[str | None, typer.Argument(metavar="[PLAN]", help="Name or id of the plan.")] = None,
    end: Annotated[bool, typer.Option("--end", help="End the present plan instead.")] = False,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day, such as 2027-03-01; default: today.")
    ] = None,
    trial: Annotated[
        int | None, typer.Option(min=0, max=366, metavar="DAYS", help="Free days; default: those of a first plan.")
    ] = None,
) -> None:
    """Assign a plan to a tenant from a day on."""
    if (plan is None) is not end:
        raise CliError("Name a plan, or pass --end.", "List plans with `unificx plan list`.")

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        if plan is None:
            await api.delete("/billing/plan", tenant=tenant, since=since)
            return await api.get("/billing/plan", tenant=tenant)
        return await api.put("/billing/plan", {"plan": plan, "since": since, "trial_days": trial}, tenant=tenant)

    found = context.run(request)
    if context.as_json:
        print_json(found)
        return
    shown = [{**each, "plan": each["plan"] or "none"} for each in found["assignments"]]
    print_items(shown, _ASSIGNMENTS, as_json=False, empty_text="")


@command(group, "trial")
def trial_(
    context: CommandContext,
    *,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="Day after the last one, such as 2027-03-01.")
    ] = None,
    go_on: Annotated[bool, typer.Option("--continue", help="Charge the plan afterwards.")] = False,
) -> None:
    """Show or change the trial of a tenant."""

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        if until is not None:
            await api.put("/billing/trial", {"until": until}, tenant=tenant)
        if go_on:
            await api.put("/billing/trial/continuation", {}, tenant=tenant)
        return await api.get("/billing/plan", tenant=tenant)

    found = context.run(request)["trial"]
    if found is None:
        raise CliError("This tenant has no trial.", "A trial begins with its first plan.")
    print_item(found, _TRIAL, as_json=context.as_json)


@command(group, "charges")
def charges(
    context: CommandContext,
    month: Annotated[str | None, typer.Option(help="Month, such as 2027-03; default: the present one.")] = None,
) -> None:
    """Show what a tenant is charged for a month."""

    async def request(api: ApiClient) -> Json:
        return await api.get("/billing/charges", tenant=await api.resolve_tenant(context.tenant), month=month)

    found = context.run(request)
    if context.as_json:
        print_json(found)
        return
    print_items(
        all_readable(found["charges"], as_json=False), _CHARGES, as_json=False, empty_text="Nothing is charged."
    )
    for each in found["included"]:
        used, included = (-(-each[name] // 60) for name in ("used_seconds", "included_seconds"))
        print(f"included minutes, {each['group'] or 'any group'}: {used} of {included} used")
    for each in found["storage"]:
        last, mean, included = (f"{each[name] / _GIGABYTE:.1f} GB" for name in ("last", "mean", "included"))
        print(f"storage: {last}, {mean} on average, {included} included")
    if found["unrated"]:
        print(f"calls without a price: {found['unrated']}")


def _change(context: CommandContext, plan: str, body: dict[str, object]) -> None:
    async def request(api: ApiClient) -> Json:
        found = await _find(api, plan)
        return await api.patch(f"/plans/{found['id']}", body, {"since": "from"})

    _print_plan(context, context.run(request))


async def _find(api: ApiClient, reference: str) -> Json:
    """Return a plan by name or id."""
    for plan in await api.list_all("/plans"):
        if reference in (plan["name"], plan["id"]):
            return plan
    raise CliError("There is no such plan.", "List them with `unificx plan list`.")


def _print_plan(context: CommandContext, plan: Json) -> None:
    """Print a plan, and its prices by day if they change."""
    print_item(plan if context.as_json else _readable(plan), _PLAN, as_json=context.as_json)
    if not context.as_json and len(plan["terms"]) > 1:
        terms = [{**each, "minutes": _minutes(each["included"]), "storage": _storage(each)} for each in plan["terms"]]
        print_items(all_readable(terms, as_json=False), _TERMS, as_json=False, empty_text="")


def _readable(plan: Json) -> Json:
    """Return a plan with its present terms as they are printed."""
    today = SystemClock().now().date().isoformat()
    terms = next((each for each in reversed(plan["terms"]) if each["since"] <= today), plan["terms"][0])
    prices = {name: format_amount(terms[name]) for name in _PRICES}
    return {**plan, **prices, "minutes": _minutes(terms["included"]), "storage": _storage(terms)}


def _storage(terms: Json) -> str:
    return f"{terms['storage_gb']} + {terms['extension_storage_gb']} per extension"


def _minutes(included: dict[str, int]) -> str:
    return ", ".join(f"{group or 'any'}: {minutes}" for group, minutes in included.items()) or "none"
