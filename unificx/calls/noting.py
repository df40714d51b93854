"""What is known of a call, kept up with what the rules say: who answered, who stays, who is called now."""

from typing import Any

from unificx.calls.contracts import Parked
from unificx.calls.parking import Place
from unificx.calls.rules import words
from unificx.calls.rules.words import CALLER
from unificx.calls.run import Run
from unificx.people import Directory
from unificx.presence import Caller

JOURNALLED = (words.NoteAnswered, words.Acknowledge, words.AnswerOffer, words.NoteJoined)
"""After these the next life of the process has to know of it."""


def note(run: Run, action: words.Action, now: float, directory: Directory) -> None:
    """Keep what an action means for the call."""
    match action:
        case words.NoteAnswered(leg):
            run.winner = leg
            run.answered = run.at(now) if not run.onward else None
        case words.PassOn(_, cause):
            run.passed_on, run.missed = cause, run.answered is None
        case words.Swap(leg):
            run.swap(leg, directory.extension_by_id(run.caller.extension_id))
        case words.Seek(back):
            sought = run.returns if back else run.sought
            if sought is not None:
                run.seek(sought)
        case words.NoteJoined(""):
            run.note_cast()
        case words.NoteJoined(leg):
            extension = directory.extension_by_id(run.extensions.get(leg, ""))
            run.joined(leg, extension if leg not in run.apps else run.callee)
            run.answered = run.answered or run.at(now)
        case _:
            pass


def hand_over(run: Run, other: Run, names: dict[str, str]) -> None:
    """Legs of another call, and all that is known of them, go into this one, under new names."""
    leave_to(run, other)
    if CALLER in names:
        other.extensions[CALLER], other.devices[CALLER] = other.caller.extension_id, other.caller.device_id
    for old, new in names.items():
        for ours, theirs in (
            (run.legs, other.legs),
            (run.said, other.said),
            (run.meetings.known, other.meetings.known),
            (run.apps, other.apps),
            (run.targets, other.targets),
            (run.devices, other.devices),
            (run.extensions, other.extensions),
        ):
            _move(ours, theirs, old, new)


def leave_to(run: Run, other: Run) -> None:
    """What the record of the other call would say stands in this one's."""
    for call in (run, other):
        call.note_cast()
    run.cast = {**run.cast, **{tag: one for tag, one in other.cast.items() if not run.has(one)}}
    run.measured.update(other.measured)
    run.kept = run.kept or other.kept


def part(run: Run, name: str, call_id: str) -> Run:
    """A call of its own for the one who answered: his leg, and what is known of him, go there. He is its caller. In the
    history both are one."""
    assert run.callee is not None
    run.note_cast()
    callee, device = run.callee, run.devices.get(name, "")
    who = callee.tenant_id, callee.id, device, callee.subject
    caller = Caller(*who, number=callee.number, name=callee.name)
    other = Run(call_id, caller, "", None, run.started, run.began, {CALLER: run.legs.pop(name)}, manner=run.manner)
    other.answered, other.cast, other.record = run.answered, run.cast, run.record or run.id
    run.siblings |= {run.id, call_id}
    other.siblings = run.siblings
    _move(other.said, run.said, name, CALLER)
    _move(other.meetings.known, run.meetings.known, name, CALLER)
    return other


def as_parked(place: Place, run: Run, directory: Directory) -> Parked:
    """Who is held at a place."""
    by = directory.extension_by_id(place.by)
    who, told = run.caller, not run.withholds(run.caller.extension_id)
    shown = (who.number, who.name) if told else ("", "")
    return Parked(place.number, run.id, place.since, by.number if by is not None else "", *shown)


def _move(ours: dict[str, Any], theirs: dict[str, Any], old: str, new: str) -> None:
    if old in theirs:
        ours[new] = theirs.pop(old)
