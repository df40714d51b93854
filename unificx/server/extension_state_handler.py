"""Keys of phones that show the state of others: connects the SIP side with calls, registrations, parking, opening
hours and queues."""

import asyncio
from collections.abc import Callable

import structlog

from unificx.callapps import STATE_BY_DIGIT
from unificx.calls import RETRIEVE, CallManager, ExtensionCalls, Parking
from unificx.core.clock import Clock
from unificx.core.faults import describe_fault
from unificx.identity.events import ExtensionDeleted
from unificx.presence import PresenceService, PresenceState
from unificx.presence.events import PresenceChanged
from unificx.privacy.events import ObjectionChanged
from unificx.queues import AgentStates
from unificx.queues.events import QueueChanged
from unificx.registrar.events import DeviceRegistered, DeviceUnregistered
from unificx.routing import CodeTables
from unificx.server.container import Container
from unificx.sip_server import ExtensionStateDependencies, ExtensionStates, Subscriptions

log = structlog.get_logger()

ACTIVITIES: dict[PresenceState, str] = {
    "available": "",
    "busy": "busy",
    "do_not_disturb": "busy",
    "away": "away",
    "lunch": "meal",
    "trip": "travel",
    "off_work": "away",
}
"""Activities of RFC 4480 section 3.2 for the states that users set."""


class ParkingSlotStates:
    """Implements `sip_server.SwitchStates`: the code that retrieves from a parking slot is on while it is occupied."""

    def __init__(self, parking: Parking, codes: CodeTables) -> None:
        self._parking = parking
        self._codes = codes

    def state(self, tenant_id: str, dialled: str) -> bool | None:
        feature, slot = self._codes.of(tenant_id).match(dialled) or (None, "")
        if feature is None or feature.name != RETRIEVE or not slot or slot.startswith("0"):
            return None
        return self._parking.find(tenant_id, slot) is not None


class PresenceCodeStates:
    """Implements `sip_server.OwnSwitchStates`: the code that sets a state is on while the extension has this state."""

    def __init__(self, presence: PresenceService, codes: CodeTables) -> None:
        self._presence = presence
        self._codes = codes

    def state(self, tenant_id: str, extension_id: str, dialled: str) -> bool | None:
        feature, digit = self._codes.of(tenant_id).match(dialled) or (None, "")
        wanted = STATE_BY_DIGIT.get(digit)
        if feature is None or feature.name != "presence-state" or wanted is None:
            return None
        return self._presence.availability.state(extension_id) == wanted


class Reachability:
    """Whether an extension has a device that a call reaches now."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def is_reachable(self, extension_id: str) -> bool:
        now = self._container.clock.monotonic()
        registered = self._container.location.contacts(extension_id, now)
        return bool(registered or self._container.push.push_devices(extension_id))


def create_extension_states(
    container: Container, subscriptions: Subscriptions, manager: CallManager, touched: set[str]
) -> ExtensionStates:
    """Return the notifier. `touched`: ids of the calls that had a step."""
    directory, codes = container.identity.directory, container.routing.codes.tables
    return ExtensionStates(
        ExtensionStateDependencies(
            subscriptions=subscriptions,
            directory=directory,
            calls=ExtensionCalls(manager.calls, directory),
            touched=touched,
            is_reachable=Reachability(container).is_reachable,
            activity=lambda extension_id: _activity(container, extension_id),
            is_listed=lambda extension: not container.consents.objects(extension.subject, "directory"),
            switches=(container.routing.hours, ParkingSlotStates(manager.deps.parking, codes)),
            own_switches=(
                AgentStates(container.routing.queues.service, codes),
                PresenceCodeStates(container.routing.presence, codes),
            ),
            now=container.clock.monotonic,
            wake=manager.on_pending_output,
        )
    )


def _activity(container: Container, extension_id: str) -> str:
    presence = container.routing.presence.availability.presence(extension_id)
    return ACTIVITIES[presence.state] if presence is not None else ""


def follow_extensions(container: Container, states: ExtensionStates) -> None:
    """Have the watchers of an extension notified of its registrations, of the state of its user, of an objection to the
    directory, and of its end, and those of codes of the switch, the queues and the state behind them."""

    def changed(event: DeviceRegistered | DeviceUnregistered | ExtensionDeleted | PresenceChanged) -> None:
        # The directory changes right after the bus handlers have run.
        asyncio.get_running_loop().call_soon(states.extension_changed, event.extension_id)

    def switched(tenant_id: str) -> None:
        asyncio.get_running_loop().call_soon(states.switches_changed, tenant_id)

    def objection_changed(event: ObjectionChanged) -> None:
        for extension in container.identity.directory.extensions(event.tenant_id):
            if container.consents.objects(extension.subject, "directory"):
                asyncio.get_running_loop().call_soon(states.extension_changed, extension.id)

    container.bus.subscribe(ObjectionChanged, objection_changed)
    for kind in (DeviceRegistered, DeviceUnregistered, ExtensionDeleted, PresenceChanged):
        container.bus.subscribe(kind, changed)
    container.bus.subscribe(PresenceChanged, lambda event: switched(event.tenant_id))
    container.bus.subscribe(QueueChanged, lambda event: switched(event.queue.tenant_id))
    container.routing.hours.on_change.append(switched)
    container.routing.codes.on_change.append(lambda tenant_id, name: switched(tenant_id))


async def follow_time(compare: Callable[[], None], clock: Clock) -> None:
    """Call `compare` at the beginning of every minute, at which opening hours may open or close, until cancelled."""
    while True:
        await asyncio.sleep(60 - clock.now().timestamp() % 60)
        try:
            compare()
        except Exception as fault:
            log.error("switches_not_checked", **describe_fault(fault))
