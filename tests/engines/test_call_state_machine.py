"""Decisions of the call state machine, by state. The ladders in tests/flows show the same from outside."""

from dataclasses import replace

import pytest
from call_script import Script, talking

from unificx.calls.machine import actions as machine_actions
from unificx.calls.machine import events, state_machine
from unificx.calls.machine.actions import (
    AnswerMedia,
    AnswerOffer,
    Bye,
    CancelCallee,
    Close,
    Dial,
    Offer,
    OfferMedia,
    Reject,
    RejectOffer,
    ReleaseMedia,
    WriteRecord,
)
from unificx.calls.machine.causes import Cause, cause_from_status, most_informative
from unificx.calls.machine.states import (
    MAX_RESTORATIONS,
    Ended,
    Ending,
    Exchange,
    IceRestart,
    MediaReanchor,
    SettingUp,
    Talking,
)


def ringing(*names: str) -> Script:
    script = Script(names or ("b1",))
    script.process(*(events.MediaOffered(f"offer:{name}", b"relayed") for name in names or ("b1",)))
    return script


def begin_early_media(script: Script, sdp: bytes) -> str:
    """Have b1 send early media, and return the ticket by which the machine passes it to the anchor."""
    [ask] = script.process(events.CalleeProgressed("b1", 183, sdp))
    assert isinstance(ask, AnswerMedia)
    assert (ask.branch, ask.sender, ask.sdp) == ("b1", "b1", sdp)
    return ask.ticket


# ---- setting up


def test_phone_is_dialled_once_the_anchor_has_replied() -> None:
    script = Script(("b1", "b2"))
    assert script.last == [OfferMedia("offer:b1", "b1", "a", b"offer"), OfferMedia("offer:b2", "b2", "a", b"offer")]
    assert script.process(events.MediaOffered("offer:b2", b"relayed")) == [Dial("b2", b"relayed")]
    assert script.process(events.MediaOffered("offer:b2", b"again")) == []


def test_call_without_targets_is_unreachable_and_recorded_first() -> None:
    assert Script(()).last == [WriteRecord(Cause.UNREACHABLE), Reject(480, Cause.UNREACHABLE)]


def test_provisional_status_only_increases() -> None:
    script = ringing("b1")
    reported = [(action.status, action.sdp) for status in (182, 180, 183, 180, 183)
            for action in script.process(events.CalleeProgressed("b1", status, b""))
            if isinstance(action, machine_actions.Progress)]  # fmt: skip
    assert reported == [(180, b""), (183, b"")]


def test_early_media_from_elsewhere_reaches_the_caller_without_another_answer() -> None:
    script = ringing("b1")
    script.process(events.MediaAnswered(begin_early_media(script, b"early"), b"relayed"))
    assert script.process(events.CalleeProgressed("b1", 183, b"early")) == []
    again = begin_early_media(script, b"other")
    assert script.process(events.MediaAnswered(again, b"relayed")) == []
    assert script.process(events.CalleeAnswered("b1", b"")) == [AnswerMedia("answer", "b1", "b1", b"other")]


def test_failed_early_answer_is_retried() -> None:
    script = ringing("b1")
    assert script.process(events.MediaFailed(begin_early_media(script, b"early"), sdp_at_fault=False)) == []
    again = begin_early_media(script, b"early")
    assert script.process(events.MediaAnswered(again, b"relayed")) == [machine_actions.Progress(183, b"relayed")]


def test_early_media_from_elsewhere_is_used_if_the_first_one_fails() -> None:
    script = ringing("b1")
    first, second = begin_early_media(script, b"early"), begin_early_media(script, b"other")
    assert script.process(events.MediaFailed(first, sdp_at_fault=False)) == []
    assert script.process(events.MediaAnswered(second, b"relayed")) == [machine_actions.Progress(183, b"relayed")]
    assert script.process(events.CalleeAnswered("b1", b"")) == [AnswerMedia("answer", "b1", "b1", b"other")]


