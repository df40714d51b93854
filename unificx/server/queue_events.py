"""Live events about queues, for their agents and for users who may read active calls."""

import asyncio

from unificx.api import EventHub
from unificx.cluster import EventBus
from unificx.identity import Action, DirectoryCache
from unificx.queues import Queue, Queues
from unificx.queues.events import QueueActivity

MIN_INTERVAL = 0.5
"""Minimum interval in seconds between events, however many callers come and go."""


class QueueEvents:
    """Subscribes to changes of queues."""

    def __init__(self, hub: EventHub, bus: EventBus, directory: DirectoryCache, queues: Queues) -> None:
        self._hub = hub
        self._directory = directory
        self._live = queues.live
        # Owner: this node, until the end of the current step.
        self._changed: dict[str, Queue] = {}
        self._timer: asyncio.TimerHandle | None = None
        bus.subscribe(QueueActivity, lambda event: self._schedule(event.queue))

    def close(self) -> None:
        """Cancel pending events."""
        if self._timer is not None:
            self._timer.cancel()

    def _schedule(self, queue: Queue) -> None:
        self._changed[queue.id] = queue
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(MIN_INTERVAL, self._send)

    def _send(self) -> None:
        self._timer = None
        changed, self._changed = self._changed, {}
        for queue in changed.values():
            found = [self._directory.extension_by_id(one.extension_id) for one in queue.agents]
            persons = {one.person_id for one in found if one is not None and one.person_id}
            agents = self._live.agents(queue)
            message = {
                "type": "queue",
                "id": queue.id,
                "waiting": len(self._live.waiting(queue)),
                "available": sum(one.state == "available" for one in agents),
            }
            self._hub.send_to_persons_or_permitted(queue.tenant_id, Action.CALLS_READ, persons, message)
