"""Meeting state machine: events in all member states, in virtual time."""

import pytest

from unificx.conferencing import RoomSettings
from unificx.conferencing.machine import meeting as machine
from unificx.conferencing.machine.events_and_actions import (
    ADMINISTRATOR,
    Action,
    Agreed,
    Announce,
    Came,
    Count,
    CountAsked,
    Disagreed,
    Dismiss,
    EndAsked,
    Entered,
    Event,
    HandAsked,
    Help,
    HelpAsked,
    InvitationAsked,
    Left,
    LetIn,
    LetWait,
    LockAsked,
    Mute,
    MuteAllAsked,
    MuteAsked,
    NotAllowed,
    Record,
    RecordingAsked,
    RecordingSet,
    RemovalAsked,
    Ring,
    Say,
    Seat,
    TimePassed,
    TurnAway,
)
from unificx.conferencing.machine.meeting import Meeting, Place


class Room:
    """Drives a meeting state machine; `at` is the current time."""

    def __init__(self, **settings: object) -> None:
        self.state: Meeting = machine.begin(RoomSettings(**settings))  # type: ignore[arg-type]
        self.at = 0.0

    def tell(self, event: Event) -> list[Action]:
        self.state, actions = machine.step(self.state, event, self.at)
        return actions

    def has(self, *names: str) -> "Room":
        """Add members; names starting with h are hosts."""
        for name in names:
            self.tell(Came(name, name.startswith("h")))
            self.tell(Entered(name))
        return self

    def muted(self, name: str) -> bool:
        member = self.state.member(name)
        assert member is not None
        return member.unheard


def test_a_participant_is_admitted_and_announced() -> None:
    room = Room()
    assert room.tell(Came("a", False)) == [LetIn("a", 0, waited=False)]
    assert room.tell(Entered("a")) == [Seat("a", muted=False), Announce("a", came=True)]
    assert room.tell(Entered("a")) == []
    assert room.tell(Came("b", False)) == [LetIn("b", 1, waited=False)]
    assert room.tell(Left("b")) == []
    assert room.tell(Entered("b")) == []
    assert not room.state.over
    assert room.tell(Left("a")) == [Announce("a", came=False)]
    assert room.state.over
    assert room.tell(Left("a")) == []


def test_a_locked_room_admits_only_hosts() -> None:
    room = Room(locked=True)
    assert room.tell(Came("a", False)) == [TurnAway("a", "locked")]
    assert room.state.over
    room.has("h")
    assert room.tell(LockAsked("h", False)) == [Say("h", "conference/now-unlocked")]
    assert room.tell(LockAsked("h", False)) == []
    room.has("a")
    assert room.tell(LockAsked("h", True)) == [Say("h", "conference/now-locked"), Say("a", "conference/now-locked")]
    assert room.tell(Came("b", False)) == [TurnAway("b", "locked")]
    assert room.tell(InvitationAsked("h", "1003")) == [Ring("h", "1003")]
    assert room.tell(Came("b", False, invited=True)) == [LetIn("b", 2, waited=False)]


def test_a_full_room_admits_only_hosts() -> None:
    room = Room(most=2).has("a", "b")
    assert room.tell(Came("c", False)) == [TurnAway("c", "full")]
    assert room.tell(Came("h", True)) == [LetIn("h", 2, waited=False)]


def test_guests_wait_until_the_first_host_joins() -> None:
    room = Room(wait_for_host=True, muted_on_entry=True)
    assert room.tell(Came("a", False)) == [LetWait("a")]
    assert room.tell(Entered("a")) == []
    assert room.tell(Came("b", False)) == [LetWait("b")]
    assert room.tell(Came("h", True)) == [LetIn("h", 0, waited=False)]
    assert room.tell(Entered("h")) == [
        Seat("h", muted=False),
        Announce("h", came=True),
        LetIn("a", 1, waited=True),
        LetIn("b", 1, waited=True),
    ]
    assert room.tell(Entered("a")) == [Seat("a", muted=True), Announce("a", came=True), Say("a", "conference/muted")]
    room.tell(Left("h"))
    assert room.tell(Came("c", False)) == [LetIn("c", 1, waited=False)]
    assert room.state.member("b").place is Place.ENTERING  # type: ignore[union-attr]


def test_a_participant_mutes_themselves_and_is_notified_once() -> None:
    room = Room().has("a")
    assert room.tell(MuteAsked("a", "a", True)) == [Say("a", "conference/muted"), Mute("a", on=True)]
    assert room.tell(MuteAsked("a", "a", True)) == []
    assert room.tell(MuteAsked("a", "a", False)) == [Say("a", "conference/unmuted"), Mute("a", on=False)]
    assert room.tell(MuteAsked("x", "x", True)) == []