def test_first_early_media_remains_if_those_from_elsewhere_fail() -> None:
    script = ringing("b1")
    first, second = begin_early_media(script, b"early"), begin_early_media(script, b"other")
    assert script.process(events.MediaAnswered(first, b"relayed")) == [machine_actions.Progress(183, b"relayed")]
    assert script.process(events.MediaFailed(second, sdp_at_fault=True)) == []
    assert script.process(events.CalleeAnswered("b1", b"")) == [AnswerMedia("answer", "b1", "b1", b"early")]


def test_early_media_of_a_step_that_has_ended_is_not_that_of_the_next_one() -> None:
    script = Script(("b1",), fallback="b2")
    script.process(events.MediaOffered("offer:b1", b"relayed"))
    late = begin_early_media(script, b"early")
    script.process(events.CalleeRejected("b1", 503), events.MediaOffered("offer:b2", b"relayed"))
    script.process(events.CalleeProgressed("b2", 183, b"early"))
    assert script.process(events.MediaAnswered(late, b"relayed")) == []


def test_phone_without_media_is_not_dialled_but_others_are() -> None:
    script = Script(("b1", "b2"))
    ended = machine_actions.EndRinging("b1", Cause.NO_MEDIA)
    assert script.process(events.MediaFailed("offer:b1", sdp_at_fault=False)) == [ended]
    assert script.process(events.MediaOffered("offer:b1", b"late")) == []
    assert script.process(events.MediaOffered("offer:b2", b"relayed")) == [Dial("b2", b"relayed")]
    script.process(events.CalleeRejected("b2", 480))
    assert script.last[-2:] == [WriteRecord(Cause.NO_MEDIA), Reject(503, Cause.NO_MEDIA)]


def test_late_media_failure_of_a_ringing_phone_is_ignored() -> None:
    script = ringing("b1")
    before = script.state
    assert script.process(events.MediaFailed("offer:b1", sdp_at_fault=True)) == []
    assert script.state == before


@pytest.mark.parametrize("event", [events.LegLost("b1"), events.HungUp("b1")])
def test_lost_branch_is_removed(event: events.Event) -> None:
    script = ringing("b1", "b2")
    assert script.process(event) == [machine_actions.EndRinging("b1", Cause.FAILED)]
    assert script.process(events.CalleeRejected("b2", 486))[-1] == Reject(486, Cause.BUSY)


@pytest.mark.parametrize(("srtp", "profiles"), [(("b1",), ("DTLS",)), ((), ("PLAIN", "SRTP", "DTLS"))])
def test_media_refusal_is_retried_with_all_codecs_and_every_profile(
    srtp: tuple[str, ...], profiles: tuple[str, ...]
) -> None:
    """A phone that demands SRTP can be called over UDP and TCP as well."""
    script = Script(("b1",), srtp=srtp)
    script.process(events.MediaOffered("offer:b1", b"first"))
    for name in profiles:
        profile = machine_actions.RecipientProfile[name]
        again = OfferMedia("offer:b1", "b1", "a", b"offer", profile, all_codecs=True)
        assert script.process(events.CalleeRejected("b1", 488)) == [ReleaseMedia("b1", final=False), again]
        assert script.process(events.MediaOffered("offer:b1", b"again")) == [Dial("b1", b"again")]
    assert script.process(events.CalleeRejected("b1", 488))[-1] == Reject(488, Cause.NO_COMMON_MEDIA)


def test_ringing_ends_at_its_deadline() -> None:
    script = ringing("b1")
    assert script.advance(29.9) == [machine_actions.Progress(180, b"")]
    assert script.advance(0.1) == [
        CancelCallee("b1", elsewhere=False),
        ReleaseMedia("b1", final=False),
        WriteRecord(Cause.NO_ANSWER),
        Reject(480, Cause.NO_ANSWER),
    ]


# ---- answering


