"""Detection of an rtpengine that runs but does not respond.

On a loaded machine a healthy rtpengine, or this process, may not run for seconds. So one unanswered series of pings
proves nothing: only several in a row, during which rtpengine was not waiting for a CPU, show that it hangs.
"""

import asyncio
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PING_INTERVAL = 5.0
"""Seconds between two series of pings."""
REPLY_DELAYS = (0.05, 0.3, 0.7, 1.5)
"""Seconds after each ping of a series until the reply is looked for."""
UNANSWERED_SERIES = 3
"""Unanswered series in a row after which rtpengine counts as hanging; doubled after each kill."""
MAX_UNANSWERED_SERIES = 12
"""Most series that are tolerated. So many count as hanging even if rtpengine had to wait for a CPU."""
STEADY_SECONDS = 3600.0
"""After this long without a kill, `UNANSWERED_SERIES` applies again."""
STARVED_SHARE = 0.25
"""Share of a series in which threads that could run waited for a CPU, from which its result proves nothing."""


@dataclass(slots=True)
class HangDetector:
    """Decides from the results of ping series whether rtpengine hangs. Pure: times are monotonic seconds."""

    tolerated: int = UNANSWERED_SERIES
    unanswered: int = 0
    starved: int = 0
    killed_at: float = float("-inf")

    def record(self, *, answered: bool, starved: bool, now: float) -> bool:
        """Record a series; return whether rtpengine hangs and has to be killed."""
        if now - self.killed_at >= STEADY_SECONDS:
            self.tolerated = UNANSWERED_SERIES
        if answered:
            self.unanswered = self.starved = 0
            return False
        if starved:
            self.starved += 1
        else:
            self.unanswered += 1
        if self.unanswered < self.tolerated and self.unanswered + self.starved < MAX_UNANSWERED_SERIES:
            return False
        self.tolerated = min(MAX_UNANSWERED_SERIES, 2 * self.tolerated)
        self.unanswered = self.starved = 0
        self.killed_at = now
        return True


async def responds(port: int, delays: Sequence[float] = ()) -> bool:
    """Whether the rtpengine with this control port on loopback answers one of a series of pings.

    The socket is read directly, so a reply counts even if this process was too late to handle its arrival.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setblocking(False)
        probe.connect(("127.0.0.1", port))
        ping = b"%s d7:command4:pinge" % os.urandom(8).hex().encode()
        for delay in delays or REPLY_DELAYS:
            try:
                probe.send(ping)
                await asyncio.sleep(delay)
                probe.recv(512)
            except OSError:  # no reply yet, or the port is closed
                continue
            return True
    return False


def seconds_waiting_for_cpu(pid: int) -> float:
    """Return how long the threads of a process that could run have waited for a CPU so far; 0 if unknown."""
    total = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(file.read_text().split()[1])
        except (OSError, IndexError, ValueError):  # the thread has ended, or the kernel does not measure it
            continue
    return total / 1e9
