"""`unificx person`: user accounts."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.api_client import OPERATOR_SLUG, ApiClient, Json, quote_segment
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.csv_import import MAX_IMPORT_BYTES, import_csv
from unificx.cli.errors import CliError
from unificx.cli.output import is_local, print_done, print_item, print_items, print_json, qr_code
from unificx.cli.uploads import read_file

_COLUMNS = {"name": "name", "email": "e-mail", "role": "role", "state": "state", "department": "department", "id": "id"}

PersonReference = Annotated[str, typer.Argument(metavar="PERSON", help="E-mail address or id.")]
Role = Annotated[str | None, typer.Option(help="user, tenant_admin or operator.")]
Department = Annotated[str | None, typer.Option(help='Department, such as Sales; "" for none.')]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]

Scopes = Annotated[str | None, typer.Option(help="Scopes, separated by commas; all of the person if omitted.")]
Days = Annotated[int | None, typer.Option(help="Days until it expires, at most 366; default 90.")]

SuspensionReason = Annotated[str, typer.Option(help="terms, security, fraud, payment, absence, minor or other.")]
SuspensionText = Annotated[str, typer.Option(help="Text for the persons concerned.")]
SuspensionEnd = Annotated[
    str | None, typer.Option(metavar="TIME", help="End, such as 2026-12-01T08:00:00+01:00; none if omitted.")
]
SUSPENSION_COLUMNS = {"reason": "reason", "text": "text", "since": "since", "until": "until", "review": "review"}

_COLLECTION = Collection("/persons", _COLUMNS, _COLUMNS)

group = command_group("person", "Manage user accounts.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    name: Annotated[str, typer.Option(help="Full name.")],
    email: Annotated[str | None, typer.Option(help="E-mail address for sign-in.")] = None,
    role: Role = None,
    number: Annotated[str | None, typer.Option(help="Number of a new extension.")] = None,
    department: Department = None,
    password_stdin: Stdin = False,
) -> None:
    """Create a user account.

    With a number, an extension is created too."""
    body = {
        "name": name,
        "email": email,
        "role": role,
        "number": number,
        "department": department,
        "password": _read_password() if password_stdin else None,
    }
    _COLLECTION.create(context, body)


@command(group, "import")
def import_(
    context: CommandContext,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file with the columns name and email.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    skip_faulty: Annotated[bool, typer.Option("--skip-faulty", help="Import the rows without faults.")] = False,
) -> None:
    """Import people from a CSV file.

    More columns: number (or "next" for the next free one), role, language, department. People who exist
    already are recognized by their e-mail address. With a faulty row, nothing is imported."""
    data = read_file(file, MAX_IMPORT_BYTES, "CSV file")
    import_csv(context, "/people/import", data, dry_run=dry_run, skip_faulty=skip_faulty)


@command(group, "imports")
def imports(context: CommandContext) -> None:
    """List the imports of the last 30 days."""

    async def request(api: ApiClient) -> list[Json]:
        return (await api.get("/people/imports", tenant=await api.resolve_tenant(context.tenant)))["items"]

    columns = {"id": "id", "at": "time", "created": "added", "updated": "changed", "reverted": "undone"}
    print_items(context.run(request), columns, as_json=context.as_json, empty_text="There are no imports.")


@command(group, "undo-import")
def undo_import(
    context: CommandContext,
    *,
    import_id: Annotated[str, typer.Argument(metavar="IMPORT", help="Id of the import.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
) -> None:
    """Undo an import of people.

    Accounts and extensions that it created are deleted, and values that it changed are restored. Accounts that are in
    use or were changed since are kept. `unificx person imports` lists the imports."""
    path = f"/people/imports/{quote_segment(import_id)}/undo"

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        return await (api.get(path, tenant=tenant) if dry_run else api.post(path, {}, tenant=tenant))

    report = context.run(request)
    if context.as_json:
        print_json(report)
        return
    columns = {"line": "line", "name": "name", "action": "action", "columns": "columns", "reason": "reason"}
    rows = [{**row, "columns": ", ".join(row["columns"])} for row in report["rows"]]
    print_items(rows, columns, as_json=False, empty_text="Nothing is left of this import.")


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List user accounts."""
    _COLLECTION.list(context, "There are no user accounts yet.")


@command(group, "departments")
def departments(context: CommandContext) -> None:
    """List departments and their members."""

    async def request(api: ApiClient) -> list[Json]:
        return (await api.get("/people/departments", tenant=await api.resolve_tenant(context.tenant)))["items"]

    columns = {"name": "department", "members": "people and phones"}
    print_items(context.run(request), columns, as_json=context.as_json, empty_text="There are no departments.")


@command(group, "show")
def show(context: CommandContext, person: PersonReference) -> None:
    """Show a user account."""
    print_item(context.run(lambda api: find_person(api, person, context.tenant)), _COLUMNS, as_json=context.as_json)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    person: PersonReference,
    name: Annotated[str | None, typer.Option(help="Full name.")] = None,
    email: Annotated[str | None, typer.Option(help="E-mail address for sign-in.")] = None,
    role: Role = None,
    language: Annotated[str | None, typer.Option(help='en, de, or "" for the tenant\'s.')] = None,
    department: Department = None,
) -> None:
    """Change a user account."""
    body = {"name": name, "email": email, "role": role, "language": language, "department": department}

    async def request(api: ApiClient) -> Json:
        known = await find_person(api, person, context.tenant)
        return await api.patch(f"/persons/{known['id']}", body, tenant=known["tenant_id"])

    print_item(context.run(request), _COLUMNS, as_json=context.as_json)


