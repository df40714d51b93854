"""`unificx recording`: recordings and recording settings."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_done, print_item, print_items

_COLUMNS = {
    "created": "created",
    "seconds": "seconds",
    "begun": "started by",
    "mode": "consent",
    "ended": "ended",
    "id": "id",
}
_DETAILS = {**_COLUMNS, "call_id": "call"}
# Without names and numbers, which are not shown to operators.
_PARTY_COLUMNS = {"channel": "channel", "told": "notified", "consented": "consented", "key": "digit"}
_ACCESS_COLUMNS = {"moment": "time", "purpose": "purpose", "who": "by"}
_SETTINGS_COLUMNS = {
    "mode": "recording",
    "beep_seconds": "beep (s)",
    "pause_on_keys": "digits pause it",
    "administrators_listen": "administrators listen",
    "restorable_days": "restorable (days)",
    "monitoring": "monitoring",
}

RecordingId = Annotated[str, typer.Argument(metavar="ID", help="Id of the recording.")]

Limit = Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of recordings.")]

group = command_group("recording", "Manage recordings and their settings.")


@command(group, "list")
def list_(
    context: CommandContext,
    *,
    extension: Annotated[str | None, typer.Option(help="Show only recordings with this extension.")] = None,
    limit: Limit = 100,
) -> None:
    """List recordings, newest first."""

    async def request(api: ApiClient) -> list[Json]:
        tenant = await api.resolve_tenant(context.tenant)
        return await api.list_all("/recordings", limit, tenant=tenant, extension=extension)

    print_items(context.run(request), _COLUMNS, as_json=context.as_json, empty_text="There are no recordings.")


@command(group, "show")
def show(context: CommandContext, recording: RecordingId) -> None:
    """Show a recording with the parties' consent."""

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        return dict(await api.get(f"/recordings/{quote_segment(recording)}", tenant=tenant))

    found = context.run(request)
    print_item(found, _DETAILS, as_json=context.as_json)
    if not context.as_json:
        print_items(found["parties"], _PARTY_COLUMNS, as_json=False, empty_text="")


@command(group, "listens")
def listens(context: CommandContext, recording: RecordingId) -> None:
    """List accesses to a recording."""

    async def request(api: ApiClient) -> list[Json]:
        tenant = await api.resolve_tenant(context.tenant)
        return list((await api.get(f"/recordings/{quote_segment(recording)}/listens", tenant=tenant))["items"])

    print_items(
        context.run(request), _ACCESS_COLUMNS, as_json=context.as_json, empty_text="The recording has not been played."
    )


@command(group, "erase")
def erase(context: CommandContext, recording: RecordingId) -> None:
    """Erase a recording permanently."""

    async def request(api: ApiClient) -> None:
        await api.post(
            f"/recordings/{quote_segment(recording)}/erase", {}, tenant=await api.resolve_tenant(context.tenant)
        )

    context.run(request)
    print_done("The recording was erased.", {"erased": recording}, as_json=context.as_json)


@command(group, "settings")
def settings(
    context: CommandContext,
    *,
    mode: Annotated[str | None, typer.Option(help="off, announce (staying is consent) or opt_in (press 1).")] = None,
    beep_seconds: Annotated[int | None, typer.Option(help="Interval of the beep in seconds; 0 for none.")] = None,
    pause_on_keys: Annotated[bool | None, typer.Option(help="Pause recording on DTMF digits.")] = None,
    administrators_listen: Annotated[
        bool | None, typer.Option(help="Administrators may listen; each access is logged.")
    ] = None,
    restorable_days: Annotated[int | None, typer.Option(help="Days until archived recordings are erased.")] = None,
    monitoring: Annotated[bool | None, typer.Option(help="Administrators may listen to live calls.")] = None,
) -> None:
    """Show or change recording settings."""
    body = {
        "mode": mode,
        "beep_seconds": beep_seconds,
        "pause_on_keys": pause_on_keys,
        "administrators_listen": administrators_listen,
        "restorable_days": restorable_days,
        "monitoring": monitoring,
    }

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        if all(value is None for value in body.values()):
            return dict(await api.get("/recordings/settings", tenant=tenant))
        return dict(await api.patch("/recordings/settings", body, tenant=tenant))

    print_item(context.run(request), _SETTINGS_COLUMNS, as_json=context.as_json)
