"""The app by which a supervisor monitors a call: `*30` and the number of an extension, or started by the API.

The supervisor hears the parties. 6 joins the call: the parties move to a conference of three.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from functools import partial

from unificx.callapps import MERGED, App, Call
from unificx.conferencing import Room
from unificx.core.errors import DomainError, Forbidden
from unificx.identity import DirectoryCache, Extension
from unificx.recording.call_monitor import CallMonitor
from unificx.recording.monitoring_session import MonitoringSession
from unificx.recording.schemas import Supervisor
from unificx.routing import CONFERENCE_APP, CONFERENCE_SECONDS, CallApp, code_of

MONITORING_APP = "monitoring"
MONITORING_CODE = code_of(MONITORING_APP)
BY_CALL, JOIN = "call", "join"
"""Arguments: the next one is the id of a call; join it once both parties are heard."""
JOIN_DIGIT = "6"


@dataclass(frozen=True, slots=True)
class MonitoringAppParts:
    """Collaborators of the app.

    `find_supervisor` returns the person of an extension if they may monitor calls, else None. `move_to_room` moves both
    parties of a call, given by its id and the extensions of one, into a new conference room.
    """

    monitor: CallMonitor
    directory: DirectoryCache
    find_supervisor: Callable[[Extension], Awaitable[Supervisor | None]]
    move_to_room: Callable[[str, Collection[str]], Room]


def monitoring_app(parts: MonitoringAppParts) -> App:
    """The app."""
    return App.of_feature(MONITORING_APP, partial(_monitor, parts))


async def _monitor(parts: MonitoringAppParts, call: Call) -> None:
    extension = parts.directory.extension_by_id(call.caller.extension_id)
    supervisor = await parts.find_supervisor(extension) if extension is not None else None
    if supervisor is None:
        await call.play("general/not-allowed", "general/goodbye")
        return
    await call.play("monitoring/informing")
    try:
        session = parts.monitor.begin(call.caller.tenant_id, _call_id(parts, call), supervisor)
    except Forbidden:
        await call.play("general/not-allowed", "general/goodbye")
    except DomainError:
        await call.play("monitoring/no-call", "general/goodbye")
    else:
        await _listen(parts, call, session)


def _call_id(parts: MonitoringAppParts, call: Call) -> str:
    """Return the call to monitor. Raises NotFound."""
    if len(call.arguments) > 1 and call.arguments[0] == BY_CALL:
        return call.arguments[1]
    target = parts.directory.extension(call.caller.tenant_id, "".join(call.arguments))
    return parts.monitor.call_of(call.caller.tenant_id, target.id if target is not None else "")


async def _listen(parts: MonitoringAppParts, call: Call, session: MonitoringSession) -> None:
    """Hear the parties, once they have been informed, until the session or the supervisor's call ends."""
    call.join(session.room, muted=True)
    joining = asyncio.create_task(_wait_for_join(call, session))
    ended = asyncio.create_task(session.ended.wait())
    try:
        await asyncio.wait((joining, ended), return_when=asyncio.FIRST_COMPLETED)
        if joining.done() and not session.ended.is_set():
            await _join(parts, call, session)
    finally:
        joining.cancel()
        ended.cancel()
        session.stop()
    call.leave()
    await call.play("monitoring/ended", "general/goodbye")


async def _wait_for_join(call: Call, session: MonitoringSession) -> None:
    """Return when the supervisor asks to join the call and both parties have been told."""
    await session.audible.wait()
    wanted = JOIN in call.arguments
    while not wanted or not await session.announce_joining():
        wanted = await call.read_digit() == JOIN_DIGIT


async def _join(parts: MonitoringAppParts, call: Call, session: MonitoringSession) -> None:
    """Make a conference of three. The session ends with that, because the parties leave their call."""
    conversation = session.conversation
    extensions = [leg.extension_id for leg in conversation.legs if leg.extension_id]
    try:
        room = parts.move_to_room(conversation.call_id, extensions[:1])
    except DomainError:
        return
    call.leave()
    await call.connect(CallApp(CONFERENCE_APP, (room.id, MERGED), CONFERENCE_SECONDS).plan())
