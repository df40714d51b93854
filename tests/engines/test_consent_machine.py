"""Recording consent machine in virtual time: all paths to capture, and a random walk for the invariant."""

import random
from collections.abc import Iterable

import pytest

from unificx.recording.machine import consent
from unificx.recording.machine import consent_types as w

A, B, C = w.Leg("a"), w.Leg("b"), w.Leg("c")
ANNOUNCE, OPT_IN = w.Terms("announce", 15.0), w.Terms("opt_in", 15.0)
NOTICE, ASK, AGAIN = "recording/notice-hang-up", "recording/ask", "recording/ask-again"


class Play:
    """Drives the machine: `last_actions` are those of the last step, `all_actions` all."""

    def __init__(self, terms: w.Terms, *legs: w.Leg) -> None:
        self.now = 100.0
        self.done: list[w.Action] = []
        self.state, self.did = consent.begin(terms, legs, self.now)
        self.done += self.did

    def tell(self, *events: w.Event) -> list[w.Action]:
        self.did = []
        for event in events:
            self.state, actions = consent.step(self.state, event, self.now)
            self.did += actions
        self.done += self.did
        return self.did

    def wait(self) -> list[w.Action]:
        """Advance to the next deadline."""
        at = consent.deadline(self.state)
        assert at is not None
        self.now = max(at, self.now)
        return self.tell(w.TimePassed())

    def pass_by(self, seconds: float) -> list[w.Action]:
        self.now += seconds
        return self.tell(w.TimePassed())


def told(*legs: w.Leg) -> Iterable[w.Event]:
    return [w.Told(leg.name, f"notice-of-{leg.name}") for leg in legs]


def recording(terms: w.Terms = ANNOUNCE, *legs: w.Leg) -> Play:
    """Return a driver whose legs have all consented."""
    play = Play(terms, *(legs or (A, B)))
    play.tell(*told(*(legs or (A, B))))
    if terms.mode == "opt_in":
        play.tell(*(w.Pressed(leg.name, "1") for leg in legs or (A, B)))
    else:
        play.wait()
    assert isinstance(play.state, w.Recording)
    return play


@pytest.mark.promise("C8")
def test_announce_notifies_all_legs_and_staying_is_consent() -> None:
    play = Play(ANNOUNCE, A, B)
    assert play.did == [w.Tell("a", NOTICE, awaited=True), w.Tell("b", NOTICE, awaited=True)]
    assert play.tell(w.Told("a", "n")) == []
    assert play.wait() == []
    assert not consent.may_be_kept(play.state)
    assert play.tell(w.Told("b", "n")) == []
    at = play.now
    assert play.wait() == [w.Feed()]
    assert play.now == at + consent.GRACE
    for each in consent.there(play.state):
        assert (each.stage, each.notice) == ("consented", "n")
        assert each.told_at is not None
        assert each.settled_at is not None
        assert each.told_at < each.settled_at <= play.now


@pytest.mark.promise("C8")
def test_opt_in_waits_for_the_digit_of_each_leg() -> None:
    play = Play(OPT_IN, A, B)
    assert play.did == [w.Tell("a", ASK, awaited=True), w.Tell("b", ASK, awaited=True)]
    assert play.tell(w.Pressed("a", "1")) == [w.Hush("a")]  # during the question
    assert play.tell(w.Pressed("b", "7"), w.Pressed("x", "1")) == []
    assert play.tell(w.Told("b", "n")) == []
    assert play.tell(w.Pressed("b", "1")) == [
        w.Tell("a", "recording/agreed"),
        w.Tell("b", "recording/agreed"),
        w.Feed(),
    ]
    assert [(each.key, each.settled_at) for each in consent.there(play.state)] == [("1", 100.0), ("1", 100.0)]


def test_requesting_leg_is_notified_and_not_asked() -> None:
    play = Play(OPT_IN, w.Leg("a", asked_for_it=True), B)
    assert play.did == [w.Tell("a", NOTICE, awaited=True), w.Tell("b", ASK, awaited=True)]
    assert play.tell(w.Pressed("a", "2"), w.Told("a", "n"), w.Pressed("b", "1")) == [w.Hush("b")]
    assert w.Feed() in play.wait()


@pytest.mark.promise("R1")
@pytest.mark.parametrize("when", ["during the question", "after it"])
def test_refusal_ends_recording_for_all_legs(when: str) -> None:
    play = Play(OPT_IN, A, B)
    play.tell(w.Pressed("a", "1"))
    if when == "after it":
        play.tell(w.Told("b", "n"))
    did = play.tell(w.Pressed("b", "2"))
    assert w.Tell("a", "recording/not-everybody") in did
    assert w.Tell("b", "recording/refused") in did
    assert did[-1] == w.Finish("refused")
    assert (w.Hush("b") in did) is (when == "during the question")
    assert play.tell(w.Pressed("b", "1"), w.Told("b", "n"), w.Present((A, B)), w.TimePassed()) == []
    assert consent.deadline(play.state) is None
    assert w.Feed() not in play.done


NEVER = w.Leg("b", refuses=True)