def test_late_events_of_other_branches_are_ignored() -> None:
    script = ringing("b1", "b2")
    script.process(events.CalleeAnswered("b1", b"answer"))
    before = script.state
    for late in (
        events.MediaFailed("offer:b2", sdp_at_fault=True),
        events.MediaFailed("early", sdp_at_fault=True),
        events.MediaOffered("offer:b2", b"late"),
        events.MediaAnswered("early", b"late"),
        events.LegLost("b2"),
        events.HungUp("b2"),
        events.CalleeAnswered("b2", b"late"),
    ):
        assert script.process(late) == []
        assert script.state == before


def test_anchor_answer_before_a_restart_is_ignored() -> None:
    script = ringing("b1")
    script.process(events.CalleeAnswered("b1", b"answer"))
    assert script.process(events.RelayRestarted()) == [OfferMedia("redo:1", "b1", "a", b"offer")]
    assert script.process(events.MediaFailed("answer", sdp_at_fault=False)) == []
    assert script.process(events.MediaAnswered("answer", b"from before")) == []
    assert script.process(events.RelayRestarted()) == [OfferMedia("redo:2", "b1", "a", b"offer")]
    assert script.process(events.MediaOffered("redo:1", b"from before")) == []
    assert script.process(events.MediaOffered("redo:2", b"for b1")) == [AnswerMedia("again:2", "b1", "b1", b"answer")]
    script.process(events.MediaAnswered("again:2", b"for a"))
    assert script.last == [machine_actions.SetAnswered("b1"), machine_actions.Accept(b"for a"), Offer("b1", b"for b1")]
    assert script.process(events.OfferAnswered("b1", b"answer")) == []
    assert isinstance(script.state, Talking)
    assert script.state.exchange is None


def test_restart_repeats_the_delayed_offer() -> None:
    script = Script(("b1",), b"")
    script.process(events.CalleeAnswered("b1", b"theirs"))
    assert script.process(events.RelayRestarted()) == [OfferMedia("redo:1", "b1", "b1", b"theirs")]
    assert script.process(events.MediaOffered("redo:1", b"for a")) == [
        machine_actions.SetAnswered("b1"),
        machine_actions.Accept(b"for a"),
    ]
    script.process(events.RelayRestarted())
    assert script.last == [
        Bye("b1", Cause.NO_MEDIA),
        ReleaseMedia("b1", final=False),
        Bye("a", Cause.NO_MEDIA),
        WriteRecord(Cause.NO_MEDIA),
    ]


# ---- talking


def test_hold_passes_anchor_and_other_side() -> None:
    script = talking()
    assert script.process(events.OfferReceived("a", b"hold")) == [OfferMedia("exchange:1", "b1", "a", b"hold")]
    assert script.process(events.MediaOffered("exchange:1", b"hold for b1")) == [Offer("b1", b"hold for b1")]
    assert script.process(events.OfferAnswered("a", b"not asked")) == []
    assert script.process(events.OfferAnswered("b1", b"held")) == [AnswerMedia("exchange:1", "b1", "b1", b"held")]
    assert script.process(events.MediaAnswered("exchange:1", b"held for a")) == [AnswerOffer("a", b"held for a")]
    assert isinstance(script.state, Talking)
    assert (script.state.caller_sdp, script.state.callee_sdp) == (b"hold", b"held")


@pytest.mark.parametrize(("status", "reported"), [(488, 488), (491, 491), (401, 488), (302, 488)])
def test_refused_offer_resets_the_anchor(status: int, reported: int) -> None:
    script = talking()
    script.process(events.OfferReceived("b1", b"hold"), events.MediaOffered("exchange:1", b"for a"))
    assert script.process(events.OfferRejected("a", status)) == [
        RejectOffer("b1", reported),
        OfferMedia("exchange:1", "b1", "b1", b"answer"),
    ]
    assert script.process(events.MediaOffered("exchange:1", b"-")) == [AnswerMedia("exchange:1", "b1", "a", b"offer")]
    assert script.process(events.MediaAnswered("exchange:1", b"-")) == []
    assert isinstance(script.state, Talking)
    assert script.state.exchange is None


