"""The way of a call: the stations it comes to, for its record."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from unificx.calls.events import CallParty, CallStep, StepKind, StepOutcome, StepReason
from unificx.routing import Station

MAX_STATIONS = 100
"""Stations kept per call; later ones are left out."""
MAX_PLAIN = 2
"""Stations of a call that only rang an extension and then went to its mailbox."""
PASSED_THROUGH = ("group", "hours")
"""Kinds of objects that send a call on at once. The others are apps, which the call stays with."""
Phase = Literal["ringing", "app", "talking", "over"]
_LAST_OUTCOMES: dict[Phase, StepOutcome] = {"app": "answered", "talking": "answered", "over": "continued"}
_LEFT_OUTCOMES: dict[Phase, StepOutcome] = {"ringing": "missed", "talking": "answered"}


@dataclass(frozen=True, slots=True)
class Approach:
    """How a call comes to a station. `by`: the extension that forwarded or transferred it, "" without one."""

    reason: StepReason
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A station, in a phase. Its step has an end and an outcome once it is over."""

    step: CallStep
    phase: Phase
    by: str = ""

    def ended(self, outcome: StepOutcome, at: datetime) -> "Visit":
        if self.phase == "over":
            return self
        return replace(self, step=replace(self.step, ended=at, outcome=outcome), phase="over")

    @property
    def is_unanswered(self) -> bool:
        """Whether it rang without an answer."""
        return self.phase == "over" and self.step.outcome not in ("answered", "continued")

    def is_of(self, party: CallParty) -> bool:
        """Whether this is the station of a person or outside number."""
        own = self.step.party
        if own is None or party.extension_id is None:
            return own is not None and own.extension_id is None and own.number == party.number
        return own.extension_id == party.extension_id


@dataclass(slots=True)
class Journey:
    """Stations in the order in which the call came to them. Several ring at once, and an app that the call stays with
    may ring others meanwhile."""

    visits: list[Visit] = field(default_factory=list[Visit])
    _passed: tuple[Station, ...] = ()

    def enter_objects(self, stations: tuple[Station, ...], approach: Approach) -> None:
        """The call comes to the objects of a plan that it has not come to yet."""
        known = len(self._passed) if stations[: len(self._passed)] == self._passed else 0
        self._passed = stations
        for station in stations[known:]:
            phase: Phase = "over" if station.kind in PASSED_THROUGH else "app"
            self._add(station.kind, approach, phase, station=station)
            approach = Approach("routed", approach.at)

    def leave_objects(self) -> None:
        """The call is led to another plan: its objects are new stations, even those the call has come to before."""
        self._passed = ()

    def enter_party(self, kind: StepKind, party: CallParty, approach: Approach) -> None:
        """The phones of an extension or an outside number ring. Another phone of the same party changes nothing, also
        if it rings after the first one."""
        if any(each.phase == "ringing" and each.is_of(party) for each in self.visits):
            return
        last = self.visits[-1] if self.visits else None
        if last is not None and last.is_unanswered and last.is_of(party) and approach.reason == "routed":
            self.visits[-1] = replace(last, phase="ringing")
        else:
            self._add(kind, approach, "ringing", party)

    def enter_app(self, kind: StepKind, name: str, party: CallParty | None, approach: Approach) -> None:
        """The call comes to an app, unless it is that of an object it just came to. `party`: owner of a mailbox."""
        if not (self.visits and self.visits[-1].phase == "app"):
            self._add(kind, approach, "app", party, station=Station("app", "", name))

    def unanswered(self, outcome: StepOutcome, at: datetime) -> None:
        """Ringing ends without an answer."""
        self.visits = [each.ended(outcome, at) if each.phase == "ringing" else each for each in self.visits]

    def answered(self, kind: StepKind, party: CallParty, approach: Approach) -> None:
        """A party is connected; the call leaves the stations before. `approach`: how, if it has not rung."""
        found = next((each for each in self.visits[::-1] if each.phase == "ringing" and each.is_of(party)), None)
        self.visits = [
            replace(each, phase="talking")
            if each is found
            else each.ended(_LEFT_OUTCOMES.get(each.phase, "continued"), approach.at)
            for each in self.visits
        ]
        if found is None:
            self._add(kind, approach, "talking", party)

    def monitored(self, party: CallParty, at: datetime) -> None:
        """A supervisor listens to the call, which stays where it is."""
        self._add("extension", Approach("monitored", at), "over", party)

    def merge(self, other: "Journey") -> None:
        """Add the stations of another call that this one continues."""
        known = {id(each) for each in self.visits}
        both = [*self.visits, *(each for each in other.visits if id(each) not in known)]
        self.visits = sorted(both, key=lambda each: each.step.at)[:MAX_STATIONS]

    def finish(
        self, outcome: StepOutcome, at: datetime, position_of: Callable[[str], int | None]
    ) -> tuple[CallStep, ...]:
        """Leave all stations and return them; () if the call only rang the dialled extension, and went to its mailbox.

        `position_of` gives the position of an extension among the parties of the call record.
        """
        visits = [each.ended(_LAST_OUTCOMES.get(each.phase, outcome), at) for each in self.visits]
        if len(visits) <= MAX_PLAIN and all(_is_plain(each.step, visits[0].step) for each in visits):
            return ()
        return tuple(replace(each.step, by=position_of(each.by) if each.by else None) for each in visits)

    def _add(
        self,
        kind: StepKind,
        approach: Approach,
        phase: Phase,
        party: CallParty | None = None,
        *,
        station: Station | None = None,
    ) -> None:
        if len(self.visits) < MAX_STATIONS:
            number, name = (station.number, station.name) if station is not None else ("", "")
            step = CallStep(kind, approach.reason, approach.at, approach.at, "continued", party, number, name)
            self.visits.append(Visit(step, phase, approach.by))


def _is_plain(step: CallStep, first: CallStep) -> bool:
    """Whether a station is the dialled extension, number or feature, or the mailbox of that extension."""
    if step is first:
        return step.kind in ("extension", "outside", "app") and step.reason == "dialled"
    owner = step.party.extension_id if step.party is not None else None
    return step.kind == "mailbox" and first.party is not None and owner == first.party.extension_id
