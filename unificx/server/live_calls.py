"""Live calls and readiness, for the HTTP adapter."""

import asyncio
from collections.abc import Awaitable, Collection, Sequence, Set
from dataclasses import replace

from sqlalchemy import text

from unificx.api import ComponentState
from unificx.calls import CallControl, CallManager, LiveCall, Origination, ParkedCall
from unificx.conferencing import Room
from unificx.core.errors import NotFound
from unificx.core.phrases import counted
from unificx.db import RESUME_FREE_BYTES, DatabaseUnreachable
from unificx.media import MediaUnavailable
from unificx.recording import (
    BY_CALL,
    MONITORING_APP,
    CallMonitor,
    MonitoringMode,
    MonitoringState,
)
from unificx.registrar import Caller
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.conference_dialer import CallConverter
from unificx.server.container import Container

CHECK_TIMEOUT = 1.0
_NAMED = 5
"""Random ids in the reason of a component."""


class LiveCallControl:
    """Implements `api.ports.LiveCalls` with the call manager."""

    def __init__(self, manager: CallManager, converter: CallConverter, monitor: CallMonitor) -> None:
        self._manager = manager
        self._commands = CallControl(manager)
        self._converter = converter
        self._monitor = monitor

    def live(self, tenant_id: str | None) -> Sequence[LiveCall]:
        return self._manager.live_calls(tenant_id)

    def hangup(self, call_id: str) -> None:
        self._manager.hang_up(call_id)

    def for_extensions(self, extensions: Collection[str]) -> Sequence[LiveCall]:
        return self._commands.calls(extensions)

    def busy_extensions(self, tenant_id: str) -> Set[str]:
        return self._commands.busy_extensions(tenant_id)

    def pickup_extensions(self, tenant_id: str) -> Set[str]:
        return self._commands.pickup_extensions(tenant_id)

    def dial(self, extension_id: str, device_id: str, to: str, calling_for: str = "") -> str:
        directory = self._manager.deps.directory
        extension = directory.extension_by_id(extension_id)
        if extension is None:
            raise NotFound("There is no such extension.")
        caller = Caller.of(extension, device_id, directory.display_name(extension))
        return self._commands.dial(replace(caller, calling_for=calling_for), device_id, to)

    def answer(self, call_id: str, extensions: Collection[str]) -> None:
        self._commands.answer(call_id, extensions)

    def hang_up_own(self, call_id: str, extensions: Collection[str]) -> None:
        self._commands.hang_up(call_id, extensions)

    def transfer(self, call_id: str, extensions: Collection[str], to: str) -> None:
        self._commands.transfer(call_id, extensions, to)

    def attended_transfer(self, call_id: str, extensions: Collection[str], consultation: str) -> None:
        self._commands.attended_transfer(call_id, extensions, consultation)

    def add_to_room(self, call_id: str, extensions: Collection[str], room_id: str) -> None:
        self._converter.add_to_room(call_id, extensions, room_id)

    def parked(self, tenant_id: str) -> Sequence[ParkedCall]:
        return self._manager.parked_calls(tenant_id)

    def move_to_room(self, call_id: str, extensions: Collection[str]) -> Room:
        return self._converter.move_to_room(call_id, extensions)

    def monitor(self, extension_id: str, call_id: str, mode: MonitoringMode, listener: str = "") -> str:
        directory = self._manager.deps.directory
        extension = directory.extension_by_id(extension_id)
        if extension is None:
            raise NotFound("There is no such extension.")
        self._monitor.check(extension.tenant_id, call_id, extension_id)
        code = self._manager.deps.routing.code(extension.tenant_id, MONITORING_APP)
        shown = Caller(extension.tenant_id, "", "", extension.subject, number=code, name=code)
        arguments = (BY_CALL, call_id, mode, listener)
        supervisor = Caller.of(extension, name=directory.display_name(extension))
        origin = Origination(supervisor, MONITORING_APP, arguments, to=extension.number, displayed_caller=shown)
        return self._manager.originate(origin)

    def monitoring(self, call_id: str) -> MonitoringState | None:
        live = self._monitor.live(call_id)
        return live.state if live is not None else None

    def decline(self, call_id: str, device_id: str) -> bool:
        return self._manager.decline(call_id, device_id)


