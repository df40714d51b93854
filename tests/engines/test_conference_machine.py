"""Meeting state machine: events in all member states, in virtual time."""

import pytest

from unificx.conferencing import RoomSettings
from unificx.conferencing.machine import meeting as machine
from unificx.conferencing.machine.events_and_actions import (
    ADMINISTRATOR,
    Action,
    Admit,
    AnnounceParticipant,
    ConnectAudio,
    ConsentGiven,
    ConsentRefused,
    CountRequested,
    DeadlineReached,
    DialNumber,
    EndRequested,
    Entered,
    Event,
    HandRequested,
    HelpRequested,
    InvitationRequested,
    JoinRequested,
    Left,
    LockRequested,
    MuteAllRequested,
    MuteRequested,
    NotAllowed,
    PlayHelp,
    PlayParticipantCount,
    PlayPrompt,
    RecordingChanged,
    RecordingRequested,
    RejectEntry,
    RemovalRequested,
    RemoveParticipant,
    SetMuted,
    SetRecording,
    StartWaiting,
)
from unificx.conferencing.machine.meeting import Meeting, MemberState


class Room:
    """Drives a meeting state machine; `at` is the current time."""

    def __init__(self, **settings: object) -> None:
        self.state: Meeting = machine.new_meeting(RoomSettings(**settings))  # type: ignore[arg-type]
        self.at = 0.0

    def tell(self, event: Event) -> list[Action]:
        self.state, actions = machine.step(self.state, event, self.at)
        return actions

    def has(self, *names: str) -> "Room":
        """Add members; names starting with h are hosts."""
        for name in names:
            self.tell(JoinRequested(name, name.startswith("h")))
            self.tell(Entered(name))
        return self

    def muted(self, name: str) -> bool:
        member = self.state.member(name)
        assert member is not None
        return member.is_muted


def test_a_participant_is_admitted_and_announced() -> None:
    room = Room()
    assert room.tell(JoinRequested("a", False)) == [Admit("a", 0, was_waiting=False)]
    assert room.tell(Entered("a")) == [ConnectAudio("a", muted=False), AnnounceParticipant("a", joined=True)]
    assert room.tell(Entered("a")) == []
    assert room.tell(JoinRequested("b", False)) == [Admit("b", 1, was_waiting=False)]
    assert room.tell(Left("b")) == []
    assert room.tell(Entered("b")) == []
    assert not room.state.is_over
    assert room.tell(Left("a")) == [AnnounceParticipant("a", joined=False)]
    assert room.state.is_over
    assert room.tell(Left("a")) == []


def test_a_locked_room_admits_only_hosts() -> None:
    room = Room(locked=True)
    assert room.tell(JoinRequested("a", False)) == [RejectEntry("a", "locked")]
    assert room.state.is_over
    room.has("h")
    assert room.tell(LockRequested("h", False)) == [PlayPrompt("h", "conference/now-unlocked")]
    assert room.tell(LockRequested("h", False)) == []
    room.has("a")
    assert room.tell(LockRequested("h", True)) == [
        PlayPrompt("h", "conference/now-locked"),
        PlayPrompt("a", "conference/now-locked"),
    ]
    assert room.tell(JoinRequested("b", False)) == [RejectEntry("b", "locked")]
    assert room.tell(InvitationRequested("h", "1003")) == [DialNumber("h", "1003")]
    assert room.tell(JoinRequested("b", False, invited=True)) == [Admit("b", 2, was_waiting=False)]


def test_a_full_room_admits_only_hosts() -> None:
    room = Room(most=2).has("a", "b")
    assert room.tell(JoinRequested("c", False)) == [RejectEntry("c", "full")]
    assert room.tell(JoinRequested("h", True)) == [Admit("h", 2, was_waiting=False)]


def test_guests_wait_until_the_first_host_joins() -> None:
    room = Room(wait_for_host=True, muted_on_entry=True)
    assert room.tell(JoinRequested("a", False)) == [StartWaiting("a")]
    assert room.tell(Entered("a")) == []
    assert room.tell(JoinRequested("b", False)) == [StartWaiting("b")]
    assert room.tell(JoinRequested("h", True)) == [Admit("h", 0, was_waiting=False)]
    assert room.tell(Entered("h")) == [
        ConnectAudio("h", muted=False),
        AnnounceParticipant("h", joined=True),
        Admit("a", 1, was_waiting=True),
        Admit("b", 1, was_waiting=True),
    ]
    assert room.tell(Entered("a")) == [
        ConnectAudio("a", muted=True),
        AnnounceParticipant("a", joined=True),
        PlayPrompt("a", "conference/muted"),
    ]
    room.tell(Left("h"))
    assert room.tell(JoinRequested("c", False)) == [Admit("c", 1, was_waiting=False)]
    assert room.state.member("b").state is MemberState.ENTERING  # type: ignore[union-attr]


