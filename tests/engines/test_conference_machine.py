"""Meeting state machine: events in all member states, in virtual time."""

import pytest

from unificx.conferencing import RoomSettings
from unificx.conferencing.machine import meeting as machine
from unificx.conferencing.machine.events_and_actions import (
    ADMINISTRATOR,
    Action,
    AdmissionRequested,
    Admit,
    AllAdmissionsRequested,
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
    ReactionRequested,
    RecordingChanged,
    RecordingRequested,
    RejectEntry,
    RemovalRequested,
    RemoveParticipant,
    SetMuted,
    SetRecording,
    StartWaiting,
)
from unificx.conferencing.machine.meeting_state import Meeting, MemberState


class MeetingDriver:
    """Drives a meeting state machine; `at` is the current time."""

    def __init__(self, **settings: object) -> None:
        self.state: Meeting = machine.new_meeting(RoomSettings(**settings))  # type: ignore[arg-type]
        self.at = 0.0

    def send(self, event: Event) -> list[Action]:
        self.state, actions = machine.step(self.state, event, self.at)
        return actions

    def with_members(self, *names: str) -> "MeetingDriver":
        """Add members; names starting with h are hosts."""
        for name in names:
            self.send(JoinRequested(name, name.startswith("h")))
            self.send(Entered(name))
        return self

    def is_muted(self, name: str) -> bool:
        member = self.state.member(name)
        assert member is not None
        return member.is_muted


def test_a_guest_waits_in_the_lobby_until_a_host_admits_or_refuses_them() -> None:
    room = MeetingDriver().with_members("a", "h1")
    for name in ("g1", "g2", "g3", "g4"):
        assert room.send(JoinRequested(name, False, lobby=True)) == [StartWaiting(name)]
    assert room.send(Entered("g1")) == []
    for by in ("a", "g1"):
        assert room.send(AdmissionRequested(by, "g1")) == [NotAllowed()]
        assert room.send(AllAdmissionsRequested(by)) == [NotAllowed()]
    assert room.send(AdmissionRequested("h1", "g1")) == [Admit("g1", 2, was_waiting=True)]
    assert room.send(AdmissionRequested("h1", "g1")) == []
    assert room.send(RemovalRequested("h1", "g2")) == [RemoveParticipant("g2", "conference/removed")]
    room.send(RecordingChanged(on=True))
    assert room.send(AllAdmissionsRequested("h1")) == []
    assert [one.state for one in room.state.members[-2:]] == [MemberState.AWAITING_CONSENT] * 2
    assert room.send(ConsentGiven("g3")) == [Admit("g3", 2, was_waiting=False)]


def test_all_but_hosts_and_invited_people_wait_in_a_room_with_a_lobby() -> None:
    room = MeetingDriver(lobby=True)
    assert room.send(JoinRequested("a", False)) == [StartWaiting("a")]
    assert room.send(JoinRequested("h", True)) == [Admit("h", 0, was_waiting=False)]
    room.send(Entered("h"))
    assert [one.id for one in room.state.lobby] == ["a"]
    assert room.send(JoinRequested("i", False, invited=True)) == [Admit("i", 1, was_waiting=False)]
    assert room.send(AllAdmissionsRequested("h")) == [Admit("a", 1, was_waiting=True)]
    room.send(RecordingChanged(on=True))
    assert room.send(JoinRequested("b", False)) == [StartWaiting("b")]
    assert room.send(AdmissionRequested("h", "b")) == []
    assert room.send(ConsentGiven("b")) == [Admit("b", 1, was_waiting=False)]


