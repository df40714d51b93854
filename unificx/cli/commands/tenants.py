"""`unificx tenant`: tenants."""

from typing import Annotated

import typer

from unificx.cli.api_client import Api, quoted
from unificx.cli.command import At, noun, verb
from unificx.cli.output import print_done, print_item, print_items

_COLUMNS = {
    "slug": "name",
    "name": "organization",
    "domain": "SIP domain",
    "state": "state",
    "language": "language",
    "id": "id",
}
_DETAILS = {**_COLUMNS, "time_zone": "time zone", "park_seconds": "park timeout (s)"}

Which = Annotated[str, typer.Argument(metavar="NAME", help="Short name or id.")]

Language = Annotated[str | None, typer.Option(help="Language of prompts and e-mails: en or de.")]
TimeZone = Annotated[str | None, typer.Option(help="Time zone, such as Europe/Berlin.")]

group = noun("tenant", "Manage tenants.")


@verb(group, "create", of_tenant=False)
def create(
    context: At,
    *,
    slug: Annotated[str, typer.Option(help="Short name: a-z, 0-9 and hyphens.")],
    domain: Annotated[str, typer.Option(help="SIP domain, such as pbx.example.com.")],
    name: Annotated[str | None, typer.Option(help="Display name; the short name if omitted.")] = None,
    language: Language = None,
    time_zone: TimeZone = None,
) -> None:
    """Create a tenant."""
    made = {"slug": slug, "name": name or slug, "domain": domain, "language": language, "time_zone": time_zone}
    print_item(context.ask(lambda api: api.post("/tenants", made)), _DETAILS, as_json=context.as_json)


@verb(group, "list", of_tenant=False)
def list_(context: At) -> None:
    """List tenants."""
    found = context.ask(lambda api: api.organisations(None))
    print_items(found, _COLUMNS, as_json=context.as_json, nothing="There are no tenants yet.")


@verb(group, "show", of_tenant=False)
def show(context: At, tenant_name: Which) -> None:
    """Show a tenant."""
    found = context.ask(lambda api: api.get(f"/tenants/{quoted(tenant_name)}"))
    print_item(found, _DETAILS, as_json=context.as_json)


@verb(group, "update", of_tenant=False)
def update(
    context: At,
    *,
    tenant_name: Which,
    name: Annotated[str | None, typer.Option(help="Display name.")] = None,
    suspend: Annotated[bool | None, typer.Option("--suspend/--resume", help="Suspend or resume the tenant.")] = None,
    language: Language = None,
    time_zone: TimeZone = None,
    park_seconds: Annotated[int | None, typer.Option(help="Seconds until a parked call rings back.")] = None,
) -> None:
    """Change, suspend or resume a tenant."""
    state = None if suspend is None else "suspended" if suspend else "active"
    body = {
        "name": name,
        "state": state,
        "language": language,
        "time_zone": time_zone,
        "park_seconds": park_seconds,
    }
    changed = context.ask(lambda api: api.patch(f"/tenants/{quoted(tenant_name)}", body))
    print_item(changed, _DETAILS, as_json=context.as_json)


@verb(group, "delete", of_tenant=False)
def delete(context: At, tenant_name: Which) -> None:
    """Delete a tenant and all its data."""

    async def request(api: Api) -> str:
        known = await api.get(f"/tenants/{quoted(tenant_name)}")
        await api.delete(f"/tenants/{known['id']}")
        return str(known["id"])

    print_done("The tenant was deleted.", {"deleted": context.ask(request)}, as_json=context.as_json)
