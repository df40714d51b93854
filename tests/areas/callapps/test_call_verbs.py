"""Verbs of a call: play, DTMF, record, and cancellation on hang-up."""

import asyncio
import contextlib

import pytest
from app_harness import HANG_UP, AppHarness, harness_for
from structlog.testing import capture_logs
from virtual_time import run_in_virtual_time

from unificx.callapps import App, Call, Clip, RecordResult, SpokenValue
from unificx.calls import ConnectRequest, ConnectWithdrawn
from unificx.core.errors import StorageFull
from unificx.media.mixer.messages import DigitPressed
from unificx.registrar import Caller
from unificx.routing import DestinationRef, GoTo
from unificx.sip.legs import Answered, ByeReceived, OfferAnswered, OfferReceived, OfferRejected, Rejected


async def test_app_answers_plays_and_hangs_up() -> None:
    async def app(call: Call) -> None:
        assert (call.caller.number, call.mailbox and call.mailbox.reason) == ("+491511", "missed")
        await call.answer()
        await call.play("hello", "world")
        await call.say(7)
        await call.hang_up()
        raise AssertionError("nothing follows")

    stage = harness_for(app)
    await stage.run()
    assert stage.played == ["hello", "world", "number 7"]
    assert stage.events == [Answered(b"ours"), ByeReceived()]
    assert stage.orders == ["open offer", "close"]


async def test_a_recording_in_memory_is_limited() -> None:
    clip = Clip()
    for _ in range(30):
        await clip.write(bytes(10 * 2 * 8000), 8000)
    with pytest.raises(StorageFull):
        await clip.write(bytes(2), 8000)
    assert len(clip.sound.pcm) == 300 * 2 * 8000


async def test_finished_app_hangs_up() -> None:
    async def app(call: Call) -> None:
        await call.play("hello")

    stage = harness_for(app)
    await stage.run()
    assert stage.events == [Answered(b"ours"), ByeReceived()]


async def test_app_that_never_answers_rejects() -> None:
    async def app(call: Call) -> None: ...

    stage = harness_for(app)
    await stage.run()
    assert stage.events == [Rejected(480, None)]


async def test_exception_ends_only_its_call_and_logs_no_personal_data() -> None:
    async def app(call: Call) -> None:
        await call.answer()
        raise ValueError("+491511")

    stage = harness_for(app)
    with capture_logs() as logs:
        await stage.run()
    assert [(one["event"], one["fault"]) for one in logs] == [("call_app_failed", "ValueError")]
    assert stage.events[-1] == ByeReceived()


async def test_unknown_app_rejects() -> None:
    stage = harness_for(lambda call: asyncio.sleep(0))
    stage.host._apps = {}  # type: ignore[assignment]
    await stage.run()
    assert stage.events == [Rejected(480, None)]


async def test_missing_media_rejects_the_call() -> None:
    async def app(call: Call) -> None:
        await call.answer()
        raise AssertionError("it was not answered")

    stage = harness_for(app, media_error="full")
    await stage.run()
    assert stage.events == [Rejected(503, None)]


async def test_delayed_offer_is_completed_by_the_answer() -> None:
    async def app(call: Call) -> None:
        await call.play("hello")

    stage = harness_for(app, offer=b"")
    await stage.run()
    assert stage.orders == ["invite", "answered their answer", "close"]


async def test_hang_up_cancels_the_app() -> None:
    steps: list[str] = []

    async def app(call: Call) -> None:
        try:
            await call.play("first", "second", "third")
        finally:
            await asyncio.sleep(0)
            steps.append("tidied")

    stage = harness_for(app, digits={"second": [HANG_UP]})
    await stage.run()
    assert (stage.played, steps) == (["first", "second"], ["tidied"])
    assert stage.events == [Answered(b"ours")]
    assert stage.orders[-1] == "close"


