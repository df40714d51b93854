"""Keys of short-lived objects, such as calls, created and destroyed in batches.

Taking a key and giving it back are operations in memory, so that neither end of an object waits for the disk.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable, Sequence

from unificx.core.clock import Clock
from unificx.privacy.key_file import KeysBusy
from unificx.privacy.keys import KeyStore

BATCH = 256
"""Keys created at a time, and kept ready."""


class KeyPool:
    """Keys of one kind of object. They are in `scope` of the key store, used in place of a tenant: a value sealed with
    them must be sealed for its subjects too."""

    def __init__(self, keys: KeyStore, clock: Clock, scope: str) -> None:
        self.scope = scope
        self._keys = keys
        self._clock = clock
        # Owner: this node. A start destroys all keys of the scope that no stored object names.
        self._ready: deque[str] = deque()
        self._returned: set[str] = set()

    def take(self) -> str:
        """Return the id of an unused key: random, without a time. Creates a batch if none is ready."""
        try:
            return self._ready.popleft()
        except IndexError:
            self._create()
            return self._ready.popleft()

    def give_back(self, key_id: str) -> None:
        """Mark a key for destruction; the next `tidy` destroys it."""
        self._returned.add(key_id)

    async def tidy(self) -> None:
        """Destroy the keys given back, and create new ones if fewer than half a batch are ready, both in a thread."""
        gone = [*self._returned]
        if (gone or self._is_low()) and await asyncio.to_thread(self._work, gone):
            self._returned.difference_update(gone)

    async def sweep(self, used: Iterable[str], earlier: str) -> None:
        """Destroy all keys of the scope but the `used` ones: those of an earlier process. Called once, at start.

        `earlier` is the subject whose keys former versions used in their place, one for each tenant.
        """
        self._ready.clear()
        self._returned.update(set(self._keys.subjects(self.scope)).difference(used))
        await self.tidy()
        with contextlib.suppress(KeysBusy):
            for tenant in self._keys.tenants_with(earlier):
                await asyncio.to_thread(self._keys.remove, tenant, (earlier,))

    def _work(self, gone: Sequence[str]) -> bool:
        """Return whether the keys are destroyed; if not, they are the next time."""
        if self._is_low():
            self._create()
        try:
            self._keys.remove(self.scope, gone)
        except KeysBusy:
            return False
        return True

    def _is_low(self) -> bool:
        return len(self._ready) < BATCH // 2

    def _create(self) -> None:
        fresh = [self._clock.random_bytes(16).hex() for _ in range(BATCH)]
        self._keys.get(self.scope, fresh, create=True)
        self._ready.extend(fresh)
