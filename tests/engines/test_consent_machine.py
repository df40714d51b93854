"""Recording consent machine in virtual time: all paths to capture, and a random walk for the invariant."""

import random
from collections.abc import Iterable

import pytest

from unificx.recording.machine import consent
from unificx.recording.machine import consent_types as w

A, B, C = w.ConsentLeg("a"), w.ConsentLeg("b"), w.ConsentLeg("c")
ANNOUNCE, OPT_IN = w.ConsentTerms("announce", 15.0), w.ConsentTerms("opt_in", 15.0)
NOTICE, ASK, AGAIN = "recording/notice-hang-up", "recording/ask", "recording/ask-again"


class ConsentDriver:
    """Drives the machine: `last_actions` are those of the last step, `all_actions` all."""

    def __init__(self, terms: w.ConsentTerms, *legs: w.ConsentLeg) -> None:
        self.now = 100.0
        self.all_actions: list[w.ConsentAction] = []
        self.state, self.last_actions = consent.begin(terms, legs, self.now)
        self.all_actions += self.last_actions

    def send(self, *events: w.ConsentEvent) -> list[w.ConsentAction]:
        self.last_actions = []
        for event in events:
            self.state, actions = consent.step(self.state, event, self.now)
            self.last_actions += actions
        self.all_actions += self.last_actions
        return self.last_actions

    def wait_for_deadline(self) -> list[w.ConsentAction]:
        """Advance to the next deadline."""
        at = consent.deadline(self.state)
        assert at is not None
        self.now = max(at, self.now)
        return self.send(w.DeadlineReached())

    def advance(self, seconds: float) -> list[w.ConsentAction]:
        self.now += seconds
        return self.send(w.DeadlineReached())


def prompts_played(*legs: w.ConsentLeg) -> Iterable[w.ConsentEvent]:
    return [w.PromptPlayed(leg.name, f"notice-of-{leg.name}") for leg in legs]


def start_recording(terms: w.ConsentTerms = ANNOUNCE, *legs: w.ConsentLeg) -> ConsentDriver:
    """Return a driver whose legs have all consented."""
    play = ConsentDriver(terms, *(legs or (A, B)))
    play.send(*prompts_played(*(legs or (A, B))))
    if terms.mode == "opt_in":
        play.send(*(w.DigitReceived(leg.name, "1") for leg in legs or (A, B)))
    else:
        play.wait_for_deadline()
    assert isinstance(play.state, w.RecordingActive)
    return play


@pytest.mark.promise("C8")
def test_announce_notifies_all_legs_and_staying_is_consent() -> None:
    play = ConsentDriver(ANNOUNCE, A, B)
    assert play.last_actions == [w.PlayPrompt("a", NOTICE, awaited=True), w.PlayPrompt("b", NOTICE, awaited=True)]
    assert play.send(w.PromptPlayed("a", "n")) == []
    assert play.wait_for_deadline() == []
    assert not consent.may_capture(play.state)
    assert play.send(w.PromptPlayed("b", "n")) == []
    at = play.now
    assert play.wait_for_deadline() == [w.StartCapture()]
    assert play.now == at + consent.HANG_UP_SECONDS
    for each in consent.present_legs(play.state):
        assert (each.stage, each.notice) == ("consented", "n")
        assert each.notified_at is not None
        assert each.decided_at is not None
        assert each.notified_at < each.decided_at <= play.now


@pytest.mark.promise("C8")
def test_opt_in_waits_for_the_digit_of_each_leg() -> None:
    play = ConsentDriver(OPT_IN, A, B)
    assert play.last_actions == [w.PlayPrompt("a", ASK, awaited=True), w.PlayPrompt("b", ASK, awaited=True)]
    assert play.send(w.DigitReceived("a", "1")) == [w.StopPrompt("a")]  # during the question
    assert play.send(w.DigitReceived("b", "7"), w.DigitReceived("x", "1")) == []
    assert play.send(w.PromptPlayed("b", "n")) == []
    assert play.send(w.DigitReceived("b", "1")) == [
        w.PlayPrompt("a", "recording/agreed"),
        w.PlayPrompt("b", "recording/agreed"),
        w.StartCapture(),
    ]
    assert [(each.digit, each.decided_at) for each in consent.present_legs(play.state)] == [("1", 100.0), ("1", 100.0)]


