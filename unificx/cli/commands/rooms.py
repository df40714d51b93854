"""`unificx room`: conference rooms and their participants."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_done, print_items, print_json
from unificx.core.clock import SystemClock

_COLUMNS = {"number": "number", "name": "name", "hosts": "hosts", "has_pin": "PIN", "there": "participants", "id": "id"}
_DETAILS = {
    **_COLUMNS,
    "has_host_pin": "host PIN",
    "wait_for_host": "waits for a host",
    "lobby": "lobby for all",
    "announce": "announcements",
    "locked": "locked",
    "muted_on_entry": "muted on entry",
    "most": "max. participants",
    "may_record": "recording allowed",
    "end_after_host": "ends after host (s)",
}
_PARTICIPANT_COLUMNS = {
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


def _flatten(room: Json) -> Json:
    meeting = room["meeting"]
    return {**room, "hosts": ", ".join(room["hosts"]), "there": meeting["participants"] if meeting else 0}


_COLLECTION = Collection("/rooms", _COLUMNS, _DETAILS, _flatten)

RoomReference = Annotated[str, typer.Argument(metavar="NUMBER", help="Number or id of the room.")]
ParticipantReference = Annotated[str, typer.Argument(metavar="PARTICIPANT", help="Number or id of the participant.")]

group = command_group("room", "Manage conference rooms.")


@command(group, "create")
def create(
    context: CommandContext,
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
    _COLLECTION.create(context, body)


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List rooms."""
    _COLLECTION.list(context, "There are no rooms yet.")


