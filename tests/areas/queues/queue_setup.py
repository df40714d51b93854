"""Queues of a tenant with two extensions, and their dependencies."""

from collections.abc import Callable
from dataclasses import dataclass, field

from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox, Spool
from unificx.identity import Extension, Identity, Tenant
from unificx.privacy import KeyStore
from unificx.queues.history import QueueHistory
from unificx.queues.service import QueueService
from unificx.routing import DestinationDirectory


@dataclass
class QueueSetup:
    """`reopen` returns the queues as after a restart; the test calls `start`."""

    people: Identity
    queues: QueueService
    history: QueueHistory
    spool: Spool
    tenant: Tenant
    anna: Extension
    berta: Extension
    database: Database
    outbox: Outbox
    keys: KeyStore
    clock: ManualClock
    destinations: DestinationDirectory
    published: list[object] = field(default_factory=list[object])

    def reopen(self, publish: Callable[[object], None] = lambda event: None) -> QueueService:
        directory = self.people.directory
        return QueueService(
            self.database, self.keys, directory, self.history, destinations=self.destinations, publish=publish
        )
