"""Alerts about emergency calls and stopped calls outside, and the regular check of live calls."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from unificx.cdr.events import EmergencyCallEnded
from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.errors import DomainError
from unificx.core.faults import describe_fault
from unificx.identity import Action
from unificx.notifications import EmailKind
from unificx.routing import FRAUD_CHECK_SECONDS, FraudStop, explain_stop
from unificx.routing.events import CallingReleased, CallingStopped, EmergencyCallMade
from unificx.server.container import Container

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _EmergencyCall:
    """A call to an emergency number. `state`: calling, answered or unanswered, the last two at its end."""

    tenant_id: str
    extension_id: str
    number: str
    state: str
    location: str = ""


class CallingAlerts:
    """Subscribes to the bus and notifies the users that a tenant has named, by e-mail and by a live event."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._tasks = BackgroundTasks(Access("administration", "calling alerts"))
        container.bus.subscribe(EmergencyCallMade, self._on_emergency_call)
        container.bus.subscribe(EmergencyCallEnded, self._on_emergency_call_ended)
        container.bus.subscribe(CallingStopped, self._on_stop)
        container.bus.subscribe(CallingReleased, lambda event: self._send_event(event.tenant_id))

    async def run(self) -> None:
        """Check the live calls regularly, until cancelled."""
        while True:
            await asyncio.sleep(FRAUD_CHECK_SECONDS)
            try:
                await self._container.routing.outbound.fraud.check()
            except Exception as fault:
                log.error("calls_outside_not_checked", **describe_fault(fault))

    async def close(self) -> None:
        """Finish the alerts and what the fraud guard has to store."""
        await self._tasks.join()
        await self._container.routing.outbound.fraud.join()

    def _on_emergency_call(self, event: EmergencyCallMade) -> None:
        tenant_id = event.caller.tenant_id
        place = self._container.routing.locations.of_caller(event.caller)
        where = f"{place.name}: {place.address.text()}" if place is not None else ""
        log.warning("emergency_call", tenant=tenant_id)
        details = (where, self._time(tenant_id, self._container.clock.now()))
        call = _EmergencyCall(tenant_id, event.caller.extension_id, event.number, "calling", where)
        self._report(call, "emergency_call", details)

    def _on_emergency_call_ended(self, event: EmergencyCallEnded) -> None:
        tenant_id, answered = event.tenant_id, event.answered
        times = [self._time(tenant_id, each) for each in (answered, event.ended) if each is not None]
        state = "answered" if answered is not None else "unanswered"
        call = _EmergencyCall(tenant_id, event.extension_id or "", event.number, state)
        kind: EmailKind = "emergency_call_answered" if answered is not None else "emergency_call_unanswered"
        self._report(call, kind, (" – ".join(times),))

    def _report(self, call: "_EmergencyCall", kind: EmailKind, details: Iterable[str]) -> None:
        """Report a call to the named users, and to those who may see calls."""
        extension = self._container.identity.directory.extension_by_id(call.extension_id)
        caller = extension.number if extension is not None else ""
        message = {"type": "emergency_call", "extension": caller, "number": call.number}
        message |= {"location": call.location, "state": call.state}
        alerted = self._container.routing.outbound.permissions.policy(call.tenant_id).alerted
        self._container.event_hub.send_to_persons_or_permitted(call.tenant_id, Action.CALLS_READ, alerted, message)
        text = ", ".join(filter(None, (f"{caller} → {call.number}" if caller else call.number, *details)))
        self._alert(call.tenant_id, kind, text)

    def _time(self, tenant_id: str, at: datetime) -> str:
        return f"{at.astimezone(self._container.identity.directory.time_zone(tenant_id)):%Y-%m-%d %H:%M:%S}"

    def _on_stop(self, event: CallingStopped) -> None:
        self._send_event(event.tenant_id)
        stop = self._container.routing.outbound.store.stops[event.stop_id]
        self._alert(stop.tenant_id, "calls_stopped", f"{self._name(stop)}: {explain_stop(stop)}")

    def _send_event(self, tenant_id: str) -> None:
        self._container.event_hub.send_to_permitted(tenant_id, Action.TENANT_CHANGE, {"type": "fraud"})

    def _name(self, stop: FraudStop) -> str:
        extension = self._container.identity.directory.extension_by_id(stop.scope_id)
        trunk = self._container.trunks.directory.trunk(stop.scope_id)
        return extension.number if extension is not None else trunk.name if trunk is not None else "all"

    def _alert(self, tenant_id: str, kind: EmailKind, detail: str) -> None:
        for person_id in self._container.routing.outbound.permissions.policy(tenant_id).alerted:
            self._tasks.spawn(self._send(tenant_id, person_id, kind, detail))

    async def _send(self, tenant_id: str, person_id: str, kind: EmailKind, detail: str) -> None:
        try:
            person = await self._container.identity.users.get(tenant_id, person_id)
            await self._container.notification_service.send_notice(person, kind, detail)
        except DomainError:  # the account was closed
            log.warning("alert_not_sent", tenant=tenant_id)
        except Exception as fault:
            log.error("alert_not_sent", tenant=tenant_id, **describe_fault(fault))
