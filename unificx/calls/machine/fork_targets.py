"""Fork targets of a call, and its time limits."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Limits:
    """Maximum ringing and call time, in seconds."""

    ring_seconds: float
    call_seconds: float


@dataclass(frozen=True, slots=True)
class PushTargets:
    """Devices that accept push: unregistered ones awaiting push, and registered ones by the name of their leg."""

    awaiting_push: frozenset[str] = frozenset()
    device_by_leg: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ForkTargets:
    """The legs to dial, which of them use SRTP, and the devices to push; without either, the callee is unreachable.
    `fallback` is the leg of the app that takes the call if no phone answers."""

    legs: tuple[str, ...]
    limits: Limits
    srtp_legs: frozenset[str] = frozenset()
    push_targets: PushTargets = PushTargets()
    fallback: str = ""

    def without(self, device: str, device_legs: frozenset[str]) -> "ForkTargets":
        """Return a copy without a device and its legs."""
        awaiting, by_leg = self.push_targets.awaiting_push - {device}, self.push_targets.device_by_leg
        push_targets = PushTargets(awaiting, {name: each for name, each in by_leg.items() if each != device})
        return replace(
            self, legs=tuple(name for name in self.legs if name not in device_legs), push_targets=push_targets
        )
