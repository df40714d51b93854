"""`unificx extension`: extensions of a tenant."""

from typing import Annotated

import typer

from unificx.cli.api_client import Api, Json, quoted
from unificx.cli.command import At, noun, verb
from unificx.cli.output import print_done, print_item, print_items, print_login

_COLUMNS = {"number": "number", "name": "name", "ring_seconds": "ring time (s)", "id": "id"}
_DETAILS = {**_COLUMNS, "max_call_seconds": "max. call (s)", "person_id": "person"}

_RECORDING = {"when": "recording", "mode": "recording_consent"}
"""Option name by field."""

Which = Annotated[str, typer.Argument(metavar="NUMBER", help="Number or id of the extension.")]
RingSeconds = Annotated[int | None, typer.Option(help="Ring time in seconds.")]
MaxCallSeconds = Annotated[int | None, typer.Option(help="Maximum call duration in seconds.")]

group = noun("extension", "Manage extensions.")


@verb(group, "create")
def create(
    context: At,
    *,
    number: Annotated[str, typer.Option(help="2 to 8 digits.")],
    name: Annotated[str, typer.Option(help="Name shown on phones.")],
    email: Annotated[str | None, typer.Option(help="E-mail of its user, created if necessary.")] = None,
    ring_seconds: RingSeconds = None,
    max_call_seconds: MaxCallSeconds = None,
) -> None:
    """Create an extension with a first device.

    Shows the SIP login of the device."""
    body = {"number": number, "name": name, "email": email}
    body |= {"ring_seconds": ring_seconds, "max_call_seconds": max_call_seconds}

    async def request(api: Api) -> Json:
        return await api.post("/extensions", body, tenant=await api.organisation(context.tenant))

    print_login(context.ask(request), as_json=context.as_json)


@verb(group, "list")
def list_(context: At) -> None:
    """List extensions."""
    found = context.ask(lambda api: api.of_all("/extensions", context.tenant))
    print_items(found, _COLUMNS, as_json=context.as_json, nothing="There are no extensions yet.")


@verb(group, "show")
def show(context: At, extension: Which) -> None:
    """Show an extension."""

    async def request(api: Api) -> Json:
        return await api.get(f"/extensions/{quoted(extension)}", tenant=await api.organisation(context.tenant))

    print_item(context.ask(request), _DETAILS, as_json=context.as_json)


@verb(group, "update")
def update(
    context: At,
    *,
    extension: Which,
    name: Annotated[str | None, typer.Option(help="Name shown on phones.")] = None,
    ring_seconds: RingSeconds = None,
    max_call_seconds: MaxCallSeconds = None,
    recording: Annotated[
        str | None, typer.Option(help="Record calls: never, on_demand, incoming, outgoing, always.")
    ] = None,
    recording_consent: Annotated[
        str | None, typer.Option(help="announce or opt_in, if stricter than the tenant's.")
    ] = None,
) -> None:
    """Change an extension."""
    body = {"name": name, "ring_seconds": ring_seconds, "max_call_seconds": max_call_seconds}
    recorded = {"when": recording, "mode": recording_consent}
    records = any(value is not None for value in recorded.values())

    async def request(api: Api) -> Json:
        tenant, path = await api.organisation(context.tenant), f"/extensions/{quoted(extension)}"
        said: Json = {}
        if records:
            said = {"recording": await api.patch(f"{path}/recording", recorded, _RECORDING, tenant=tenant)}
        if records and all(value is None for value in body.values()):
            return await api.get(path, tenant=tenant) | said
        return await api.patch(path, body, tenant=tenant) | said

    changed = context.ask(request)
    columns = {**_DETAILS, "when": "recorded", "mode": "consent"} if records else _DETAILS
    print_item(
        changed if context.as_json else {**changed, **changed.get("recording", {})}, columns, as_json=context.as_json
    )


@verb(group, "delete")
def delete(context: At, extension: Which) -> None:
    """Delete an extension and its devices."""

    async def request(api: Api) -> str:
        tenant = await api.organisation(context.tenant)
        known = await api.get(f"/extensions/{quoted(extension)}", tenant=tenant)
        await api.delete(f"/extensions/{known['id']}", tenant=tenant)
        return str(known["id"])

    print_done("The extension was deleted.", {"deleted": context.ask(request)}, as_json=context.as_json)
