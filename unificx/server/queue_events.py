"""Live events about queues, for their agents and for users who may read active calls."""

from unificx.api import EventHub
from unificx.cluster import EventBus
from unificx.identity import Action, DirectoryCache
from unificx.queues import Queue, Queues
from unificx.queues.events import QueueActivity
from unificx.server.collecting_timer import CollectingTimer

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
        self._timer = CollectingTimer(MIN_INTERVAL, self._send)
        bus.subscribe(QueueActivity, lambda event: self._schedule(event.queue))

    def close(self) -> None:
        """Cancel pending events."""
        self._timer.close()

    def _schedule(self, queue: Queue) -> None:
        self._changed[queue.id] = queue
        self._timer.start()

    def _send(self) -> None:
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
