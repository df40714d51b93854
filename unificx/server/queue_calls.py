"""Calls of queues: the calls of agents, and callbacks."""

from collections.abc import Collection

from unificx.calls import CallControl, CallManager, Origination
from unificx.core.errors import NotFound
from unificx.queues import QUEUE_APP, Queue
from unificx.registrar import Caller


class CallManagerLines:
    """Implements `queues.AgentLines` with the call manager."""

    def __init__(self, calls: CallManager) -> None:
        self._control = CallControl(calls)

    def busy_extensions(self, tenant_id: str) -> Collection[str]:
        return self._control.busy_extensions(tenant_id)

    def connected_extension(self, call_id: str) -> str:
        return self._control.connected_extension(call_id)


class CallManagerCallbacks:
    """Implements `queues.CallbackDialer` with the call manager: the queue calls, with its number and name."""

    def __init__(self, calls: CallManager) -> None:
        self._calls = calls

    def can_call(self, extension_id: str) -> bool:
        return self._calls.deps.directory.extension_by_id(extension_id) is not None

    def call_back(self, queue: Queue, visit_id: str, extension_id: str) -> None:
        extension = self._calls.deps.directory.extension_by_id(extension_id)
        if extension is None:
            raise NotFound("The caller cannot be called back.")
        caller = Caller(queue.tenant_id, "", "", "", queue.number, queue.name)
        self._calls.originate(Origination(caller, QUEUE_APP, (queue.id, visit_id), extension.number))
