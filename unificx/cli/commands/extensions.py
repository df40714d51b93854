"""`unificx extension`: extensions of a tenant."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_item

_COLUMNS = {"number": "number", "name": "name", "ring_seconds": "ring time (s)", "id": "id"}
_DETAILS = {
    **_COLUMNS,
    "max_call_seconds": "max. call (s)",
    "person_id": "person",
    "department": "department",
    "presence": "presence",
    "forward_always": "forward always",
    "forward_busy": "forward if busy",
    "forward_no_answer": "forward if not answered",
    "forward_unreachable": "forward if unreachable",
}

_RECORDING_OPTIONS = {"when": "recording", "mode": "recording_consent", "monitoring": "monitoring"}
"""Option name by field."""

ExtensionReference = Annotated[str, typer.Argument(metavar="NUMBER", help="Number or id of the extension.")]
RingSeconds = Annotated[int | None, typer.Option(help="Ring time in seconds.")]
MaxCallSeconds = Annotated[int | None, typer.Option(help="Maximum call duration in seconds.")]

Department = Annotated[str | None, typer.Option(help="Department of an extension without a person.")]

_COLLECTION = Collection("/extensions", _COLUMNS, _DETAILS)

group = command_group("extension", "Manage extensions.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    number: Annotated[str, typer.Option(help="2 to 8 digits.")],
    name: Annotated[str, typer.Option(help="Name shown on phones.")],
    email: Annotated[str | None, typer.Option(help="E-mail of its user, created if necessary.")] = None,
    ring_seconds: RingSeconds = None,
    max_call_seconds: MaxCallSeconds = None,
    department: Department = None,
) -> None:
    """Create an extension with a first device.

    Shows the SIP login of the device."""
    body = {"number": number, "name": name, "email": email}
    body |= {"ring_seconds": ring_seconds, "max_call_seconds": max_call_seconds, "department": department}
    _COLLECTION.create_with_login(context, body)


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List extensions."""
    _COLLECTION.list(context, "There are no extensions yet.")


@command(group, "show")
def show(context: CommandContext, extension: ExtensionReference) -> None:
    """Show an extension."""
    _COLLECTION.show(context, extension)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    extension: ExtensionReference,
    name: Annotated[str | None, typer.Option(help="Name shown on phones.")] = None,
    ring_seconds: RingSeconds = None,
    max_call_seconds: MaxCallSeconds = None,
    department: Department = None,
    presence: Annotated[
        str | None, typer.Option(help="available, busy, do_not_disturb, away, lunch, trip, off_work.")
    ] = None,
    do_not_disturb: Annotated[str | None, typer.Option(help="on or off: refuse calls.")] = None,
    forward_always: Annotated[
        str | None, typer.Option(metavar="DESTINATION", help="Forward all calls to: extension:1002 …; off.")
    ] = None,
    forward_busy: Annotated[
        str | None, typer.Option(metavar="DESTINATION", help="Forward if busy to: extension:1002 …; off.")
    ] = None,
    forward_no_answer: Annotated[
        str | None, typer.Option(metavar="DESTINATION", help="Forward unanswered calls to: extension:1002 …; off.")
    ] = None,
    forward_unreachable: Annotated[
        str | None, typer.Option(metavar="DESTINATION", help="Forward if unreachable to: extension:1002 …; off.")
    ] = None,
    callers: Annotated[str | None, typer.Option(help="Forward calls of: all, inside, outside.")] = None,
    recording: Annotated[
        str | None, typer.Option(help="Record calls: never, on_demand, incoming, outgoing, always.")
    ] = None,
    recording_consent: Annotated[
        str | None, typer.Option(help="announce or opt_in, if stricter than the tenant's.")
    ] = None,
    monitoring: Annotated[str | None, typer.Option(help="Administrators listen to calls: allowed, refused.")] = None,
) -> None:
    """Change an extension."""
    body = {"name": name, "ring_seconds": ring_seconds, "max_call_seconds": max_call_seconds, "presence": presence}
    body |= {"do_not_disturb": do_not_disturb, "forward_always": forward_always, "forward_busy": forward_busy}
    body |= {"forward_no_answer": forward_no_answer, "forward_unreachable": forward_unreachable, "callers": callers}
    body |= {"department": department}
    recording_body = {"when": recording, "mode": recording_consent, "monitoring": monitoring}
    has_recording = any(value is not None for value in recording_body.values())

    async def request(api: ApiClient) -> Json:
        tenant, path = await api.resolve_tenant(context.tenant), _COLLECTION.item_path(extension)
        recording_result: Json = {}
        if has_recording:
            recording_result = {
                "recording": await api.patch(f"{path}/recording", recording_body, _RECORDING_OPTIONS, tenant=tenant)
            }
        if has_recording and all(value is None for value in body.values()):
            return await api.get(path, tenant=tenant) | recording_result
        return await api.patch(path, body, tenant=tenant) | recording_result

    changed = context.run(request)
    columns = (
        {**_DETAILS, "when": "recorded", "mode": "consent", "monitoring": "monitoring"} if has_recording else _DETAILS
    )
    print_item(
        changed if context.as_json else {**changed, **changed.get("recording", {})}, columns, as_json=context.as_json
    )


@command(group, "delete")
def delete(context: CommandContext, extension: ExtensionReference) -> None:
    """Delete an extension and its devices."""
    _COLLECTION.delete(context, extension, "The extension was deleted.")
