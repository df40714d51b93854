"""`unificx room`: conference rooms and their participants."""

from typing import Annotated

import typer

from unificx.cli.api_client import Api, Json, quoted
from unificx.cli.collection import Collection
from unificx.cli.command import At, noun, verb
from unificx.cli.output import print_done, print_items, print_json
from unificx.core.clock import SystemClock

_COLUMNS = {"number": "number", "name": "name", "hosts": "hosts", "has_pin": "PIN", "there": "participants", "id": "id"}
_DETAILS = {
    **_COLUMNS,
    "has_host_pin": "host PIN",
    "wait_for_host": "waits for a host",
    "announce": "announcements",
    "locked": "locked",
    "muted_on_entry": "muted on entry",
    "most": "max. participants",
    "may_record": "recording allowed",
    "end_after_host": "ends after host (s)",
}
_THERE = {
    "number": "number",
    "name": "name",
    "state": "state",
    "host": "host",
    "muted": "muted",
    "hand": "hand",
    "speaking": "speaking",
    "since": "since",
    "id": "id",
}


def _flat(room: Json) -> Json:
    meeting = room["meeting"]
    return {**room, "hosts": ", ".join(room["hosts"]), "there": meeting["participants"] if meeting else 0}


_ALL = Collection("/rooms", _COLUMNS, _DETAILS, _flat)

Which = Annotated[str, typer.Argument(metavar="NUMBER", help="Number or id of the room.")]
Whom = Annotated[str, typer.Argument(metavar="WHOM", help="Number or id of the participant.")]

group = noun("room", "Manage conference rooms.")


