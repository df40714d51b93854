"""Trunks of two tenants, and their dependencies."""

from dataclasses import dataclass, field

from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox
from unificx.identity import Identity
from unificx.privacy import KeyStore
from unificx.trunks import TrunkDirectory, TrunkService

SECRET = bytes(range(32))


@dataclass
class TrunkSetup:
    people: Identity
    acme: str
    globex: str
    database: Database
    outbox: Outbox
    keys: KeyStore
    clock: ManualClock
    trunks: TrunkService = field(init=False)

    def __post_init__(self) -> None:
        self.trunks = self.reopen()

    @property
    def directory(self) -> TrunkDirectory:
        return self.trunks.directory

    def reopen(self) -> TrunkService:
        """Return the trunks as after a restart; the test calls `start`."""
        return TrunkService(self.database, self.keys, self.clock, TrunkDirectory(lambda sender: False, SECRET))
