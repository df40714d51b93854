"""The app by which a supervisor monitors a call: `*30` and the number of an extension, or started by the API.

The supervisor hears the parties. 5 whispers to the monitored extension, 6 joins the call: the parties move to a
conference of three, in which the supervisor is heard by one or both.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from unificx.callapps import MERGED, WHISPERS_TO, App, Call
from unificx.calls import Conversation
from unificx.conferencing import Room
from unificx.core.errors import DomainError, Forbidden
from unificx.identity import DirectoryCache, Extension
from unificx.recording.call_monitor import CallMonitor
from unificx.recording.monitoring_session import MonitoringSession
from unificx.recording.schemas import SpeakingMode, Supervisor
from unificx.routing import CONFERENCE_APP, CONFERENCE_SECONDS, CallApp

MONITORING_APP = "monitoring"
BY_CALL = "call"
"""First argument, before the id of a call, the mode, and the id of the extension to whisper to."""
SPEAKING_DIGITS: Mapping[str, SpeakingMode] = MappingProxyType({"5": "whisper", "6": "join"})


@dataclass(frozen=True, slots=True)
class MonitoringAppDependencies:
    """Collaborators of the app.

    `find_supervisor` returns the person of an extension if they may monitor calls, else None. `move_to_room` moves both
    parties of a call, given by its id and the extensions of one, into a new conference room.
    """

    monitor: CallMonitor
    directory: DirectoryCache
    find_supervisor: Callable[[Extension], Awaitable[Supervisor | None]]
    move_to_room: Callable[[str, Collection[str]], Room]


def monitoring_app(deps: MonitoringAppDependencies) -> App:
    """The app."""
    return App.of_feature(MONITORING_APP, partial(_monitor, deps))


async def _monitor(deps: MonitoringAppDependencies, call: Call) -> None:
    extension = deps.directory.extension_by_id(call.caller.extension_id)
    supervisor = await deps.find_supervisor(extension) if extension is not None else None
    if supervisor is None:
        await call.play("general/not-allowed", "general/goodbye")
        return
    await call.play("monitoring/informing")
    try:
        session = deps.monitor.begin(call.caller.tenant_id, _call_id(deps, call), supervisor)
    except Forbidden:
        await call.play("general/not-allowed", "general/goodbye")
    except DomainError:
        await call.play("monitoring/no-call", "general/goodbye")
    else:
        await _listen(deps, call, session)


def _call_id(deps: MonitoringAppDependencies, call: Call) -> str:
    """Return the call to monitor. Raises NotFound."""
    if _is_by_call(call):
        return call.arguments[1]
    return deps.monitor.call_of(call.caller.tenant_id, _dialled_extension(deps, call))


def _is_by_call(call: Call) -> bool:
    return len(call.arguments) > 1 and call.arguments[0] == BY_CALL


def _argument(call: Call, at: int) -> str:
    """Return an argument of a session that was started by API, "" without it."""
    return call.arguments[at] if _is_by_call(call) and len(call.arguments) > at else ""


def _dialled_extension(deps: MonitoringAppDependencies, call: Call) -> str:
    """Return the id of the extension that was dialled, "" for an unknown one."""
    target = deps.directory.extension(call.caller.tenant_id, "".join(call.arguments))
    return target.id if target is not None else ""


def _whisper_target(deps: MonitoringAppDependencies, call: Call, conversation: Conversation) -> str:
    """Return the extension to whisper to: the one that was chosen or dialled, else the callee, else the caller."""
    chosen = _argument(call, 3) if _is_by_call(call) else _dialled_extension(deps, call)
    inside = [leg.extension_id for leg in (conversation.callee, conversation.caller) if leg.extension_id]
    return chosen if chosen in inside else inside[0]


async def _listen(deps: MonitoringAppDependencies, call: Call, session: MonitoringSession) -> None:
    """Hear the parties, once they have been informed, until the session or the supervisor's call ends."""
    call.join(session.room, muted=True)
    speaking = asyncio.create_task(_wait_for_speaking(call, session))
    ended = asyncio.create_task(session.ended.wait())
    try:
        await asyncio.wait((speaking, ended), return_when=asyncio.FIRST_COMPLETED)
        if speaking.done() and not session.ended.is_set():
            await _speak(deps, call, session, speaking.result())
    finally:
        speaking.cancel()
        ended.cancel()
        session.stop()
    call.leave()
    await call.play("monitoring/ended", "general/goodbye")


async def _wait_for_speaking(call: Call, session: MonitoringSession) -> SpeakingMode:
    """Return how the supervisor asks to speak, once both parties have been told."""
    await session.audible.wait()
    asked = _argument(call, 2)
    wanted: SpeakingMode | None = next((each for each in SPEAKING_DIGITS.values() if each == asked), None)
    while wanted is None or not await session.announce(wanted):
        wanted = SPEAKING_DIGITS.get(await call.read_digit())
    return wanted


async def _speak(deps: MonitoringAppDependencies, call: Call, session: MonitoringSession, mode: SpeakingMode) -> None:
    """Make a conference of three. The session ends with that, because the parties leave their call."""
    conversation = session.conversation
    listener = (WHISPERS_TO + _whisper_target(deps, call, conversation),) if mode == "whisper" else ()
    extensions = [leg.extension_id for leg in conversation.legs if leg.extension_id]
    try:
        room = deps.move_to_room(conversation.call_id, extensions[:1])
    except DomainError:
        return
    call.leave()
    await call.connect(CallApp(CONFERENCE_APP, (room.id, MERGED, *listener), CONFERENCE_SECONDS).plan())