def restoring() -> Script:
    """An offer was refused; no other will be made before the anchor is reset."""
    script = talking()
    script.process(events.OfferReceived("b1", b"hold"), events.MediaOffered("exchange:1", b"for a"))
    script.process(events.OfferRejected("a", 488))
    return script


def test_offer_during_an_exchange_waits_for_its_end() -> None:
    script = restoring()
    assert script.process(events.OfferReceived("a", b"hold")) == []
    assert script.process(events.OfferReceived("b1", b"hold")) == [RejectOffer("b1", 491)], "one waits"
    script.process(events.MediaOffered("exchange:1", b"-"))
    assert script.process(events.MediaAnswered("exchange:1", b"-")) == [OfferMedia("exchange:2", "b1", "a", b"hold")]


def test_waiting_offer_is_refused_when_the_call_is_redirected() -> None:
    script = restoring()
    script.process(events.OfferReceived("a", b"hold"))
    assert RejectOffer("a", 491) in script.process(events.MoveToAppRequested("b1", "app"))
    script = restoring()
    script.process(events.OfferReceived("a", b"hold"))
    assert RejectOffer("a", 491) in script.process(events.RelayRestarted())


def test_offer_that_collides_with_one_of_ours_is_refused() -> None:
    """RFC 3261 section 14.2. To wait would block both: a leg makes no offer while it owes an answer."""
    script = talking()
    script.process(events.OfferReceived("b1", b"hold"))
    assert script.process(events.OfferReceived("a", b"hold")) == [RejectOffer("a", 491)], "it gets this offer next"
    script = talking()
    script.process(events.RelayRestarted())
    for leg in ("a", "b1"):
        assert script.process(events.OfferReceived(leg, b"hold")) == [RejectOffer(leg, 491)]


def test_unusable_answer_resets_the_anchor() -> None:
    script = talking()
    script.process(events.OfferReceived("a", b"hold"), events.MediaOffered("exchange:1", b"for b1"))
    script.process(events.OfferAnswered("b1", b"nonsense"))
    assert script.process(events.MediaFailed("exchange:1", sdp_at_fault=True)) == [
        RejectOffer("a", 488),
        OfferMedia("exchange:1", "b1", "a", b"offer"),
    ]
    script.process(events.MediaFailed("exchange:1", sdp_at_fault=False))
    assert isinstance(script.state, Talking)
    assert script.state.exchange is None


def test_answer_in_ack_is_relayed_only_if_changed() -> None:
    script = talking()
    assert script.process(events.AckReceived("a", b"offer")) == []
    assert script.process(events.AckReceived("a", b"new")) == [OfferMedia("exchange:1", "b1", "a", b"new")]
    script.process(events.MediaOffered("exchange:1", b"for b1"))
    assert script.process(events.OfferRejected("b1", 488)) == [OfferMedia("exchange:1", "b1", "a", b"offer")]


def test_anchor_is_reset_to_an_answer_in_an_ack_during_the_exchange() -> None:
    script = talking()
    script.process(events.OfferReceived("b1", b"hold"), events.MediaOffered("exchange:1", b"for a"))
    assert script.process(events.AckReceived("a", b"new")) == []
    script.process(events.OfferRejected("a", 488))
    assert script.process(events.MediaOffered("exchange:1", b"-")) == [AnswerMedia("exchange:1", "b1", "a", b"new")]


def test_answer_in_an_ack_is_ignored_during_an_exchange_of_its_leg() -> None:
    script = talking()
    script.process(events.OfferReceived("a", b"hold"))
    before = script.state
    assert script.process(events.AckReceived("a", b"new")) == []
    assert script.state == before


