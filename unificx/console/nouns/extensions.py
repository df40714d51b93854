"""`unificx extension`: the numbers of an organisation."""

from typing import Annotated

import typer

from unificx.console.api import Api, Json, quoted
from unificx.console.command import At, noun, verb
from unificx.console.output import print_done, print_item, print_items, print_login

_COLUMNS = {"number": "number", "name": "name", "ring_seconds": "rings (s)", "id": "id"}
_DETAILS = {**_COLUMNS, "max_call_seconds": "longest call (s)", "person_id": "person"}

_RECORDING = {"when": "recording", "mode": "recording_consent"}
"""Option by field."""

Which = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number or id.")]
RingSeconds = Annotated[int | None, typer.Option(help="How long it rings.")]
MaxCallSeconds = Annotated[int | None, typer.Option(help="The longest a call may last.")]

group = noun("extension", "The numbers of an organisation.")


@verb(group, "create")
def create(
    at: At,
    *,
    number: Annotated[str, typer.Option(help="2 to 8 digits.")],
    name: Annotated[str, typer.Option(help="What telephones show.")],
    email: Annotated[str | None, typer.Option(help="Whose it is; the person is made if there is none yet.")] = None,
    ring_seconds: RingSeconds = None,
    max_call_seconds: MaxCallSeconds = None,
) -> None:
    """Make an extension with a first device, and show how that registers."""
    body = {"number": number, "name": name, "email": email}
    body |= {"ring_seconds": ring_seconds, "max_call_seconds": max_call_seconds}

    async def ask(api: Api) -> Json:
        return await api.post("/extensions", body, tenant=await api.organisation(at.tenant))

    print_login(at.ask(ask), as_json=at.as_json)


@verb(group, "list")
def list_(at: At) -> None:
    """List extensions."""
    found = at.ask(lambda api: api.of_all("/extensions", at.tenant))
    print_items(found, _COLUMNS, as_json=at.as_json, nothing="There is no extension yet.")


@verb(group, "show")
def show(at: At, extension: Which) -> None:
    """Show an extension."""

    async def ask(api: Api) -> Json:
        return await api.get(f"/extensions/{quoted(extension)}", tenant=await api.organisation(at.tenant))

    print_item(at.ask(ask), _DETAILS, as_json=at.as_json)


@verb(group, "update")
def update(
    at: At,
    *,
    extension: Which,
    name: Annotated[str | None, typer.Option(help="What telephones show.")] = None,
    ring_seconds: RingSeconds = None,
    max_call_seconds: MaxCallSeconds = None,
    recording: Annotated[
        str | None, typer.Option(help="Whether its calls are recorded: never, on_demand, incoming, outgoing or always.")
    ] = None,
    recording_consent: Annotated[
        str | None, typer.Option(help="announce or opt_in, where that is stricter than the organisation's.")
    ] = None,
) -> None:
    """Change an extension."""
    body = {"name": name, "ring_seconds": ring_seconds, "max_call_seconds": max_call_seconds}
    recorded = {"when": recording, "mode": recording_consent}
    records = any(value is not None for value in recorded.values())

    async def ask(api: Api) -> Json:
        where, path = await api.organisation(at.tenant), f"/extensions/{quoted(extension)}"
        said: Json = {}
        if records:
            said = {"recording": await api.patch(f"{path}/recording", recorded, _RECORDING, tenant=where)}
        if records and all(value is None for value in body.values()):
            return await api.get(path, tenant=where) | said
        return await api.patch(path, body, tenant=where) | said

    changed = at.ask(ask)
    columns = {**_DETAILS, "when": "recorded", "mode": "consent"} if records else _DETAILS
    print_item(changed if at.as_json else {**changed, **changed.get("recording", {})}, columns, as_json=at.as_json)


@verb(group, "delete")
def delete(at: At, extension: Which) -> None:
    """Delete an extension with its devices."""

    async def ask(api: Api) -> str:
        where = await api.organisation(at.tenant)
        known = await api.get(f"/extensions/{quoted(extension)}", tenant=where)
        await api.delete(f"/extensions/{known['id']}", tenant=where)
        return str(known["id"])

    print_done("The extension is gone.", {"deleted": at.ask(ask)}, as_json=at.as_json)
