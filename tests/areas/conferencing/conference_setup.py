"""Conference rooms of a tenant with two extensions, and their dependencies."""

from dataclasses import dataclass

from unificx.cluster.local import LocalCounters
from unificx.conferencing import RoomService
from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox
from unificx.identity import Extension, Identity, PasswordHashing, Tenant
from unificx.privacy import KeyStore


@dataclass
class ConferenceSetup:
    """`reopen` returns the rooms as after a restart; the test calls `start`."""

    people: Identity
    rooms: RoomService
    tenant: Tenant
    anna: Extension
    berta: Extension
    database: Database
    outbox: Outbox
    keys: KeyStore
    clock: ManualClock

    def reopen(self) -> RoomService:
        return RoomService(
            self.database,
            self.keys,
            self.people.directory,
            PasswordHashing(),
            self.clock,
            counters=LocalCounters(self.clock),
        )
