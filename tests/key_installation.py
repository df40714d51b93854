"""A key store with sealed values, whose keys tests rotate, in one process and in another."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sealed_models import FRIEND, FriendPart

from unificx.core.clock import ManualClock
from unificx.db import Erased
from unificx.privacy import KeyRotation, KeyStore, load_master, reseal_file, sealed_file

TENANTS, PEOPLE = ("one", "two"), tuple(f"person-{at}" for at in range(7))
PART = FriendPart(name="Ana", numbers=("+4930123456",))


class Installation:
    """A key store with a master key in a file, a sealed file, and a sealed value of each person of each tenant."""

    def __init__(self, folder: Path) -> None:
        self.home, self.clock = folder / "home", ManualClock()
        self.home.mkdir()
        self.start(create=True)
        self.rows = {
            (tenant, name): FRIEND.seal(self.keys, tenant, [(name, "row", PART)])[0]
            for tenant in TENANTS
            for name in PEOPLE
        }
        self.found = {tenant: self.keys.find_or_create(tenant, "number", "+49301") for tenant in TENANTS}
        self.secret = self.keys.secrets.derive("sign-in")
        sealed_file(self.home / "push.key", self.master, "push", lambda: b"push secret")

    def start(self, *, create: bool = False) -> None:
        self.master = load_master(self.home, {}, create=create)
        self.keys = KeyStore(self.home / "keys.db", self.master, self.clock)
        self.rotation = KeyRotation(self.keys, self.master, lambda: self.reseal())

    def reseal(self) -> None:
        reseal_file(self.home / "push.key", self.master, "push")

    def restart(self) -> None:
        self.keys.close()
        self.start()

    def check(self, *erased: tuple[str, str]) -> None:
        """Everything is as it was, for the process that runs and after a restart."""
        for _ in range(2):
            for (tenant, name), blob in self.rows.items():
                expected = Erased() if (tenant, name) in erased else PART
                assert FRIEND.open(self.keys, tenant, [(name, "row", blob)]) == [expected]
            assert {tenant: self.keys.find(tenant, "number", "+49301") for tenant in TENANTS} == self.found
            assert self.keys.secrets.derive("sign-in") == self.secret
            assert sealed_file(self.home / "push.key", self.master, "push", lambda: b"lost") == b"push secret"
            self.restart()

    def stored(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.home / "keys.db")) as db:
            return db.execute(query).fetchall()
