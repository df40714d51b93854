"""All services of queues, built together."""

from collections.abc import Callable
from dataclasses import dataclass

from unificx.calls import CallControl
from unificx.cluster import RecordLog
from unificx.db import Database
from unificx.identity import DirectoryCache
from unificx.privacy import KeyStore, OutsideNumbers
from unificx.queues.callbacks import QueueCallbacks
from unificx.queues.destinations import QueueKind
from unificx.queues.history import QueueHistory
from unificx.queues.manager import QueueManager
from unificx.queues.service import QueueService
from unificx.queues.views import LiveQueues
from unificx.routing import DestinationDirectory


@dataclass(frozen=True, slots=True)
class Queues:
    """The services of queues."""

    service: QueueService
    history: QueueHistory
    manager: QueueManager
    live: LiveQueues

    async def start(self) -> None:
        """Load all queues and create their machines."""
        await self.service.start()
        self.manager.start()


@dataclass(frozen=True, slots=True)
class QueueStore:
    """Where queues are stored; `publish` receives their signals."""

    database: Database
    keys: KeyStore
    outside_numbers: OutsideNumbers
    spool: RecordLog
    publish: Callable[[object], None]


def build_queues(
    store: QueueStore,
    directory: DirectoryCache,
    destinations: DestinationDirectory,
    calls: CallControl,
    *,
    may_call: Callable[[str, str], bool],
    do_not_disturb: Callable[[str], bool] = lambda extension_id: False,
) -> Queues:
    """Build the services, and add queues to the kinds of destinations. `may_call`: see `QueueCallbacks`,
    `do_not_disturb`: see `QueueManager`."""
    database, keys, publish = store.database, store.keys, store.publish
    history = QueueHistory(database, keys, store.outside_numbers, store.spool)
    service = QueueService(database, keys, directory, history, destinations=destinations, publish=publish)
    destinations.add(QueueKind(service))
    manager = QueueManager(
        service,
        history,
        database.clock,
        calls=calls,
        callbacks=QueueCallbacks(calls, directory, may_call),
        publish=publish,
        do_not_disturb=do_not_disturb,
    )
    return Queues(service, history, manager, LiveQueues(manager, database.clock))
