"""`unificx person`: people with accounts."""

import sys
from typing import Annotated

import typer

from unificx.console.api import Api, Json, quoted
from unificx.console.command import At, noun, verb
from unificx.console.oneline import Trouble
from unificx.console.output import picture, print_done, print_item, print_items, print_json

_COLUMNS = {"name": "name", "email": "e-mail", "role": "role", "state": "state", "id": "id"}

Which = Annotated[str, typer.Argument(metavar="PERSON", help="Their e-mail address or id.")]
Role = Annotated[str | None, typer.Option(help="user, tenant_admin or operator.")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read a password from standard input.")]

group = noun("person", "People with accounts.")


@verb(group, "create")
def create(
    at: At,
    *,
    name: Annotated[str, typer.Option(help="Their name.")],
    email: Annotated[str | None, typer.Option(help="What they sign in with.")] = None,
    role: Role = None,
    password_stdin: Stdin = False,
) -> None:
    """Make a person."""
    body = {"name": name, "email": email, "role": role, "password": _read() if password_stdin else None}

    async def ask(api: Api) -> Json:
        return await api.post("/persons", body, tenant=await api.organisation(at.tenant))

    print_item(at.ask(ask), _COLUMNS, as_json=at.as_json)


@verb(group, "list")
def list_(at: At) -> None:
    """List people."""
    found = at.ask(lambda api: api.of_all("/persons", at.tenant))
    print_items(found, _COLUMNS, as_json=at.as_json, nothing="There is nobody yet.")


@verb(group, "show")
def show(at: At, person: Which) -> None:
    """Show a person."""
    print_item(at.ask(lambda api: _find(api, person, at.tenant)), _COLUMNS, as_json=at.as_json)


@verb(group, "update")
def update(
    at: At,
    *,
    person: Which,
    name: Annotated[str | None, typer.Option(help="Their name.")] = None,
    email: Annotated[str | None, typer.Option(help="What they sign in with.")] = None,
    role: Role = None,
    suspend: Annotated[bool | None, typer.Option("--suspend/--resume", help="Stop them, or let them on.")] = None,
    language: Annotated[str | None, typer.Option(help='en, de, or "" for the organisation\'s.')] = None,
) -> None:
    """Change a person."""
    state = None if suspend is None else "suspended" if suspend else "active"
    body = {"name": name, "email": email, "role": role, "state": state, "language": language}

    async def ask(api: Api) -> Json:
        known = await _find(api, person, at.tenant)
        return await api.patch(f"/persons/{known['id']}", body, tenant=known["tenant_id"])

    print_item(at.ask(ask), _COLUMNS, as_json=at.as_json)


@verb(group, "password")
def password(at: At, person: Which, password_stdin: Stdin = False) -> None:
    """Give a person a new password: one to be replaced by their own and shown once, or the one on standard input."""
    given = _read() if password_stdin else None

    async def ask(api: Api) -> Json:
        known = await _find(api, person, at.tenant)
        path, where = f"/persons/{known['id']}", known["tenant_id"]
        if given is None:
            return known | await api.post(f"{path}/one-time-password", {}, tenant=where)
        await api.put(f"{path}/password", {"password": given}, tenant=where)
        return known

    columns = _COLUMNS if given is not None else {**_COLUMNS, "password": "one-time password"}
    print_item(at.ask(ask), columns, as_json=at.as_json)


@verb(group, "sign-in-code")
def sign_in_code(
    at: At,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Their e-mail address, id or extension.")],
) -> None:
    """Show a code that signs a phone in as a person: scanned once, within two minutes."""

    async def ask(api: Api) -> Json:
        known = await _find_by_any(api, person, at.tenant)
        return await api.post("/sign-in-codes", {"person_id": known["id"]}, tenant=known["tenant_id"])

    made = at.ask(ask)
    if at.as_json:
        print_json({name: made[name] for name in ("id", "url", "expires")})
    else:
        print("\n".join([*picture(made["url"]), made["url"], "Scan it within two minutes, or open the address there."]))


@verb(group, "reset-factors")
def reset_factors(at: At, person: Which) -> None:
    """Remove the second factors of somebody who lost them; they are signed out everywhere."""

    async def ask(api: Api) -> str:
        known = await _find(api, person, at.tenant)
        await api.delete(f"/persons/{known['id']}/factors", tenant=known["tenant_id"])
        return str(known["id"])

    print_done("A password is enough again.", {"reset": at.ask(ask)}, as_json=at.as_json)


@verb(group, "delete")
def delete(at: At, person: Which) -> None:
    """Close a person's account, with their extensions and devices."""

    async def ask(api: Api) -> str:
        known = await _find(api, person, at.tenant)
        await api.delete(f"/persons/{known['id']}", tenant=known["tenant_id"])
        return str(known["id"])

    print_done("The account is closed.", {"deleted": at.ask(ask)}, as_json=at.as_json)


async def _find(api: Api, person: str, tenant: str | None) -> Json:
    """A person by id or e-mail address."""
    if "@" not in person:
        return await api.get(f"/persons/{quoted(person)}", tenant=await api.organisation(tenant))
    for one in await api.of_all("/persons", tenant):
        if one["email"].lower() == person.strip().lower():
            return one
    raise Trouble("Nobody has that e-mail address.", "`unificx person list` shows who there is.")


async def _find_by_any(api: Api, reference: str, tenant: str | None) -> Json:
    """A person by id, e-mail address or extension."""
    if not reference.isdecimal():
        return await _find(api, reference, tenant)
    organisation = await api.organisation(tenant)
    extension = await api.get(f"/extensions/{quoted(reference)}", tenant=organisation)
    if extension["person_id"] is None:
        raise Trouble("That extension belongs to nobody.", "`unificx person list` shows who there is.")
    return await api.get(f"/persons/{extension['person_id']}", tenant=organisation)


def _read() -> str:
    return sys.stdin.readline().rstrip("\r\n")