@pytest.mark.parametrize("waiting", ["", "a", "b1"])
def test_answer_in_an_ack_waits_until_media_is_restored(waiting: str) -> None:
    """An offer of the other leg that waits too gets the answer of this one, and one of its own replaces it."""
    script = talking()
    script.process(events.RelayRestarted(), events.MediaOffered("exchange:1", b"for b1"))
    script.process(events.MediaAnswered("exchange:1", b"for a"))
    script.process(events.OfferAnswered("a", b"offer"))
    if waiting == "a":
        assert script.process(events.OfferReceived("a", b"hold")) == []
    assert script.process(events.AckReceived("b1" if waiting == "a" else "a", b"new")) == []
    if waiting == "b1":
        assert script.process(events.OfferReceived("b1", b"hold")) == [RejectOffer("b1", 491)], "asked itself"
        assert script.process(events.OfferReceived("a", b"hold")) == []
    started = script.process(events.OfferAnswered("b1", b"answer"))
    assert started == [OfferMedia("exchange:2", "b1", "a", b"hold" if waiting else b"new")]
    script.process(events.MediaOffered("exchange:2", b"for b1"), events.OfferAnswered("b1", b"answer"))
    agreed = script.process(events.MediaAnswered("exchange:2", b"for a"))
    assert agreed == ([AnswerOffer("a", b"for a")] if waiting else [])


@pytest.mark.parametrize("leg", ["a", "b1"])
def test_answer_in_an_ack_waits_for_an_ice_restart_if_its_leg_has_answered_that(leg: str) -> None:
    script = talking()
    assert isinstance(script.state, Talking)
    script.state = replace(script.state, exchange=IceRestart(1, "asking", "a"), count=1)
    assert script.process(events.AckReceived(leg, b"new")) == []
    script.process(events.OfferAnswered("a", b"offer"))
    expected = [OfferMedia("exchange:2", "b1", "b1", b"new")] if leg == "b1" else []
    assert script.process(events.MediaAnswered("exchange:1", b"-")) == expected


def test_another_restart_ends_the_wait_of_an_answer_in_an_ack() -> None:
    script = talking()
    script.process(events.RelayRestarted(), events.AckReceived("a", b"new"))
    assert script.process(events.RelayRestarted()) == [OfferMedia("exchange:2", "b1", "a", b"new")]


def test_restart_aborts_an_exchange() -> None:
    script = talking()
    script.process(events.OfferReceived("a", b"hold"), events.MediaOffered("exchange:1", b"for b1"))
    rebuild = OfferMedia("exchange:2", "b1", "a", b"offer")
    assert script.process(events.RelayRestarted()) == [RejectOffer("a", 491), rebuild]
    assert script.process(events.OfferAnswered("b1", b"held")) == []
    assert script.process(events.MediaAnswered("exchange:1", b"late")) == []
    script.process(events.MediaOffered("exchange:2", b"for b1"))
    assert script.last == [AnswerMedia("exchange:2", "b1", "b1", b"answer")]
    script.process(events.MediaAnswered("exchange:2", b"for a"))
    assert script.last == [Offer("a", b"for a"), Offer("b1", b"for b1")]
    script.process(events.OfferRejected("b1", 488))
    assert isinstance(script.state, Talking)
    assert script.state.exchange == MediaReanchor(2, "reoffering", b"for b1", ("a",))
    script.process(events.OfferAnswered("a", b"offer"))
    assert script.state.exchange is None


def awaits_restoration(script: Script) -> bool:
    assert isinstance(script.state, Talking)
    return script.state.exchange is None and script.state.awaits_restoration