@pytest.mark.promise("R1", "C8")
@pytest.mark.parametrize("terms", [ANNOUNCE, OPT_IN])
def test_objecting_leg_is_not_asked_and_nothing_is_captured(terms: w.Terms) -> None:
    assert Play(terms, A, NEVER).done == [w.Finish("refused")]  # no notice was played, so no closing prompt either
    wanted = Play(terms, w.Leg("a", asked_for_it=True), NEVER)
    assert wanted.done == [w.Tell("a", "recording/not-everybody"), w.Finish("refused")]
    held = Play(terms, A, w.Leg("b", away=True, refuses=True))
    assert held.done == [w.Finish("refused")]


@pytest.mark.promise("R1", "C8")
def test_objection_during_the_notice_stops_the_notice() -> None:
    play = Play(ANNOUNCE, A, B)
    did = play.tell(w.Present((A, NEVER)))
    assert w.Hush("b") in did
    assert did[-1] == w.Finish("refused")
    assert w.Feed() not in play.done


@pytest.mark.promise("R1", "C8")
@pytest.mark.parametrize("paused", [False, True])
def test_later_objection_ends_recording(paused: bool) -> None:
    play = recording()
    if paused:
        play.tell(w.PauseAsked())
    did = play.tell(w.Present((A, NEVER)))
    assert (did[0] == w.Hold("joining")) is not paused
    assert w.Tell("b", "recording/refused") in did
    assert did[-1] == w.Finish("refused")
    assert w.Feed() not in play.tell(w.Present((A, B)), w.ResumeAsked())


@pytest.mark.promise("R1")
def test_missing_answer_is_asked_again_and_then_is_a_refusal() -> None:
    play = Play(OPT_IN, A, B)
    play.tell(w.Pressed("a", "1"), w.Told("b", "n"))
    assert play.wait() == [w.Tell("b", AGAIN, awaited=True)]
    assert play.now == 100.0 + consent.PATIENCE
    play.tell(w.Told("b", "n2"))
    assert play.wait()[-1] == w.Finish("refused")
    assert w.Feed() not in play.done


@pytest.mark.promise("C8")
def test_failed_notice_prevents_recording() -> None:
    play = Play(ANNOUNCE, A, B)
    assert play.tell(w.NotTold("b"))[-1] == w.Finish("not_told")
    assert play.tell(*told(A, B)) == []
    assert w.Feed() not in play.done
    assert Play(ANNOUNCE, A).tell(w.NotTold("x")) == []


def test_leg_on_hold_is_notified_after_resuming() -> None:
    play = Play(ANNOUNCE, A, w.Leg("b", away=True))
    assert play.did == [w.Tell("a", NOTICE, awaited=True)]
    play.tell(w.Told("a", "n"))
    play.wait()
    assert isinstance(play.state, w.Asking)
    assert play.tell(w.Present((A, B))) == [w.Tell("b", NOTICE, awaited=True)]
    assert play.tell(w.Present((A, w.Leg("b", away=True)))) == []  # during the notice
    assert play.tell(w.Told("b", "n")) == []
    assert play.tell(w.Present((A, B))) == [w.Tell("b", NOTICE, awaited=True)]
    play.tell(w.Told("b", "n"))
    assert play.wait() == [w.Feed()]


def test_interrupted_prompt_is_played_again() -> None:
    play = Play(OPT_IN, A, B)
    play.tell(w.Pressed("a", "1"))
    assert play.tell(w.Interrupted()) == [w.Tell("b", ASK, awaited=True)]
    assert recording().tell(w.Interrupted()) == []


@pytest.mark.promise("C8")
@pytest.mark.parametrize("terms", [ANNOUNCE, OPT_IN])
def test_joining_leg_is_notified_before_capture_continues(terms: w.Terms) -> None:
    play = recording(terms)
    prompt = "recording/joined-recorded" if terms is ANNOUNCE else ASK
    assert play.tell(w.Present((A, C))) == [w.Hold("joining"), w.Tell("c", prompt, awaited=True)]
    assert not consent.may_be_kept(play.state)
    play.tell(w.Told("c", "n"))
    did = play.wait() if terms is ANNOUNCE else play.tell(w.Pressed("c", "1"))
    assert did == [w.Feed()]
    assert [each.leg.name for each in consent.there(play.state)] == ["a", "c"]
    assert play.tell(w.Present((A, B))) == [w.Hold("joining"), w.Feed()]  # a leg notified before returns


def test_nothing_is_captured_without_present_legs() -> None:
    play = recording()
    assert play.tell(w.Present(())) == [w.Hold("joining")]
    assert play.tell(w.TimePassed()) == []
    assert play.tell(w.Present((A, B))) == [w.Feed()]


def test_pause_and_resume() -> None:
    play = recording()
    assert play.tell(w.PauseAsked()) == [
        w.Hold("asked"),
        w.Tell("a", "recording/paused"),
        w.Tell("b", "recording/paused"),
    ]
    assert consent.deadline(play.state) is None
    assert play.tell(w.Pressed("a", "4"), w.TimePassed(), w.Told("a", "n"), w.Present((A, B))) == []
    assert play.tell(w.PauseAsked("card")) == []
    assert play.tell(w.ResumeAsked())[-1] == w.Feed()
    assert play.tell(w.ResumeAsked()) == []


