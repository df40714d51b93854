"""Fork targets of a call, and its time limits."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Limits:
    """Maximum ringing and call time, in seconds."""

    ring: float
    talk: float


@dataclass(frozen=True, slots=True)
class Sleepers:
    """Devices that accept push: unregistered ones awaiting push, and registered ones by the name of their leg."""

    asleep: frozenset[str] = frozenset()
    behind: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Rung:
    """The legs to dial, which of them use SRTP, and the devices to push; without either, the callee is unreachable.
    `fallback` is the leg of the app that takes the call if no phone answers."""

    names: tuple[str, ...]
    limits: Limits
    srtp: frozenset[str] = frozenset()
    sleepers: Sleepers = Sleepers()
    instead: str = ""

    def without(self, device: str, legs: frozenset[str]) -> "Rung":
        """Return a copy without a device and its legs."""
        awaiting, by_leg = self.sleepers.asleep - {device}, self.sleepers.behind
        push_targets = Sleepers(awaiting, {name: each for name, each in by_leg.items() if each != device})
        return replace(self, names=tuple(name for name in self.names if name not in legs), sleepers=push_targets)
