"""Implementations of the ports for a single process: everything in memory, lost with the process."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from unificx.cluster.ports import Count, CounterKind, OneTimeKind
from unificx.core.clock import Clock

E = TypeVar("E")
R = TypeVar("R")


class LocalEventBus:
    """See `ports.EventBus`. `on_error` gets the exceptions of handlers."""

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        self._handlers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)
        self._on_error = on_error

    def subscribe(self, kind: type[E], handler: Callable[[E], None]) -> None:
        self._handlers[kind].append(handler)

    def publish(self, event: object) -> None:
        for handler in self._handlers.get(type(event), ()):
            try:
                handler(event)
            except Exception as error:
                self._on_error(error)


@dataclass(frozen=True, slots=True)
class _Value:
    value: bytes
    expires: float
    group: str


class LocalOneTimeStore:
    """See `ports.OneTimeStore`. Expires by the monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kinds: dict[str, OrderedDict[str, _Value]] = {}

    async def put(self, kind: OneTimeKind, key: str, value: bytes, group: str = "") -> None:
        self._put(kind, key, value, group)

    async def get(self, kind: OneTimeKind, key: str) -> bytes | None:
        return self._get(kind, key)

    async def take(self, kind: OneTimeKind, key: str) -> bytes | None:
        value = self._get(kind, key)
        self._kinds.get(kind.name, {}).pop(key, None)
        return value

    async def claim(self, kind: OneTimeKind, key: str, value: bytes) -> bytes | None:
        present = self._get(kind, key)
        if present is None:
            self._put(kind, key, value, "")
        return present

    async def discard_group(self, kind: OneTimeKind, group: str) -> None:
        values = self._kinds.get(kind.name, {})
        for key in _keys_of(values, group):
            del values[key]

    def _get(self, kind: OneTimeKind, key: str) -> bytes | None:
        found = self._kinds.get(kind.name, {}).get(key)
        return found.value if found is not None and found.expires > self._clock.monotonic() else None

    def _put(self, kind: OneTimeKind, key: str, value: bytes, group: str) -> None:
        values, now = self._kinds.setdefault(kind.name, OrderedDict()), self._clock.monotonic()
        values.pop(key, None)
        while values and (len(values) >= kind.capacity or next(iter(values.values())).expires <= now):
            values.popitem(last=False)
        if kind.per_group:
            for oldest in _keys_of(values, group)[: 1 - kind.per_group or None]:
                del values[oldest]
        values[key] = _Value(value, now + kind.lifetime, group)


def _keys_of(values: "dict[str, _Value]", group: str) -> list[str]:
    return [key for key, one in values.items() if one.group == group]


class LocalCounters:
    """See `ports.Counters`. The clock of the store is the monotonic one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kinds: dict[str, OrderedDict[str, Count]] = {}

    async def update(
        self,
        kind: CounterKind,
        keys: Sequence[str],
        change: Callable[[Sequence[Count], float], tuple[Sequence[Count], R]],
    ) -> R:
        counters = self._kinds.setdefault(kind.name, OrderedDict())
        before = [counters.get(key, ()) for key in keys]
        after, result = change(before, self._clock.monotonic())
        for key, old, new in zip(keys, before, after, strict=True):
            if not new:
                counters.pop(key, None)
            elif new != old:
                counters[key] = new
                counters.move_to_end(key)
        while len(counters) > kind.capacity:
            counters.popitem(last=False)
        return result


class LocalLeases:
    """See `ports.Leases`. A lease is never lost: it is free again when its holder ends."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async with self._locks[name]:
            await work()