def test_a_host_who_joins_does_not_empty_the_lobby_and_the_lobby_does_not_fill_the_room() -> None:
    room = MeetingDriver(wait_for_host=True, most=2)
    room.send(JoinRequested("g", False, lobby=True))
    assert room.send(JoinRequested("a", False)) == [StartWaiting("a")]
    assert room.send(JoinRequested("h", True)) == [Admit("h", 0, was_waiting=False)]
    assert [one for one in room.send(Entered("h")) if isinstance(one, Admit)] == [Admit("a", 1, was_waiting=True)]
    assert room.state.lobby[0].id == "g"
    assert room.send(JoinRequested("b", False)) == [RejectEntry("b", "full")]
    room.send(Left("a"))
    for at in range(machine.MAX_LOBBY - 1):
        room.send(JoinRequested(f"g{at}", False, lobby=True))
    assert room.send(JoinRequested("late", False, lobby=True)) == [RejectEntry("late", "full")]
    room.send(LockRequested("h", on=True))
    assert room.send(JoinRequested("later", False, lobby=True)) == [RejectEntry("later", "locked")]


def test_a_reaction_is_shown_for_five_seconds_and_at_most_one_a_second() -> None:
    room = MeetingDriver(end_after_host=60).with_members("a", "h1")
    assert room.send(ReactionRequested("waiting", "heart")) == [NotAllowed()]
    room.send(JoinRequested("g", False, lobby=True))
    assert room.send(ReactionRequested("g", "heart")) == [NotAllowed()]
    room.send(ReactionRequested("a", "heart"))
    room.at = 0.9
    room.send(ReactionRequested("a", "laugh"))
    shown = room.state.member("a")
    assert shown is not None
    assert (shown.reaction, machine.deadline(room.state)) == ("heart", machine.REACTION_SECONDS)
    room.send(Left("h1"))
    room.at = machine.REACTION_SECONDS
    assert room.send(DeadlineReached()) == []
    shown = room.state.member("a")
    assert shown is not None
    assert (shown.reaction, machine.deadline(room.state)) == (None, 60.9)
    room.send(ReactionRequested("a", "laugh"))
    assert machine.deadline(room.state) == 2 * machine.REACTION_SECONDS


def test_a_participant_is_admitted_and_announced() -> None:
    room = MeetingDriver()
    assert room.send(JoinRequested("a", False)) == [Admit("a", 0, was_waiting=False)]
    assert room.send(Entered("a")) == [ConnectAudio("a", muted=False), AnnounceParticipant("a", joined=True)]
    assert room.send(Entered("a")) == []
    assert room.send(JoinRequested("b", False)) == [Admit("b", 1, was_waiting=False)]
    assert room.send(Left("b")) == []
    assert room.send(Entered("b")) == []
    assert not room.state.is_over
    assert room.send(Left("a")) == [AnnounceParticipant("a", joined=False)]
    assert room.state.is_over
    assert room.send(Left("a")) == []


def test_a_locked_room_admits_only_hosts() -> None:
    room = MeetingDriver(locked=True)
    assert room.send(JoinRequested("a", False)) == [RejectEntry("a", "locked")]
    assert room.state.is_over
    room.with_members("h")
    assert room.send(LockRequested("h", False)) == [PlayPrompt("h", "conference/now-unlocked")]
    assert room.send(LockRequested("h", False)) == []
    room.with_members("a")
    assert room.send(LockRequested("h", True)) == [
        PlayPrompt("h", "conference/now-locked"),
        PlayPrompt("a", "conference/now-locked"),
    ]
    assert room.send(JoinRequested("b", False)) == [RejectEntry("b", "locked")]
    assert room.send(InvitationRequested("h", "1003")) == [DialNumber("h", "1003")]
    assert room.send(JoinRequested("b", False, invited=True)) == [Admit("b", 2, was_waiting=False)]


def test_a_full_room_admits_only_hosts() -> None:
    room = MeetingDriver(most=2).with_members("a", "b")
    assert room.send(JoinRequested("c", False)) == [RejectEntry("c", "full")]
    assert room.send(JoinRequested("h", True)) == [Admit("h", 2, was_waiting=False)]


