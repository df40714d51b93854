"""`unificx recording`: recorded calls, and whether calls are recorded."""

from typing import Annotated

import typer

from unificx.console.api import Api, Json, quoted
from unificx.console.command import At, noun, verb
from unificx.console.output import print_done, print_item, print_items

_COLUMNS = {"created": "when", "seconds": "seconds", "begun": "begun", "mode": "consent", "ended": "ended", "id": "id"}
_DETAILS = {**_COLUMNS, "call_id": "call"}
# Without who they are, which whoever runs the machine is not told.
_PARTIES = {"channel": "channel", "told": "told", "consented": "agreed", "key": "by"}
_LISTENS = {"moment": "when", "purpose": "for", "who": "who"}
_SETTINGS = {
    "mode": "recording",
    "beep_seconds": "beep (s)",
    "pause_on_keys": "keys pause it",
    "administrators_listen": "administrators listen",
    "restorable_days": "restorable (days)",
}

Which = Annotated[str, typer.Argument(metavar="ID", help="The recording's id.")]

Limit = Annotated[int, typer.Option(min=1, max=100_000, help="How many at the most.")]

group = noun("recording", "Recorded calls, and whether calls are recorded.")


@verb(group, "list")
def list_(
    at: At,
    *,
    extension: Annotated[str | None, typer.Option(help="With this one in it: its number or id.")] = None,
    limit: Limit = 100,
) -> None:
    """List recordings, the newest first."""

    async def ask(api: Api) -> list[Json]:
        where = await api.organisation(at.tenant)
        return await api.every("/recordings", limit, tenant=where, extension=extension)

    print_items(at.ask(ask), _COLUMNS, as_json=at.as_json, nothing="Nothing was recorded.")


@verb(group, "show")
def show(at: At, recording: Which) -> None:
    """Show a recording, with when each who is in it was told and agreed."""

    async def ask(api: Api) -> Json:
        where = await api.organisation(at.tenant)
        return dict(await api.get(f"/recordings/{quoted(recording)}", tenant=where))

    found = at.ask(ask)
    print_item(found, _DETAILS, as_json=at.as_json)
    if not at.as_json:
        print_items(found["parties"], _PARTIES, as_json=False, nothing="")


@verb(group, "listens")
def listens(at: At, recording: Which) -> None:
    """List who listened to a recording."""

    async def ask(api: Api) -> list[Json]:
        where = await api.organisation(at.tenant)
        return list((await api.get(f"/recordings/{quoted(recording)}/listens", tenant=where))["items"])

    print_items(at.ask(ask), _LISTENS, as_json=at.as_json, nothing="Nobody listened to it.")


@verb(group, "erase")
def erase(at: At, recording: Which) -> None:
    """Erase a recording for good and for everybody."""

    async def ask(api: Api) -> None:
        await api.post(f"/recordings/{quoted(recording)}/erase", {}, tenant=await api.organisation(at.tenant))

    at.ask(ask)
    print_done("The recording is gone.", {"erased": recording}, as_json=at.as_json)


@verb(group, "settings")
def settings(
    at: At,
    *,
    mode: Annotated[
        str | None, typer.Option(help="off; announce: who was told and stays agrees; opt_in: whoever presses 1.")
    ] = None,
    beep_seconds: Annotated[int | None, typer.Option(help="How often a beep is heard; 0 for none.")] = None,
    pause_on_keys: Annotated[bool | None, typer.Option(help="Keys that are pressed pause it.")] = None,
    administrators_listen: Annotated[
        bool | None, typer.Option(help="Administrators may listen, and are noted.")
    ] = None,
    restorable_days: Annotated[int | None, typer.Option(help="How long what was put away can be brought back.")] = None,
) -> None:
    """Show how an organisation records calls, or change it."""
    body = {
        "mode": mode,
        "beep_seconds": beep_seconds,
        "pause_on_keys": pause_on_keys,
        "administrators_listen": administrators_listen,
        "restorable_days": restorable_days,
    }

    async def ask(api: Api) -> Json:
        where = await api.organisation(at.tenant)
        if all(value is None for value in body.values()):
            return dict(await api.get("/recordings/settings", tenant=where))
        return dict(await api.patch("/recordings/settings", body, tenant=where))

    print_item(at.ask(ask), _SETTINGS, as_json=at.as_json)
