"""`unificx person`: user accounts."""

import sys
from typing import Annotated

import typer

from unificx.cli.api_client import Api, Json, quoted
from unificx.cli.command import At, noun, verb
from unificx.cli.errors import Trouble
from unificx.cli.output import picture, print_done, print_item, print_items, print_json

_COLUMNS = {"name": "name", "email": "e-mail", "role": "role", "state": "state", "id": "id"}

Which = Annotated[str, typer.Argument(metavar="PERSON", help="E-mail address or id.")]
Role = Annotated[str | None, typer.Option(help="user, tenant_admin or operator.")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]

group = noun("person", "Manage user accounts.")


@verb(group, "create")
def create(
    context: At,
    *,
    name: Annotated[str, typer.Option(help="Full name.")],
    email: Annotated[str | None, typer.Option(help="E-mail address for sign-in.")] = None,
    role: Role = None,
    password_stdin: Stdin = False,
) -> None:
    """Create a user account."""
    body = {"name": name, "email": email, "role": role, "password": _read() if password_stdin else None}

    async def request(api: Api) -> Json:
        return await api.post("/persons", body, tenant=await api.organisation(context.tenant))

    print_item(context.ask(request), _COLUMNS, as_json=context.as_json)


@verb(group, "list")
def list_(context: At) -> None:
    """List user accounts."""
    found = context.ask(lambda api: api.of_all("/persons", context.tenant))
    print_items(found, _COLUMNS, as_json=context.as_json, nothing="There are no user accounts yet.")


@verb(group, "show")
def show(context: At, person: Which) -> None:
    """Show a user account."""
    print_item(context.ask(lambda api: _find(api, person, context.tenant)), _COLUMNS, as_json=context.as_json)


@verb(group, "update")
def update(
    context: At,
    *,
    person: Which,
    name: Annotated[str | None, typer.Option(help="Full name.")] = None,
    email: Annotated[str | None, typer.Option(help="E-mail address for sign-in.")] = None,
    role: Role = None,
    suspend: Annotated[bool | None, typer.Option("--suspend/--resume", help="Suspend or resume the account.")] = None,
    language: Annotated[str | None, typer.Option(help='en, de, or "" for the tenant\'s.')] = None,
) -> None:
    """Change a user account."""
    state = None if suspend is None else "suspended" if suspend else "active"
    body = {"name": name, "email": email, "role": role, "state": state, "language": language}

    async def request(api: Api) -> Json:
        known = await _find(api, person, context.tenant)
        return await api.patch(f"/persons/{known['id']}", body, tenant=known["tenant_id"])

    print_item(context.ask(request), _COLUMNS, as_json=context.as_json)


@verb(group, "password")
def password(context: At, person: Which, password_stdin: Stdin = False) -> None:
    """Set a new password.

    Without --password-stdin, a one-time password is created and shown, to be changed at the next sign-in."""
    given = _read() if password_stdin else None

    async def request(api: Api) -> Json:
        known = await _find(api, person, context.tenant)
        path, tenant = f"/persons/{known['id']}", known["tenant_id"]
        if given is None:
            return known | await api.post(f"{path}/one-time-password", {}, tenant=tenant)
        await api.put(f"{path}/password", {"password": given}, tenant=tenant)
        return known

    columns = _COLUMNS if given is not None else {**_COLUMNS, "password": "one-time password"}
    print_item(context.ask(request), columns, as_json=context.as_json)


@verb(group, "sign-in-code")
def sign_in_code(
    context: At,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="E-mail address, id or extension.")],
) -> None:
    """Show a QR code that signs in a phone.

    The code can be used once, within two minutes."""

    async def request(api: Api) -> Json:
        known = await _find_by_any(api, person, context.tenant)
        return await api.post("/sign-in-codes", {"person_id": known["id"]}, tenant=known["tenant_id"])

    made = context.ask(request)
    if context.as_json:
        print_json({name: made[name] for name in ("id", "url", "expires")})
    else:
        print(
            "\n".join(
                [
                    *picture(made["url"]),
                    made["url"],
                    "Scan the code within two minutes, or open the address on the phone.",
                ]
            )
        )


@verb(group, "reset-factors")
def reset_factors(context: At, person: Which) -> None:
    """Reset a user's second factors.

    The user is signed out on all devices."""

    async def request(api: Api) -> str:
        known = await _find(api, person, context.tenant)
        await api.delete(f"/persons/{known['id']}/factors", tenant=known["tenant_id"])
        return str(known["id"])

    print_done("The second factors were removed.", {"reset": context.ask(request)}, as_json=context.as_json)


@verb(group, "delete")
def delete(context: At, person: Which) -> None:
    """Close an account.

    Its extensions and devices are deleted."""

    async def request(api: Api) -> str:
        known = await _find(api, person, context.tenant)
        await api.delete(f"/persons/{known['id']}", tenant=known["tenant_id"])
        return str(known["id"])

    print_done("The account was closed.", {"deleted": context.ask(request)}, as_json=context.as_json)


async def _find(api: Api, person: str, tenant: str | None) -> Json:
    """Find a person by id or e-mail address."""
    if "@" not in person:
        return await api.get(f"/persons/{quoted(person)}", tenant=await api.organisation(tenant))
    for one in await api.of_all("/persons", tenant):
        if one["email"].lower() == person.strip().lower():
            return one
    raise Trouble("No account has this e-mail address.", "See `unificx person list`.")


async def _find_by_any(api: Api, reference: str, tenant: str | None) -> Json:
    """Find a person by id, e-mail address or extension."""
    if not reference.isdecimal():
        return await _find(api, reference, tenant)
    organisation = await api.organisation(tenant)
    extension = await api.get(f"/extensions/{quoted(reference)}", tenant=organisation)
    if extension["person_id"] is None:
        raise Trouble("This extension has no user.", "See `unificx person list`.")
    return await api.get(f"/persons/{extension['person_id']}", tenant=organisation)


def _read() -> str:
    return sys.stdin.readline().rstrip("\r\n")
