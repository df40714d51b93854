"""Conference rooms of a tenant with two extensions, and their dependencies."""

from dataclasses import dataclass

from argon2 import PasswordHasher

from unificx.conferencing import RoomService
from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox
from unificx.identity import Extension, IdentityService, PasswordHashing, Tenant
from unificx.privacy import KeyStore

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@dataclass
class House:
    """`reopen` returns the rooms as after a restart; the test calls `start`."""

    people: IdentityService
    rooms: RoomService
    tenant: Tenant
    anna: Extension
    berta: Extension
    database: Database
    outbox: Outbox
    keys: KeyStore
    clock: ManualClock

    def anew(self) -> RoomService:
        return RoomService(self.database, self.keys, self.people.directory, PasswordHashing(CHEAP), self.clock)
