"""Fork targets of a step of a call's plan, and its time limits."""

from dataclasses import field, replace

from unificx.calls.events import Outcome
from unificx.calls.machine.causes import Cause
from unificx.core.value import value


@value
class Limits:
    """Maximum ringing and call time, in seconds."""

    ring_seconds: float
    call_seconds: float


@value
class PushTargets:
    """Devices that accept push: unregistered ones awaiting push, and registered ones by the name of their leg;
    `extension_by_device`: the extension of each."""

    awaiting_push: frozenset[str] = frozenset()
    device_by_leg: dict[str, str] = field(default_factory=dict[str, str])
    extension_by_device: dict[str, str] = field(default_factory=dict[str, str])


@value
class LaterStep:
    """A step of the plan that has not started: its position, and after which outcomes it starts, empty for any."""

    position: int
    after: frozenset[Outcome] = frozenset()

    def follows(self, cause: Cause) -> bool:
        """Whether the step starts if the one before ended for this cause. A number that does not exist outside is no
        reason to try another carrier."""
        if not self.after:
            return True
        return cause.value.outcome in self.after and cause is not Cause.NO_SUCH_NUMBER_OUTSIDE


@value
class ForkTargets:
    """The legs to dial, which of them use SRTP, which lead to a carrier, the extension of each leg to a phone, and the
    devices to push.

    Without either, the step ends at once for `cause_if_empty`. `decline_ends`: a 6xx of one leg ends the step, else
    only the ringing of its extension. `later` are the steps that take the call if this one does not answer it.
    """

    legs: tuple[str, ...]
    limits: Limits
    srtp_legs: frozenset[str] = frozenset()
    push_targets: PushTargets = PushTargets()
    cause_if_empty: Cause = Cause.UNREACHABLE
    decline_ends: bool = True
    later: tuple[LaterStep, ...] = ()
    outside_legs: frozenset[str] = frozenset()
    extension_by_leg: dict[str, str] = field(default_factory=dict[str, str])

    def without(self, device: str, device_legs: frozenset[str]) -> "ForkTargets":
        """Return a copy without a device and its legs."""
        awaiting, by_leg = self.push_targets.awaiting_push - {device}, self.push_targets.device_by_leg
        push_targets = replace(
            self.push_targets,
            awaiting_push=awaiting,
            device_by_leg={name: each for name, each in by_leg.items() if each != device},
        )
        return replace(
            self, legs=tuple(name for name in self.legs if name not in device_legs), push_targets=push_targets
        )
