"""Call completion: connects it with the live calls, registrations and presence."""

from unificx.calls import CallCompletions
from unificx.cluster import EventBus
from unificx.identity.events import ExtensionDeleted
from unificx.presence.events import PresenceChanged
from unificx.registrar.events import DeviceRegistered
from unificx.server.live_events import LiveCallsChanged


def follow_calls(bus: EventBus, completions: CallCompletions) -> None:
    """Have completions carried out when extensions become free or reachable, and dropped with a deleted one."""
    bus.subscribe(LiveCallsChanged, lambda event: completions.calls_changed(event.tenant_id))
    bus.subscribe(PresenceChanged, lambda event: completions.became_reachable(event.tenant_id, event.extension_id))
    bus.subscribe(DeviceRegistered, lambda event: completions.became_reachable(event.tenant, event.extension_id))
    bus.subscribe(ExtensionDeleted, lambda event: completions.drop(event.tenant, (event.extension_id,)))
