"""Calls of queues: the calls of agents, and callbacks."""

from collections.abc import Collection

from unificx.calls import CallControl, CallManager, Origination
from unificx.core.errors import NotFound
from unificx.queues import QUEUE_APP, Queue, QueuedCaller
from unificx.registrar import Caller
from unificx.routing import OutboundRouting
from unificx.server.call_routing import CallRouting


def connect_queues(routing: CallRouting, calls: CallManager) -> None:
    """Give the queues the calls of their agents, and what calls people back."""
    routing.queues.manager.lines = CallManagerLines(calls)
    routing.queues.manager.dialer = CallManagerCallbacks(calls, routing.outbound.routing)


class CallManagerLines:
    """Implements `queues.AgentLines` with the call manager."""

    def __init__(self, calls: CallManager) -> None:
        self._control = CallControl(calls)

    def busy_extensions(self, tenant_id: str) -> Collection[str]:
        return self._control.busy_extensions(tenant_id)

    def connected_extension(self, call_id: str) -> str:
        return self._control.connected_extension(call_id)


class CallManagerCallbacks:
    """Implements `queues.CallbackDialer` with the call manager: the queue calls, with its number and name, and outside
    with the rights of its tenant and the public number that is shown for it."""

    def __init__(self, calls: CallManager, outbound: OutboundRouting) -> None:
        self._calls = calls
        self._outbound = outbound

    def can_call(self, queue: Queue, caller: QueuedCaller) -> bool:
        return bool(self._number(queue, caller))

    def call_back(self, queue: Queue, visit_id: str, caller: QueuedCaller) -> None:
        number = self._number(queue, caller)
        if not number:
            raise NotFound("The caller cannot be called back.")
        by = Caller(queue.tenant_id, "", "", "", queue.number, queue.name, calling_for=queue.reference)
        self._calls.originate(Origination(by, QUEUE_APP, (queue.id, visit_id), number))

    def _number(self, queue: Queue, caller: QueuedCaller) -> str:
        """Return the number at which a caller can be called back, "" for none."""
        if caller.extension_id:
            extension = self._calls.deps.directory.extension_by_id(caller.extension_id)
            return extension.number if extension is not None else ""
        return caller.number if self._outbound.may_call_back(queue.tenant_id, caller.number) else ""
