"""Driver of one transaction machine in virtual time."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from transaction_models.common import TERMINATED, TIMER_FIRED


@dataclass
class MachineDriver:
    """A machine with its state and clock; `log` holds its actions as (seconds since the start, action)."""

    machine: ModuleType
    state: Any
    reliable: bool = False
    now: float = 0.0
    log: list[tuple[float, Any]] = field(default_factory=list)

    def feed(self, *events: Any) -> None:
        for event in events:
            self.state, actions = self.machine.step(self.state, event, self.now, reliable=self.reliable)
            self.log += [(self.now, action) for action in actions]

    def advance_to(self, end: float) -> None:
        """Advance time to `end` and fire all timers due until then."""
        while (due := self.machine.deadline(self.state)) is not None and due <= end:
            self.now = max(self.now, due)
            self.feed(TIMER_FIRED)
        self.now = max(self.now, end)

    def runs_to_end(self, limit: int = 300) -> bool:
        """Fire timers only. Return whether the machine terminates."""
        for _ in range(limit):
            due = self.machine.deadline(self.state)
            if due is None:
                break
            self.now = max(self.now, due)
            self.feed(TIMER_FIRED)
        return self.state == TERMINATED

    def times_of(self, kind: type) -> list[float]:
        """Return the times of the actions of this type."""
        return [at for at, action in self.log if isinstance(action, kind)]

    def count(self, kind: type) -> int:
        return len(self.times_of(kind))


def step_summary(machine: ModuleType, state: Any, event: Any, *, now: float = 100.0, reliable: bool = False) -> str:
    """Return a summary of one step, e.g. "Completed: Send Deliver"."""
    after, actions = machine.step(state, event, now, reliable=reliable)
    return " ".join([type(after).__name__ + ":", *(type(action).__name__ for action in actions)])