@pytest.mark.parametrize("pause", [True, False])
def test_pause_persists_when_a_leg_joins(pause: bool) -> None:
    play = recording()
    if pause:
        play.tell(w.PauseAsked())
        play.tell(w.Present((A, C)), w.Told("c", "n"))
    else:
        play.tell(w.Present((A, C)), w.PauseAsked(), w.Told("c", "n"))
    assert play.wait() == []
    assert isinstance(play.state, w.Paused)
    assert play.tell(w.ResumeAsked())[-1] == w.Feed()


def test_pause_revoked_during_the_notice() -> None:
    play = Play(ANNOUNCE, A, B)
    play.tell(w.PauseAsked(), w.ResumeAsked(), *told(A, B))
    assert play.wait() == [w.Feed()]


@pytest.mark.promise("R1")
def test_dtmf_pauses_recording_until_digits_stop() -> None:
    play = recording()
    assert play.tell(w.Pressed("a", "*")) == []
    assert play.tell(w.Pressed("a", "4")) == [w.Hold("keys")]
    assert play.pass_by(consent.KEYS_QUIET - 1) == []
    assert play.tell(w.Pressed("a", "9")) == []
    assert play.pass_by(consent.KEYS_QUIET - 1) == []
    assert play.wait() == [w.Feed()]
    unpaused = recording(w.Terms("announce", pause_on_keys=False))
    assert unpaused.tell(w.Pressed("a", "4")) == []


def test_requested_pause_outlasts_a_dtmf_pause() -> None:
    play = recording()
    play.tell(w.Pressed("a", "4"), w.PauseAsked("card"))
    assert consent.deadline(play.state) is None
    assert w.Feed() in play.tell(w.ResumeAsked())
    again = recording()
    again.tell(w.Pressed("a", "4"))
    again.tell(w.Present((A, C)), w.Told("c", "n"))
    assert again.wait() == [w.Feed()]


def test_beep_is_regular_and_not_played_during_a_pause() -> None:
    play = recording()
    assert play.wait() == [w.Beep()]
    at = play.now
    assert play.pass_by(1) == []
    assert play.wait() == [w.Beep()]
    assert play.now == at + 15
    play.tell(w.PauseAsked())
    assert consent.deadline(play.state) is None
    assert consent.deadline(recording(w.Terms("announce", 0)).state) is None


@pytest.mark.parametrize("state", ["asking", "joining", "recording", "paused"])
@pytest.mark.parametrize("event", [w.StopAsked(), w.Failed("full"), w.Failed("fault")])
def test_recording_can_end_in_any_state(state: str, event: w.Event) -> None:
    play = Play(ANNOUNCE, A, B) if state == "asking" else recording()
    if state == "joining":
        play.tell(w.Present((A, C)))
    elif state == "paused":
        play.tell(w.PauseAsked())
    did = play.tell(event)
    end = event.end if isinstance(event, w.Failed) else "stopped"
    assert did[-1] == w.Finish(end)
    assert (w.Hold("over") in did) is (state == "recording")
    last = "recording/ended" if end == "stopped" else "recording/failed"
    assert (w.Tell("a", last) in did) is (state != "asking" or end != "stopped")
    assert not consent.may_be_kept(play.state)


@pytest.mark.promise("C8", "R1")
@pytest.mark.parametrize("seed", range(300))
def test_nothing_is_captured_without_notice_on_a_random_walk(seed: int) -> None:
    """Random walk: during capture every present leg notified the full notice or pressed 1, and none refused."""
    chance = random.Random(seed)
    terms = chance.choice([ANNOUNCE, OPT_IN, w.Terms("opt_in", 0, pause_on_keys=False)])
    play = Play(terms, A, B)
    fed, notified, agreed, here = False, set[str](), set[str](), {"a", "b"}
    for _ in range(60):
        event = chance.choice(_EVENTS)
        if isinstance(event, w.Present):
            here = {leg.name for leg in event.legs}
        if isinstance(event, w.Told):
            notified.add(event.leg)
        if isinstance(event, w.Pressed) and event.key == "1":
            agreed.add(event.leg)
        play.now += chance.choice([0.0, 0.5, 9.0])
        for action in play.tell(event):
            if isinstance(action, w.Feed):
                assert not fed
                fed = True
                assert here
                assert here <= (notified if terms.mode == "announce" else agreed)
            elif isinstance(action, w.Hold):
                assert fed
                fed = False
        assert fed == consent.may_be_kept(play.state)


_EVENTS: list[w.Event] = [
    *(w.Present(legs) for legs in ((A, B), (A, C), (A, B, C), (), (A, w.Leg("b", away=True)))),
    *(w.Told(name, "n") for name in "abc"),
    *(w.Pressed(name, key) for name in "abc" for key in "1124"),
    *(w.TimePassed() for _ in range(6)),
    w.NotTold("c"),
    w.PauseAsked(),
    w.ResumeAsked(),
    w.Interrupted(),
]
