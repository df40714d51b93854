"""The ports of one node, for the composition root."""

from collections.abc import Callable
from dataclasses import dataclass

from unificx.cluster.local import LocalCounters, LocalEventBus, LocalLeases, LocalOneTimeStore
from unificx.cluster.ports import Counters, EventBus, Leases, OneTimeStore
from unificx.core.clock import Clock
from unificx.sip.incarnation import NODE_BYTES


@dataclass(frozen=True, slots=True)
class Cluster:
    """The ports that are implemented here. Those of `RecordLog`, `CallJournal` and `Location` belong to their areas."""

    node: str
    """Id of this node in hexadecimal: random, new at each start."""
    bus: EventBus
    counters: Counters
    one_time: OneTimeStore
    leases: Leases


def local_cluster(clock: Clock, on_error: Callable[[BaseException], None]) -> Cluster:
    """Return the ports of a single process. `on_error` gets the exceptions of event handlers."""
    node = clock.random_bytes(NODE_BYTES).hex()
    return Cluster(node, LocalEventBus(on_error), LocalCounters(clock), LocalOneTimeStore(clock), LocalLeases())
