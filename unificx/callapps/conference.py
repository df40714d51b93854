"""Conference app: authenticates callers, announces the number of participants and mixes them until they hang up."""

import asyncio
from collections.abc import Mapping
from functools import partial

from unificx.callapps.call import App, Call
from unificx.callapps.clips import Clip
from unificx.callapps.schemas import SpokenValue
from unificx.conferencing import (
    Admit,
    CallerIdentity,
    ConferenceManager,
    NameAnnouncement,
    ParticipantSession,
    PlayHelp,
    PlayParticipantCount,
    PlayPrompt,
    RejectEntry,
    RemoveParticipant,
    RequiredNotice,
    Room,
    RoomRole,
    RoomService,
    StartWaiting,
)
from unificx.core.errors import TooManyRequests
from unificx.identity import PinCaller
from unificx.media.sounds import Sound
from unificx.routing import CONFERENCE_APP, Conference, Destination, DestinationRef

INVITED, MERGED = "invited", "moved"
"""Arguments of the app for an invited caller, and for one moved from a live call."""
GUEST, ADMITTED_GUEST = "guest", "admitted-guest"
"""Arguments for the guest of a guest link, and for one admitted before, such as before a reload."""
WHISPERS_TO = "whispers-to/"
"""Prefix of the argument with the extension that alone hears the caller: a supervisor."""
MAX_PIN_ATTEMPTS = 3
"""PIN attempts per call."""
PIN_TIMEOUT = 8.0
_COMMAND_TIMEOUT = 4.0
"""Seconds between `*` and the digit of a command."""
_MAX_NAME_SECONDS, _NAME_SILENCE = 6.0, 1.5
_HELP = (
    *("conference/to-mute", "press/star", "press/6", "conference/to-raise-hand", "press/star", "press/5"),
    *("conference/to-hear-how-many", "press/star", "press/3"),
)
_HOST_HELP = (
    *("conference/to-lock", "press/star", "press/7", "conference/to-mute-all", "press/star", "press/8"),
    *("conference/to-record", "press/star", "press/2", "conference/to-pause-recording", "press/star", "press/4"),
    *("conference/to-end", "press/star", "press/9"),
)


def conference_app(rooms: RoomService, meetings: ConferenceManager) -> App:
    """The conference app."""
    return App(CONFERENCE_APP, partial(_conference, rooms, meetings), goes_on=True)


class RoomKind:
    """`room:8000`: the permanent conference rooms."""

    kind = "room"

    def __init__(self, rooms: RoomService) -> None:
        self._rooms = rooms

    def find(self, tenant_id: str, name: str) -> Destination | None:
        room = self._rooms.by_number(tenant_id, name)
        return Conference(room.id, room.number, room.name) if room is not None else None

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        return self.find(tenant_id, dialled)

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        del tenant_id
        return {}


async def _conference(rooms: RoomService, meetings: ConferenceManager, call: Call) -> None:
    room_id, *more = call.arguments or ("",)
    room, invited, merged, admitted = rooms.by_id(room_id), INVITED in more, MERGED in more, ADMITTED_GUEST in more
    guest = GUEST in more or admitted
    if room is None:
        await call.play("conference/no-such-room", "general/goodbye")
        return
    if invited and not await _confirm_invitation(call):
        await call.play("general/goodbye")
        return
    standing = await _authenticate(rooms, call, room, invited=invited or merged or guest)
    if standing is None:
        await call.play("general/too-many-tries", "general/goodbye")
        return
    name = None if merged or guest else await _record_name(call, room)
    listener = next((each.removeprefix(WHISPERS_TO) for each in more if each.startswith(WHISPERS_TO)), "")
    admitted = invited or merged or admitted
    while True:
        party, caller = call.handovers.count, call.caller
        session = meetings.join(
            room,
            CallerIdentity(caller.subject, caller.extension_id, caller.number, caller.name, name, listener),
            call,
            host=standing == "host",
            invited=admitted,
            lobby=guest and not admitted,
        )
        await _take_part(call, session, party, announce_count=not merged)
        if call.handovers.count == party:
            return
        # A transferor who was let in has brought another party, who joins as one that has agreed to nothing yet.
        standing = "host" if call.caller.extension_id in room.hosts else "guest"
        merged, admitted, name, listener = True, not guest or admitted, None, ""


async def _take_part(call: Call, session: ParticipantSession, party: int, *, announce_count: bool) -> None:
    """Take part until the participant is dismissed, or another party follows. `party`: how many there were before."""
    call.on_remote_sdp(session.media_updated)
    try:
        async with asyncio.TaskGroup() as tasks:
            keys = tasks.create_task(_read_commands(call, session))
            parties = tasks.create_task(_end_with_party(call, party))
            await _play_prompts(call, session, tasks, announce_count=announce_count)
            keys.cancel()
            parties.cancel()
    except* _PartyReplaced:
        pass
    finally:
        session.leave()


