"""Alerts about emergency calls and stopped calls outside, and the regular check of live calls."""

import asyncio

import structlog

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


class CallingAlerts:
    """Subscribes to the bus and notifies the users that a tenant has named, by e-mail and by a live event."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._tasks = BackgroundTasks(Access("administration", "calling alerts"))
        container.bus.subscribe(EmergencyCallMade, self._on_emergency_call)
        container.bus.subscribe(CallingStopped, self._on_stop)
        container.bus.subscribe(CallingReleased, lambda event: self._send_event(event.tenant_id))

    async def run(self) -> None:
        """Check the live calls regularly, until cancelled."""
        while True:
            await asyncio.sleep(FRAUD_CHECK_SECONDS)
            try:
                self._container.routing.outbound.fraud.check()
            except Exception as fault:
                log.error("calls_outside_not_checked", **describe_fault(fault))

    async def close(self) -> None:
        """Finish the alerts and what the fraud guard has to store."""
        await self._tasks.join()
        await self._container.routing.outbound.fraud.join()

    def _on_emergency_call(self, event: EmergencyCallMade) -> None:
        extension = self._container.identity.directory.extension_by_id(event.extension_id)
        caller = extension.number if extension is not None else ""
        log.warning("emergency_call", tenant=event.tenant_id)
        message = {"type": "emergency_call", "extension": caller, "number": event.number}
        self._container.event_hub.send_to_permitted(event.tenant_id, Action.CALLS_READ, message)
        self._alert(event.tenant_id, "emergency_call", f"{caller} → {event.number}" if caller else event.number)

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
