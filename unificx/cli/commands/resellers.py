"""`unificx reseller`: resellers, their tenants and brand."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group, split_list
from unificx.cli.errors import CliError
from unificx.cli.output import print_done, print_item, print_items

_COLUMNS = {
    "name": "company",
    "tenant": "own tenant",
    "product": "product",
    "tenants": "tenants",
    "id": "id",
}
_DETAILS = {
    **_COLUMNS,
    "accent": "colour",
    "support_email": "support",
    "hosts": "host names",
    "plans": "plans",
    "has_logo": "logo",
}
_TENANTS = {"slug": "name", "name": "organization", "domain": "SIP domain", "state": "state"}

Reference = Annotated[str, typer.Argument(metavar="RESELLER", help="Short name of its own tenant, or id.")]
TenantName = Annotated[str, typer.Argument(metavar="NAME", help="Short name or id of the tenant.")]
Product = Annotated[str | None, typer.Option(help="Name of the product, at most 30 characters.")]
Accent = Annotated[str | None, typer.Option(metavar="COLOUR", help="Accent colour, such as #0b5563.")]
Support = Annotated[str | None, typer.Option("--support", metavar="EMAIL", help="Support address.")]
Hosts = Annotated[str | None, typer.Option(metavar="NAMES", help="Host names with this brand, with commas.")]
Plans = Annotated[str | None, typer.Option(metavar="PLANS", help="Plans that it may sell, with commas.")]

group = command_group("reseller", "Resellers, their tenants and brand.")


@command(group, "create", of_tenant=False)
def create(
    context: CommandContext,
    *,
    tenant_name: TenantName,
    name: Annotated[str, typer.Option(help="Name of the company.")],
    product: Annotated[str, typer.Option(help="Name of the product, at most 30 characters.")],
    accent: Accent = None,
    support: Support = None,
    hosts: Hosts = None,
    plans: Plans = None,
) -> None:
    """Make a tenant a reseller."""
    body = {"tenant": tenant_name, "name": name, **_body(product, accent, support, hosts, plans)}
    _print(context, context.run(lambda api: api.post("/resellers", body)))


@command(group, "list", of_tenant=False)
def list_(context: CommandContext) -> None:
    """List resellers."""
    found = context.run(lambda api: api.list_all("/resellers"))
    print_items(found, _COLUMNS, as_json=context.as_json, empty_text="There are no resellers yet.")


@command(group, "show", of_tenant=False)
def show(context: CommandContext, reseller: Reference) -> None:
    """Show a reseller."""
    _print(context, context.run(lambda api: _find(api, reseller)))


@command(group, "update", of_tenant=False)
def update(
    context: CommandContext,
    *,
    reseller: Reference,
    name: Annotated[str | None, typer.Option(help="Name of the company.")] = None,
    product: Product = None,
    accent: Accent = None,
    support: Support = None,
    hosts: Hosts = None,
    plans: Plans = None,
) -> None:
    """Change a reseller."""
    body = {"name": name, **_body(product, accent, support, hosts, plans)}

    async def request(api: ApiClient) -> Json:
        return await api.patch(f"/resellers/{(await _find(api, reseller))['id']}", body)

    _print(context, context.run(request))


@command(group, "tenants", of_tenant=False)
def tenants(context: CommandContext, reseller: Reference) -> None:
    """List the tenants of a reseller."""

    async def request(api: ApiClient) -> list[Json]:
        return await api.list_all(f"/resellers/{(await _find(api, reseller))['id']}/tenants")

    found = context.run(request)
    print_items(found, _TENANTS, as_json=context.as_json, empty_text="The reseller has no tenants yet.")


@command(group, "assign", of_tenant=False)
def assign(
    context: CommandContext,
    *,
    reseller: Reference,
    tenant_name: TenantName,
    end: Annotated[bool, typer.Option("--end", help="Remove it from its reseller instead.")] = False,
) -> None:
    """Assign a tenant to a reseller."""

    async def request(api: ApiClient) -> str:
        path = f"/resellers/{(await _find(api, reseller))['id']}/tenants/{quote_segment(tenant_name)}"
        await (api.delete(path) if end else api.put(path, {}))
        return tenant_name

    text = "The tenant is one of the operator alone." if end else "The tenant is one of the reseller."
    print_done(text, {"tenant": context.run(request)}, as_json=context.as_json)


@command(group, "delete", of_tenant=False)
def delete(context: CommandContext, reseller: Reference) -> None:
    """Delete a reseller; its tenants stay."""

    async def request(api: ApiClient) -> str:
        found = await _find(api, reseller)
        await api.delete(f"/resellers/{found['id']}")
        return found["id"]

    print_done("The reseller was deleted.", {"deleted": context.run(request)}, as_json=context.as_json)


def _body(
    product: str | None, accent: str | None, support: str | None, hosts: str | None, plans: str | None
) -> dict[str, object]:
    values = {"product": product, "accent": accent, "support_email": support}
    return {**values, "hosts": split_list(hosts), "plans": split_list(plans)}


async def _find(api: ApiClient, reference: str) -> Json:
    """Return a reseller by the short name of its own tenant, or by id."""
    for found in await api.list_all("/resellers"):
        if reference in (found["tenant"], found["id"]):
            return found
    raise CliError("There is no such reseller.", "List them with `unificx reseller list`.")


def _print(context: CommandContext, found: Json) -> None:
    readable = {**found, "hosts": ", ".join(found["hosts"]), "plans": ", ".join(found["plans"])}
    print_item(found if context.as_json else readable, _DETAILS, as_json=context.as_json)