class ComponentChecks:
    """Implements `api.ports.ReadinessChecks`: each component has a second to respond."""

    def __init__(self, container: Container, media: RtpEngine) -> None:
        self._container = container
        self._media = media

    async def states(self) -> Sequence[ComponentState]:
        return await asyncio.gather(
            self._database(),
            self._rtpengine(),
            self._spool(),
            self._outbox(),
            self._disk(),
            self._emails(),
            self._invoices(),
            self._erasures(),
        )

    def is_storage_full(self) -> bool:
        return self._container.is_storage_full()

    async def _database(self) -> ComponentState:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT), self._container.database.read() as session:
                await session.execute(text("SELECT 1"))
        except DatabaseUnreachable as fault:
            return ComponentState("database", False, f"it does not respond: {fault.reason}. {fault.hint}")
        except Exception as fault:
            return ComponentState("database", False, f"it does not respond ({type(fault).__name__})")
        return ComponentState("database", True)

    async def _rtpengine(self) -> ComponentState:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                await self._media.query("readiness")
        except (MediaUnavailable, TimeoutError):
            return ComponentState("rtpengine", False, "it does not respond; it is being restarted")
        return ComponentState("rtpengine", True)

    async def _spool(self) -> ComponentState:
        parked = self._container.spool.parked()
        if parked:
            batches = counted(parked, "batch", "batches")
            return ComponentState("spool", False, f"{batches} could not be stored; see the log, then restart")
        return ComponentState("spool", True)

    async def _outbox(self) -> ComponentState:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                parked = await self._container.outbox.parked()
        except Exception as fault:
            return ComponentState("outbox", False, f"they are unknown ({type(fault).__name__}). See the database")
        if parked:
            events = counted(parked, "event", "events")
            return ComponentState("outbox", False, f"{events} could not be processed; see the log, then restart")
        return ComponentState("outbox", True)

    async def _emails(self) -> ComponentState:
        async def why() -> str:
            waiting, deferred = await self._container.notifications.records.count_waiting()
            return f"{deferred} of {waiting} were deferred. See `unificx mail list`" if deferred else ""

        return await _waiting("emails", why())

    async def _invoices(self) -> ComponentState:
        async def why() -> str:
            waiting = await self._container.billing.invoice_notices.count_waiting()
            action = "Configure a mail server, and an address for invoices of each tenant"
            return f"{waiting} were not sent. {action}" if waiting else ""

        return await _waiting("invoices", why())

    async def _erasures(self) -> ComponentState:
        async def why() -> str:
            people = await self._container.erasures.stuck()
            ids = ", ".join(people[:_NAMED]) + (" …" if people[_NAMED:] else "")
            action = "The log says why (`erasure_…`). They go on every five minutes once that is mended"
            return f"{len(people)} unfinished for more than an hour: {ids}. {action}" if people else ""

        return await _waiting("erasures", why())

    async def _disk(self) -> ComponentState:
        if self._container.disk_guard.is_low():
            free, needed = self._container.disk_guard.free >> 20, RESUME_FREE_BYTES >> 20
            why = f"it is nearly full: {free} MiB free, {needed} MiB needed; no new calls until space is freed"
            return ComponentState("disk", False, why)
        if self._container.is_storage_full():
            why = "the database was away so long that the spool is nearly full; no new calls until it is back"
            return ComponentState("disk", False, why)
        return ComponentState("disk", True)


async def _waiting(name: str, why: Awaitable[str]) -> ComponentState:
    """Return the state of what waits to be done. The server is ready meanwhile; `why` is for operators, "" if nothing
    waits."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            text = await why
    except Exception as fault:
        return ComponentState(name, True, f"their number is unknown ({type(fault).__name__})")
    return ComponentState(name, True, text)
