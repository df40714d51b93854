"""Unwrapped keys kept in memory for a while, never longer than their subject."""

import threading
from collections.abc import Callable

from unificx.store import Key


class KeyCache:
    """At most `size` keys for at most `lifetime` seconds; a full cache forgets its oldest.

    A reader calls `begin` before it reads the file and hands the number to `put`: if anything was dropped in between,
    the put does nothing. Without that, a read that overlaps a destruction would bring the key back.
    """

    def __init__(self, monotonic: Callable[[], float], *, lifetime: float = 300.0, size: int = 100_000) -> None:
        self._monotonic, self._lifetime, self._size = monotonic, lifetime, size
        self._lock = threading.Lock()
        self._epoch = 0
        self._kept: dict[tuple[str, str], tuple[float, Key]] = {}

    def get(self, tenant: str, subject: str) -> Key | None:
        """The key, if it is here and not too old."""
        kept = self._kept.get((tenant, subject))
        return kept[1] if kept is not None and kept[0] > self._monotonic() else None

    def begin(self) -> int:
        """The number to give to `put`; taken before the file is read."""
        return self._epoch

    def put(self, epoch: int, tenant: str, subject: str, key: Key) -> None:
        """Keep the key, unless something was dropped since `begin`."""
        with self._lock:
            if epoch != self._epoch:
                return
            self._kept.pop((tenant, subject), None)
            while len(self._kept) >= self._size:
                del self._kept[next(iter(self._kept))]
            self._kept[tenant, subject] = (self._monotonic() + self._lifetime, key)

    def drop(self, tenant: str, subject: str) -> None:
        """Forget one key, and whatever is being read now. Called before and after the destroying commit."""
        with self._lock:
            self._epoch += 1
            self._kept.pop((tenant, subject), None)

    def drop_tenant(self, tenant: str) -> None:
        """Forget every key of a tenant, and whatever is being read now."""
        with self._lock:
            self._epoch += 1
            for place in [place for place in self._kept if place[0] == tenant]:
                del self._kept[place]
