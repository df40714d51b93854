"""Decision whether rtpengine hangs, from ping series on a loaded machine."""

import asyncio
import os
import socket
import threading
import time

from unificx.rtpengine.hang_detection import (
    MAX_UNANSWERED_SERIES,
    STEADY_SECONDS,
    UNANSWERED_SERIES,
    HangDetector,
    responds,
    seconds_waiting_for_cpu,
)


def series_until_a_kill(detector: HangDetector, now: float, *, starved: bool = False) -> int:
    count = 1
    while not detector.record(answered=False, starved=starved, now=now):
        count += 1
    return count


def test_several_series_in_a_row_are_a_hang() -> None:
    detector = HangDetector()
    for _ in range(50):
        for _ in range(UNANSWERED_SERIES - 1):
            assert not detector.record(answered=False, starved=False, now=0.0)
        assert not detector.record(answered=True, starved=False, now=0.0)
    assert series_until_a_kill(detector, 0.0) == UNANSWERED_SERIES


def test_an_rtpengine_that_waits_for_a_cpu_is_killed_much_later() -> None:
    """A healthy rtpengine of a loaded machine is slow, not hung."""
    assert series_until_a_kill(HangDetector(), 0.0, starved=True) == MAX_UNANSWERED_SERIES


def test_each_kill_makes_the_next_one_later() -> None:
    """Restarts back off."""
    detector = HangDetector()
    assert [series_until_a_kill(detector, now) for now in (0.0, 60.0, 120.0, 180.0, 240.0)] == [3, 6, 12, 12, 12]
    assert series_until_a_kill(detector, 240.0 + STEADY_SECONDS) == 3
    assert series_until_a_kill(detector, 300.0 + STEADY_SECONDS) == 6


async def test_a_reply_that_lies_unread_counts() -> None:
    """The event loop stands still from the ping to the end of the series."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            data, source = server.recvfrom(512)
            server.sendto(data.partition(b" ")[0] + b" d6:result4:ponge", source)

        thread = threading.Thread(target=answer)
        thread.start()
        asked = asyncio.create_task(responds(server.getsockname()[1], (0.2,)))
        await asyncio.sleep(0)
        time.sleep(0.5)
        assert await asked
        thread.join()
        assert not await responds(server.getsockname()[1], (0.01, 0.01))


def test_waiting_time_of_a_process() -> None:
    assert seconds_waiting_for_cpu(os.getpid()) >= 0.0
    assert seconds_waiting_for_cpu(2**22) == 0.0
