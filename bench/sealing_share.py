"""The share of sealing and purposes in a call's record and in a list of calls.

The same work is done with sealed parts and with parts that are stored as they are, in turn, so that other work on the
machine slows both."""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench import Metric, metric
from unificx.calls.events import CallEnded, CallParty
from unificx.cdr import CdrService
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.db import Database, Key, SealedCodec, Spool
from unificx.db.migrations import migrate
from unificx.db.sealed import SEAL_MARK
from unificx.privacy import KeyStore, OutsideNumbers

TENANT = "tenant"
CALLS, ROUNDS = 100, 60
_HEADER = SEAL_MARK + bytes(13)
"""Of a sealed part: the database stores nothing else."""
CALL = 2.6
"""CPU of a whole call, in ms: `script/bench sip`, the lower figure of docs/performance.md."""


class _OneKey:
    """Every subject has the same key, which is not used."""

    def __init__(self) -> None:
        self._key = Key(1, AESGCM(bytes(32)))

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        del tenant, create
        return dict.fromkeys(subjects, self._key)


@contextmanager
def _unsealed() -> Iterator[None]:
    """Store parts as their JSON, and open them for whatever purpose."""

    def seal_with(self: Any, key: Key, tenant: str, subject: str, row: str, part: object) -> bytes:
        return _HEADER + self._encode(part)

    def opened(self: Any, keys: object, tenant: str, items: Iterable[tuple[str, str, bytes]]) -> list[Any]:
        return [self._validate(blob[len(_HEADER) :]) for _, _, blob in items]

    with mock.patch.multiple(SealedCodec, seal_with=seal_with, open=opened):
        yield


class _History:
    """Calls between two people in a database of their own."""

    def __init__(self, home: Path, clock: ManualClock) -> None:
        home.mkdir()
        self.clock = clock
        self.store = KeyStore(home / "keys.db", bytes(32), clock)
        self.database = Database(f"sqlite:///{home / 'bench.db'}", clock)
        self.spool = Spool(home / "spool", self.database)
        self.keys: Any = self.store
        numbers = OutsideNumbers(self.store, lambda tenant, number: number)
        self.service = CdrService(self.database, self.store, numbers, self.spool)

    def without_keys(self) -> None:
        self.keys = self.service._keys = _OneKey()  # type: ignore[assignment]

    async def record(self) -> None:
        """Record calls, and let them reach the database."""
        ada = CallParty("caller", "ada", "e-ada", number="1001", name="Ada Example", address="192.0.2.1")
        ben = CallParty("callee", "ben", "e-ben", number="1002", name="Ben Example", address="192.0.2.2")
        at = self.clock.now()
        for _ in range(CALLS):
            call = (self.clock.new_id(), TENANT, "internal", at, at, at + timedelta(seconds=60), "answered", 16)
            self.service.record(CallEnded(*call, (ada, ben)))
        await self.spool.drain()

    async def read(self) -> None:
        found = await self.service.list(TENANT, limit=CALLS)
        assert len(found.items) == CALLS
        assert found.items[0].caller.identity.name == "Ada Example"  # type: ignore[union-attr]

    async def close(self) -> None:
        await self.spool.close()
        await self.database.close()
        self.store.close()


def sealing_share() -> list[Metric]:
    with stating(Access("history", "bench", TENANT)):
        return asyncio.run(_compared())


async def _compared() -> list[Metric]:
    with tempfile.TemporaryDirectory() as folder:
        clock = ManualClock()
        sealed, plain = _History(Path(folder) / "sealed", clock), _History(Path(folder) / "plain", clock)
        plain.without_keys()
        for each in (sealed, plain):
            await migrate(each.database)
        recorded = await _in_turn(sealed.record, plain.record)
        listed = await _in_turn(sealed.read, plain.read)
        functions = [await _functions(sealed.read), await _without(plain.read, _functions)]
        for each in (sealed, plain):
            await each.close()
    more = (recorded[0] - recorded[1]) / CALLS / 1e6
    return [
        metric("sealing of a call's record, to the database: CPU more than without", more * 1000, "us"),
        metric(f"the same, of a call of {CALL} ms", more / CALL * 100, "%", 10),
        metric(f"a list of {CALLS} calls, without HTTP: CPU for sealing", (listed[0] - listed[1]) / 1e6, "ms"),
        metric("the same, more than without", (listed[0] / listed[1] - 1) * 100, "%", 10),
        metric("the same, functions called more", (functions[0] / functions[1] - 1) * 100, "%"),
    ]


async def _without(work: Callable[[], Awaitable[None]], measure: Callable[[Any], Awaitable[float]]) -> float:
    with _unsealed():
        return await measure(work)


async def _in_turn(sealed: Callable[[], Awaitable[None]], plain: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Return the nanoseconds of CPU of both, each the median of its faster half."""
    rounds = [(await _cpu(sealed), await _without(plain, _cpu)) for _ in range(ROUNDS)]
    first, second = (statistics.median(sorted(each)[: ROUNDS // 2]) for each in zip(*rounds, strict=True))
    return first, second


async def _cpu(work: Callable[[], Awaitable[None]]) -> float:
    began = time.process_time_ns()
    await work()
    return time.process_time_ns() - began


async def _functions(work: Callable[[], Awaitable[None]]) -> float:
    """Return the number of functions that some work calls on this thread, built-in ones included."""
    count = 0

    def profile(frame: object, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        await work()
    finally:
        sys.setprofile(None)
    return count
