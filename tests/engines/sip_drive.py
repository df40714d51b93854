"""Drives one transaction machine in virtual time."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from unificx.sip.transactions.words import TERMINATED, TIME_PASSED


@dataclass
class Drive:
    """A machine with its state, its clock and everything it asked for: `log` holds (seconds since the start, action)."""

    machine: ModuleType
    state: Any
    reliable: bool = False
    now: float = 0.0
    log: list[tuple[float, Any]] = field(default_factory=list)

    def happens(self, *events: Any) -> None:
        for event in events:
            self.state, actions = self.machine.step(self.state, event, self.now, reliable=self.reliable)
            self.log += [(self.now, action) for action in actions]

    def until(self, end: float) -> None:
        """Let time pass up to `end`, ringing at every deadline."""
        while (due := self.machine.deadline(self.state)) is not None and due <= end:
            self.now = max(self.now, due)
            self.happens(TIME_PASSED)
        self.now = max(self.now, end)

    def ends(self, rings: int = 300) -> bool:
        """Whether it reaches its end by the passing of time alone."""
        for _ in range(rings):
            due = self.machine.deadline(self.state)
            if due is None:
                break
            self.now = max(self.now, due)
            self.happens(TIME_PASSED)
        return self.state == TERMINATED

    def at(self, kind: type) -> list[float]:
        """When actions of this kind were asked for."""
        return [at for at, action in self.log if isinstance(action, kind)]

    def count(self, kind: type) -> int:
        return len(self.at(kind))


def outcome(machine: ModuleType, state: Any, event: Any, *, now: float = 100.0, reliable: bool = False) -> str:
    """One step in words: "Completed: Send Deliver"."""
    after, actions = machine.step(state, event, now, reliable=reliable)
    return " ".join([type(after).__name__ + ":", *(type(action).__name__ for action in actions)])
