"""In-memory cache of unwrapped subject keys."""

import threading
from collections.abc import Callable

from unificx.db import Key


class KeyCache:
    """Holds at most `size` keys for at most `lifetime` seconds; a full cache evicts its oldest entry. Each takes
    2.5 KB, most of it in OpenSSL, and reading one again some ten microseconds.

    A reader calls `current_epoch` before it reads the file and passes the result to `put`: if anything was dropped in
    between, `put` does nothing. Otherwise a read that overlaps a destruction would restore the key.
    """

    def __init__(self, monotonic: Callable[[], float], *, lifetime: float = 300.0, size: int = 4_000) -> None:
        self._monotonic, self._lifetime, self._size = monotonic, lifetime, size
        self._lock = threading.Lock()
        self._epoch = 0
        # Owner: the key store. A copy of this node for a short time; erasure empties it.
        self._entries: dict[tuple[str, str], tuple[float, Key]] = {}
        self._watchers: list[Callable[[str | None, str | None], None]] = []

    def watch(self, forget: Callable[[str | None, str | None], None]) -> None:
        """Call `forget` with tenant and subject whenever a key is dropped; None for all. Other copies in memory of what
        the key seals end with it so. It is called on any thread."""
        self._watchers.append(forget)

    def _dropped(self, tenant: str | None, subject: str | None) -> None:
        for forget in self._watchers:
            forget(tenant, subject)

    def get(self, tenant: str, subject: str) -> Key | None:
        """Return the key, None if missing or expired."""
        entry = self._entries.get((tenant, subject))
        return entry[1] if entry is not None and entry[0] > self._monotonic() else None

    def current_epoch(self) -> int:
        """Return the epoch for `put`; called before the file is read."""
        return self._epoch

    def put(self, epoch: int, tenant: str, subject: str, key: Key) -> None:
        """Store the key, unless anything was dropped since `epoch`."""
        with self._lock:
            if epoch != self._epoch:
                return
            self._entries.pop((tenant, subject), None)
            while len(self._entries) >= self._size:
                del self._entries[next(iter(self._entries))]
            self._entries[tenant, subject] = (self._monotonic() + self._lifetime, key)

    def drop(self, tenant: str, subject: str) -> None:
        """Drop one key and invalidate reads in progress. Called before and after the destroying commit."""
        with self._lock:
            self._epoch += 1
            self._entries.pop((tenant, subject), None)
        self._dropped(tenant, subject)

    def clear(self) -> None:
        """Drop all keys and invalidate reads in progress."""
        with self._lock:
            self._epoch += 1
            self._entries.clear()
        self._dropped(None, None)

    def drop_tenant(self, tenant: str) -> None:
        """Drop all keys of a tenant and invalidate reads in progress."""
        with self._lock:
            self._epoch += 1
            for key in [key for key in self._entries if key[0] == tenant]:
                del self._entries[key]
        self._dropped(tenant, None)