def test_requesting_leg_is_notified_and_not_asked() -> None:
    play = ConsentDriver(OPT_IN, w.ConsentLeg("a", requested_recording=True), B)
    assert play.last_actions == [w.PlayPrompt("a", NOTICE, awaited=True), w.PlayPrompt("b", ASK, awaited=True)]
    assert play.send(w.DigitReceived("a", "2"), w.PromptPlayed("a", "n"), w.DigitReceived("b", "1")) == [
        w.StopPrompt("b")
    ]
    assert w.StartCapture() in play.wait_for_deadline()


@pytest.mark.promise("R1")
@pytest.mark.parametrize("when", ["during the question", "after it"])
def test_refusal_ends_recording_for_all_legs(when: str) -> None:
    play = ConsentDriver(OPT_IN, A, B)
    play.send(w.DigitReceived("a", "1"))
    if when == "after it":
        play.send(w.PromptPlayed("b", "n"))
    did = play.send(w.DigitReceived("b", "2"))
    assert w.PlayPrompt("a", "recording/not-everybody") in did
    assert w.PlayPrompt("b", "recording/refused") in did
    assert did[-1] == w.EndRecording("refused")
    assert (w.StopPrompt("b") in did) is (when == "during the question")
    assert (
        play.send(
            w.DigitReceived("b", "1"), w.PromptPlayed("b", "n"), w.ParticipantsChanged((A, B)), w.DeadlineReached()
        )
        == []
    )
    assert consent.deadline(play.state) is None
    assert w.StartCapture() not in play.all_actions


OBJECTING_B = w.ConsentLeg("b", objects=True)


@pytest.mark.promise("R1", "C8")
@pytest.mark.parametrize("terms", [ANNOUNCE, OPT_IN])
def test_objecting_leg_is_not_asked_and_nothing_is_captured(terms: w.ConsentTerms) -> None:
    assert ConsentDriver(terms, A, OBJECTING_B).all_actions == [
        w.EndRecording("refused")
    ]  # no notice was played, so no closing prompt either
    wanted = ConsentDriver(terms, w.ConsentLeg("a", requested_recording=True), OBJECTING_B)
    assert wanted.all_actions == [w.PlayPrompt("a", "recording/not-everybody"), w.EndRecording("refused")]
    held = ConsentDriver(terms, A, w.ConsentLeg("b", on_hold=True, objects=True))
    assert held.all_actions == [w.EndRecording("refused")]


@pytest.mark.promise("R1", "C8")
def test_objection_during_the_notice_stops_the_notice() -> None:
    play = ConsentDriver(ANNOUNCE, A, B)
    did = play.send(w.ParticipantsChanged((A, OBJECTING_B)))
    assert w.StopPrompt("b") in did
    assert did[-1] == w.EndRecording("refused")
    assert w.StartCapture() not in play.all_actions


@pytest.mark.promise("R1", "C8")
@pytest.mark.parametrize("paused", [False, True])
def test_later_objection_ends_recording(paused: bool) -> None:
    play = start_recording()
    if paused:
        play.send(w.PauseRequested())
    did = play.send(w.ParticipantsChanged((A, OBJECTING_B)))
    assert (did[0] == w.StopCapture("joining")) is not paused
    assert w.PlayPrompt("b", "recording/refused") in did
    assert did[-1] == w.EndRecording("refused")
    assert w.StartCapture() not in play.send(w.ParticipantsChanged((A, B)), w.ResumeRequested())


@pytest.mark.promise("R1")
def test_missing_answer_is_asked_again_and_then_is_a_refusal() -> None:
    play = ConsentDriver(OPT_IN, A, B)
    play.send(w.DigitReceived("a", "1"), w.PromptPlayed("b", "n"))
    assert play.wait_for_deadline() == [w.PlayPrompt("b", AGAIN, awaited=True)]
    assert play.now == 100.0 + consent.ANSWER_SECONDS
    play.send(w.PromptPlayed("b", "n2"))
    assert play.wait_for_deadline()[-1] == w.EndRecording("refused")
    assert w.StartCapture() not in play.all_actions


@pytest.mark.promise("C8")
def test_failed_notice_prevents_recording() -> None:
    play = ConsentDriver(ANNOUNCE, A, B)
    assert play.send(w.PromptFailed("b"))[-1] == w.EndRecording("not_told")
    assert play.send(*prompts_played(A, B)) == []
    assert w.StartCapture() not in play.all_actions
    assert ConsentDriver(ANNOUNCE, A).send(w.PromptFailed("x")) == []