async def test_escape_digit_stops_the_prompt() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        found.append(await call.play("menu", "rest", escape_digits="12"))
        found.append(await call.play("menu", "rest", escape_digits="12"))

    stage = harness_for(app, digits={"menu": ["9", "2"]})
    await stage.run()
    assert (stage.played, found) == (["menu", "rest", "menu"], ["", "2"])
    assert "stop" in stage.orders


async def test_early_digits_are_queued() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        await call.play("enter")
        found.extend((await call.read_digits(12), await call.read_digits(2), await call.read_digits(1)))

    stage = harness_for(app, digits={"enter": ["4711#123"]})
    await stage.run()
    assert found == ["4711", "12", "3"]


async def test_no_digit_returns_empty() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        found.append(await call.read_digits(4, timeout_seconds=0.02))

    await harness_for(app).run()
    assert found == [""]


async def test_prompt_stops_at_any_digit_which_stays_queued() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        await call.play_until_digit("enter", "more")
        found.append(await call.read_digits(4))

    stage = harness_for(app, digits={"enter": ["82#"]})
    await stage.run()
    assert (stage.played, found) == (["enter"], ["82"])


@pytest.mark.parametrize(
    ("script", "ended", "key", "seconds", "silent"),
    [
        (["speak 2", "press #"], "key", "#", 2.0, False),
        (["speak 1", "press 5", "speak 1", "press *"], "key", "*", 2.0, False),
        (["speak 1", "silence 9"], "silence", "", 4.0, False),
        (["silence 9"], "silence", "", 3.0, True),
        (["speak 1", "lost"], "lost", "", 1.0, False),
    ],
)
async def test_recording_stops_at_its_limits(
    script: list[str], ended: str, key: str, seconds: float, silent: bool
) -> None:
    found: list[RecordResult] = []
    clip = Clip()

    async def app(call: Call) -> None:
        found.append(await call.record(clip, stop_digits="#*", silence_seconds=3.0))
        await call.play(clip)

    stage = harness_for(app, audio_scripts=[script])
    await stage.run()
    [sent] = found
    assert (sent.ended, sent.digit, sent.silent) == (ended, key, silent)
    assert seconds - 0.01 <= sent.seconds <= seconds + 0.5
    assert stage.played == [f"sound {sent.seconds:.1f}"]


async def test_recording_is_limited_in_duration() -> None:
    found: list[RecordResult] = []

    async def app(call: Call) -> None:
        found.append(await call.record(Clip(), max_seconds=0.05, silence_seconds=1e9))

    await harness_for(app, audio_scripts=[["speak 1"]]).run()
    assert found[0].ended == "longest"


async def test_full_sink_ends_recording() -> None:
    class Full:
        async def write(self, pcm: bytes, rate: int) -> None:
            raise StorageFull("full")

    found: list[RecordResult] = []

    async def app(call: Call) -> None:
        found.append(await call.record(Full()))

    await harness_for(app, audio_scripts=[["speak 2"]]).run()
    assert (found[0].ended, found[0].seconds) == ("full", 0.0)


async def test_hang_up_keeps_the_recorded_audio() -> None:
    clip, recorded = Clip(), []

    async def app(call: Call) -> None:
        try:
            await call.record(clip)
        finally:
            recorded.append(call.last_recording)

    await harness_for(app, audio_scripts=[["speak 2", HANG_UP]]).run()
    [sent] = recorded
    assert sent is not None
    assert (clip.sound.seconds, sent.seconds) == (pytest.approx(2.0), pytest.approx(2.0))


async def test_hang_up_right_after_the_last_digit_keeps_the_recorded_audio() -> None:
    """The call ends while the last chunks are still being written."""
    clip, recorded = Clip(), []

    async def app(call: Call) -> None:
        try:
            await call.record(clip)
        finally:
            recorded.append(call.last_recording)

    class HangsUp(AppHarness):
        def end(self, tap: str) -> None:
            self.hang_up()
            super().end(tap)

    await HangsUp(App("test", app), audio_scripts=[["speak 2", "press #"]]).run()
    [sent] = recorded
    assert sent is not None
    assert (sent.ended, clip.sound.seconds, sent.seconds) == ("key", pytest.approx(2.0), pytest.approx(2.0))