class _PartyReplaced(Exception):
    """Another party has taken the place of the participant."""


async def _end_with_party(call: Call, party: int) -> None:
    while call.handovers.count == party:
        await call.handovers.next()
    raise _PartyReplaced


async def _confirm_invitation(call: Call) -> bool:
    """Ask an invited callee to confirm with a digit: a machine may have answered."""
    for _ in range(2):
        if (
            await call.play("conference/invited", "conference/to-join", "press/1", escape_digits="1")
            or await call.read_digits(1) == "1"
        ):
            return True
    return False


async def _authenticate(rooms: RoomService, call: Call, room: Room, *, invited: bool) -> RoomRole | None:
    """The caller's role in this room; None without the right PIN. An invited one needs none."""
    if call.caller.extension_id in room.hosts:
        return "host"
    if invited or not (room.has_pin or room.has_host_pin):
        return "guest"
    member = call.caller.extension_id
    caller = PinCaller(member or call.caller.number, is_authenticated=bool(member))
    for _ in range(MAX_PIN_ATTEMPTS):
        await call.play_until_digit("conference/enter-pin" if room.has_pin else "conference/enter-host-pin")
        pin = await call.read_digits(12, timeout_seconds=PIN_TIMEOUT)
        try:
            standing = await rooms.role_for_pin(room, caller, pin)
        except TooManyRequests:
            return None
        if standing is not None:
            return standing
        await call.play("conference/wrong-pin")
    return None


async def _record_name(call: Call, room: Room) -> Sound | None:
    """Record the caller's name if the room announces names. It is kept in memory during the participation."""
    if room.settings.announce != "names":
        return None
    name = Clip()
    await call.play("conference/say-name", "beep")
    recorded_name = await call.record(name, max_seconds=_MAX_NAME_SECONDS, silence_seconds=_NAME_SILENCE)
    return name.sound if not recorded_name.silent else None


async def _read_commands(call: Call, session: ParticipantSession) -> None:
    """Process DTMF commands: `*` and a digit."""
    while True:
        digit = await call.read_digit()
        if digit == "*":
            session.dtmf_command(await call.read_digit(_COMMAND_TIMEOUT))
        else:
            session.dtmf_answer(digit)


async def _play_prompts(
    call: Call, session: ParticipantSession, tasks: asyncio.TaskGroup, *, announce_count: bool
) -> None:
    """Play the conference's prompts to this caller in sequence, until dismissed. `announce_count`: announce the number
    of participants on entry."""
    music: asyncio.Task[None] | None = None
    while True:
        match await session.next_prompt():
            case StartWaiting():
                await call.play("conference/waiting-for-host")
                music = tasks.create_task(call.music())
            case Admit(_, others, waited):
                await _cancel_task(music)
                if announce_count:
                    await _announce_count(call, others, *(("conference/opened",) if waited else ()))
                await call.answer()
                session.entered()
            case PlayParticipantCount(_, others):
                await _announce_count(call, others)
            case PlayHelp(_, host):
                await call.play(*_HELP, *(_HOST_HELP if host else ()))
            case PlayPrompt(_, prompt):
                await call.play(prompt)
            case RequiredNotice(sounds, played):
                await _cancel_task(music)
                complete = await call.play_notice(*sounds)
                if complete is not None:  # otherwise the notice is repeated after the hold
                    played(complete)
            case NameAnnouncement(who, came):
                await call.play(*_join_or_leave_announcement(who, joined=came))
            case RejectEntry(_, why):
                await call.play(f"conference/{why}", "general/goodbye")
                return
            case RemoveParticipant(_, prompt):
                await _cancel_task(music)
                await call.play(prompt, "general/goodbye")
                return


async def _announce_count(call: Call, others: int, *before: str) -> None:
    if others:
        await call.play(*before, "conference/in-conference", SpokenValue(others))
    else:
        await call.play(*before, "conference/only-one")


def _join_or_leave_announcement(who: CallerIdentity, *, joined: bool) -> tuple[str | Sound, ...]:
    """A join or leave announcement, with the recorded name if there is one."""
    if who.spoken_name is None:
        return ("conference/somebody-joined" if joined else "conference/somebody-left",)
    return (who.spoken_name, "conference/joined" if joined else "conference/left")


async def _cancel_task(task: "asyncio.Task[None] | None") -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait((task,))
