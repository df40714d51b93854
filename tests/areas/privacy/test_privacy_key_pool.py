"""Keys of short-lived objects: taken from memory, destroyed in batches, swept at a start."""

import pytest

from unificx.core.clock import ManualClock
from unificx.privacy import KeyPool, KeyStore
from unificx.privacy.key_file import KeysBusy
from unificx.privacy.key_pool import BATCH

SCOPE = "live calls"


async def test_key_given_back_is_destroyed_with_the_batch(keys: KeyStore, clock: ManualClock) -> None:
    pool = KeyPool(keys, clock, SCOPE)
    used, unused = pool.take(), pool.take()
    pool.give_back(used)
    assert keys.get(SCOPE, [used])[used] is not None
    await pool.tidy()
    found = keys.get(SCOPE, [used, unused])
    assert (found[used], found[unused] is None) == (None, False)
    assert used not in keys.subjects(SCOPE), "a tombstone per call would stay for ever"


async def test_keys_of_an_earlier_process_are_swept(keys: KeyStore, clock: ManualClock) -> None:
    earlier = KeyPool(keys, clock, SCOPE)
    live, ended = earlier.take(), earlier.take()
    earlier.give_back(ended)
    pool = KeyPool(keys, clock, SCOPE)
    mine = pool.take()
    await pool.sweep([live, mine], "earlier")
    left = set(keys.subjects(SCOPE))
    assert {live, mine} <= left
    assert ended not in left
    assert len(left) == BATCH + 2


async def test_taking_a_key_writes_nothing_while_some_are_ready(
    keys: KeyStore, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = KeyPool(keys, clock, SCOPE)
    await pool.tidy()
    with monkeypatch.context() as patch:
        patch.setattr(keys.file, "writing", None)
        assert len({pool.take() for _ in range(BATCH)}) == BATCH
    await pool.tidy()
    assert pool.take()


async def test_keys_are_created_and_destroyed_by_few_statements(keys: KeyStore, clock: ManualClock) -> None:
    """While calls are handled: the end of each statement of another thread may stop the event loop."""
    statements: list[str] = []
    keys.file.db.set_trace_callback(statements.append)
    pool = KeyPool(keys, clock, SCOPE)
    await pool.tidy()
    for _ in range(BATCH):
        pool.give_back(pool.take())
    await pool.tidy()
    assert len(keys.subjects(SCOPE)) == BATCH
    assert len(statements) < BATCH / 8


async def test_busy_key_store_destroys_the_keys_next_time(
    keys: KeyStore, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = KeyPool(keys, clock, SCOPE)
    pool.give_back(pool.take())
    calls: list[int] = []

    def busy(scope: str, gone: list[str]) -> None:
        calls.append(len(gone))
        raise KeysBusy("another process reads")

    with monkeypatch.context() as patch:
        patch.setattr(keys, "remove", busy)
        await pool.tidy()
    await pool.tidy()
    assert calls == [1]
    assert len(keys.subjects(SCOPE)) == BATCH - 1
