"""Memory is returned to the system after a burst."""

import asyncio
import subprocess
import sys

from virtual_time import run_in_virtual_time

from unificx.server.memory import INTERVAL, MIN_PEAK, BurstLoad, MemoryReclaimer

PROGRAM = """
import gc
from unificx.server.memory import release_memory

def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))

gc.collect(); gc.freeze(); gc.set_threshold(5_000, 50, 1_000)
before = resident()
burst = [((number, ), [(number, number + 1, str(number))], bytes(300)) for number in range(100_000)]
peak = resident()
for first in range(50):  # those kept for reuse are spread over the whole memory
    for at in range(first, len(burst), 50):
        burst[at] = None
burst.clear()
freed = resident()
release_memory()
print(before, peak, freed, resident())
"""


def test_memory_is_released_once_per_burst() -> None:
    async def run() -> None:
        loads = iter([0, MIN_PEAK // 2, 0, MIN_PEAK, 3 * MIN_PEAK, MIN_PEAK, MIN_PEAK // 5, 100, 50, MIN_PEAK, 100, 0])
        releases: list[float] = []
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(MemoryReclaimer(lambda: next(loads), lambda: releases.append(loop.time())).run())
        await asyncio.sleep(12 * INTERVAL + 1)
        task.cancel()
        assert releases == [7 * INTERVAL, 11 * INTERVAL]

    run_in_virtual_time(run())


def test_release_returns_the_memory_of_a_burst() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    before, peak, freed, after = map(int, run.stdout.split())
    assert peak > before + 40_000
    assert after < freed
    assert after - before < (peak - before) / 10


def test_a_burst_of_short_connections_counts() -> None:
    """1,200 WebSockets of an attacker, closed again before the next check."""
    connections = iter([0, 3, 1_203, 1_203, 1_203])
    released: list[bool] = []
    load = BurstLoad(lambda: 7, lambda: next(connections))
    reclaimer = MemoryReclaimer(load, lambda: released.append(True))
    for expected in (0, 0, 1, 1):
        reclaimer.check()
        assert len(released) == expected