def test_guests_wait_until_the_first_host_joins() -> None:
    room = MeetingDriver(wait_for_host=True, muted_on_entry=True)
    assert room.send(JoinRequested("a", False)) == [StartWaiting("a")]
    assert room.send(Entered("a")) == []
    assert room.send(JoinRequested("b", False)) == [StartWaiting("b")]
    assert room.send(JoinRequested("h", True)) == [Admit("h", 0, was_waiting=False)]
    assert room.send(Entered("h")) == [
        ConnectAudio("h", muted=False),
        AnnounceParticipant("h", joined=True),
        Admit("a", 1, was_waiting=True),
        Admit("b", 1, was_waiting=True),
    ]
    assert room.send(Entered("a")) == [
        ConnectAudio("a", muted=True),
        AnnounceParticipant("a", joined=True),
        PlayPrompt("a", "conference/muted"),
    ]
    room.send(Left("h"))
    assert room.send(JoinRequested("c", False)) == [Admit("c", 1, was_waiting=False)]
    assert room.state.member("b").state is MemberState.ENTERING  # type: ignore[union-attr]


def test_a_participant_mutes_themselves_and_is_notified_once() -> None:
    room = MeetingDriver().with_members("a")
    assert room.send(MuteRequested("a", "a", True)) == [PlayPrompt("a", "conference/muted"), SetMuted("a", on=True)]
    assert room.send(MuteRequested("a", "a", True)) == []
    assert room.send(MuteRequested("a", "a", False)) == [PlayPrompt("a", "conference/unmuted"), SetMuted("a", on=False)]
    assert room.send(MuteRequested("x", "x", True)) == []


def test_muting_by_a_host_and_by_the_participant_are_independent() -> None:
    room = MeetingDriver().with_members("h", "a")
    assert room.send(MuteRequested("h", "a", True)) == [
        PlayPrompt("a", "conference/muted-by-host"),
        SetMuted("a", on=True),
    ]
    assert room.send(MuteRequested("h", "a", True)) == []
    assert room.send(MuteRequested("a", "a", False)) == [NotAllowed("conference/muted-by-host")]
    assert room.send(MuteRequested("a", "a", True)) == [PlayPrompt("a", "conference/muted")]
    assert room.send(MuteRequested("h", "a", False)) == [PlayPrompt("a", "conference/muted")]
    assert room.is_muted("a")
    assert room.send(MuteRequested(ADMINISTRATOR, "a", True)) == [PlayPrompt("a", "conference/muted-by-host")]
    assert room.send(MuteRequested("h", "x", True)) == []
    room.send(MuteRequested("a", "a", True))
    room.send(MuteRequested("h", "a", False))
    assert room.send(MuteRequested("a", "a", False)) == [PlayPrompt("a", "conference/unmuted"), SetMuted("a", on=False)]


def test_mute_all_includes_later_guests() -> None:
    room = MeetingDriver().with_members("h", "a")
    room.send(JoinRequested("b", False))
    assert room.send(MuteAllRequested("h", True)) == [
        PlayPrompt("a", "conference/muted-by-host"),
        SetMuted("a", on=True),
        PlayPrompt("h", "conference/all-muted"),
    ]
    expected = [
        ConnectAudio("b", muted=True),
        AnnounceParticipant("b", joined=True),
        PlayPrompt("b", "conference/muted-by-host"),
    ]
    assert room.send(Entered("b")) == expected
    room.send(JoinRequested("c", False))
    assert room.send(Entered("c"))[0] == ConnectAudio("c", muted=True)
    assert room.send(JoinRequested("h2", True)) == [Admit("h2", 4, was_waiting=False)]
    assert room.send(Entered("h2"))[0] == ConnectAudio("h2", muted=False)
    assert room.send(MuteAllRequested("h", False))[-1] == PlayPrompt("h2", "conference/all-unmuted")
    assert not any(map(room.is_muted, "abc"))