def test_a_participant_mutes_themselves_and_is_notified_once() -> None:
    room = Room().has("a")
    assert room.tell(MuteRequested("a", "a", True)) == [PlayPrompt("a", "conference/muted"), SetMuted("a", on=True)]
    assert room.tell(MuteRequested("a", "a", True)) == []
    assert room.tell(MuteRequested("a", "a", False)) == [PlayPrompt("a", "conference/unmuted"), SetMuted("a", on=False)]
    assert room.tell(MuteRequested("x", "x", True)) == []


def test_muting_by_a_host_and_by_the_participant_are_independent() -> None:
    room = Room().has("h", "a")
    assert room.tell(MuteRequested("h", "a", True)) == [
        PlayPrompt("a", "conference/muted-by-host"),
        SetMuted("a", on=True),
    ]
    assert room.tell(MuteRequested("h", "a", True)) == []
    assert room.tell(MuteRequested("a", "a", False)) == [NotAllowed("conference/muted-by-host")]
    assert room.tell(MuteRequested("a", "a", True)) == [PlayPrompt("a", "conference/muted")]
    assert room.tell(MuteRequested("h", "a", False)) == [PlayPrompt("a", "conference/muted")]
    assert room.muted("a")
    assert room.tell(MuteRequested(ADMINISTRATOR, "a", True)) == [PlayPrompt("a", "conference/muted-by-host")]
    assert room.tell(MuteRequested("h", "x", True)) == []
    room.tell(MuteRequested("a", "a", True))
    room.tell(MuteRequested("h", "a", False))
    assert room.tell(MuteRequested("a", "a", False)) == [PlayPrompt("a", "conference/unmuted"), SetMuted("a", on=False)]


def test_mute_all_includes_later_guests() -> None:
    room = Room().has("h", "a")
    room.tell(JoinRequested("b", False))
    assert room.tell(MuteAllRequested("h", True)) == [
        PlayPrompt("a", "conference/muted-by-host"),
        SetMuted("a", on=True),
        PlayPrompt("h", "conference/all-muted"),
    ]
    expected = [
        ConnectAudio("b", muted=True),
        AnnounceParticipant("b", joined=True),
        PlayPrompt("b", "conference/muted-by-host"),
    ]
    assert room.tell(Entered("b")) == expected
    room.tell(JoinRequested("c", False))
    assert room.tell(Entered("c"))[0] == ConnectAudio("c", muted=True)
    assert room.tell(JoinRequested("h2", True)) == [Admit("h2", 4, was_waiting=False)]
    assert room.tell(Entered("h2"))[0] == ConnectAudio("h2", muted=False)
    assert room.tell(MuteAllRequested("h", False))[-1] == PlayPrompt("h2", "conference/all-unmuted")
    assert not any(map(room.muted, "abc"))


def test_raising_and_lowering_hands() -> None:
    room = Room().has("h", "a")
    assert room.tell(HandRequested("a", "a", True)) == [PlayPrompt("a", "conference/hand-raised")]
    assert room.tell(HandRequested("a", "a", True)) == []
    assert room.tell(HandRequested("a", "h", True)) == [NotAllowed()]
    assert room.tell(HandRequested("h", "a", True)) == [NotAllowed()]
    assert room.tell(HandRequested("h", "a", False)) == [PlayPrompt("a", "conference/hand-lowered")]
    assert room.tell(HandRequested("x", "x", True)) == []


def test_a_host_removes_participants_and_ends_the_meeting() -> None:
    room = Room().has("h", "a", "b")
    assert room.tell(RemovalRequested("h", "a")) == [
        RemoveParticipant("a", "conference/removed"),
        AnnounceParticipant("a", joined=False),
    ]
    assert room.tell(RemovalRequested("h", "a")) == []
    assert room.tell(RemovalRequested("h", "x")) == []
    assert room.tell(EndRequested(ADMINISTRATOR)) == [RemoveParticipant(one, "conference/over") for one in ("h", "b")]
    assert room.tell(EndRequested(ADMINISTRATOR)) == []
    assert room.tell(JoinRequested("c", False)) == [RejectEntry("c", "locked")]
    for one in ("h", "a", "b"):
        assert room.tell(Left(one)) == []
    assert room.state.is_over
    room = Room().has("h", "b")
    assert room.tell(RemovalRequested("b", "b")) == [
        RemoveParticipant("b", "conference/removed"),
        AnnounceParticipant("b", joined=False),
    ]


def test_a_removed_host_has_no_rights() -> None:
    room = Room(most=2, end_after_host=60).has("h", "a")
    room.tell(JoinRequested("h2", True))
    assert room.tell(RemovalRequested("h", "h2")) == [RemoveParticipant("h2", "conference/removed")]
    assert room.tell(Entered("h2")) == []
    told = room.tell(RemovalRequested(ADMINISTRATOR, "h"))
    assert told == [
        RemoveParticipant("h", "conference/removed"),
        AnnounceParticipant("h", joined=False),
        PlayPrompt("a", "conference/host-left"),
    ]
    assert machine.deadline(room.state) == 60
    assert room.tell(MuteAllRequested("h", True)) == [NotAllowed()]
    assert machine.command_event(room.state, "h", "9") is None
    assert [one.id for one in room.state.present] == ["a"]
    assert room.tell(JoinRequested("b", False)) == [Admit("b", 1, was_waiting=False)], "the removed host does not count"


