"""Who is rung for a call, and how long it may take."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: how long it rings, how long it may last."""

    ring: float
    talk: float


@dataclass(frozen=True, slots=True)
class Sleepers:
    """Who can be woken: devices that are not registered, and those behind phones that are rung, by the phone's name."""

    asleep: frozenset[str] = frozenset()
    behind: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Rung:
    """The phones `names`, those of `srtp` with SRTP, and the devices that have to be woken; none of either: whoever is
    meant is nowhere to be reached. `instead` is the app that takes the call then, or when nobody does."""

    names: tuple[str, ...]
    limits: Limits
    srtp: frozenset[str] = frozenset()
    sleepers: Sleepers = Sleepers()
    instead: str = ""

    def without(self, device: str, legs: frozenset[str]) -> "Rung":
        """The same but for a device, whose these legs would be."""
        asleep, behind = self.sleepers.asleep - {device}, self.sleepers.behind
        sleepers = Sleepers(asleep, {name: each for name, each in behind.items() if each != device})
        return replace(self, names=tuple(name for name in self.names if name not in legs), sleepers=sleepers)
