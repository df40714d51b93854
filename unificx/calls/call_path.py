"""The path of a call: the persons and objects it comes to, for its record."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from unificx.calls.events import CallParty, CallStep, StepKind, StepOutcome, StepReason
from unificx.routing import PathObject

MAX_STEPS = 100
"""Steps of the path kept per call; later ones are left out."""
MAX_PLAIN = 2
"""Steps of a call that only rang an extension and then went to its mailbox."""
PASSED_THROUGH = ("group", "hours")
"""Kinds of objects that send a call on at once. The others are apps, which the call stays with."""
Phase = Literal["ringing", "app", "talking", "over"]
_LAST_OUTCOMES: dict[Phase, StepOutcome] = {"app": "answered", "talking": "answered", "over": "continued"}
_LEFT_OUTCOMES: dict[Phase, StepOutcome] = {"ringing": "missed", "talking": "answered"}


@dataclass(frozen=True, slots=True)
class Approach:
    """How a call comes to a step of its path. `by`: the extension that forwarded or transferred it, "" without one."""

    reason: StepReason
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class PathStep:
    """A step of the path, in a phase. It has an end and an outcome once it is over."""

    step: CallStep
    phase: Phase
    by: str = ""

    def ended(self, outcome: StepOutcome, at: datetime) -> "PathStep":
        if self.phase == "over":
            return self
        return replace(self, step=replace(self.step, ended=at, outcome=outcome), phase="over")

    def transferred(self, by: str) -> "PathStep":
        """The step of a consultation call, after the transfer: its party is about to be connected."""
        first = self.step.reason == "dialled"
        step = replace(self.step, reason="transferred") if first else self.step
        return replace(
            self, step=step, phase="ringing" if self.phase == "talking" else self.phase, by=by if first else self.by
        )

    @property
    def is_unanswered(self) -> bool:
        """Whether it rang without an answer."""
        return self.phase == "over" and self.step.outcome not in ("answered", "continued")

    def is_of(self, party: CallParty) -> bool:
        """Whether this is the step of a person or outside number."""
        own = self.step.party
        if own is None or party.extension_id is None:
            return own is not None and own.extension_id is None and own.number == party.number
        return own.extension_id == party.extension_id


@dataclass(slots=True)
class CallPath:
    """Steps in the order in which the call came to them. Several ring at once, and an app that the call stays with
    may ring others meanwhile."""

    steps: list[PathStep] = field(default_factory=list[PathStep])
    _passed: tuple[PathObject, ...] = ()
    _begins: int = 0
    """Position of the first step of the present course."""

    def enter_objects(self, objects: tuple[PathObject, ...], approach: Approach) -> None:
        """The call comes to the objects of a plan that it has not come to yet."""
        known = len(self._passed) if objects[: len(self._passed)] == self._passed else 0
        self._passed = objects
        for entered in objects[known:]:
            phase: Phase = "over" if entered.kind in PASSED_THROUGH else "app"
            self._add(entered.kind, approach, phase, entered=entered)
            approach = Approach("routed", approach.at)

    def leave_objects(self) -> None:
        """The call is led to another plan: its objects are new steps, even those the call has come to before."""
        self._passed, self._begins = (), len(self.steps)

    def next_approach(self, approach: Approach) -> Approach:
        """Return how the call comes to the next step. It was forwarded or transferred to the first one only, such as a
        group, which routes it to the others."""
        if any((each.step.reason, each.by) == (approach.reason, approach.by) for each in self.steps[self._begins :]):
            return Approach("routed", approach.at)
        return approach

    def enter_party(self, kind: StepKind, party: CallParty, approach: Approach) -> None:
        """The phones of an extension or an outside number ring. Another phone of the same party changes nothing, also
        if it rings after the first one."""
        if any(each.phase == "ringing" and each.is_of(party) for each in self.steps):
            return
        last = self.steps[-1] if self.steps else None
        if last is not None and last.is_unanswered and last.is_of(party) and approach.reason == "routed":
            self.steps[-1] = replace(last, phase="ringing")
        else:
            self._add(kind, approach, "ringing", party)

    def enter_app(self, kind: StepKind, name: str, party: CallParty | None, approach: Approach) -> None:
        """The call comes to an app, unless it is that of an object it just came to. `party`: owner of a mailbox."""
        if not (self.steps and self.steps[-1].phase == "app"):
            self._add(kind, approach, "app", party, entered=PathObject("app", "", name))

    def unanswered(self, outcome: StepOutcome, at: datetime, party: CallParty | None = None) -> None:
        """Ringing ends without an answer: that of one party, or all."""
        self.steps = [
            each.ended(outcome, at) if each.phase == "ringing" and (party is None or each.is_of(party)) else each
            for each in self.steps
        ]

    def answered(self, kind: StepKind, party: CallParty, approach: Approach) -> None:
        """A party is connected; the call leaves the steps before. `approach`: how, if it has not rung."""
        found = next((each for each in self.steps[::-1] if each.phase == "ringing" and each.is_of(party)), None)
        self.steps = [
            replace(each, phase="talking")
            if each is found
            else each.ended(_LEFT_OUTCOMES.get(each.phase, "continued"), approach.at)
            for each in self.steps
        ]
        if found is None:
            self._add(kind, approach, "talking", party)

    def monitored(self, party: CallParty, at: datetime) -> None:
        """A supervisor listens to the call, which stays where it is."""
        self._add("extension", Approach("monitored", at), "over", party)

    def merge(self, other: "CallPath", transferor: str | None = None) -> None:
        """Add the steps of another call that this one continues. `transferor`: the extension that had dialled the other
        call, to which it has transferred this one."""
        known = {id(each) for each in self.steps}
        added = [each for each in other.steps if id(each) not in known]
        if transferor is not None:
            added = [each.transferred(transferor) for each in added]
        both = [*self.steps, *added]
        self.steps = sorted(both, key=lambda each: each.step.at)[:MAX_STEPS]

    def finish(
        self, outcome: StepOutcome, at: datetime, position_of: Callable[[str], int | None]
    ) -> tuple[CallStep, ...]:
        """Leave all steps and return them; () if the call only rang the dialled extension, and went to its mailbox.

        `outcome` is that of the call, `position_of` gives the position of an extension among the parties of its record.
        """
        ringing: StepOutcome = "cancelled" if outcome == "answered" else outcome  # an app or a transferor had answered
        steps = [each.ended(_LAST_OUTCOMES.get(each.phase, ringing), at) for each in self.steps]
        if len(steps) <= MAX_PLAIN and all(_is_plain(each.step, steps[0].step) for each in steps):
            return ()
        return tuple(replace(each.step, by=position_of(each.by) if each.by else None) for each in steps)

    def _add(
        self,
        kind: StepKind,
        approach: Approach,
        phase: Phase,
        party: CallParty | None = None,
        *,
        entered: PathObject | None = None,
    ) -> None:
        if len(self.steps) < MAX_STEPS:
            number, name = (entered.number, entered.name) if entered is not None else ("", "")
            step = CallStep(kind, approach.reason, approach.at, approach.at, "continued", party, number, name)
            self.steps.append(PathStep(step, phase, approach.by))


def _is_plain(step: CallStep, first: CallStep) -> bool:
    """Whether a step is the dialled extension, number or feature, or the mailbox of that extension."""
    if step is first:
        return step.kind in ("extension", "outside", "app") and step.reason == "dialled"
    owner = step.party.extension_id if step.party is not None else None
    return step.kind == "mailbox" and first.party is not None and owner == first.party.extension_id
