"""Rules of breakout rooms: smaller rooms of a meeting for some time, from which everyone returns to its main room."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from unificx.conferencing.machine.meeting_state import Meeting, MemberState
from unificx.core.errors import Invalid
from unificx.core.names import is_name
from unificx.core.phrases import Phrase

MAX_ROOMS = 20
MAX_NAME = 50
MAX_TEXT = 200
COUNTDOWN = 30.0
"""Seconds from the end of the rooms until everyone who is still there returns."""


@dataclass(frozen=True, slots=True)
class Breakouts:
    """The breakout rooms of a meeting. `main`, `rooms`: ids; `text`: the latest line to everyone; `ends_at`: monotonic
    seconds at which everyone returns; `returning`: that time has come."""

    main: str
    rooms: tuple[str, ...]
    text: str = field(default="", repr=False)
    ends_at: float | None = None
    returning: bool = False


def check_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of new rooms without surrounding space. Raises Invalid for none, too many, or equal ones."""
    stripped = tuple(one.strip() for one in names)
    if not 1 <= len(stripped) <= MAX_ROOMS:
        raise Invalid(Phrase("There must be 1 to {} rooms.", MAX_ROOMS), field="rooms")
    if not all(is_name(one, MAX_NAME) for one in stripped):
        raise Invalid(Phrase("A name has 1 to {} characters.", MAX_NAME), field="rooms")
    if len({one.casefold() for one in stripped}) < len(stripped):
        raise Invalid("Two rooms have the same name.", field="rooms")
    return stripped


def check_text(text: str) -> str:
    """Return a line to everyone. Raises Invalid."""
    if not is_name(text.strip(), MAX_TEXT):
        raise Invalid(Phrase("Must be one line of 1 to {} characters.", MAX_TEXT), field="text")
    return text.strip()


def distribute(
    assigned: Sequence[Sequence[str]], others: Sequence[str], draws: Sequence[int]
) -> tuple[tuple[str, ...], ...]:
    """Return the people of each room: those assigned by hand, and the others at random, so that the numbers of people
    are as equal as possible. `draws`: random numbers, one for each of the others."""
    rooms = [list(one) for one in assigned]
    left = list(others)
    for draw in draws[: len(others)]:
        smallest = min(rooms, key=len)
        smallest.append(left.pop(draw % len(left)))
    return tuple(tuple(one) for one in rooms)


def check_assignment(assigned: Sequence[Sequence[str]], present: Collection[str]) -> None:
    """Raises Invalid for a participant who is not present, or assigned twice. `present`: ids of participants."""
    people = [one for room in assigned for one in room]
    if len(set(people)) < len(people) or any(one not in present for one in people):
        raise Invalid("Each participant must be in the meeting, and in one room.", field="rooms")


def may_move(breakouts: Breakouts, *, host: bool, own: bool, to: str) -> bool:
    """Return whether a participant may be moved: by hosts to each room, by themselves back to the main room."""
    return (host and to in (breakouts.main, *breakouts.rooms)) or (own and to == breakouts.main)


def hosts_away(main: Meeting | None, others: Iterable[Meeting]) -> bool:
    """Return whether a host is in one of the other rooms, or about to enter the main room."""
    entering = main.present if main is not None else ()
    return any(one.host for each in others for one in each.present) or any(
        one.host and one.state is not MemberState.INSIDE for one in entering
    )


def end(breakouts: Breakouts, now: float) -> Breakouts:
    """Begin the countdown; a second request ends it at once."""
    return replace(breakouts, ends_at=now + COUNTDOWN if breakouts.ends_at is None else now)


def pass_time(breakouts: Breakouts, now: float) -> Breakouts:
    """Let everyone return once the countdown is over."""
    return replace(breakouts, returning=breakouts.ends_at is not None and breakouts.ends_at <= now)
