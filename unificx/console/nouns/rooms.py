"""`unificx room`: rooms people dial to talk together, and who is in them."""

from typing import Annotated

import typer

from unificx.console.api import Api, Json, quoted
from unificx.console.collection import Collection
from unificx.console.command import At, noun, verb
from unificx.console.output import print_done, print_items, print_json
from unificx.kernel.clock import SystemClock

_COLUMNS = {"number": "number", "name": "name", "hosts": "hosts", "has_pin": "PIN", "there": "in it", "id": "id"}
_DETAILS = {
    **_COLUMNS,
    "has_host_pin": "PIN of hosts",
    "wait_for_host": "waits for a host",
    "announce": "tells who comes by",
    "locked": "hosts only",
    "muted_on_entry": "muted at first",
    "most": "most people",
    "may_record": "may be recorded",
    "end_after_host": "ends after its host (s)",
}
_THERE = {
    "number": "number",
    "name": "name",
    "state": "is",
    "host": "host",
    "muted": "muted",
    "hand": "hand",
    "speaking": "speaks",
    "since": "since",
    "id": "id",
}


def _flat(room: Json) -> Json:
    meeting = room["meeting"]
    return {**room, "hosts": ", ".join(room["hosts"]), "there": meeting["participants"] if meeting else 0}


_ALL = Collection("/rooms", _COLUMNS, _DETAILS, _flat)

Which = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number or id.")]
Whom = Annotated[str, typer.Argument(metavar="WHOM", help="The number somebody calls from, or the participant's id.")]

group = noun("room", "Rooms people dial to talk together.")