@pytest.mark.parametrize("answering", [False, True])
def test_restoration_is_repeated_until_it_succeeds(answering: bool) -> None:
    script = talking()
    for number in range(1, MAX_RESTORATIONS):
        script.process(events.RelayRestarted(again=number > 1))
        if answering:
            script.process(events.MediaOffered(f"exchange:{number}", b"for b1"))
        assert script.process(events.MediaFailed(f"exchange:{number}", sdp_at_fault=False)) == []
        assert awaits_restoration(script)
    script.process(events.RelayRestarted(again=True))
    script.process(events.MediaOffered(f"exchange:{MAX_RESTORATIONS}", b"for b1"))
    script.process(events.MediaAnswered(f"exchange:{MAX_RESTORATIONS}", b"for a"))
    script.process(events.OfferAnswered("a", b"offer"), events.OfferAnswered("b1", b"answer"))
    assert not awaits_restoration(script)


def test_restart_offers_nothing_while_a_side_is_being_transferred() -> None:
    """The offer would never be answered, and those of the caller be rejected."""
    script = talking()
    assert isinstance(script.state, Talking)
    script.state = replace(script.state, caller_sdp=b"m=audio 4000 RTP/SAVP 8\r\n", callee_sdp=b"")
    assert script.process(events.RelayRestarted()) == []
    assert RejectOffer("a", 491) not in script.process(events.OfferReceived("a", b"held"))


def test_restoration_is_not_repeated_without_end_nor_with_unusable_sdp() -> None:
    script = talking()

    def fail(times: int) -> None:
        """Restore in vain after a restart."""
        for attempt in range(times):
            script.process(events.RelayRestarted(again=attempt > 0))
            assert isinstance(script.state, Talking)
            script.process(events.MediaFailed(f"exchange:{script.state.count}", sdp_at_fault=False))

    for times in (MAX_RESTORATIONS - 1, MAX_RESTORATIONS - 1, MAX_RESTORATIONS, 1):
        fail(times)
        assert awaits_restoration(script) is (times < MAX_RESTORATIONS)
    script = talking()
    script.process(events.RelayRestarted(), events.MediaFailed("exchange:1", sdp_at_fault=True))
    assert not awaits_restoration(script)


@pytest.mark.parametrize(
    ("event", "answering_leg", "complete"),
    [
        (events.OfferReceived("a", b"new"), "b1", True),
        (events.OfferReceived("b1", b"new"), "a", True),
        (events.AckReceived("a", b"new"), "b1", False),  # it gets no offer with the new ports
        (events.TakeOverRequested("b1", "b2", b"new"), "a", True),
    ],
)
def test_media_that_is_complete_again_is_not_restored(event: events.Event, answering_leg: str, complete: bool) -> None:
    script = talking()
    script.process(events.RelayRestarted(), events.MediaFailed("exchange:1", sdp_at_fault=False))
    assert awaits_restoration(script)
    script.process(event, events.MediaOffered("exchange:2", b"offer"), events.OfferAnswered(answering_leg, b"answer"))
    script.process(events.MediaAnswered("exchange:2", b"answer"))
    assert awaits_restoration(script) is not complete


@pytest.mark.parametrize("restored", [False, True])
def test_anchor_that_could_not_be_reset_is_restored(restored: bool) -> None:
    script = restoring()
    if restored:
        script.process(events.MediaOffered("exchange:1", b"-"))
    script.process(events.MediaFailed("exchange:1", sdp_at_fault=False))
    assert awaits_restoration(script)


@pytest.mark.parametrize(
    ("event", "cause", "reported", "closing"),
    [
        (events.HungUp("a"), Cause.HUNG_UP, ["b1"], "a"),
        (events.HungUp("b1"), Cause.HUNG_UP, ["a"], "b1"),
        (events.LegLost("b1"), Cause.LEG_LOST, ["a"], None),
        (events.EndRequested(Cause.ENDED_BY_ADMINISTRATOR), Cause.ENDED_BY_ADMINISTRATOR, ["a", "b1"], None),
        (events.CallerCancelled(), Cause.HUNG_UP, ["a", "b1"], None),
    ],
)
def test_end_sends_bye_then_records_then_acknowledges(
    event: events.Event, cause: Cause, reported: list[str], closing: str | None
) -> None:
    script = talking()
    assert script.process(event) == [*(Bye(leg, cause) for leg in reported), ReleaseMedia("b1", final=True)]
    assert isinstance(script.state, Ending)
    assert script.advance(0.1) == []
    assert script.process(events.MediaReleased()) == [WriteRecord(cause), *([Close(closing)] if closing else [])]
    assert script.state == Ended()


