"""In-memory cache of unwrapped subject keys."""

import threading
from collections.abc import Callable

from unificx.db import Key


class KeyCache:
    """Holds at most `size` keys for at most `lifetime` seconds; a full cache evicts its oldest entry.

    A reader calls `current_epoch` before it reads the file and passes the result to `put`: if anything was dropped in
    between, `put` does nothing. Otherwise a read that overlaps a destruction would restore the key.
    """

    def __init__(self, monotonic: Callable[[], float], *, lifetime: float = 300.0, size: int = 100_000) -> None:
        self._monotonic, self._lifetime, self._size = monotonic, lifetime, size
        self._lock = threading.Lock()
        self._epoch = 0
        self._kept: dict[tuple[str, str], tuple[float, Key]] = {}

    def get(self, tenant: str, subject: str) -> Key | None:
        """Return the key, None if missing or expired."""
        kept = self._kept.get((tenant, subject))
        return kept[1] if kept is not None and kept[0] > self._monotonic() else None

    def begin(self) -> int:
        """Return the epoch for `put`; called before the file is read."""
        return self._epoch

    def put(self, epoch: int, tenant: str, subject: str, key: Key) -> None:
        """Store the key, unless anything was dropped since `epoch`."""
        with self._lock:
            if epoch != self._epoch:
                return
            self._kept.pop((tenant, subject), None)
            while len(self._kept) >= self._size:
                del self._kept[next(iter(self._kept))]
            self._kept[tenant, subject] = (self._monotonic() + self._lifetime, key)

    def drop(self, tenant: str, subject: str) -> None:
        """Drop one key and invalidate reads in progress. Called before and after the destroying commit."""
        with self._lock:
            self._epoch += 1
            self._kept.pop((tenant, subject), None)

    def drop_tenant(self, tenant: str) -> None:
        """Drop all keys of a tenant and invalidate reads in progress."""
        with self._lock:
            self._epoch += 1
            for place in [place for place in self._kept if place[0] == tenant]:
                del self._kept[place]
