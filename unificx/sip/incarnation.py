"""One incarnation of a server process, for tokens that outlive it: the id of its node, and its clock in Unix time."""

from dataclasses import dataclass

NODE_BYTES = 6
"""Size of the id of a node."""


@dataclass(frozen=True, slots=True)
class Incarnation:
    """`node` is random and new at each start. `unix_at_zero` is the Unix time at monotonic zero, in seconds, read once:
    a wall clock that is set while the process runs changes nothing. `started` is in monotonic seconds."""

    node: bytes = bytes(NODE_BYTES)
    unix_at_zero: float = 0.0
    started: float = 0.0

    def unix_ms(self, now: float) -> int:
        """Return the Unix time in milliseconds at `now`, monotonic seconds."""
        return int((now + self.unix_at_zero) * 1000)

    @property
    def started_ms(self) -> int:
        """Unix time of the start in milliseconds."""
        return self.unix_ms(self.started)