def test_silence_makes_both_legs_be_asked_and_does_not_end_the_call() -> None:
    """Neither a muted phone without comfort noise nor a listener is hung up: both sides are asked first (OPTIONS)."""
    script = talking()
    assert script.process(events.MediaSilent(("a", "b1"))) == [machine_actions.Probe("a"), machine_actions.Probe("b1")]
    assert script.process(events.MediaSilent(("b1",))) == [machine_actions.Probe("b1")]
    assert script.process(events.MediaSilent(("b0",))) == [], "it no longer belongs to the call"
    assert isinstance(script.state, Talking)


def test_statistics_timeout_is_shorter_than_t1() -> None:
    script = talking()
    script.process(events.HungUp("a"))
    assert script.advance(0.3) == [WriteRecord(Cause.HUNG_UP), Close("a")]


def test_call_ends_at_its_maximum_length() -> None:
    script = talking()
    assert script.advance(599.0) == []
    assert script.advance(1.0)[0] == Bye("a", Cause.TOO_LONG)


def test_one_exchange_at_a_time() -> None:
    script = talking()
    script.process(events.OfferReceived("a", b"one"))
    assert script.process(events.OfferReceived("b1", b"two")) == [RejectOffer("b1", 491)]
    assert isinstance(script.state, Talking)
    assert isinstance(script.state.exchange, Exchange)
    assert script.state.exchange.offerer == "a"


# ---- internal errors


def test_abandon_ends_all_legs() -> None:
    actions = state_machine.abandon(("a", "b1"), recorded=False)
    assert WriteRecord(Cause.FAULT) in actions
    assert actions.index(WriteRecord(Cause.FAULT)) < actions.index(Reject(500, Cause.FAULT))
    assert {CancelCallee("b1", elsewhere=False), Bye("b1", Cause.FAULT), Bye("a", Cause.FAULT)} <= set(actions)
    assert WriteRecord(Cause.FAULT) not in state_machine.abandon(("a", "b1"), recorded=True)


# ---- causes


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (486, Cause.BUSY),
        (600, Cause.BUSY),
        (603, Cause.DECLINED),
        (607, Cause.DECLINED),
        (408, Cause.UNREACHABLE),
        (480, Cause.UNREACHABLE),
        (404, Cause.NO_SUCH_NUMBER),
        (488, Cause.NO_COMMON_MEDIA),
        (302, Cause.DECLINED),
        (500, Cause.FAILED),
    ],
)
def test_cause_from_status(status: int, cause: Cause) -> None:
    assert cause_from_status(status) is cause


def test_user_decision_takes_precedence() -> None:
    assert most_informative([Cause.UNREACHABLE, Cause.BUSY, Cause.FAILED]) is Cause.BUSY
    assert most_informative([]) is Cause.UNREACHABLE
    assert all(most_informative([cause_from_status(status)]) is cause_from_status(status) for status in range(300, 700))


def test_every_cause_has_a_reason_header() -> None:
    for cause in Cause:
        assert cause.reason.startswith(f"Q.850;cause={cause.value.q850};text=")
        assert 0 < cause.value.q850 < 128


def test_wall_and_monotonic_time_are_separate() -> None:
    script = ringing("b1")
    assert isinstance(script.state, SettingUp)
    assert state_machine.deadline(script.state) == script.now + 2
    script.advance(2.0)
    assert state_machine.deadline(script.state) == script.now + 28
    script.process(events.CalleeAnswered("b1", b"answer"))
    assert state_machine.deadline(script.state) is None
    script.process(events.MediaAnswered("answer", b"relayed"))
    assert state_machine.deadline(script.state) == script.now + 600
