"""`unificx tenant`: tenants."""

from typing import Annotated

import typer

from unificx.cli.api_client import OPERATOR_SLUG, ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.commands.persons import SUSPENSION_COLUMNS, SuspensionEnd, SuspensionReason, SuspensionText
from unificx.cli.output import confirm, print_done, print_item, print_items

_COLUMNS = {
    "slug": "name",
    "name": "organization",
    "domain": "SIP domain",
    "state": "state",
    "language": "language",
    "id": "id",
}
_DETAILS = {
    **_COLUMNS,
    "time_zone": "time zone",
    "park_seconds": "park timeout (s)",
    "country": "country",
    "pickup": "pickup",
    "chat": "chat",
    "pictures": "pictures",
    "assistants": "assistants",
}

_CLOSING = {
    "erases": "erased on",
    "people": "people",
    "extensions": "extensions",
    "numbers": "numbers",
    "recordings": "recordings",
    "open_invoices": "open invoices",
    "invoices": "invoices that stay",
}

TenantReference = Annotated[str, typer.Argument(metavar="NAME", help="Short name or id.")]

Language = Annotated[str | None, typer.Option(help="Language of prompts and e-mails: en or de.")]
TimeZone = Annotated[str | None, typer.Option(help="Time zone, such as Europe/Berlin.")]

Country = Annotated[str | None, typer.Option(help="Country whose dialling rules apply, such as DE.")]

group = command_group("tenant", "Manage tenants.")


@command(group, "create", of_tenant=False)
def create(
    context: CommandContext,
    *,
    slug: Annotated[str, typer.Option(help="Short name: a-z, 0-9 and hyphens.")],
    domain: Annotated[str, typer.Option(help="SIP domain, such as pbx.example.com.")],
    name: Annotated[str | None, typer.Option(help="Display name; the short name if omitted.")] = None,
    language: Language = None,
    time_zone: TimeZone = None,
    country: Country = None,
) -> None:
    """Create a tenant."""
    made = {"slug": slug, "name": name or slug, "domain": domain, "language": language, "time_zone": time_zone}
    made["country"] = country
    print_item(context.run(lambda api: api.post("/tenants", made)), _DETAILS, as_json=context.as_json)


@command(group, "list", of_tenant=False)
def list_(context: CommandContext) -> None:
    """List tenants."""
    found = context.run(lambda api: api.tenants(None))
    print_items(found, _COLUMNS, as_json=context.as_json, empty_text="There are no tenants yet.")


@command(group, "show", of_tenant=False)
def show(context: CommandContext, tenant_name: TenantReference) -> None:
    """Show a tenant."""
    found = context.run(lambda api: api.get(f"/tenants/{quote_segment(tenant_name)}"))
    print_item(found, _DETAILS, as_json=context.as_json)


@command(group, "update", of_tenant=False)
def update(
    context: CommandContext,
    *,
    tenant_name: TenantReference,
    name: Annotated[str | None, typer.Option(help="Display name.")] = None,
    language: Language = None,
    time_zone: TimeZone = None,
    park_seconds: Annotated[int | None, typer.Option(help="Seconds until a parked call rings back.")] = None,
    sign_out_time: Annotated[str | None, typer.Option(help="Nightly sign-out at shared phones, such as 03:00.")] = None,
    country: Country = None,
    pickup: Annotated[str | None, typer.Option(help="Right to pick up calls: everyone or groups.")] = None,
    chat: Annotated[bool | None, typer.Option("--chat/--no-chat", help="Let users write messages.")] = None,
    pictures: Annotated[bool | None, typer.Option("--pictures/--no-pictures", help="Show pictures of people.")] = None,
    assistants: Annotated[
        bool | None, typer.Option("--assistants/--no-assistants", help="Let assistants use API keys of users.")
    ] = None,
) -> None:
    """Change a tenant."""
    body = {
        "name": name,
        "language": language,
        "time_zone": time_zone,
        "park_seconds": park_seconds,
        "sign_out_time": sign_out_time,
        "country": country,
        "pickup": pickup,
        "chat": chat,
        "pictures": pictures,
        "assistants": assistants,
    }
    changed = context.run(lambda api: api.patch(f"/tenants/{quote_segment(tenant_name)}", body))
    print_item(changed, _DETAILS, as_json=context.as_json)


@command(group, "suspend", of_tenant=False)
def suspend(
    context: CommandContext,
    *,
    tenant_name: TenantReference,
    reason: SuspensionReason = "other",
    text: SuspensionText = "",
    until: SuspensionEnd = None,
) -> None:
    """Suspend a tenant with all its users.

    Their phones reach only emergency numbers. The administrators get an e-mail."""
    path, body = f"/tenants/{quote_segment(tenant_name)}/suspension", {"reason": reason, "text": text, "until": until}
    print_item(context.run(lambda api: api.put(path, body)), SUSPENSION_COLUMNS, as_json=context.as_json)


@command(group, "resume", of_tenant=False)
def resume(context: CommandContext, tenant_name: TenantReference) -> None:
    """End the suspension of a tenant."""
    resumed = _delete(context, tenant_name, "/suspension")
    print_done("The tenant is active again.", {"resumed": resumed}, as_json=context.as_json)


@command(group, "close", of_tenant=False)
def close(
    context: CommandContext,
    *,
    tenant_name: TenantReference,
    days: Annotated[int, typer.Option(min=1, max=90, help="Days in which it can be reopened.")] = 30,
    yes: Annotated[bool, typer.Option("--yes", help="Close it; without it only the consequences are shown.")] = False,
) -> None:
    """Close a tenant, and erase it after 30 days.

    It is suspended at once: phones reach only emergency numbers. Its administrators get an e-mail."""
    path = f"/tenants/{quote_segment(tenant_name)}/closing"
    found = context.run(lambda api: api.put(path, {"days": days}) if yes else api.get(path))
    print_item(found, _CLOSING, as_json=context.as_json)
    if not yes and not context.as_json:
        print("Nothing was changed. Repeat with --yes to close it.")


@command(group, "reopen", of_tenant=False)
def reopen(context: CommandContext, tenant_name: TenantReference) -> None:
    """Reopen a closed tenant."""
    reopened = _delete(context, tenant_name, "/closing")
    print_done("The tenant is active again.", {"reopened": reopened}, as_json=context.as_json)


@command(group, "delete", of_tenant=False)
def delete(context: CommandContext, tenant_name: TenantReference) -> None:
    """Delete a tenant and all its data at once.

    Its invoices are records of the seller and stay for eight years."""

    async def request(api: ApiClient) -> list[Json]:
        return [] if tenant_name == OPERATOR_SLUG else await api.list_all("/billing/invoices", tenant=tenant_name)

    consequence = (
        f"All data of {tenant_name} is destroyed at once, in backups too; `unificx tenant close` waits 30 days."
    )
    confirm(tenant_name, consequence, as_json=context.as_json)
    invoices = len(context.run(request))
    deleted = _delete(context, tenant_name)
    stays = f" Invoices that stay, as the law requires: {invoices}." if invoices else ""
    result = {"deleted": deleted, "invoices": invoices}
    print_done(f"The tenant was deleted.{stays}", result, as_json=context.as_json)


def _delete(context: CommandContext, tenant_name: str, part: str = "") -> str:
    """Delete a tenant, or a part of it; return its id."""

    async def request(api: ApiClient) -> str:
        known = await api.get(f"/tenants/{quote_segment(tenant_name)}")
        await api.delete(f"/tenants/{known['id']}{part}")
        return str(known["id"])

    return context.run(request)