@verb(group, "create")
def create(
    context: At,
    *,
    number: Annotated[str, typer.Option(help="Unused number of 2 to 8 digits.")],
    name: Annotated[str | None, typer.Option(help="Name of the room.")] = None,
    pin: Annotated[str | None, typer.Option(help="Guest PIN of 4 to 12 digits.")] = None,
    host_pin: Annotated[str | None, typer.Option(help="Host PIN of 4 to 12 digits.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="Host extension; can be repeated.")] = None,
) -> None:
    """Create a conference room.

    Use `update` to change its settings."""
    body = {"number": number, "name": name, "pin": pin, "host_pin": host_pin, "hosts": host or None}
    _ALL.create(context, body)


@verb(group, "list")
def list_(context: At) -> None:
    """List rooms."""
    _ALL.list(context, "There are no rooms yet.")


@verb(group, "show")
def show(context: At, room: Which) -> None:
    """Show a room."""
    _ALL.show(context, room)


@verb(group, "update")
def update(
    context: At,
    *,
    room: Which,
    name: Annotated[str | None, typer.Option(help="Name of the room.")] = None,
    pin: Annotated[str | None, typer.Option(help="Guest PIN of 4 to 12 digits; empty to remove.")] = None,
    host_pin: Annotated[str | None, typer.Option(help="Host PIN of 4 to 12 digits; empty to remove.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="Host extension; can be repeated.")] = None,
    wait_for_host: Annotated[bool | None, typer.Option(help="Guests wait for a host.")] = None,
    announce: Annotated[str | None, typer.Option(help="Announce joins and leaves: tones, names, nothing.")] = None,
    locked: Annotated[bool | None, typer.Option("--locked/--open", help="Only hosts may enter.")] = None,
    muted_on_entry: Annotated[bool | None, typer.Option(help="Guests join muted.")] = None,
    most: Annotated[int | None, typer.Option(help="Maximum number of participants.")] = None,
    may_record: Annotated[bool | None, typer.Option(help="Hosts may record.")] = None,
    end_after_host: Annotated[
        int | None, typer.Option(help="Seconds to continue without a host; -1: no limit.")
    ] = None,
) -> None:
    """Change a room."""
    body = {"name": name, "pin": pin, "host_pin": host_pin, "hosts": host or None, "most": most}
    body |= {"wait_for_host": wait_for_host, "announce": announce, "locked": locked}
    body |= {"muted_on_entry": muted_on_entry, "may_record": may_record, "end_after_host": end_after_host}
    _ALL.update(context, room, body)


@verb(group, "delete")
def delete(context: At, room: Which) -> None:
    """Delete a room and end its meeting."""
    _ALL.delete(context, room, "The room was deleted.")


@verb(group, "participants")
def participants(context: At, room: Which) -> None:
    """List the participants of a room."""

    async def request(api: Api) -> list[Json]:
        return await there(api, await api.organisation(context.tenant), room)

    print_items(context.ask(request), _THERE, as_json=context.as_json, nothing="The room is empty.")


@verb(group, "mute")
def mute(
    context: At,
    *,
    room: Which,
    whom: Annotated[str | None, typer.Argument(metavar="[WHOM]", help="Number or id; all guests if omitted.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Unmute instead.")] = False,
) -> None:
    """Mute a participant, or all guests."""

    async def request(api: Api) -> None:
        tenant = await api.organisation(context.tenant)
        if whom is None:
            await api.patch(f"/rooms/{quoted(room)}/meeting", {"all_muted": not off}, tenant=tenant)
            return
        for id_ in await _ids(api, tenant, room, whom):
            await api.patch(f"/rooms/{quoted(room)}/participants/{id_}", {"muted": not off}, tenant=tenant)

    context.ask(request)
    print_done("Unmuted." if off else "Muted.", {"muted": not off}, as_json=context.as_json)


@verb(group, "remove")
def remove(context: At, room: Which, whom: Whom) -> None:
    """Remove a participant from a room."""

    async def request(api: Api) -> list[str]:
        tenant = await api.organisation(context.tenant)
        ids = await _ids(api, tenant, room, whom)
        for id_ in ids:
            await api.delete(f"/rooms/{quoted(room)}/participants/{id_}", tenant=tenant)
        return ids

    print_done("Removed.", {"removed": context.ask(request)}, as_json=context.as_json)


@verb(group, "invite")
def invite(
    context: At, room: Which, number: Annotated[str, typer.Argument(metavar="EXTENSION", help="Extension to call.")]
) -> None:
    """Call an extension to join a room."""

    async def request(api: Api) -> Json:
        tenant = await api.organisation(context.tenant)
        return await api.post(f"/rooms/{quoted(room)}/invitations", {"number": number}, tenant=tenant)

    print_done("The extension is ringing.", context.ask(request), as_json=context.as_json)


@verb(group, "lock")
def lock(
    context: At, *, room: Which, off: Annotated[bool, typer.Option("--off", help="Unlock instead.")] = False
) -> None:
    """Lock the current meeting to guests."""

    async def request(api: Api) -> None:
        body, tenant = {"locked": not off}, await api.organisation(context.tenant)
        await api.patch(f"/rooms/{quoted(room)}/meeting", body, tenant=tenant)

    context.ask(request)
    print_done("The room is unlocked." if off else "The room is locked.", {"locked": not off}, as_json=context.as_json)


@verb(group, "record")
def record(
    context: At,
    *,
    room: Which,
    off: Annotated[bool, typer.Option("--off", help="Stop recording.")] = False,
    pause: Annotated[bool | None, typer.Option("--pause/--resume", help="Pause or resume recording.")] = None,
) -> None:
    """Record a meeting.

    All participants are notified first."""

    async def request(api: Api) -> None:
        path, tenant = f"/rooms/{quoted(room)}/meeting/recording", await api.organisation(context.tenant)
        if pause is not None:
            await api.patch(path, {"paused": pause}, tenant=tenant)
        else:
            await (api.delete(path, tenant=tenant) if off else api.post(path, {}, tenant=tenant))

    context.ask(request)
    done = {None: "Recording was stopped." if off else "Participants are being notified."}
    done |= {True: "The recording is paused.", False: "The recording was resumed."}
    print_done(done[pause], {"recorded": not off, "paused": bool(pause)}, as_json=context.as_json)


@verb(group, "end")
def end(context: At, room: Which) -> None:
    """End the meeting in a room."""

    async def request(api: Api) -> None:
        await api.delete(f"/rooms/{quoted(room)}/meeting", tenant=await api.organisation(context.tenant))

    context.ask(request)
    print_done("The meeting was ended.", {"ended": room}, as_json=context.as_json)


@verb(group, "try")
def try_(
    context: At,
    *,
    room: Which,
    phones: Annotated[int, typer.Option(help="Number of soft phones.")] = 10,
    pin: Annotated[str, typer.Option(help="PIN of the room, if any.")] = "",
) -> None:
    """Test the audio of a room.

    Soft phones dial the room; participants and received levels are printed. Exit code 1 if audio is missing.
    """
    from unificx.cli.room_test import Trial, Wanted, meet

    async def request(api: Api) -> Trial:
        wanted = Wanted(await api.organisation(context.tenant), room, phones, pin)
        return await meet(api, context.home.expanduser().absolute(), wanted, SystemClock())

    trial = context.ask(request)
    if context.as_json:
        print_json(trial.json())
    else:
        print("\n".join(trial.told()))
    if not trial.ok:
        raise typer.Exit(1)


async def there(api: Api, tenant: str, room: str) -> list[Json]:
    """Return the participants of a room."""
    return (await api.get(f"/rooms/{quoted(room)}/participants", tenant=tenant))["items"]


async def _ids(api: Api, tenant: str, room: str, whom: str) -> list[str]:
    """Return the ids of participants with this number or id."""
    found = [one["id"] for one in await there(api, tenant, room) if whom in (one["number"], one["id"])]
    return found or [quoted(whom)]