async def test_digits_by_sip_info() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        await call.answer()
        found.append(await call.read_digits(6))

    stage = harness_for(app)
    stage.begin()
    await stage.settle()
    for kind, body in (
        ("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n"),
        ("application/dtmf-relay; x=y", b"signal = 11"),
        ("application/dtmf", b"7"),
    ):
        stage.line.info_received(kind, body)
    await stage.settle()
    assert found == ["5"]
    for kind, body in (
        ("text/plain", b"9"),
        ("application/dtmf-relay", b"Signal=99"),
        ("application/dtmf", b"\xff" * 9),
    ):
        stage.line.info_received(kind, body)


async def test_a_phone_that_sends_info_and_tones_presses_each_key_once() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        await call.answer()
        found.append(await call.read_digits(9))

    stage = AppHarness(App("test", app, goes_on=True))
    stage.begin()
    await stage.settle()

    def tones(key: str) -> None:
        stage.host.handle_event(DigitPressed("leg-1", key, 100, tones=True))

    def info(key: str) -> None:
        stage.line.info_received("application/dtmf-relay", f"Signal={key}".encode())

    tones("4")
    tones("5")
    info("5")
    info("5")
    tones("5")
    info("6")
    tones("6")
    stage.line.party_changed("call-2", Caller("acme", "", "", "s-dora", "+491512", "Dora"))  # has another phone
    tones("7")
    tones("#")
    await stage.settle()
    assert found == ["45567"]


async def test_reinvite_is_answered_or_rejected() -> None:
    async def app(call: Call) -> None:
        await call.answer()
        await asyncio.Event().wait()

    stage = harness_for(app)
    stage.begin()
    await stage.settle()
    stage.line.offered(b"hold")
    await stage.settle()
    stage.media_error = "invalid_sdp"
    stage.line.offered(b"bad")
    await stage.settle()
    assert stage.events == [Answered(b"ours"), OfferAnswered(b"ours"), OfferRejected(488)]
    stage.hang_up()
    await stage.settle()
    assert len(stage.host) == 0


async def test_engine_restart_reoffers_the_leg_and_replays() -> None:
    class SilentLeg(AppHarness):
        """An engine that never ends playback."""

        def play(self, leg, sound):
            self.played.append(sound.pcm[:-1].decode())
            return f"t{len(self.played)}"

    async def app(call: Call) -> None:
        await call.play("long")

    stage = SilentLeg(App("test", app))
    stage.begin()
    await stage.settle()
    stage.running.clear()
    stage.end_playback("t1", "lost")
    await stage.settle()
    assert stage.played == ["long"], "no engine would play it"
    stage.running.set()
    stage.host.on_engine_restarted()
    await stage.settle()
    assert stage.events == [Answered(b"ours"), OfferReceived(b"ours")]
    assert stage.played == ["long"]
    stage.line.offer_answered(b"theirs")
    await stage.settle()
    assert stage.played == ["long", "long"]
    stage.end_playback("t2")
    await stage.settle()
    assert stage.events[-1] == ByeReceived()