@command(group, "suspend")
def suspend(
    context: CommandContext,
    *,
    person: PersonReference,
    reason: SuspensionReason = "other",
    text: SuspensionText = "",
    until: SuspensionEnd = None,
) -> None:
    """Suspend a user account.

    It is signed out, its calls end, and its phones reach only emergency numbers. The person gets an e-mail."""
    body = {"reason": reason, "text": text, "until": until}

    async def request(api: ApiClient) -> Json:
        known = await find_person(api, person, context.tenant)
        return await api.put(f"/persons/{known['id']}/suspension", body, tenant=known["tenant_id"])

    print_item(context.run(request), SUSPENSION_COLUMNS, as_json=context.as_json)


@command(group, "resume")
def resume(context: CommandContext, person: PersonReference) -> None:
    """End the suspension of a user account."""

    async def request(api: ApiClient) -> str:
        known = await find_person(api, person, context.tenant)
        await api.delete(f"/persons/{known['id']}/suspension", tenant=known["tenant_id"])
        return str(known["id"])

    print_done("The account is active again.", {"resumed": context.run(request)}, as_json=context.as_json)


@command(group, "password")
def password(context: CommandContext, person: PersonReference, password_stdin: Stdin = False) -> None:
    """Set a new password.

    Without --password-stdin, a one-time password is created and shown, to be changed at the next sign-in."""
    new_password = _read_password() if password_stdin else None

    async def request(api: ApiClient) -> Json:
        known = await find_person(api, person, context.tenant)
        path, tenant = f"/persons/{known['id']}", known["tenant_id"]
        if new_password is None:
            return known | await api.post(f"{path}/one-time-password", {}, tenant=tenant)
        await api.put(f"{path}/password", {"password": new_password}, tenant=tenant)
        return known

    columns = _COLUMNS if new_password is not None else {**_COLUMNS, "password": "one-time password"}
    print_item(context.run(request), columns, as_json=context.as_json)


@command(group, "sign-in-code")
def sign_in_code(
    context: CommandContext,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="E-mail address, id or extension.")],
) -> None:
    """Show a QR code that signs in a phone.

    The code can be used once, within two minutes."""

    async def request(api: ApiClient) -> Json:
        known = await find_person_or_extension(api, person, context.tenant)
        return await api.post("/sign-in-codes", {"person_id": known["id"]}, tenant=known["tenant_id"])

    code = context.run(request)
    if context.as_json:
        print_json({name: code[name] for name in ("id", "url", "expires")})
    elif is_local(code["url"]):
        print(code["url"], "Open the address in a browser on this machine within two minutes.", sep="\n")
    else:
        advice = "Scan the code within two minutes, or open the address on the phone."
        print(*qr_code(code["url"]), code["url"], advice, sep="\n")


@command(group, "token")
def token(context: CommandContext, person: PersonReference, scopes: Scopes = None, days: Days = None) -> None:
    """Create an API key that acts as a person.

    It is shown once. `unificx api-key` lists and revokes keys."""
    key = create_key(context, person, "Command line", scopes, days)
    print_item(key, {"token": "token", "expires": "expires"}, as_json=context.as_json)


@command(group, "reset-factors")
def reset_factors(context: CommandContext, person: PersonReference) -> None:
    """Reset a user's second factors.

    The user is signed out on all devices."""

    async def request(api: ApiClient) -> str:
        known = await find_person(api, person, context.tenant)
        await api.delete(f"/persons/{known['id']}/factors", tenant=known["tenant_id"])
        return str(known["id"])

    print_done("The second factors were removed.", {"reset": context.run(request)}, as_json=context.as_json)


@command(group, "delete")
def delete(context: CommandContext, person: PersonReference) -> None:
    """Close an account.

    Its extensions and devices are deleted."""

    async def request(api: ApiClient) -> str:
        known = await find_person(api, person, context.tenant)
        await api.delete(f"/persons/{known['id']}", tenant=known["tenant_id"])
        return str(known["id"])

    print_done("The account was closed.", {"deleted": context.run(request)}, as_json=context.as_json)


async def find_person(api: ApiClient, person: str, tenant: str | None) -> Json:
    """Find a person by id or e-mail address."""
    if "@" not in person:
        return await api.get(f"/persons/{quote_segment(person)}", tenant=await api.resolve_tenant(tenant))
    for one in await api.list_across_tenants("/persons", tenant):
        if one["email"].lower() == person.strip().lower():
            return one
    raise CliError("No account has this e-mail address.", "See `unificx person list`.")


async def find_person_or_extension(api: ApiClient, reference: str, tenant: str | None) -> Json:
    """Find a person by id, e-mail address or extension."""
    if not reference.isdecimal():
        return await find_person(api, reference, tenant)
    tenant_id = await api.resolve_tenant(tenant)
    extension = await api.get(f"/extensions/{quote_segment(reference)}", tenant=tenant_id)
    if extension["person_id"] is None:
        raise CliError("This extension has no user.", "See `unificx person list`.")
    return await api.get(f"/persons/{extension['person_id']}", tenant=tenant_id)


def create_key(context: CommandContext, person: str, name: str, scopes: str | None, days: int | None) -> Json:
    """Create an API key that acts as a person, who may be an operator; return it with its text."""
    wanted = {"name": name, "scopes": [one.strip() for one in scopes.split(",")] if scopes else None, "days": days}

    async def request(api: ApiClient) -> Json:
        try:
            known = await find_person(api, person, context.tenant)
        except CliError:
            if context.tenant is not None or "@" not in person:
                raise
            known = await find_person(api, person, OPERATOR_SLUG)
        return await api.post("/api-keys", {**wanted, "person_id": known["id"]}, tenant=known["tenant_id"])

    return context.run(request)


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")