def test_raising_and_lowering_hands() -> None:
    room = MeetingDriver().with_members("h", "a")
    assert room.send(HandRequested("a", "a", True)) == [PlayPrompt("a", "conference/hand-raised")]
    assert room.send(HandRequested("a", "a", True)) == []
    assert room.send(HandRequested("a", "h", True)) == [NotAllowed()]
    assert room.send(HandRequested("h", "a", True)) == [NotAllowed()]
    assert room.send(HandRequested("h", "a", False)) == [PlayPrompt("a", "conference/hand-lowered")]
    assert room.send(HandRequested("x", "x", True)) == []


def test_a_host_removes_participants_and_ends_the_meeting() -> None:
    room = MeetingDriver().with_members("h", "a", "b")
    assert room.send(RemovalRequested("h", "a")) == [
        RemoveParticipant("a", "conference/removed"),
        AnnounceParticipant("a", joined=False),
    ]
    assert room.send(RemovalRequested("h", "a")) == []
    assert room.send(RemovalRequested("h", "x")) == []
    assert room.send(EndRequested(ADMINISTRATOR)) == [RemoveParticipant(one, "conference/over") for one in ("h", "b")]
    assert room.send(EndRequested(ADMINISTRATOR)) == []
    assert room.send(JoinRequested("c", False)) == [RejectEntry("c", "locked")]
    for one in ("h", "a", "b"):
        assert room.send(Left(one)) == []
    assert room.state.is_over
    room = MeetingDriver().with_members("h", "b")
    assert room.send(RemovalRequested("b", "b")) == [
        RemoveParticipant("b", "conference/removed"),
        AnnounceParticipant("b", joined=False),
    ]


def test_a_host_who_comes_back_begins_anew_while_others_still_hear_that_it_is_over() -> None:
    room = MeetingDriver().with_members("h", "a")
    room.send(MuteAllRequested("h", True))
    room.send(EndRequested("h"))
    room.send(Left("h"))
    assert room.send(JoinRequested("h", True)) == [Admit("h", 0, was_waiting=False)]
    room.send(Entered("h"))
    assert room.send(JoinRequested("b", False)) == [Admit("b", 1, was_waiting=False)]
    assert not room.is_muted("b")
    room.send(Entered("b"))
    assert room.send(Left("a")) == []
    assert room.send(Left("b")) == [AnnounceParticipant("b", joined=False)]
    room = MeetingDriver(locked=True).with_members("h", "h2")
    room.send(EndRequested("h"))
    room.send(JoinRequested("h3", True))
    assert room.send(JoinRequested("b", False)) == [RejectEntry("b", "locked")]


def test_a_removed_host_has_no_rights() -> None:
    room = MeetingDriver(most=2, end_after_host=60).with_members("h", "a")
    room.send(JoinRequested("h2", True))
    assert room.send(RemovalRequested("h", "h2")) == [RemoveParticipant("h2", "conference/removed")]
    assert room.send(Entered("h2")) == []
    reported = room.send(RemovalRequested(ADMINISTRATOR, "h"))
    assert reported == [
        RemoveParticipant("h", "conference/removed"),
        AnnounceParticipant("h", joined=False),
        PlayPrompt("a", "conference/host-left"),
    ]
    assert machine.deadline(room.state) == 60
    assert room.send(MuteAllRequested("h", True)) == [NotAllowed()]
    assert machine.command_event(room.state, "h", "9") is None
    assert [one.id for one in room.state.present] == ["a"]
    assert room.send(JoinRequested("b", False)) == [Admit("b", 1, was_waiting=False)], "the removed host does not count"


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
    room = MeetingDriver().with_members("h", "a")
    room.send(JoinRequested("h2", True))
    before = room.state
    assert room.send(event) == [NotAllowed()]
    assert room.state == before