def test_offer_that_meets_another_is_repeated_until_media_is_established() -> None:
    async def story() -> None:
        async def app(call: Call) -> None:
            await call.answer()
            await asyncio.Event().wait()

        stage = harness_for(app)
        stage.begin()
        await stage.settle()
        stage.host.on_engine_restarted()
        await stage.settle()
        expected = [Answered(b"ours"), OfferReceived(b"ours")]
        for status, repeated in ((488, 0), (491, 1), (491, 1)):
            stage.line.offer_rejected(status)
            await stage.settle()
            assert stage.events == expected, "not at once, since it would meet the other offer again"
            await asyncio.sleep(5.0)
            expected += [OfferReceived(b"ours")] * repeated
            assert stage.events == expected
        stage.line.offer_rejected(491)
        stage.line.offered(b"offer")
        await asyncio.sleep(5.0)
        assert stage.events == [*expected, OfferAnswered(b"ours")], "the other offer has established media"
        stage.host.on_engine_restarted()
        await stage.settle()
        stage.line.offer_rejected(491)
        stage.hang_up()
        await asyncio.sleep(5.0)
        assert stage.events[-1] == OfferReceived(b"ours")
        assert stage.orders[-1] == "close", "the engine has no leg of a call that has ended"

    run_in_virtual_time(story())


def test_offer_is_not_repeated_if_the_other_one_is_being_processed() -> None:
    class BusyEngine(AppHarness):
        async def open(self, leg: str, offer: bytes) -> bytes:
            if offer == b"other":
                await answer.wait()
            return await super().open(leg, offer)

    answer = asyncio.Event()

    async def story() -> None:
        async def app(call: Call) -> None:
            await call.answer()
            await asyncio.Event().wait()

        stage = BusyEngine(App("test", app))
        stage.begin()
        await stage.settle()
        stage.host.on_engine_restarted()
        await stage.settle()
        stage.line.offer_rejected(491)
        stage.line.offered(b"other")
        await asyncio.sleep(5.0)
        answer.set()
        await stage.settle()
        assert stage.events == [Answered(b"ours"), OfferReceived(b"ours"), OfferAnswered(b"ours")]
        stage.hang_up()
        await stage.settle()

    run_in_virtual_time(story())


async def test_server_shutdown_ends_all_apps() -> None:
    async def app(call: Call) -> None:
        await call.answer()
        await asyncio.Event().wait()

    stage = harness_for(app)
    stage.begin()
    await stage.settle()
    await stage.host.close()
    assert (stage.events[-1], len(stage.host)) == (ByeReceived(), 0)


async def test_date_and_time_are_spoken() -> None:
    async def app(call: Call) -> None:
        await call.play(SpokenValue(call.clock.now()))

    stage = harness_for(app)
    await stage.run()
    assert stage.played == ["a moment"]


REF = DestinationRef("extension", "1002")
PLAN = GoTo(REF).plan()


async def test_connect_returns_the_outcome_and_ends_the_app_when_answered() -> None:
    outcomes: list[object] = []

    async def app(call: Call) -> None:
        try:
            outcomes.append(await call.connect(PLAN, displayed_name="Sales: Carl"))
            await call.play("sorry")
            outcomes.append(await call.connect(REF))
            await call.connect(PLAN)
        finally:
            outcomes.append(call.was_connected)

    stage = harness_for(app, outcomes=["busy", "cancelled", "answered"])
    await stage.run()
    assert outcomes == ["busy", "failed", True]
    requests = [ConnectRequest(PLAN, "Sales: Carl"), ConnectRequest(PLAN), ConnectRequest(PLAN)]
    assert stage.events == [Answered(b"ours"), *requests]
    assert stage.played == ["sorry"]


async def test_cancelled_connect_ends_the_ringing_and_a_hang_up_does_not() -> None:
    connected: list[bool] = []

    async def app(call: Call) -> None:
        await call.answer()
        ringing = asyncio.create_task(call.connect(PLAN))
        await asyncio.sleep(0)
        ringing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ringing
        try:
            await call.connect(PLAN)
        finally:
            connected.append(call.was_connected)

    stage = harness_for(app)
    stage.begin()
    await stage.settle()
    stage.hang_up()
    await stage.settle()
    assert stage.events == [Answered(b"ours"), ConnectRequest(PLAN), ConnectWithdrawn(), ConnectRequest(PLAN)]
    assert (connected, len(stage.host)) == ([False], 0)