def test_muting_by_a_host_and_by_the_participant_are_independent() -> None:
    room = Room().has("h", "a")
    assert room.tell(MuteAsked("h", "a", True)) == [Say("a", "conference/muted-by-host"), Mute("a", on=True)]
    assert room.tell(MuteAsked("h", "a", True)) == []
    assert room.tell(MuteAsked("a", "a", False)) == [NotAllowed("conference/muted-by-host")]
    assert room.tell(MuteAsked("a", "a", True)) == [Say("a", "conference/muted")]
    assert room.tell(MuteAsked("h", "a", False)) == [Say("a", "conference/muted")]
    assert room.muted("a")
    assert room.tell(MuteAsked(ADMINISTRATOR, "a", True)) == [Say("a", "conference/muted-by-host")]
    assert room.tell(MuteAsked("h", "x", True)) == []
    room.tell(MuteAsked("a", "a", True))
    room.tell(MuteAsked("h", "a", False))
    assert room.tell(MuteAsked("a", "a", False)) == [Say("a", "conference/unmuted"), Mute("a", on=False)]


def test_mute_all_includes_later_guests() -> None:
    room = Room().has("h", "a")
    room.tell(Came("b", False))
    assert room.tell(MuteAllAsked("h", True)) == [
        Say("a", "conference/muted-by-host"),
        Mute("a", on=True),
        Say("h", "conference/all-muted"),
    ]
    expected = [Seat("b", muted=True), Announce("b", came=True), Say("b", "conference/muted-by-host")]
    assert room.tell(Entered("b")) == expected
    room.tell(Came("c", False))
    assert room.tell(Entered("c"))[0] == Seat("c", muted=True)
    assert room.tell(Came("h2", True)) == [LetIn("h2", 4, waited=False)]
    assert room.tell(Entered("h2"))[0] == Seat("h2", muted=False)
    assert room.tell(MuteAllAsked("h", False))[-1] == Say("h2", "conference/all-unmuted")
    assert not any(map(room.muted, "abc"))


def test_raising_and_lowering_hands() -> None:
    room = Room().has("h", "a")
    assert room.tell(HandAsked("a", "a", True)) == [Say("a", "conference/hand-raised")]
    assert room.tell(HandAsked("a", "a", True)) == []
    assert room.tell(HandAsked("a", "h", True)) == [NotAllowed()]
    assert room.tell(HandAsked("h", "a", True)) == [NotAllowed()]
    assert room.tell(HandAsked("h", "a", False)) == [Say("a", "conference/hand-lowered")]
    assert room.tell(HandAsked("x", "x", True)) == []


def test_a_host_removes_participants_and_ends_the_meeting() -> None:
    room = Room().has("h", "a", "b")
    assert room.tell(RemovalAsked("h", "a")) == [Dismiss("a", "conference/removed"), Announce("a", came=False)]
    assert room.tell(RemovalAsked("h", "a")) == []
    assert room.tell(RemovalAsked("h", "x")) == []
    assert room.tell(EndAsked(ADMINISTRATOR)) == [Dismiss(one, "conference/over") for one in ("h", "b")]
    assert room.tell(EndAsked(ADMINISTRATOR)) == []
    assert room.tell(Came("c", False)) == [TurnAway("c", "locked")]
    for one in ("h", "a", "b"):
        assert room.tell(Left(one)) == []
    assert room.state.over
    room = Room().has("h", "b")
    assert room.tell(RemovalAsked("b", "b")) == [Dismiss("b", "conference/removed"), Announce("b", came=False)]


def test_a_removed_host_has_no_rights() -> None:
    room = Room(most=2, end_after_host=60).has("h", "a")
    room.tell(Came("h2", True))
    assert room.tell(RemovalAsked("h", "h2")) == [Dismiss("h2", "conference/removed")]
    assert room.tell(Entered("h2")) == []
    told = room.tell(RemovalAsked(ADMINISTRATOR, "h"))
    assert told == [
        Dismiss("h", "conference/removed"),
        Announce("h", came=False),
        Say("a", "conference/host-left"),
    ]
    assert machine.deadline(room.state) == 60
    assert room.tell(MuteAllAsked("h", True)) == [NotAllowed()]
    assert machine.meant(room.state, "h", "9") is None
    assert [one.id for one in room.state.present] == ["a"]
    assert room.tell(Came("b", False)) == [LetIn("b", 1, waited=False)], "the removed host does not count"