def test_participants_are_notified_of_recording_before_admission() -> None:
    room = MeetingDriver(may_record=True, wait_for_host=True)
    room.send(JoinRequested("w", False))
    room.send(RecordingChanged(True))
    assert room.send(JoinRequested("h", True)) == []
    assert room.send(Entered("h")) == []
    assert room.send(ConsentGiven("h")) == [Admit("h", 0, was_waiting=False)]
    assert room.send(ConsentGiven("h")) == []
    assert room.send(Entered("h")) == [ConnectAudio("h", muted=False), AnnounceParticipant("h", joined=True)]
    assert room.state.member("w").state is MemberState.AWAITING_CONSENT  # type: ignore[union-attr]
    assert room.send(ConsentRefused("w")) == [RemoveParticipant("w", "conference/recorded")]
    assert room.send(ConsentRefused("x")) == room.send(ConsentGiven("x")) == []
    room.send(Left("w"))
    assert room.send(JoinRequested("a", False)) == []
    assert room.send(RecordingChanged(False)) == [Admit("a", 1, was_waiting=False)]
    assert room.send(JoinRequested("b", False)) == [Admit("b", 1, was_waiting=False)]


def test_hosts_record_if_the_room_allows_it() -> None:
    room = MeetingDriver(may_record=True).with_members("h", "a")
    assert machine.command_event(room.state, "h", "2") == RecordingRequested("h", True)
    assert room.send(RecordingRequested("h", True)) == [SetRecording("h", on=True)]
    assert room.send(RecordingRequested("a", True)) == [NotAllowed()]
    room.send(RecordingChanged(True))
    assert machine.command_event(room.state, "h", "2") == RecordingRequested("h", False)
    not_recordable = MeetingDriver().with_members("h")
    assert not_recordable.send(RecordingRequested("h", True)) == [NotAllowed()]
    assert not_recordable.send(RecordingRequested("h", False)) == [SetRecording("h", on=False)]


def test_a_meeting_continues_without_a_host_by_default() -> None:
    room = MeetingDriver().with_members("h", "a")
    assert room.send(Left("h")) == [AnnounceParticipant("h", joined=False)]
    assert machine.deadline(room.state) is None


def test_a_meeting_without_a_host_ends_after_the_limit() -> None:
    room = MeetingDriver(end_after_host=60).with_members("h", "h2", "a")
    assert room.send(Left("h")) == [AnnounceParticipant("h", joined=False)]
    assert machine.deadline(room.state) is None
    room.at = 10
    assert room.send(Left("h2")) == [AnnounceParticipant("h2", joined=False), PlayPrompt("a", "conference/host-left")]
    assert machine.deadline(room.state) == 70
    room.at = 69.9
    assert room.send(DeadlineReached()) == []
    room.with_members("h3")
    assert machine.deadline(room.state) is None
    room.send(Left("h3"))
    assert room.send(Left("nobody")) == []
    room.at = 130
    assert room.send(DeadlineReached()) == [RemoveParticipant("a", "conference/over")]
    assert machine.deadline(room.state) is None
    room.send(Left("a"))
    assert room.state.is_over


def test_a_limit_of_zero_ends_the_meeting_with_its_host() -> None:
    room = MeetingDriver(end_after_host=0).with_members("h", "a")
    assert room.send(Left("h")) == [RemoveParticipant("a", "conference/host-left")]


def test_star_commands() -> None:
    room = MeetingDriver().with_members("h", "a")
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
    room.send(MuteRequested("h", "a", True))
    assert machine.command_event(room.state, "a", "6") == MuteRequested("a", "a", False)
    assert machine.command_event(room.state, "x", "6") is None
    room.send(JoinRequested("b", False))
    assert machine.command_event(room.state, "b", "6") is None
    assert room.send(CountRequested("a")) == [PlayParticipantCount("a", 1)]
    assert room.send(HelpRequested("a")) == [PlayHelp("a", host=False)]
    assert room.send(HelpRequested("h")) == [PlayHelp("h", host=True)]
