"""Plans: what happens to a call on its way to an answer, as steps in order.

A plan only says what to do; `calls` finds the devices of a step when it starts, so that a device may register or move
meanwhile, and its set-up machine carries out every plan in the same way. A single step is a destination itself.
"""

from collections.abc import Callable
from dataclasses import field, replace
from enum import Enum
from typing import Literal

from unificx.core.value import value
from unificx.identity import Extension
from unificx.routing.references import DestinationRef

UnansweredOutcome = Literal["missed", "busy", "declined", "unreachable", "failed"]
"""Why a step did not answer the call."""


@value
class RingTarget:
    """The devices of an extension."""

    extension: Extension
    only_device: str = ""
    """The only device to ring, "" for all."""


@value
class OutsideTarget:
    """A number outside, dialled over a trunk. `sent` are the digits that the carrier gets, `number` is in E.164;
    `caller_id` is the number shown, "" for none, `withheld` whether it is withheld from the called party,
    `sends_location` whether the place of the caller goes with the call."""

    number: str = field(repr=False)
    trunk_id: str
    sent: str = field(repr=False)
    caller_id: str = field(default="", repr=False)
    withheld: bool = False
    emergency: bool = False
    sends_location: bool = False


@value
class OutsideMember:
    """A number outside, in E.164, that rings together with extensions. `targets` decides on the call when its step
    starts, so that it counts for the limits only then, and returns the trunks to try in order; none if it is not
    allowed. Its user takes the call by the answer key, because a mailbox would answer it too."""

    number: str = field(repr=False)
    targets: Callable[[], tuple[OutsideTarget, ...]] = field(repr=False)


@value
class Fork:
    """Ring the devices of all targets together for `seconds`; devices that accept push are woken up.

    `call_seconds`: maximum length of the call, in seconds. `decline_ends`: a 6xx of one device ends the step (RFC 3261
    section 16.7); else the other targets ring on, and only the devices of this one fall silent. `skip_busy`: leave out
    extensions that are in a call or not to be disturbed when the step starts. `name_prefix`: shown before the name of
    the caller. `group_id`: the ring group that rings.
    """

    targets: tuple[RingTarget | OutsideTarget | OutsideMember, ...]
    seconds: float
    call_seconds: float
    decline_ends: bool = True
    skip_busy: bool = False
    name_prefix: str = ""
    group_id: str = ""

    @property
    def ring_targets(self) -> tuple[RingTarget, ...]:
        """The targets that are extensions."""
        return tuple([each for each in self.targets if isinstance(each, RingTarget)])

    def for_device(self, device_id: str) -> "Fork":
        """Return a copy that rings only this device; "" for all."""
        if not device_id:
            return self
        return replace(self, targets=tuple(replace(each, only_device=device_id) for each in self.ring_targets))


@value
class CallApp:
    """Connect the call to an app."""

    app: str
    arguments: tuple[str, ...] = ()
    max_seconds: float | None = None
    """Maximum call length in seconds; None for the default of app calls."""

    def plan(self) -> "Plan":
        """Return the plan of this step alone."""
        return Plan((Step(self),))


ForwardReason = Literal["unconditional", "user-busy", "no-answer", "unavailable", "do-not-disturb", "deflection"]
"""Why a call was forwarded, as the Diversion header writes it (RFC 5806); deflection: a user sent it on while it
rang."""


@value
class Forward:
    """An extension that forwarded a call."""

    by: Extension
    reason: ForwardReason


@value
class GoTo:
    """Continue with the plan of another destination of the tenant, before the remaining steps. It is resolved when the
    step starts.

    `forward`: an extension forwards the call; its remaining steps apply only if it may not. `calling_for`: the ring
    group or queue that leads it there, such as `queue:6500`, whose number it shows outside.
    """

    ref: DestinationRef
    forward: Forward | None = None
    calling_for: str = ""

    def plan(self) -> "Plan":
        """Return the plan of this step alone."""
        return Plan((Step(self),))