@verb(group, "create")
def create(
    at: At,
    *,
    number: Annotated[str, typer.Option(help="2 to 8 digits that no extension has.")],
    name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    pin: Annotated[str | None, typer.Option(help="Guests need it: 4 to 12 digits.")] = None,
    host_pin: Annotated[str | None, typer.Option(help="Whoever enters it is a host.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="An extension that leads the room; several times.")] = None,
) -> None:
    """Make a room that can be dialled; how it is held, `update` sets."""
    body = {"number": number, "name": name, "pin": pin, "host_pin": host_pin, "hosts": host or None}
    _ALL.create(at, body)


@verb(group, "list")
def list_(at: At) -> None:
    """List rooms."""
    _ALL.list(at, "There is no room yet.")


@verb(group, "show")
def show(at: At, room: Which) -> None:
    """Show a room."""
    _ALL.show(at, room)


@verb(group, "update")
def update(
    at: At,
    *,
    room: Which,
    name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    pin: Annotated[str | None, typer.Option(help="Guests need it: 4 to 12 digits. Empty: none.")] = None,
    host_pin: Annotated[str | None, typer.Option(help="Whoever enters it is a host. Empty: none.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="An extension that leads the room; several times.")] = None,
    wait_for_host: Annotated[bool | None, typer.Option(help="Guests hear music until a host is there.")] = None,
    announce: Annotated[str | None, typer.Option(help="What tells who comes and goes: tones, names, nothing.")] = None,
    locked: Annotated[bool | None, typer.Option("--locked/--open", help="Hosts alone may enter.")] = None,
    muted_on_entry: Annotated[bool | None, typer.Option(help="Guests come in muted.")] = None,
    most: Annotated[int | None, typer.Option(help="How many may be in it.")] = None,
    may_record: Annotated[bool | None, typer.Option(help="Whether hosts may record.")] = None,
    end_after_host: Annotated[int | None, typer.Option(help="Seconds it goes on without a host; -1: on.")] = None,
) -> None:
    """Change a room."""
    body = {"name": name, "pin": pin, "host_pin": host_pin, "hosts": host or None, "most": most}
    body |= {"wait_for_host": wait_for_host, "announce": announce, "locked": locked}
    body |= {"muted_on_entry": muted_on_entry, "may_record": may_record, "end_after_host": end_after_host}
    _ALL.update(at, room, body)


@verb(group, "delete")
def delete(at: At, room: Which) -> None:
    """Delete a room; whoever is in it is sent home."""
    _ALL.delete(at, room, "The room is gone.")


@verb(group, "participants")
def participants(at: At, room: Which) -> None:
    """List who is in a room now."""

    async def ask(api: Api) -> list[Json]:
        return await there(api, await api.organisation(at.tenant), room)

    print_items(at.ask(ask), _THERE, as_json=at.as_json, nothing="Nobody is in this room.")


@verb(group, "mute")
def mute(
    at: At,
    *,
    room: Which,
    whom: Annotated[str | None, typer.Argument(metavar="[WHOM]", help="One of them; left out: all guests.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Let them be heard again.")] = False,
) -> None:
    """Let nobody hear somebody, or all who are not hosts."""

    async def ask(api: Api) -> None:
        where = await api.organisation(at.tenant)
        if whom is None:
            await api.patch(f"/rooms/{quoted(room)}/meeting", {"all_muted": not off}, tenant=where)
            return
        for id_ in await _ids(api, where, room, whom):
            await api.patch(f"/rooms/{quoted(room)}/participants/{id_}", {"muted": not off}, tenant=where)

    at.ask(ask)
    print_done("Can be heard again." if off else "Cannot be heard any more.", {"muted": not off}, as_json=at.as_json)


@verb(group, "remove")
def remove(at: At, room: Which, whom: Whom) -> None:
    """Send somebody out of a room."""

    async def ask(api: Api) -> list[str]:
        where = await api.organisation(at.tenant)
        ids = await _ids(api, where, room, whom)
        for id_ in ids:
            await api.delete(f"/rooms/{quoted(room)}/participants/{id_}", tenant=where)
        return ids

    print_done("Sent out.", {"removed": at.ask(ask)}, as_json=at.as_json)


@verb(group, "invite")
def invite(
    at: At, room: Which, number: Annotated[str, typer.Argument(metavar="EXTENSION", help="Whom the room rings.")]
) -> None:
    """Let a room ring an extension; whoever answers is asked whether he wants to join."""

    async def ask(api: Api) -> Json:
        where = await api.organisation(at.tenant)
        return await api.post(f"/rooms/{quoted(room)}/invitations", {"number": number}, tenant=where)

    print_done("It rings.", at.ask(ask), as_json=at.as_json)


@verb(group, "lock")
def lock(
    at: At, *, room: Which, off: Annotated[bool, typer.Option("--off", help="Let everybody in again.")] = False
) -> None:
    """Let nobody but hosts into a room for as long as this meeting lasts."""

    async def ask(api: Api) -> None:
        body, where = {"locked": not off}, await api.organisation(at.tenant)
        await api.patch(f"/rooms/{quoted(room)}/meeting", body, tenant=where)

    at.ask(ask)
    print_done("The room is open." if off else "The room is locked.", {"locked": not off}, as_json=at.as_json)


@verb(group, "record")
def record(
    at: At,
    *,
    room: Which,
    off: Annotated[bool, typer.Option("--off", help="Record no more of it.")] = False,
    pause: Annotated[
        bool | None, typer.Option("--pause/--resume", help="Leave out what is said for now, or go on.")
    ] = None,
) -> None:
    """Have the meeting in a room recorded; everybody is told first."""

    async def ask(api: Api) -> None:
        path, where = f"/rooms/{quoted(room)}/meeting/recording", await api.organisation(at.tenant)
        if pause is not None:
            await api.patch(path, {"paused": pause}, tenant=where)
        else:
            await (api.delete(path, tenant=where) if off else api.post(path, {}, tenant=where))

    at.ask(ask)
    done = {None: "It is not recorded any more." if off else "Everybody is being told."}
    done |= {True: "The recording is paused.", False: "The recording goes on."}
    print_done(done[pause], {"recorded": not off, "paused": bool(pause)}, as_json=at.as_json)


@verb(group, "end")
def end(at: At, room: Which) -> None:
    """End the meeting in a room for everybody."""

    async def ask(api: Api) -> None:
        await api.delete(f"/rooms/{quoted(room)}/meeting", tenant=await api.organisation(at.tenant))

    at.ask(ask)
    print_done("The meeting is over.", {"ended": room}, as_json=at.as_json)


@verb(group, "try")
def try_(
    at: At,
    *,
    room: Which,
    phones: Annotated[int, typer.Option(help="How many soft phones dial it.")] = 10,
    pin: Annotated[str, typer.Option(help="The room's PIN, if it has one.")] = "",
) -> None:
    """Let soft phones dial a room through the running server, and print who is there and who hears whom.

    Exit 1 if somebody is not heard.
    """
    from unificx.console.meet import Trial, Wanted, meet

    async def ask(api: Api) -> Trial:
        wanted = Wanted(await api.organisation(at.tenant), room, phones, pin)
        return await meet(api, at.home.expanduser().absolute(), wanted, SystemClock())

    trial = at.ask(ask)
    if at.as_json:
        print_json(trial.json())
    else:
        print("\n".join(trial.told()))
    if not trial.ok:
        raise typer.Exit(1)


async def there(api: Api, tenant: str, room: str) -> list[Json]:
    """Who is in a room."""
    return (await api.get(f"/rooms/{quoted(room)}/participants", tenant=tenant))["items"]


async def _ids(api: Api, tenant: str, room: str, whom: str) -> list[str]:
    """The participants of a number, or the one of an id."""
    found = [one["id"] for one in await there(api, tenant, room) if whom in (one["number"], one["id"])]
    return found or [quoted(whom)]