def test_leg_on_hold_is_notified_after_resuming() -> None:
    play = ConsentDriver(ANNOUNCE, A, w.ConsentLeg("b", on_hold=True))
    assert play.last_actions == [w.PlayPrompt("a", NOTICE, awaited=True)]
    play.send(w.PromptPlayed("a", "n"))
    play.wait_for_deadline()
    assert isinstance(play.state, w.AwaitingConsent)
    assert play.send(w.ParticipantsChanged((A, B))) == [w.PlayPrompt("b", NOTICE, awaited=True)]
    assert play.send(w.ParticipantsChanged((A, w.ConsentLeg("b", on_hold=True)))) == []  # during the notice
    assert play.send(w.PromptPlayed("b", "n")) == []
    assert play.send(w.ParticipantsChanged((A, B))) == [w.PlayPrompt("b", NOTICE, awaited=True)]
    play.send(w.PromptPlayed("b", "n"))
    assert play.wait_for_deadline() == [w.StartCapture()]


def test_interrupted_prompt_is_played_again() -> None:
    play = ConsentDriver(OPT_IN, A, B)
    play.send(w.DigitReceived("a", "1"))
    assert play.send(w.PlaybackInterrupted()) == [w.PlayPrompt("b", ASK, awaited=True)]
    assert start_recording().send(w.PlaybackInterrupted()) == []


@pytest.mark.promise("C8")
@pytest.mark.parametrize("terms", [ANNOUNCE, OPT_IN])
def test_joining_leg_is_notified_before_capture_continues(terms: w.ConsentTerms) -> None:
    play = start_recording(terms)
    prompt = "recording/joined-recorded" if terms is ANNOUNCE else ASK
    assert play.send(w.ParticipantsChanged((A, C))) == [
        w.StopCapture("joining"),
        w.PlayPrompt("c", prompt, awaited=True),
    ]
    assert not consent.may_capture(play.state)
    play.send(w.PromptPlayed("c", "n"))
    did = play.wait_for_deadline() if terms is ANNOUNCE else play.send(w.DigitReceived("c", "1"))
    assert did == [w.StartCapture()]
    assert [each.leg.name for each in consent.present_legs(play.state)] == ["a", "c"]
    assert play.send(w.ParticipantsChanged((A, B))) == [
        w.StopCapture("joining"),
        w.StartCapture(),
    ]  # a leg notified before returns


def test_nothing_is_captured_without_present_legs() -> None:
    play = start_recording()
    assert play.send(w.ParticipantsChanged(())) == [w.StopCapture("joining")]
    assert play.send(w.DeadlineReached()) == []
    assert play.send(w.ParticipantsChanged((A, B))) == [w.StartCapture()]


def test_pause_and_resume() -> None:
    play = start_recording()
    assert play.send(w.PauseRequested()) == [
        w.StopCapture("asked"),
        w.PlayPrompt("a", "recording/paused"),
        w.PlayPrompt("b", "recording/paused"),
    ]
    assert consent.deadline(play.state) is None
    assert (
        play.send(
            w.DigitReceived("a", "4"), w.DeadlineReached(), w.PromptPlayed("a", "n"), w.ParticipantsChanged((A, B))
        )
        == []
    )
    assert play.send(w.PauseRequested("card")) == []
    assert play.send(w.ResumeRequested())[-1] == w.StartCapture()
    assert play.send(w.ResumeRequested()) == []


@pytest.mark.parametrize("pause", [True, False])
def test_pause_persists_when_a_leg_joins(pause: bool) -> None:
    play = start_recording()
    if pause:
        play.send(w.PauseRequested())
        play.send(w.ParticipantsChanged((A, C)), w.PromptPlayed("c", "n"))
    else:
        play.send(w.ParticipantsChanged((A, C)), w.PauseRequested(), w.PromptPlayed("c", "n"))
    assert play.wait_for_deadline() == []
    assert isinstance(play.state, w.RecordingPaused)
    assert play.send(w.ResumeRequested())[-1] == w.StartCapture()


def test_pause_revoked_during_the_notice() -> None:
    play = ConsentDriver(ANNOUNCE, A, B)
    play.send(w.PauseRequested(), w.ResumeRequested(), *prompts_played(A, B))
    assert play.wait_for_deadline() == [w.StartCapture()]


