"""State machine of a meeting, from the first participant who joins to the last who leaves, including all permissions.

`step` takes an event and returns the new state and the actions to execute; `deadline` is the time of the next
`DeadlineReached` event. A meeting is over once its members have left, those in its breakout rooms too.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias, assert_never

from unificx.conferencing.machine import events_and_actions
from unificx.conferencing.machine.events_and_actions import Action
from unificx.conferencing.machine.meeting_state import Meeting, Member, MemberState
from unificx.conferencing.schemas import Reaction, RoomSettings, Video

MAX_VIDEOS = 50
"""Videos of a meeting."""
REACTION_SECONDS = 5.0
"""How long a reaction is shown."""
REACTION_INTERVAL = 1.0
"""Seconds between the reactions of a member; an earlier one is ignored, because each is sent to all."""
MAX_LOBBY = 50
"""Participants in the lobby of a meeting. They do not count as participants of the meeting."""


Step: TypeAlias = tuple[Meeting, list[Action]]


def new_meeting(settings: RoomSettings) -> Meeting:
    """Return a meeting without members."""
    return Meeting(settings, locked=settings.locked)


def deadline(meeting: Meeting) -> float | None:
    """Return the next end of a reaction, or of the meeting after its last host has left; None: neither."""
    ends = [one.reacted_at + REACTION_SECONDS for one in meeting.members if one.reaction is not None]
    return min(ends + ([meeting.ends_at] if meeting.ends_at is not None else []), default=None)


def step(meeting: Meeting, event: events_and_actions.Event, now: float) -> Step:
    match event:
        case events_and_actions.JoinRequested():
            return _join(meeting, event)
        case events_and_actions.Entered(id_):
            return _enter(meeting, id_)
        case events_and_actions.Left(id_, moved):
            return _leave(meeting, id_, now, moved=moved)
        case events_and_actions.BreakoutsChanged(is_open, away):
            return _after_host(replace(meeting, breakouts=is_open, hosts_away=away), now, before=meeting.hosts_away)
        case events_and_actions.HandRequested(by, id_, up):
            return _set_hand(meeting, by, id_, raised=up)
        case events_and_actions.ReactionRequested(id_, reaction):
            return _react(meeting, id_, reaction, now)
        case events_and_actions.MuteRequested(by, id_, on) if by == id_:
            return _mute_self(meeting, id_, on=on)
        case events_and_actions.CountRequested(by):
            return meeting, [events_and_actions.PlayParticipantCount(by, _count_inside(meeting) - 1)]
        case events_and_actions.HelpRequested(by):
            return meeting, [events_and_actions.PlayHelp(by, host=meeting.has_host_rights(by))]
        case events_and_actions.RecordingChanged(on, paused, video):
            return _recording_changed(replace(meeting, paused=on and paused, video_recorded=on and video), on=on)
        case events_and_actions.ConsentGiven(id_):
            member = meeting.member(id_)
            is_awaiting = member is not None and member.state is MemberState.AWAITING_CONSENT
            return _admit(meeting, member, was_waiting=False) if member is not None and is_awaiting else (meeting, [])
        case events_and_actions.VideoRequested(id_, video, again):
            return _publish(meeting, id_, video, again=again)
        case events_and_actions.VideoStopped(by, id_, video_id):
            return _stop_video(meeting, by, id_, video_id)
        case events_and_actions.VideosLost():
            return replace(meeting, members=tuple(replace(one, videos=()) for one in meeting.members)), []
        case events_and_actions.ConsentRefused(id_):
            return _remove(meeting, id_, "conference/recorded", now)
        case events_and_actions.DeadlineReached():
            return _deadline_reached(meeting, now)
        case _:
            return _host_request(meeting, event, now)


def _host_request(
    meeting: Meeting,
    event: events_and_actions.MuteRequested
    | events_and_actions.AdmissionRequested
    | events_and_actions.AllAdmissionsRequested
    | events_and_actions.LockRequested
    | events_and_actions.MuteAllRequested
    | events_and_actions.RemovalRequested
    | events_and_actions.InvitationRequested
    | events_and_actions.RecordingRequested
    | events_and_actions.PauseRequested
    | events_and_actions.EndRequested,
    now: float,
) -> Step:
    if not meeting.has_host_rights(event.by) and not (
        isinstance(event, events_and_actions.RemovalRequested) and event.id == event.by
    ):
        return meeting, [events_and_actions.NotAllowed()]
    match event:
        case events_and_actions.MuteRequested(_, id_, on):
            return _mute_by_host(meeting, id_, on=on)
        case events_and_actions.AdmissionRequested(_, id_):
            return _admit_waiting(meeting, [one for one in meeting.lobby if one.id == id_])
        case events_and_actions.AllAdmissionsRequested():
            return _admit_waiting(meeting, meeting.lobby)
        case events_and_actions.LockRequested(_, on):
            prompt = "conference/now-locked" if on else "conference/now-unlocked"
            prompts = (
                [events_and_actions.PlayPrompt(one.id, prompt) for one in _inside(meeting)]
                if on is not meeting.locked
                else []
            )
            return replace(meeting, locked=on), [*prompts]
        case events_and_actions.MuteAllRequested(_, on):
            return _mute_all(meeting, on=on)
        case events_and_actions.RemovalRequested(_, id_):
            return _remove(meeting, id_, "conference/removed", now)
        case events_and_actions.InvitationRequested(by, number):
            return meeting, [events_and_actions.DialNumber(by, number)]
        case events_and_actions.RecordingRequested(by, on, video):
            if not meeting.settings.may_record and on:
                return meeting, [events_and_actions.NotAllowed()]
            return meeting, [events_and_actions.SetRecording(by, on, video)]
        case events_and_actions.PauseRequested(_, on, card):
            return meeting, [events_and_actions.SetRecordingPaused(on, card)]
        case events_and_actions.EndRequested():
            return _end(meeting, "conference/over")
        case _:
            assert_never(event)


# ---- joining and leaving


def _join(meeting: Meeting, request: events_and_actions.JoinRequested) -> Step:
    """Hosts are always admitted, even to a locked or full room, because they could change both; so are those who come
    from another room of the meeting. With a host a new meeting begins while the members of one that was ended still
    hear so."""
    id_, host, lobby = request.id, request.host, meeting.lobby
    if host and meeting.ended and not meeting.breakouts:
        meeting = replace(meeting, ended=False, locked=meeting.settings.locked, all_muted=False, opened=False)
    waits = request.lobby or (meeting.settings.lobby and not request.invited)
    if not host and not request.moved:
        if meeting.locked and not request.invited:
            return meeting, [events_and_actions.RejectEntry(id_, "locked")]
        if len(meeting.present) - len(lobby) >= meeting.settings.most or (waits and len(lobby) >= MAX_LOBBY):
            return meeting, [events_and_actions.RejectEntry(id_, "full")]
        if waits:
            waiting = Member(id_, host=False, state=MemberState.LOBBY)
            return _put_member(meeting, waiting), [events_and_actions.StartWaiting(id_)]
        if meeting.settings.wait_for_host and not meeting.opened:
            waiting = Member(id_, host=False, state=MemberState.WAITING)
            return _put_member(meeting, waiting), [events_and_actions.StartWaiting(id_)]
    member = Member(
        id_,
        host=host,
        state=MemberState.ENTERING,
        muted=request.muted or (meeting.settings.muted_on_entry and not host and not request.moved),
        muted_by_host=meeting.all_muted and not host,
    )
    meeting, actions = _admit(meeting, member, was_waiting=False, recorded=meeting.recorded)
    return meeting, [events_and_actions.PlayPrompt(id_, request.moved), *actions] if request.moved else actions


def _admit(meeting: Meeting, member: Member, *, was_waiting: bool, recorded: bool = False) -> Step:
    """Admit a member; if the meeting is `recorded`, only after a notice."""
    if recorded:
        return _put_member(meeting, replace(member, state=MemberState.AWAITING_CONSENT)), []
    actions: list[Action] = [events_and_actions.Admit(member.id, _count_inside(meeting), was_waiting=was_waiting)]
    return _put_member(meeting, replace(member, state=MemberState.ENTERING)), actions


def _recording_changed(meeting: Meeting, *, on: bool) -> Step:
    """When recording stops, admit the members who were awaiting its notice."""
    meeting, actions = replace(meeting, recorded=on), list[Action]()
    for one in meeting.members:
        if one.state is MemberState.AWAITING_CONSENT and not on:
            meeting, more = _admit(meeting, one, was_waiting=False)
            actions += more
    return meeting, actions


def _enter(meeting: Meeting, id_: str) -> Step:
    member = meeting.member(id_)
    if member is None or member.state is not MemberState.ENTERING:
        return meeting, []
    meeting = _put_member(meeting, replace(member, state=MemberState.INSIDE))
    actions: list[Action] = [
        events_and_actions.ConnectAudio(id_, member.is_muted),
        events_and_actions.AnnounceParticipant(id_, joined=True),
    ]
    if member.muted_by_host:
        actions.append(events_and_actions.PlayPrompt(id_, "conference/muted-by-host"))
    elif member.muted:
        actions.append(events_and_actions.PlayPrompt(id_, "conference/muted"))
    if not member.host:
        return meeting, actions
    meeting = replace(meeting, opened=True, ends_at=None)
    meeting, more = _admit_waiting(meeting, [one for one in meeting.members if one.state is MemberState.WAITING])
    return meeting, [*actions, *more]


def _admit_waiting(meeting: Meeting, waiting: Sequence[Member]) -> Step:
    """Admit members who wait for a host, or in the lobby."""
    actions: list[Action] = []
    for one in waiting:
        guest = replace(one, muted_by_host=meeting.all_muted, muted=meeting.settings.muted_on_entry)
        meeting, more = _admit(meeting, guest, was_waiting=True, recorded=meeting.recorded)
        actions += more
    return meeting, actions


def _leave(meeting: Meeting, id_: str, now: float, *, moved: bool) -> Step:
    """Remove a member. A meeting does not end because its last host visits another of its rooms."""
    member = meeting.member(id_)
    if member is None:
        return meeting, []
    left = replace(meeting, members=tuple(one for one in meeting.members if one.id != id_))
    if moved:
        left = replace(left, hosts_away=left.hosts_away or (member.host and left.breakouts))
        return left, [events_and_actions.AnnounceParticipant(id_, joined=False)]
    return _after_leaving(left, member, now)


def _remove(meeting: Meeting, id_: str, prompt: str, now: float) -> Step:
    """Remove a member; the call stays until the reason has been played."""
    member = meeting.member(id_)
    if member is None or member.state is MemberState.LEAVING:
        return meeting, []
    leaving = replace(member, state=MemberState.LEAVING, videos=())
    meeting, actions = _after_leaving(_put_member(meeting, leaving), member, now)
    return meeting, [events_and_actions.RemoveParticipant(id_, prompt), *actions]


def _after_leaving(meeting: Meeting, member: Member, now: float) -> Step:
    """Return the consequences of a member leaving; `member` is the state before."""
    if member.state is not MemberState.INSIDE:
        return meeting, []
    meeting, actions = _after_host(meeting, now, before=member.host)
    announcement = events_and_actions.AnnounceParticipant(member.id, joined=False)
    return meeting, actions if meeting.ended else [announcement, *actions]


def _after_host(meeting: Meeting, now: float, *, before: bool) -> Step:
    """Return the consequences of a step after which there may be no host, if there was one `before`."""
    after = meeting.settings.end_after_host
    if after is None or not before or meeting.hosts_away or any(one.host for one in _inside(meeting)):
        return meeting, []
    if after == 0:
        return _end(meeting, "conference/host-left")
    prompts = [events_and_actions.PlayPrompt(one.id, "conference/host-left") for one in _inside(meeting)]
    return replace(meeting, ends_at=now + after), [*prompts]


def _deadline_reached(meeting: Meeting, now: float) -> Step:
    shown = [one if now < one.reacted_at + REACTION_SECONDS else replace(one, reaction=None) for one in meeting.members]
    meeting = replace(meeting, members=tuple(shown))
    if meeting.ends_at is None or now < meeting.ends_at:
        return meeting, []
    return _end(meeting, "conference/over")


def _end(meeting: Meeting, prompt: str) -> Step:
    """End the meeting: each member leaves once the reason has been played."""
    dismissed: list[Action] = [events_and_actions.RemoveParticipant(one.id, prompt) for one in meeting.present]
    leaving = tuple(replace(one, state=MemberState.LEAVING, videos=()) for one in meeting.members)
    return replace(meeting, members=leaving, ends_at=None, locked=True, ended=True), dismissed


# ---- muting and raised hands


def _mute_self(meeting: Meeting, id_: str, *, on: bool) -> Step:
    member = meeting.member(id_)
    if member is None:
        return meeting, []
    if member.muted_by_host and not on:
        return meeting, [events_and_actions.NotAllowed("conference/muted-by-host")]
    prompt = events_and_actions.PlayPrompt(id_, "conference/muted" if on else "conference/unmuted")
    return _apply_mute(meeting, member, replace(member, muted=on), [prompt])


def _mute_by_host(meeting: Meeting, id_: str, *, on: bool) -> Step:
    """Mute or unmute by a host. A host cannot unmute members who muted themselves."""
    member = meeting.member(id_)
    if member is None or member.muted_by_host is on:
        return meeting, []
    prompt = events_and_actions.PlayPrompt(id_, "conference/muted-by-host" if on else _prompt_after_unmute(member))
    return _apply_mute(meeting, member, replace(member, muted_by_host=on), [prompt])


def _mute_all(meeting: Meeting, *, on: bool) -> Step:
    meeting = replace(meeting, all_muted=on)
    actions: list[Action] = []
    for member in meeting.members:
        if not member.host:
            meeting, more = _mute_by_host(meeting, member.id, on=on)
            actions += more
    prompt = "conference/all-muted" if on else "conference/all-unmuted"
    actions += [events_and_actions.PlayPrompt(one.id, prompt) for one in _inside(meeting) if one.host]
    return meeting, actions


def _prompt_after_unmute(member: Member) -> str:
    return "conference/muted" if member.muted else "conference/unmuted"


def _apply_mute(meeting: Meeting, before: Member, after: Member, prompts: list[events_and_actions.PlayPrompt]) -> Step:
    """Switch and notify only members inside; for others it takes effect when they enter."""
    actions: list[Action] = []
    if before.state is MemberState.INSIDE and before != after:
        actions += prompts
        if before.is_muted is not after.is_muted:
            actions.append(events_and_actions.SetMuted(after.id, after.is_muted))
    return _put_member(meeting, after), actions


def _set_hand(meeting: Meeting, by: str, id_: str, *, raised: bool) -> Step:
    member = meeting.member(id_)
    if by != id_ and (raised or not meeting.has_host_rights(by)):
        return meeting, [events_and_actions.NotAllowed()]
    if member is None or member.hand_raised is raised:
        return meeting, []
    prompt = "conference/hand-raised" if raised else "conference/hand-lowered"
    return _put_member(meeting, replace(member, hand_raised=raised)), [events_and_actions.PlayPrompt(id_, prompt)]


def _react(meeting: Meeting, id_: str, reaction: Reaction, now: float) -> Step:
    member = meeting.member(id_)
    if member is None or member.state is not MemberState.INSIDE:
        return meeting, [events_and_actions.NotAllowed()]
    if now < member.reacted_at + REACTION_INTERVAL:
        return meeting, []
    return _put_member(meeting, replace(member, reaction=reaction, reacted_at=now)), []


# ---- videos


def video_refusal(
    meeting: Meeting, id_: str, video: Video, *, again: bool
) -> Literal["not-inside", "stopped", "full", "shared"] | None:
    """Return why a member may not publish a video; None if they may. `shared`: another screen is being shared.
    `again`: a client publishes a lost video again, which it may not if a host has stopped it."""
    member = meeting.member(id_)
    if member is None or member.state is not MemberState.INSIDE:
        return "not-inside"
    if again and video.source in member.stopped:
        return "stopped"
    others = [one.source for each in meeting.members for one in each.videos if each.id != id_]
    if video.source == "screen" and "screen" in others:
        return "shared"
    own = [one for one in member.videos if one.source != video.source]
    return "full" if len(others) + len(own) >= MAX_VIDEOS else None


def _publish(meeting: Meeting, id_: str, video: Video, *, again: bool) -> Step:
    member = meeting.member(id_)
    if member is None or video_refusal(meeting, id_, video, again=again) is not None:
        return meeting, [events_and_actions.NotAllowed()]
    rest = tuple(one for one in member.videos if one.source != video.source)
    stopped = tuple(one for one in member.stopped if one != video.source)
    return _put_member(meeting, replace(member, videos=(*rest, video), stopped=stopped)), []


def _stop_video(meeting: Meeting, by: str, id_: str, video_id: str) -> Step:
    member = meeting.member(id_)
    if by != id_ and not meeting.has_host_rights(by):
        return meeting, [events_and_actions.NotAllowed()]
    if member is None:
        return meeting, []
    rest = tuple(one for one in member.videos if one.id != video_id)
    ended = tuple(one.source for one in member.videos if one.id == video_id) if by != id_ else ()
    return _put_member(meeting, replace(member, videos=rest, stopped=(*member.stopped, *ended))), []


# ---- lookups


def command_event(meeting: Meeting, id_: str, digit: str) -> events_and_actions.Event | None:
    """Return the event for a star command (`*` and a digit) of a member inside."""
    member = meeting.member(id_)
    if member is None or member.state is not MemberState.INSIDE:
        return None
    commands: dict[str, events_and_actions.Event | None] = {
        "0": events_and_actions.HelpRequested(id_),
        "2": events_and_actions.RecordingRequested(id_, not meeting.recorded),
        "3": events_and_actions.CountRequested(id_),
        "4": events_and_actions.PauseRequested(id_, not meeting.paused) if meeting.recorded else None,
        "5": events_and_actions.HandRequested(id_, id_, not member.hand_raised),
        "6": events_and_actions.MuteRequested(id_, id_, not member.is_muted),
        "7": events_and_actions.LockRequested(id_, not meeting.locked),
        "8": events_and_actions.MuteAllRequested(id_, not meeting.all_muted),
        "9": events_and_actions.EndRequested(id_),
    }
    return commands.get(digit)


def _inside(meeting: Meeting) -> list[Member]:
    return [one for one in meeting.members if one.state is MemberState.INSIDE]


def _count_inside(meeting: Meeting) -> int:
    return len(_inside(meeting))


def _put_member(meeting: Meeting, member: Member) -> Meeting:
    """Return the meeting with the member replaced, or appended if new."""
    if meeting.member(member.id) is None:
        return replace(meeting, members=(*meeting.members, member))
    return replace(meeting, members=tuple(member if one.id == member.id else one for one in meeting.members))