class Rejection(Enum):
    """Why a destination rejects calls."""

    NO_SUCH_NUMBER = "no such number"
    NO_OUTSIDE_LINE = "calls outside are not set up"
    NOT_ALLOWED = "not allowed"
    DECLINED = "declined"
    BUSY = "busy"
    UNREACHABLE = "unreachable"


_NOWHERE = (Rejection.NO_SUCH_NUMBER, Rejection.NO_OUTSIDE_LINE, Rejection.NOT_ALLOWED)


@value
class Reject:
    """Reject the call, unless a later step takes it."""

    reason: Rejection

    def plan(self) -> "Plan":
        """Return the plan of this step alone."""
        return Plan((Step(self),))


NO_SUCH_NUMBER = Reject(Rejection.NO_SUCH_NUMBER)
"""The number does not exist in this tenant."""
NO_OUTSIDE_LINE = Reject(Rejection.NO_OUTSIDE_LINE)
"""The number is outside, and calls outside are not set up."""
Action = Fork | CallApp | GoTo | Reject


@value
class Step:
    """A step of a plan. `after`: it starts only if the step before ended with one of these outcomes; empty for any."""

    action: Action
    after: frozenset[UnansweredOutcome] = frozenset()


PathObjectKind = Literal["group", "queue", "menu", "hours", "room", "mailbox", "app", "prompt"]


@value
class PathObject:
    """The object of the tenant that a plan belongs to, as the history names it."""

    kind: PathObjectKind
    number: str = ""
    name: str = ""


@value
class Plan:
    """The steps of a call. Each starts if the ones before did not answer it; after the last one, the call is rejected
    with the cause of the step that ended last.

    `called`: the extension that the call record and the participants' displays name, until another one answers.
    `path`: the groups, queues, menus and other objects that the call passed or comes to, for its history.
    """

    steps: tuple[Step, ...] = ()
    called: Extension | None = None
    path: tuple[PathObject, ...] = ()

    @property
    def fork(self) -> Fork | None:
        """The first step, if it rings devices."""
        first = self._first_action
        return first if isinstance(first, Fork) else None

    @property
    def app(self) -> CallApp | None:
        """The app the plan begins with."""
        first = self._first_action
        return first if isinstance(first, CallApp) else None

    @property
    def leads_nowhere(self) -> bool:
        """Whether it is of a destination that does not exist, or that may not be called."""
        first = self._first_action
        return isinstance(first, Reject) and first.reason in _NOWHERE

    @property
    def is_rejected(self) -> bool:
        """Whether the plan rejects the call at once."""
        return isinstance(self._first_action, Reject) and len(self.steps) == 1

    def only_fork(self, device_id: str = "") -> "Plan | None":
        """Return a plan of the first step alone, restricted to a device; None if it does not ring devices. Of devices
        that ring in turn it is the step that rings all. The plan of a number outside keeps its further carriers."""
        fork = self.fork
        if fork is None:
            return None
        if not fork.ring_targets:
            return self if not device_id else None
        extensions = [each.extension for each in fork.ring_targets]
        for action in [each.action for each in self.steps[1:]]:
            if not isinstance(action, Fork):
                break
            if [each.extension for each in action.ring_targets] != extensions:
                break
            fork = action
        return Plan((Step(fork.for_device(device_id)),), self.called, self.path)

    def with_step_replaced(self, position: int, to: "Plan", *, is_final: bool = False) -> "Plan":
        """Return the plan with the step at `position` replaced by the steps of another plan; `is_final`: the remaining
        steps too."""
        remaining = () if is_final else self.steps[position + 1 :]
        steps = *self.steps[:position], *to.steps, *remaining
        return Plan(steps, to.called or self.called, (*self.path, *to.path))

    @property
    def _first_action(self) -> Action | None:
        return self.steps[0].action if self.steps else None