@pytest.mark.parametrize(
    "event",
    [
        MuteAsked("a", "h", True),
        MuteAllAsked("a", True),
        LockAsked("a", True),
        RemovalAsked("a", "h"),
        EndAsked("a"),
        EndAsked("nobody"),
        EndAsked("h2"),
        InvitationAsked("a", "1003"),
    ],
)
def test_host_requests_require_a_host_inside(event: Event) -> None:
    room = Room().has("h", "a")
    room.tell(Came("h2", True))
    before = room.state
    assert room.tell(event) == [NotAllowed()]
    assert room.state == before


def test_participants_are_notified_of_recording_before_admission() -> None:
    room = Room(may_record=True, wait_for_host=True)
    room.tell(Came("w", False))
    room.tell(RecordingSet(True))
    assert room.tell(Came("h", True)) == []
    assert room.tell(Entered("h")) == []
    assert room.tell(Agreed("h")) == [LetIn("h", 0, waited=False)]
    assert room.tell(Agreed("h")) == []
    assert room.tell(Entered("h")) == [Seat("h", muted=False), Announce("h", came=True)]
    assert room.state.member("w").place is Place.ASKED  # type: ignore[union-attr]
    assert room.tell(Disagreed("w")) == [Dismiss("w", "conference/recorded")]
    assert room.tell(Disagreed("x")) == room.tell(Agreed("x")) == []
    room.tell(Left("w"))
    assert room.tell(Came("a", False)) == []
    assert room.tell(RecordingSet(False)) == [LetIn("a", 1, waited=False)]
    assert room.tell(Came("b", False)) == [LetIn("b", 1, waited=False)]


def test_hosts_record_if_the_room_allows_it() -> None:
    room = Room(may_record=True).has("h", "a")
    assert machine.meant(room.state, "h", "2") == RecordingAsked("h", True)
    assert room.tell(RecordingAsked("h", True)) == [Record("h", on=True)]
    assert room.tell(RecordingAsked("a", True)) == [NotAllowed()]
    room.tell(RecordingSet(True))
    assert machine.meant(room.state, "h", "2") == RecordingAsked("h", False)
    not_recordable = Room().has("h")
    assert not_recordable.tell(RecordingAsked("h", True)) == [NotAllowed()]
    assert not_recordable.tell(RecordingAsked("h", False)) == [Record("h", on=False)]


def test_a_meeting_continues_without_a_host_by_default() -> None:
    room = Room().has("h", "a")
    assert room.tell(Left("h")) == [Announce("h", came=False)]
    assert machine.deadline(room.state) is None


def test_a_meeting_without_a_host_ends_after_the_limit() -> None:
    room = Room(end_after_host=60).has("h", "h2", "a")
    assert room.tell(Left("h")) == [Announce("h", came=False)]
    assert machine.deadline(room.state) is None
    room.at = 10
    assert room.tell(Left("h2")) == [Announce("h2", came=False), Say("a", "conference/host-left")]
    assert machine.deadline(room.state) == 70
    room.at = 69.9
    assert room.tell(TimePassed()) == []
    room.has("h3")
    assert machine.deadline(room.state) is None
    room.tell(Left("h3"))
    assert room.tell(Left("nobody")) == []
    room.at = 130
    assert room.tell(TimePassed()) == [Dismiss("a", "conference/over")]
    assert machine.deadline(room.state) is None
    room.tell(Left("a"))
    assert room.state.over


def test_a_limit_of_zero_ends_the_meeting_with_its_host() -> None:
    room = Room(end_after_host=0).has("h", "a")
    assert room.tell(Left("h")) == [Dismiss("a", "conference/host-left")]


def test_star_commands() -> None:
    room = Room().has("h", "a")
    found = {key: machine.meant(room.state, "a", key) for key in "023567891#"}
    assert found == {
        "0": HelpAsked("a"),
        "2": RecordingAsked("a", True),
        "3": CountAsked("a"),
        "5": HandAsked("a", "a", True),
        "6": MuteAsked("a", "a", True),
        "7": LockAsked("a", True),
        "8": MuteAllAsked("a", True),
        "9": EndAsked("a"),
        "1": None,
        "#": None,
    }
    room.tell(MuteAsked("h", "a", True))
    assert machine.meant(room.state, "a", "6") == MuteAsked("a", "a", False)
    assert machine.meant(room.state, "x", "6") is None
    room.tell(Came("b", False))
    assert machine.meant(room.state, "b", "6") is None
    assert room.tell(CountAsked("a")) == [Count("a", 1)]
    assert room.tell(HelpAsked("a")) == [Help("a", host=False)]
    assert room.tell(HelpAsked("h")) == [Help("h", host=True)]