@command(group, "show")
def show(context: CommandContext, room: RoomReference) -> None:
    """Show a room."""
    _COLLECTION.show(context, room)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    room: RoomReference,
    name: Annotated[str | None, typer.Option(help="Name of the room.")] = None,
    pin: Annotated[str | None, typer.Option(help="Guest PIN of 4 to 12 digits; empty to remove.")] = None,
    host_pin: Annotated[str | None, typer.Option(help="Host PIN of 4 to 12 digits; empty to remove.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="Host extension; can be repeated.")] = None,
    wait_for_host: Annotated[bool | None, typer.Option(help="Guests wait for a host.")] = None,
    lobby: Annotated[bool | None, typer.Option(help="All wait until a host admits them.")] = None,
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
    body |= {"wait_for_host": wait_for_host, "lobby": lobby, "announce": announce, "locked": locked}
    body |= {"muted_on_entry": muted_on_entry, "may_record": may_record, "end_after_host": end_after_host}
    _COLLECTION.update(context, room, body)


@command(group, "delete")
def delete(context: CommandContext, room: RoomReference) -> None:
    """Delete a room and end its meeting."""
    _COLLECTION.delete(context, room, "The room was deleted.")


@command(group, "participants")
def participants(context: CommandContext, room: RoomReference) -> None:
    """List the participants of a room."""

    async def request(api: ApiClient) -> list[Json]:
        return await _list_participants(api, await api.resolve_tenant(context.tenant), room)

    print_items(context.run(request), _PARTICIPANT_COLUMNS, as_json=context.as_json, empty_text="The room is empty.")


@command(group, "mute")
def mute(
    context: CommandContext,
    *,
    room: RoomReference,
    participant: Annotated[
        str | None, typer.Argument(metavar="[PARTICIPANT]", help="Number or id; all guests if omitted.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Unmute instead.")] = False,
) -> None:
    """Mute a participant, or all guests."""

    async def request(api: ApiClient) -> None:
        tenant = await api.resolve_tenant(context.tenant)
        if participant is None:
            await api.patch(f"/rooms/{quote_segment(room)}/meeting", {"all_muted": not off}, tenant=tenant)
            return
        for id_ in await _participant_ids(api, tenant, room, participant):
            await api.patch(f"/rooms/{quote_segment(room)}/participants/{id_}", {"muted": not off}, tenant=tenant)

    context.run(request)
    print_done("Unmuted." if off else "Muted.", {"muted": not off}, as_json=context.as_json)


@command(group, "remove")
def remove(context: CommandContext, room: RoomReference, participant: ParticipantReference) -> None:
    """Remove a participant from a room."""

    async def request(api: ApiClient) -> list[str]:
        tenant = await api.resolve_tenant(context.tenant)
        ids = await _participant_ids(api, tenant, room, participant)
        for id_ in ids:
            await api.delete(f"/rooms/{quote_segment(room)}/participants/{id_}", tenant=tenant)
        return ids

    print_done("Removed.", {"removed": context.run(request)}, as_json=context.as_json)


@command(group, "invite")
def invite(
    context: CommandContext,
    room: RoomReference,
    number: Annotated[str, typer.Argument(metavar="EXTENSION", help="Extension to call.")],
) -> None:
    """Call an extension to join a room."""

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        return await api.post(f"/rooms/{quote_segment(room)}/invitations", {"number": number}, tenant=tenant)

    print_done("The extension is ringing.", context.run(request), as_json=context.as_json)


@command(group, "lock")
def lock(
    context: CommandContext,
    *,
    room: RoomReference,
    off: Annotated[bool, typer.Option("--off", help="Unlock instead.")] = False,
) -> None:
    """Lock the current meeting to guests."""

    async def request(api: ApiClient) -> None:
        body, tenant = {"locked": not off}, await api.resolve_tenant(context.tenant)
        await api.patch(f"/rooms/{quote_segment(room)}/meeting", body, tenant=tenant)

    context.run(request)
    print_done("The room is unlocked." if off else "The room is locked.", {"locked": not off}, as_json=context.as_json)


@command(group, "record")
def record(
    context: CommandContext,
    *,
    room: RoomReference,
    off: Annotated[bool, typer.Option("--off", help="Stop recording.")] = False,
    pause: Annotated[bool | None, typer.Option("--pause/--resume", help="Pause or resume recording.")] = None,
    video: Annotated[bool, typer.Option("--video", help="Record video too.")] = False,
) -> None:
    """Record a meeting.

    All participants are notified first, of the video too. The video shows a shared screen, else the participant who
    speaks."""
    if video and (off or pause is not None):
        raise typer.BadParameter("Use --video at the start of a recording only.")

    async def request(api: ApiClient) -> None:
        path, tenant = f"/rooms/{quote_segment(room)}/meeting/recording", await api.resolve_tenant(context.tenant)
        if pause is not None:
            await api.patch(path, {"paused": pause}, tenant=tenant)
        else:
            await (api.delete(path, tenant=tenant) if off else api.post(path, {"video": video}, tenant=tenant))

    context.run(request)
    done = {None: "Recording was stopped." if off else "Participants are being notified."}
    done |= {True: "The recording is paused.", False: "The recording was resumed."}
    print_done(done[pause], {"recorded": not off, "paused": bool(pause), "video": video}, as_json=context.as_json)


@command(group, "captions")
def captions(
    context: CommandContext,
    *,
    room: RoomReference,
    off: Annotated[bool, typer.Option("--off", help="Switch captions off.")] = False,
) -> None:
    """Show live captions in a meeting.

    Speech is recognized on this server and not stored. All participants are notified first."""

    async def request(api: ApiClient) -> None:
        body, tenant = {"captions": not off}, await api.resolve_tenant(context.tenant)
        await api.patch(f"/rooms/{quote_segment(room)}/meeting", body, tenant=tenant)

    context.run(request)
    done = "Captions are off." if off else "Participants are being notified."
    print_done(done, {"captioned": not off}, as_json=context.as_json)


@command(group, "end")
def end(context: CommandContext, room: RoomReference) -> None:
    """End the meeting in a room."""

    async def request(api: ApiClient) -> None:
        await api.delete(f"/rooms/{quote_segment(room)}/meeting", tenant=await api.resolve_tenant(context.tenant))

    context.run(request)
    print_done("The meeting was ended.", {"ended": room}, as_json=context.as_json)


@command(group, "try")
def try_(
    context: CommandContext,
    *,
    room: RoomReference,
    phones: Annotated[int, typer.Option(help="Number of soft phones.")] = 10,
    pin: Annotated[str, typer.Option(help="PIN of the room, if any.")] = "",
) -> None:
    """Test the audio of a room.

    Soft phones dial the room; participants and received levels are printed. Exit code 1 if audio is missing.
    """
    from unificx.cli.room_test import RoomTestOptions, RoomTestResult, run_room_test

    async def request(api: ApiClient) -> RoomTestResult:
        wanted = RoomTestOptions(await api.resolve_tenant(context.tenant), room, phones, pin)
        return await run_room_test(api, context.home.expanduser().absolute(), wanted, SystemClock())

    result = context.run(request)
    if context.as_json:
        print_json(result.json())
    else:
        print("\n".join(result.lines()))
    if not result.ok:
        raise typer.Exit(1)


async def _list_participants(api: ApiClient, tenant: str, room: str) -> list[Json]:
    """Return the participants of a room."""
    return (await api.get(f"/rooms/{quote_segment(room)}/participants", tenant=tenant))["items"]


async def _participant_ids(api: ApiClient, tenant: str, room: str, participant: str) -> list[str]:
    """Return the ids of participants with this number or id."""
    found = [
        one["id"] for one in await _list_participants(api, tenant, room) if participant in (one["number"], one["id"])
    ]
    return found or [quote_segment(participant)]