@pytest.mark.promise("R1")
def test_dtmf_pauses_recording_until_digits_stop() -> None:
    play = start_recording()
    assert play.send(w.DigitReceived("a", "*")) == []
    assert play.send(w.DigitReceived("a", "4")) == [w.StopCapture("keys")]
    assert play.advance(consent.DTMF_PAUSE_SECONDS - 1) == []
    assert play.send(w.DigitReceived("a", "9")) == []
    assert play.advance(consent.DTMF_PAUSE_SECONDS - 1) == []
    assert play.wait_for_deadline() == [w.StartCapture()]
    unpaused = start_recording(w.ConsentTerms("announce", pause_on_dtmf=False))
    assert unpaused.send(w.DigitReceived("a", "4")) == []


def test_requested_pause_outlasts_a_dtmf_pause() -> None:
    play = start_recording()
    play.send(w.DigitReceived("a", "4"), w.PauseRequested("card"))
    assert consent.deadline(play.state) is None
    assert w.StartCapture() in play.send(w.ResumeRequested())
    again = start_recording()
    again.send(w.DigitReceived("a", "4"))
    again.send(w.ParticipantsChanged((A, C)), w.PromptPlayed("c", "n"))
    assert again.wait_for_deadline() == [w.StartCapture()]


def test_beep_is_regular_and_not_played_during_a_pause() -> None:
    play = start_recording()
    assert play.wait_for_deadline() == [w.PlayBeep()]
    at = play.now
    assert play.advance(1) == []
    assert play.wait_for_deadline() == [w.PlayBeep()]
    assert play.now == at + 15
    play.send(w.PauseRequested())
    assert consent.deadline(play.state) is None
    assert consent.deadline(start_recording(w.ConsentTerms("announce", 0)).state) is None


@pytest.mark.parametrize("state", ["asking", "joining", "recording", "paused"])
@pytest.mark.parametrize("event", [w.StopRequested(), w.RecordingFailed("full"), w.RecordingFailed("fault")])
def test_recording_can_end_in_any_state(state: str, event: w.ConsentEvent) -> None:
    play = ConsentDriver(ANNOUNCE, A, B) if state == "asking" else start_recording()
    if state == "joining":
        play.send(w.ParticipantsChanged((A, C)))
    elif state == "paused":
        play.send(w.PauseRequested())
    did = play.send(event)
    end = event.reason if isinstance(event, w.RecordingFailed) else "stopped"
    assert did[-1] == w.EndRecording(end)
    assert (w.StopCapture("over") in did) is (state == "recording")
    last = "recording/ended" if end == "stopped" else "recording/failed"
    assert (w.PlayPrompt("a", last) in did) is (state != "asking" or end != "stopped")
    assert not consent.may_capture(play.state)


@pytest.mark.promise("C8", "R1")
@pytest.mark.parametrize("seed", range(300))
def test_nothing_is_captured_without_notice_on_a_random_walk(seed: int) -> None:
    """Random walk: during capture every present leg notified the full notice or pressed 1, and none refused."""
    chance = random.Random(seed)
    terms = chance.choice([ANNOUNCE, OPT_IN, w.ConsentTerms("opt_in", 0, pause_on_dtmf=False)])
    play = ConsentDriver(terms, A, B)
    fed, notified, agreed, here = False, set[str](), set[str](), {"a", "b"}
    for _ in range(60):
        event = chance.choice(_EVENTS)
        if isinstance(event, w.ParticipantsChanged):
            here = {leg.name for leg in event.legs}
        if isinstance(event, w.PromptPlayed):
            notified.add(event.leg)
        if isinstance(event, w.DigitReceived) and event.digit == "1":
            agreed.add(event.leg)
        play.now += chance.choice([0.0, 0.5, 9.0])
        for action in play.send(event):
            if isinstance(action, w.StartCapture):
                assert not fed
                fed = True
                assert here
                assert here <= (notified if terms.mode == "announce" else agreed)
            elif isinstance(action, w.StopCapture):
                assert fed
                fed = False
        assert fed == consent.may_capture(play.state)


_EVENTS: list[w.ConsentEvent] = [
    *(w.ParticipantsChanged(legs) for legs in ((A, B), (A, C), (A, B, C), (), (A, w.ConsentLeg("b", on_hold=True)))),
    *(w.PromptPlayed(name, "n") for name in "abc"),
    *(w.DigitReceived(name, key) for name in "abc" for key in "1124"),
    *(w.DeadlineReached() for _ in range(6)),
    w.PromptFailed("c"),
    w.PauseRequested(),
    w.ResumeRequested(),
    w.PlaybackInterrupted(),
]
