"""`unificx tenant`: organisations."""

from typing import Annotated

import typer

from unificx.console.api import Api, quoted
from unificx.console.command import At, noun, verb
from unificx.console.output import print_done, print_item, print_items

_COLUMNS = {
    "slug": "name",
    "name": "organisation",
    "domain": "SIP domain",
    "state": "state",
    "language": "language",
    "id": "id",
}
_DETAILS = {**_COLUMNS, "time_zone": "time zone", "park_seconds": "rings back after (s)"}

Which = Annotated[str, typer.Argument(metavar="NAME", help="Its short name or id.")]

Language = Annotated[str | None, typer.Option(help="en or de: how its people are spoken and written to.")]
TimeZone = Annotated[str | None, typer.Option(help="Whose times they are told, such as Europe/Berlin.")]

group = noun("tenant", "Organisations, each with its own SIP domain.")


@verb(group, "create", of_tenant=False)
def create(
    at: At,
    *,
    slug: Annotated[str, typer.Option(help="Short name: a-z, 0-9 and hyphens.")],
    domain: Annotated[str, typer.Option(help="Its SIP domain, such as pbx.example.com.")],
    name: Annotated[str | None, typer.Option(help="What people call it; the short name if not said.")] = None,
    language: Language = None,
    time_zone: TimeZone = None,
) -> None:
    """Make an organisation."""
    made = {"slug": slug, "name": name or slug, "domain": domain, "language": language, "time_zone": time_zone}
    print_item(at.ask(lambda api: api.post("/tenants", made)), _DETAILS, as_json=at.as_json)


@verb(group, "list", of_tenant=False)
def list_(at: At) -> None:
    """List the organisations."""
    found = at.ask(lambda api: api.organisations(None))
    print_items(found, _COLUMNS, as_json=at.as_json, nothing="There is no organisation yet.")


@verb(group, "show", of_tenant=False)
def show(at: At, tenant_name: Which) -> None:
    """Show an organisation."""
    found = at.ask(lambda api: api.get(f"/tenants/{quoted(tenant_name)}"))
    print_item(found, _DETAILS, as_json=at.as_json)


@verb(group, "update", of_tenant=False)
def update(
    at: At,
    *,
    tenant_name: Which,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    suspend: Annotated[bool | None, typer.Option("--suspend/--resume", help="Stop it, or let it go on.")] = None,
    language: Language = None,
    time_zone: TimeZone = None,
    park_seconds: Annotated[int | None, typer.Option(help="After which it rings at who has parked somebody.")] = None,
) -> None:
    """Rename, set up, suspend or resume an organisation."""
    state = None if suspend is None else "suspended" if suspend else "active"
    body = {
        "name": name,
        "state": state,
        "language": language,
        "time_zone": time_zone,
        "park_seconds": park_seconds,
    }
    changed = at.ask(lambda api: api.patch(f"/tenants/{quoted(tenant_name)}", body))
    print_item(changed, _DETAILS, as_json=at.as_json)


@verb(group, "delete", of_tenant=False)
def delete(at: At, tenant_name: Which) -> None:
    """Delete an organisation and all that is in it, for good."""

    async def ask(api: Api) -> str:
        known = await api.get(f"/tenants/{quoted(tenant_name)}")
        await api.delete(f"/tenants/{known['id']}")
        return str(known["id"])

    print_done("The organisation is gone.", {"deleted": at.ask(ask)}, as_json=at.as_json)
