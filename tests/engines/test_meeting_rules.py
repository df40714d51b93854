"""The rules of a meeting: every event in every place, in virtual time."""

import pytest

from unificx.meetings import RoomSettings
from unificx.meetings.rules import meeting as rules
from unificx.meetings.rules.meeting import Meeting, Place
from unificx.meetings.rules.words import (
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


class Room:
    """A meeting that is told what happens; `at` is its time."""

    def __init__(self, **settings: object) -> None:
        self.state: Meeting = rules.begin(RoomSettings(**settings))  # type: ignore[arg-type]
        self.at = 0.0

    def tell(self, event: Event) -> list[Action]:
        self.state, actions = rules.step(self.state, event, self.at)
        return actions

    def has(self, *names: str) -> "Room":
        """Whoever's name begins with h is a host."""
        for name in names:
            self.tell(Came(name, name.startswith("h")))
            self.tell(Entered(name))
        return self

    def muted(self, name: str) -> bool:
        member = self.state.member(name)
        assert member is not None
        return member.unheard


def test_who_comes_is_let_in_told_how_many_are_there_and_announced() -> None:
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


def test_a_locked_room_takes_hosts_alone() -> None:
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


def test_a_full_room_takes_hosts_alone() -> None:
    room = Room(most=2).has("a", "b")
    assert room.tell(Came("c", False)) == [TurnAway("c", "full")]
    assert room.tell(Came("h", True)) == [LetIn("h", 2, waited=False)]


def test_guests_wait_for_the_first_host_and_no_more_after_him() -> None:
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


def test_one_mutes_oneself_and_is_told_once() -> None:
    room = Room().has("a")
    assert room.tell(MuteAsked("a", "a", True)) == [Say("a", "conference/muted"), Mute("a", on=True)]
    assert room.tell(MuteAsked("a", "a", True)) == []
    assert room.tell(MuteAsked("a", "a", False)) == [Say("a", "conference/unmuted"), Mute("a", on=False)]
    assert room.tell(MuteAsked("x", "x", True)) == []


def test_whom_a_host_mutes_cannot_undo_it_and_what_one_muted_oneself_no_host_undoes() -> None:
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


def test_a_host_mutes_all_those_who_come_later_too() -> None:
    room = Room().has("h", "a")
    room.tell(Came("b", False))
    assert room.tell(MuteAllAsked("h", True)) == [
        Say("a", "conference/muted-by-host"),
        Mute("a", on=True),
        Say("h", "conference/all-muted"),
    ]
    seated = [Seat("b", muted=True), Announce("b", came=True), Say("b", "conference/muted-by-host")]
    assert room.tell(Entered("b")) == seated
    room.tell(Came("c", False))
    assert room.tell(Entered("c"))[0] == Seat("c", muted=True)
    assert room.tell(Came("h2", True)) == [LetIn("h2", 4, waited=False)]
    assert room.tell(Entered("h2"))[0] == Seat("h2", muted=False)
    assert room.tell(MuteAllAsked("h", False))[-1] == Say("h2", "conference/all-unmuted")
    assert not any(map(room.muted, "abc"))


def test_hands() -> None:
    room = Room().has("h", "a")
    assert room.tell(HandAsked("a", "a", True)) == [Say("a", "conference/hand-raised")]
    assert room.tell(HandAsked("a", "a", True)) == []
    assert room.tell(HandAsked("a", "h", True)) == [NotAllowed()]
    assert room.tell(HandAsked("h", "a", True)) == [NotAllowed()]
    assert room.tell(HandAsked("h", "a", False)) == [Say("a", "conference/hand-lowered")]
    assert room.tell(HandAsked("x", "x", True)) == []


def test_a_host_removes_and_ends_and_everybody_may_go() -> None:
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


def test_who_was_sent_away_is_in_no_room_and_leads_nobody() -> None:
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
    assert rules.deadline(room.state) == 60
    assert room.tell(MuteAllAsked("h", True)) == [NotAllowed()]
    assert rules.meant(room.state, "h", "9") is None
    assert [one.id for one in room.state.present] == ["a"]
    assert room.tell(Came("b", False)) == [LetIn("b", 1, waited=False)], "his place is free"


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
def test_what_only_hosts_may_who_are_in_the_room(event: Event) -> None:
    room = Room().has("h", "a")
    room.tell(Came("h2", True))
    before = room.state
    assert room.tell(event) == [NotAllowed()]
    assert room.state == before


def test_whoever_comes_into_a_recorded_meeting_knows_it_before_he_is_let_in() -> None:
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


def test_hosts_record_where_the_room_may_be() -> None:
    room = Room(may_record=True).has("h", "a")
    assert rules.meant(room.state, "h", "2") == RecordingAsked("h", True)
    assert room.tell(RecordingAsked("h", True)) == [Record("h", on=True)]
    assert room.tell(RecordingAsked("a", True)) == [NotAllowed()]
    room.tell(RecordingSet(True))
    assert rules.meant(room.state, "h", "2") == RecordingAsked("h", False)
    never = Room().has("h")
    assert never.tell(RecordingAsked("h", True)) == [NotAllowed()]
    assert never.tell(RecordingAsked("h", False)) == [Record("h", on=False)]


def test_without_a_host_it_goes_on_if_nothing_else_is_set() -> None:
    room = Room().has("h", "a")
    assert room.tell(Left("h")) == [Announce("h", came=False)]
    assert rules.deadline(room.state) is None


def test_without_a_host_it_ends_after_a_time_unless_one_comes_back() -> None:
    room = Room(end_after_host=60).has("h", "h2", "a")
    assert room.tell(Left("h")) == [Announce("h", came=False)]
    assert rules.deadline(room.state) is None
    room.at = 10
    assert room.tell(Left("h2")) == [Announce("h2", came=False), Say("a", "conference/host-left")]
    assert rules.deadline(room.state) == 70
    room.at = 69.9
    assert room.tell(TimePassed()) == []
    room.has("h3")
    assert rules.deadline(room.state) is None
    room.tell(Left("h3"))
    assert room.tell(Left("nobody")) == []
    room.at = 130
    assert room.tell(TimePassed()) == [Dismiss("a", "conference/over")]
    assert rules.deadline(room.state) is None
    room.tell(Left("a"))
    assert room.state.over


def test_it_may_end_at_once_with_its_host() -> None:
    room = Room(end_after_host=0).has("h", "a")
    assert room.tell(Left("h")) == [Dismiss("a", "conference/host-left")]


def test_what_keys_ask_for() -> None:
    room = Room().has("h", "a")
    found = {key: rules.meant(room.state, "a", key) for key in "023567891#"}
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
    assert rules.meant(room.state, "a", "6") == MuteAsked("a", "a", False)
    assert rules.meant(room.state, "x", "6") is None
    room.tell(Came("b", False))
    assert rules.meant(room.state, "b", "6") is None
    assert room.tell(CountAsked("a")) == [Count("a", 1)]
    assert room.tell(HelpAsked("a")) == [Help("a", host=False)]
    assert room.tell(HelpAsked("h")) == [Help("h", host=True)]
