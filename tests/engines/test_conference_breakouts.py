"""Rules of breakout rooms: names, even distribution, permissions and the countdown; and meetings that people are moved
into."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_conference_machine import MeetingDriver

from unificx.conferencing.machine import breakouts as rules
from unificx.conferencing.machine.breakouts import COUNTDOWN, Breakouts
from unificx.conferencing.machine.events_and_actions import (
    Admit,
    AnnounceParticipant,
    ConsentGiven,
    EndRequested,
    Entered,
    JoinRequested,
    Left,
    LockRequested,
    MuteAllRequested,
    PlayPrompt,
    RecordingChanged,
)
from unificx.conferencing.machine.meeting_state import MemberState
from unificx.core.errors import Invalid

MOVED = "conference/main-room"
ROOMS = Breakouts("main", ("one", "two"))


@pytest.mark.parametrize(
    "names", [(), ("a",) * 21, ("Harbour", "harbour "), ("",), ("  ",), ("x" * 51,), ("two\nlines",)]
)
def test_rooms_have_different_names_of_one_line(names: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        rules.check_names(names)
    assert rules.check_names((" Harbour", "Pier ")) == ("Harbour", "Pier")


@pytest.mark.parametrize("text", ["", " ", "x" * 201, "two\nlines"])
def test_a_line_to_everyone_is_short(text: str) -> None:
    with pytest.raises(Invalid):
        rules.check_text(text)
    assert rules.check_text(" Ten minutes left ") == "Ten minutes left"


def test_a_participant_is_assigned_once_and_present() -> None:
    rules.check_assignment([["a"], ["b"]], {"a", "b", "c"})
    for assigned in (["a"], ["a"]), (["a"], ["unknown"]):
        with pytest.raises(Invalid):
            rules.check_assignment(assigned, {"a", "b", "c"})


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=20),
    st.integers(0, 60),
    st.randoms(use_true_random=False),
)
def test_the_others_are_distributed_evenly_and_all_are_in_a_room(sizes: list[int], others: int, random) -> None:  # type: ignore[no-untyped-def]
    assigned = [[f"room {at} person {one}" for one in range(size)] for at, size in enumerate(sizes)]
    people = [f"other {one}" for one in range(others)]
    made = rules.distribute(assigned, people, [random.getrandbits(64) for _ in people])
    assert all(tuple(before) == after[: len(before)] for before, after in zip(assigned, made, strict=True))
    assert sorted(each for room in made for each in room) == sorted(
        [*people, *(one for room in assigned for one in room)]
    )
    grown = [len(after) for before, after in zip(sizes, made, strict=True) if len(after) > before]
    assert not grown or max(grown) - min(len(one) for one in made) <= 1


def test_the_distribution_follows_the_random_numbers() -> None:
    assert rules.distribute([[], []], ["a", "b", "c"], [0, 0, 0]) == (("a", "c"), ("b",))
    assert rules.distribute([[], []], ["a", "b", "c"], [2, 1, 0]) == (("c", "a"), ("b",))


def test_hosts_move_everyone_and_others_return_by_themselves() -> None:
    for to in ("main", "one", "two"):
        assert rules.may_move(ROOMS, host=True, own=False, to=to)
    assert rules.may_move(ROOMS, host=False, own=True, to="main")
    assert not rules.may_move(ROOMS, host=False, own=True, to="two")
    assert not rules.may_move(ROOMS, host=False, own=False, to="main")
    assert not rules.may_move(ROOMS, host=True, own=True, to="elsewhere")


def test_everyone_returns_after_a_countdown_or_at_a_second_request() -> None:
    ending = rules.end(ROOMS, 100.0)
    assert ending.ends_at == 100.0 + COUNTDOWN
    assert not rules.pass_time(ending, 129.9).returning
    assert rules.pass_time(ending, 130.0).returning
    assert rules.pass_time(rules.end(ending, 105.0), 105.0).returning
    assert not rules.pass_time(ROOMS, 1e9).returning


def test_those_who_are_moved_enter_a_locked_full_room_with_a_lobby_without_its_host() -> None:
    room = MeetingDriver(lobby=True, wait_for_host=True, muted_on_entry=True, most=2).with_members("h", "h2")
    room.send(LockRequested("h", on=True))
    for left in ("h", "h2"):
        assert room.send(Left(left, moved=True)) == [AnnounceParticipant(left, joined=False)]
    empty = MeetingDriver(lobby=True, wait_for_host=True, locked=True, muted_on_entry=True, most=2)
    for at, name in enumerate(("a", "b", "c")):
        entry = empty.send(JoinRequested(name, False, moved=MOVED))
        assert entry == [PlayPrompt(name, MOVED), Admit(name, at, was_waiting=False)]
        empty.send(Entered(name))
        assert not empty.is_muted(name)


def test_a_microphone_that_was_muted_stays_muted_and_a_host_mutes_all_who_return() -> None:
    room = MeetingDriver().with_members("h")
    room.send(JoinRequested("a", False, moved=MOVED, muted=True))
    assert room.is_muted("a")
    room.send(MuteAllRequested("h", on=True))
    room.send(JoinRequested("b", False, moved=MOVED))
    assert room.is_muted("b")


def test_those_who_return_to_a_recorded_room_are_informed_first() -> None:
    room = MeetingDriver().with_members("h")
    room.send(RecordingChanged(on=True))
    assert room.send(JoinRequested("a", False, moved=MOVED)) == [PlayPrompt("a", MOVED)]
    assert room.state.members[-1].state is MemberState.AWAITING_CONSENT
    assert room.send(ConsentGiven("a")) == [Admit("a", 1, was_waiting=False)]


def test_a_room_does_not_end_because_its_last_host_visits_another() -> None:
    room = MeetingDriver(end_after_host=0).with_members("h", "a")
    room.send(Left("h", moved=True))
    assert room.state.ends_at is None
    assert not room.state.ended
    again = MeetingDriver(end_after_host=0).with_members("h", "a")
    again.send(Left("h"))
    assert again.state.ended


def test_an_ended_meeting_is_marked() -> None:
    room = MeetingDriver().with_members("h", "a")
    room.send(EndRequested("h"))
    assert room.state.ended
