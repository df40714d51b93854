"""Conference app: authenticates callers, announces the number of participants and mixes them until they hang up."""

import asyncio
from functools import partial

from unificx.callapps.call import App, Call
from unificx.callapps.clips import Clip
from unificx.callapps.schemas import Spoken
from unificx.conferencing import (
    Chair,
    Count,
    Dismiss,
    Help,
    LetIn,
    LetWait,
    Meetings,
    Named,
    Notice,
    Room,
    Rooms,
    Say,
    Standing,
    TurnAway,
    Who,
)
from unificx.core.errors import TooManyRequests
from unificx.media.sounds import Sound
from unificx.routing import CallApp

CONFERENCE, INVITED, MOVED = "conference", "invited", "moved"
"""The app name, and its arguments for an invited caller, and for one moved from a live call."""
TRIES = 3
"""PIN attempts per call."""
PIN_WAIT = 8.0
LONGEST = 86_400.0
"""Maximum seconds in a room: a day."""
_NEXT_KEY = 4.0
"""Seconds between `*` and the digit of a command."""
_LONGEST_NAME, _AFTER_NAME = 6.0, 1.5
_HELP = (
    *("conference/to-mute", "press/star", "press/6", "conference/to-raise-hand", "press/star", "press/5"),
    *("conference/to-hear-how-many", "press/star", "press/3"),
)
_HELP_OF_HOSTS = (
    *("conference/to-lock", "press/star", "press/7", "conference/to-mute-all", "press/star", "press/8"),
    *("conference/to-record", "press/star", "press/2", "conference/to-pause-recording", "press/star", "press/4"),
    *("conference/to-end", "press/star", "press/9"),
)


def meeting_in(rooms: Rooms, meetings: Meetings) -> App:
    """The conference app."""
    return App(CONFERENCE, partial(conference, rooms, meetings))


def at_number(rooms: Rooms, tenant_id: str, number: str) -> CallApp | None:
    """The routing target for a room number, if there is a room."""
    room = rooms.at(tenant_id, number)
    return CallApp(CONFERENCE, (room.id,), max_seconds=LONGEST) if room is not None else None


async def conference(rooms: Rooms, meetings: Meetings, call: Call) -> None:
    room_id, *more = call.arguments or ("",)
    room, invited, moved = rooms.by_id(room_id), INVITED in more, MOVED in more
    if room is None:
        await call.play("conference/no-such-room", "general/goodbye")
        return
    if invited and not await _wants_to_join(call):
        await call.play("general/goodbye")
        return
    standing = await _standing(rooms, call, room, called=invited or moved)
    if standing is None:
        await call.play("general/too-many-tries", "general/goodbye")
        return
    caller = call.caller
    name = None if moved else await _name(call, room)
    who = Who(caller.subject, caller.extension_id, caller.number, caller.name, name)
    chair = meetings.come(room, who, call, host=standing == "host", invited=invited or moved)
    call.when_described(chair.described)
    try:
        async with asyncio.TaskGroup() as tasks:
            keys = tasks.create_task(_listen(call, chair))
            await _speak(call, chair, tasks, counts=not moved)
            keys.cancel()
    finally:
        chair.leave()


async def _wants_to_join(call: Call) -> bool:
    """Ask an invited callee to confirm with a digit: a machine may have answered."""
    for _ in range(2):
        if (
            await call.play("conference/invited", "conference/to-join", "press/1", keys="1")
            or await call.digits(1) == "1"
        ):
            return True
    return False


async def _standing(rooms: Rooms, call: Call, room: Room, *, called: bool) -> Standing | None:
    """The caller's role in this room; None without the right PIN. An invited one needs none."""
    if rooms.leads(room, call.caller.extension_id):
        return "host"
    if called or not (room.has_pin or room.has_host_pin):
        return "guest"
    for _ in range(TRIES):
        await call.play_until_pressed("conference/enter-pin" if room.has_pin else "conference/enter-host-pin")
        pin = await call.digits(12, wait=PIN_WAIT)
        try:
            standing = await rooms.standing(room, call.caller.extension_id or call.caller.number, pin)
        except TooManyRequests:
            return None
        if standing is not None:
            return standing
        await call.play("conference/wrong-pin")
    return None


async def _name(call: Call, room: Room) -> Sound | None:
    """Record the caller's name if the room announces names. It is kept in memory during the participation."""
    if room.settings.announce != "names":
        return None
    name = Clip()
    await call.play("conference/say-name", "beep")
    said = await call.record(name, longest=_LONGEST_NAME, silence=_AFTER_NAME)
    return name.sound if not said.silent else None


async def _listen(call: Call, chair: Chair) -> None:
    """Process DTMF commands: `*` and a digit."""
    while True:
        key = await call.key()
        if key == "*":
            chair.press(await call.key(_NEXT_KEY))
        else:
            chair.answer(key)


async def _speak(call: Call, chair: Chair, tasks: asyncio.TaskGroup, *, counts: bool) -> None:
    """Play the conference's prompts to this caller in sequence, until dismissed. `announce_count`: announce the number
    of participants on entry."""
    music: asyncio.Task[None] | None = None
    while True:
        match await chair.next():
            case LetWait():
                await call.play("conference/waiting-for-host")
                music = tasks.create_task(call.music())
            case LetIn(_, others, waited):
                await _end(music)
                if counts:
                    await _how_many(call, others, *(("conference/opened",) if waited else ()))
                await call.answer()
                chair.entered()
            case Count(_, others):
                await _how_many(call, others)
            case Help(_, host):
                await call.play(*_HELP, *(_HELP_OF_HOSTS if host else ()))
            case Say(_, prompt):
                await call.play(prompt)
            case Notice(sounds, played):
                await _end(music)
                complete = await call.tell(*sounds)
                if complete is not None:  # otherwise the notice is repeated after the hold
                    played(complete)
            case Named(who, came):
                await call.play(*_named(who, came=came))
            case TurnAway(_, why):
                await call.play(f"conference/{why}", "general/goodbye")
                return
            case Dismiss(_, prompt):
                await _end(music)
                await call.play(prompt, "general/goodbye")
                return


async def _how_many(call: Call, others: int, *before: str) -> None:
    if others:
        await call.play(*before, "conference/in-conference", Spoken(others))
    else:
        await call.play(*before, "conference/only-one")


def _named(who: Who, *, came: bool) -> tuple[str | Sound, ...]:
    """A join or leave announcement, with the recorded name if there is one."""
    if who.said is None:
        return ("conference/somebody-joined" if came else "conference/somebody-left",)
    return (who.said, "conference/joined" if came else "conference/left")


async def _end(task: "asyncio.Task[None] | None") -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait((task,))
