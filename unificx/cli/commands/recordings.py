"""`unificx recording`: recordings and recording settings."""

from typing import Annotated

import typer

from unificx.cli.api_client import Api, Json, quoted
from unificx.cli.command import At, noun, verb
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
_PARTIES = {"channel": "channel", "told": "notified", "consented": "consented", "key": "digit"}
_LISTENS = {"moment": "time", "purpose": "purpose", "who": "by"}
_SETTINGS = {
    "mode": "recording",
    "beep_seconds": "beep (s)",
    "pause_on_keys": "digits pause it",
    "administrators_listen": "administrators listen",
    "restorable_days": "restorable (days)",
}

Which = Annotated[str, typer.Argument(metavar="ID", help="Id of the recording.")]

Limit = Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of recordings.")]

group = noun("recording", "Manage recordings and their settings.")


@verb(group, "list")
def list_(
    context: At,
    *,
    extension: Annotated[str | None, typer.Option(help="Show only recordings with this extension.")] = None,
    limit: Limit = 100,
) -> None:
    """List recordings, newest first."""

    async def request(api: Api) -> list[Json]:
        tenant = await api.organisation(context.tenant)
        return await api.every("/recordings", limit, tenant=tenant, extension=extension)

    print_items(context.ask(request), _COLUMNS, as_json=context.as_json, nothing="There are no recordings.")


@verb(group, "show")
def show(context: At, recording: Which) -> None:
    """Show a recording with the parties' consent."""

    async def request(api: Api) -> Json:
        tenant = await api.organisation(context.tenant)
        return dict(await api.get(f"/recordings/{quoted(recording)}", tenant=tenant))

    found = context.ask(request)
    print_item(found, _DETAILS, as_json=context.as_json)
    if not context.as_json:
        print_items(found["parties"], _PARTIES, as_json=False, nothing="")


@verb(group, "listens")
def listens(context: At, recording: Which) -> None:
    """List accesses to a recording."""

    async def request(api: Api) -> list[Json]:
        tenant = await api.organisation(context.tenant)
        return list((await api.get(f"/recordings/{quoted(recording)}/listens", tenant=tenant))["items"])

    print_items(context.ask(request), _LISTENS, as_json=context.as_json, nothing="The recording has not been played.")


@verb(group, "erase")
def erase(context: At, recording: Which) -> None:
    """Erase a recording permanently."""

    async def request(api: Api) -> None:
        await api.post(f"/recordings/{quoted(recording)}/erase", {}, tenant=await api.organisation(context.tenant))

    context.ask(request)
    print_done("The recording was erased.", {"erased": recording}, as_json=context.as_json)


@verb(group, "settings")
def settings(
    context: At,
    *,
    mode: Annotated[str | None, typer.Option(help="off, announce (staying is consent) or opt_in (press 1).")] = None,
    beep_seconds: Annotated[int | None, typer.Option(help="Interval of the beep in seconds; 0 for none.")] = None,
    pause_on_keys: Annotated[bool | None, typer.Option(help="Pause recording on DTMF digits.")] = None,
    administrators_listen: Annotated[
        bool | None, typer.Option(help="Administrators may listen; each access is logged.")
    ] = None,
    restorable_days: Annotated[int | None, typer.Option(help="Days until archived recordings are erased.")] = None,
) -> None:
    """Show or change recording settings."""
    body = {
        "mode": mode,
        "beep_seconds": beep_seconds,
        "pause_on_keys": pause_on_keys,
        "administrators_listen": administrators_listen,
        "restorable_days": restorable_days,
    }

    async def request(api: Api) -> Json:
        tenant = await api.organisation(context.tenant)
        if all(value is None for value in body.values()):
            return dict(await api.get("/recordings/settings", tenant=tenant))
        return dict(await api.patch("/recordings/settings", body, tenant=tenant))

    print_item(context.ask(request), _SETTINGS, as_json=context.as_json)
