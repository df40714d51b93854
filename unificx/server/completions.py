"""Call completion: connects it with the live calls, registrations and presence."""

from collections.abc import Collection

from unificx.calls import CallCompletions, CallControl, CallManager
from unificx.cluster import EventBus
from unificx.core.errors import NotFound
from unificx.identity.events import ExtensionDeleted
from unificx.presence.events import PresenceChanged
from unificx.registrar import Caller
from unificx.registrar.events import DeviceRegistered
from unificx.server.live_events import LiveCallsChanged


class CallManagerCompletions:
    """Implements `calls.CompletionCalls` with the call manager."""

    def __init__(self, calls: CallManager) -> None:
        self._control = CallControl(calls)
        self._directory = calls.deps.directory

    def busy_extensions(self, tenant_id: str) -> Collection[str]:
        return self._control.busy_extensions(tenant_id)

    def is_live(self, call_id: str) -> bool:
        return self._control.is_live(call_id)

    def call_back(self, caller_id: str, callee_id: str) -> str:
        caller, callee = self._directory.extension_by_id(caller_id), self._directory.extension_by_id(callee_id)
        if caller is None or callee is None:
            raise NotFound("There is no such extension.")
        requester = Caller.of(caller, "", self._directory.display_name(caller))
        return self._control.dial(requester, "", callee.number, is_completion=True)


def follow_calls(bus: EventBus, completions: CallCompletions, calls: CallManager) -> None:
    """Have completions carried out when extensions become free or reachable, and dropped with a deleted one."""
    completions.calls = CallManagerCompletions(calls)
    bus.subscribe(LiveCallsChanged, lambda event: completions.calls_changed(event.tenant_id))
    bus.subscribe(PresenceChanged, lambda event: completions.became_reachable(event.tenant_id, event.extension_id))
    bus.subscribe(DeviceRegistered, lambda event: completions.became_reachable(event.tenant, event.extension_id))
    bus.subscribe(ExtensionDeleted, lambda event: completions.drop(event.tenant, (event.extension_id,)))
