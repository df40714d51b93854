"""Queues as destinations: `queue:6500`."""

from collections.abc import Mapping

from unificx.calls import QUEUE_APP
from unificx.queues.app import other_destination
from unificx.queues.schemas import Queue
from unificx.queues.service import QueueService
from unificx.routing import CallApp, Destination, DestinationRef, PathObject, TenantObject, split_priority

QUEUE_SECONDS = 86_400.0
"""Maximum seconds of a call in a queue: a day."""


class QueueKind:
    """`queue:6500`: the queues of a tenant. `queue:6500/5`: with the priority of the calls that come this way."""

    kind = "queue"

    def __init__(self, queues: QueueService) -> None:
        self._queues = queues

    def find(self, tenant_id: str, name: str) -> Destination | None:
        return self._find(tenant_id, *split_priority(name))

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        return self._find(tenant_id, dialled)  # a dialled number gives no priority

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        return {one.number: _targets(one) for one in self._queues.queues_of_tenant(tenant_id)}

    def _find(self, tenant_id: str, number: str, priority: int = 0) -> Destination | None:
        queue = self._queues.by_number(tenant_id, number)
        if queue is None:
            return None
        app = CallApp(QUEUE_APP, (queue.id, "", str(priority)), QUEUE_SECONDS)
        return TenantObject(app, PathObject("queue", queue.number, queue.name))


def _targets(queue: Queue) -> tuple[DestinationRef, ...]:
    other = other_destination(queue)
    return (other,) if other is not None else ()
