"""`unificx role`: custom roles, and who has them."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group, split_list
from unificx.cli.commands.persons import find_person
from unificx.cli.errors import CliError
from unificx.cli.output import print_done, print_item, print_items

_COLUMNS = {"name": "name", "members": "people", "permissions": "permissions", "id": "id"}
_PERMISSIONS = {"name": "permission", "area": "area", "needs": "useful with"}
_GROUPS = {"name": "group", "members": "members", "role": "role", "id": "id"}
_MEMBERS = {"name": "name", "email": "e-mail", "id": "id"}

RoleReference = Annotated[str, typer.Argument(metavar="ROLE", help="Name or id of the role.")]
PersonReference = Annotated[str, typer.Argument(metavar="PERSON", help="E-mail address or id.")]
GroupReference = Annotated[str, typer.Argument(metavar="GROUP", help="Name or id of the group.")]
PERMISSIONS_HELP = "Permissions, with commas."

group = command_group("role", "Manage custom roles and their members.")


def _print(context: CommandContext, role: Json) -> None:
    print_item(_shown(context, role), _COLUMNS, as_json=context.as_json)


def _shown(context: CommandContext, role: Json) -> Json:
    return role if context.as_json else {**role, "permissions": ", ".join(role["permissions"])}


@command(group, "create")
def create(
    context: CommandContext,
    *,
    name: Annotated[str, typer.Option(help="Name, such as Helpdesk.")],
    permissions: Annotated[str, typer.Option(help=PERMISSIONS_HELP)],
) -> None:
    """Create a role."""
    body = {"name": name, "permissions": split_list(permissions)}

    async def request(api: ApiClient) -> Json:
        return await api.post("/roles", body, tenant=await api.resolve_tenant(context.tenant))

    _print(context, context.run(request))


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List the roles."""

    async def request(api: ApiClient) -> list[Json]:
        return await api.list_all("/roles", tenant=await api.resolve_tenant(context.tenant))

    shown = [_shown(context, one) for one in context.run(request)]
    print_items(shown, _COLUMNS, as_json=context.as_json, empty_text="There are no roles yet.")


@command(group, "permissions")
def permissions(context: CommandContext) -> None:
    """List the permissions a role can have."""

    async def request(api: ApiClient) -> list[Json]:
        return await api.list_all("/roles/permissions", tenant=await api.resolve_tenant(context.tenant))

    print_items(context.run(request), _PERMISSIONS, as_json=context.as_json, empty_text="")


@command(group, "update")
def update(
    context: CommandContext,
    *,
    role: RoleReference,
    name: Annotated[str | None, typer.Option(help="New name.")] = None,
    permissions: Annotated[str | None, typer.Option(help=PERMISSIONS_HELP)] = None,
) -> None:
    """Change a role or replace its permissions."""
    body = {"name": name, "permissions": split_list(permissions) if permissions else None}

    async def request(api: ApiClient) -> Json:
        tenant, known = await _find(api, context, role)
        return await api.patch(f"/roles/{known['id']}", body, tenant=tenant)

    _print(context, context.run(request))


@command(group, "delete")
def delete(
    context: CommandContext,
    *,
    role: RoleReference,
    replacement: Annotated[str | None, typer.Option(help="New role of its members.")] = None,
) -> None:
    """Delete a role."""

    async def request(api: ApiClient) -> str:
        tenant, known = await _find(api, context, role)
        other = (await _find(api, context, replacement))[1]["id"] if replacement else None
        await api.delete(f"/roles/{known['id']}", tenant=tenant, replacement=other)
        return str(known["id"])

    print_done("The role was deleted.", {"deleted": context.run(request)}, as_json=context.as_json)


@command(group, "members")
def members(context: CommandContext, role: RoleReference) -> None:
    """List the members of a role."""

    async def request(api: ApiClient) -> list[Json]:
        tenant, known = await _find(api, context, role)
        return await api.list_all(f"/roles/{known['id']}/persons", tenant=tenant)

    print_items(context.run(request), _MEMBERS, as_json=context.as_json, empty_text="No person has this role.")


@command(group, "give")
def give(context: CommandContext, role: RoleReference, person: PersonReference) -> None:
    """Give a person a role."""

    async def request(api: ApiClient) -> Json:
        path, tenant, ids = await _member(api, context, role, person)
        await api.put(path, {}, tenant=tenant)
        return ids

    print_done("The person has the role.", context.run(request), as_json=context.as_json)


@command(group, "withdraw")
def withdraw(context: CommandContext, role: RoleReference, person: PersonReference) -> None:
    """Withdraw a role from a person."""

    async def request(api: ApiClient) -> Json:
        path, tenant, ids = await _member(api, context, role, person)
        await api.delete(path, tenant=tenant)
        return ids

    print_done("The role was withdrawn.", context.run(request), as_json=context.as_json)


@command(group, "groups")
def groups(context: CommandContext) -> None:
    """List groups of the identity provider."""

    async def request(api: ApiClient) -> list[Json]:
        tenant = await api.resolve_tenant(context.tenant)
        names = {one["id"]: one["name"] for one in await api.list_all("/roles", tenant=tenant)}
        found = await api.list_all("/provisioned-groups", tenant=tenant)
        return [one | {"role": names.get(one["role_id"] or "", "")} for one in found]

    empty = "The identity provider has created no groups."
    print_items(context.run(request), _GROUPS, as_json=context.as_json, empty_text=empty)


@command(group, "link")
def link(context: CommandContext, role: RoleReference, provisioned: GroupReference) -> None:
    """Give the members of a group a role."""

    async def request(api: ApiClient) -> Json:
        tenant, known = await _find(api, context, role)
        return await _link(api, tenant, provisioned, known["id"])

    print_done("The members of the group have the role.", context.run(request), as_json=context.as_json)


@command(group, "unlink")
def unlink(context: CommandContext, provisioned: GroupReference) -> None:
    """Remove the role of a group."""

    async def request(api: ApiClient) -> Json:
        return await _link(api, await api.resolve_tenant(context.tenant), provisioned, None)

    print_done("The group has no role.", context.run(request), as_json=context.as_json)


async def _link(api: ApiClient, tenant: str, reference: str, role_id: str | None) -> Json:
    for one in await api.list_all("/provisioned-groups", tenant=tenant):
        if reference == one["id"] or reference.casefold() == one["name"].casefold():
            path = f"/provisioned-groups/{quote_segment(one['id'])}/role"
            return await api.put(path, {"role_id": role_id}, tenant=tenant)
    raise CliError("There is no such group.", "See `unificx role groups`.")


async def _member(api: ApiClient, context: CommandContext, role: str, person: str) -> tuple[str, str, Json]:
    tenant, known = await _find(api, context, role)
    member = await find_person(api, person, tenant)
    path = f"/roles/{quote_segment(known['id'])}/persons/{quote_segment(member['id'])}"
    return path, tenant, {"role": known["id"], "person": member["id"]}


async def _find(api: ApiClient, context: CommandContext, reference: str) -> tuple[str, Json]:
    """Return the tenant and a role by its name or id."""
    tenant = await api.resolve_tenant(context.tenant)
    for one in await api.list_all("/roles", tenant=tenant):
        if reference == one["id"] or reference.casefold() == one["name"].casefold():
            return tenant, one
    raise CliError("There is no such role.", "See `unificx role list`.")