@pytest.mark.parametrize(
    "event",
    [
        MuteRequested("a", "h", True),
        MuteAllRequested("a", True),
        LockRequested("a", True),
        RemovalRequested("a", "h"),
        EndRequested("a"),
        EndRequested("nobody"),
        EndRequested("h2"),
        InvitationRequested("a", "1003"),
    ],
)
def test_host_requests_require_a_host_inside(event: Event) -> None:
    room = Room().has("h", "a")
    room.tell(JoinRequested("h2", True))
    before = room.state
    assert room.tell(event) == [NotAllowed()]
    assert room.state == before


def test_participants_are_notified_of_recording_before_admission() -> None:
    room = Room(may_record=True, wait_for_host=True)
    room.tell(JoinRequested("w", False))
    room.tell(RecordingChanged(True))
    assert room.tell(JoinRequested("h", True)) == []
    assert room.tell(Entered("h")) == []
    assert room.tell(ConsentGiven("h")) == [Admit("h", 0, was_waiting=False)]
    assert room.tell(ConsentGiven("h")) == []
    assert room.tell(Entered("h")) == [ConnectAudio("h", muted=False), AnnounceParticipant("h", joined=True)]
    assert room.state.member("w").state is MemberState.AWAITING_CONSENT  # type: ignore[union-attr]
    assert room.tell(ConsentRefused("w")) == [RemoveParticipant("w", "conference/recorded")]
    assert room.tell(ConsentRefused("x")) == room.tell(ConsentGiven("x")) == []
    room.tell(Left("w"))
    assert room.tell(JoinRequested("a", False)) == []
    assert room.tell(RecordingChanged(False)) == [Admit("a", 1, was_waiting=False)]
    assert room.tell(JoinRequested("b", False)) == [Admit("b", 1, was_waiting=False)]


def test_hosts_record_if_the_room_allows_it() -> None:
    room = Room(may_record=True).has("h", "a")
    assert machine.command_event(room.state, "h", "2") == RecordingRequested("h", True)
    assert room.tell(RecordingRequested("h", True)) == [SetRecording("h", on=True)]
    assert room.tell(RecordingRequested("a", True)) == [NotAllowed()]
    room.tell(RecordingChanged(True))
    assert machine.command_event(room.state, "h", "2") == RecordingRequested("h", False)
    not_recordable = Room().has("h")
    assert not_recordable.tell(RecordingRequested("h", True)) == [NotAllowed()]
    assert not_recordable.tell(RecordingRequested("h", False)) == [SetRecording("h", on=False)]


def test_a_meeting_continues_without_a_host_by_default() -> None:
    room = Room().has("h", "a")
    assert room.tell(Left("h")) == [AnnounceParticipant("h", joined=False)]
    assert machine.deadline(room.state) is None


def test_a_meeting_without_a_host_ends_after_the_limit() -> None:
    room = Room(end_after_host=60).has("h", "h2", "a")
    assert room.tell(Left("h")) == [AnnounceParticipant("h", joined=False)]
    assert machine.deadline(room.state) is None
    room.at = 10
    assert room.tell(Left("h2")) == [AnnounceParticipant("h2", joined=False), PlayPrompt("a", "conference/host-left")]
    assert machine.deadline(room.state) == 70
    room.at = 69.9
    assert room.tell(DeadlineReached()) == []
    room.has("h3")
    assert machine.deadline(room.state) is None
    room.tell(Left("h3"))
    assert room.tell(Left("nobody")) == []
    room.at = 130
    assert room.tell(DeadlineReached()) == [RemoveParticipant("a", "conference/over")]
    assert machine.deadline(room.state) is None
    room.tell(Left("a"))
    assert room.state.is_over


def test_a_limit_of_zero_ends_the_meeting_with_its_host() -> None:
    room = Room(end_after_host=0).has("h", "a")
    assert room.tell(Left("h")) == [RemoveParticipant("a", "conference/host-left")]


def test_star_commands() -> None:
    room = Room().has("h", "a")
    found = {key: machine.command_event(room.state, "a", key) for key in "023567891#"}
    assert found == {
        "0": HelpRequested("a"),
        "2": RecordingRequested("a", True),
        "3": CountRequested("a"),
        "5": HandRequested("a", "a", True),
        "6": MuteRequested("a", "a", True),
        "7": LockRequested("a", True),
        "8": MuteAllRequested("a", True),
        "9": EndRequested("a"),
        "1": None,
        "#": None,
    }
    room.tell(MuteRequested("h", "a", True))
    assert machine.command_event(room.state, "a", "6") == MuteRequested("a", "a", False)
    assert machine.command_event(room.state, "x", "6") is None
    room.tell(JoinRequested("b", False))
    assert machine.command_event(room.state, "b", "6") is None
    assert room.tell(CountRequested("a")) == [PlayParticipantCount("a", 1)]
    assert room.tell(HelpRequested("a")) == [PlayHelp("a", host=False)]
    assert room.tell(HelpRequested("h")) == [PlayHelp("h", host=True)]
