"""A call's verbs: what is said, pressed and recorded, and what becomes of an app whose caller hangs up."""

import asyncio

import pytest
from app_stage import HANG_UP, Stage, acting
from structlog.testing import capture_logs

from unificx.apps import App, Call, Clip, Said, Spoken
from unificx.kernel.errors import NoRoom
from unificx.sip.legs import Answered, HungUp, OfferAnswered, Offered, OfferRefused, Refused


async def test_an_app_answers_speaks_and_hangs_up() -> None:
    async def app(call: Call) -> None:
        assert (call.caller.number, call.mailbox and call.mailbox.why) == ("+491511", "missed")
        await call.answer()
        await call.play("hello", "world")
        await call.say(7)
        await call.hang_up()
        raise AssertionError("nothing follows")

    stage = acting(app)
    await stage.run()
    assert stage.heard == ["hello", "world", "number 7"]
    assert stage.told == [Answered(b"ours"), HungUp()]
    assert stage.orders == ["open offer", "close"]


async def test_an_app_that_is_done_hangs_up_by_itself() -> None:
    async def app(call: Call) -> None:
        await call.play("hello")

    stage = acting(app)
    await stage.run()
    assert stage.told == [Answered(b"ours"), HungUp()]


async def test_an_app_that_never_answers_refuses() -> None:
    async def app(call: Call) -> None: ...

    stage = acting(app)
    await stage.run()
    assert stage.told == [Refused(480, None)]


async def test_a_fault_ends_its_own_call_and_names_nobody() -> None:
    async def app(call: Call) -> None:
        await call.answer()
        raise ValueError("+491511")

    stage = acting(app)
    with capture_logs() as logs:
        await stage.run()
    assert [(one["event"], one["kind"]) for one in logs] == [("call_app_failed", "ValueError")]
    assert stage.told[-1] == HungUp()


async def test_an_app_nobody_knows_refuses() -> None:
    stage = acting(lambda call: asyncio.sleep(0))
    stage.host._apps = {}  # type: ignore[assignment]
    await stage.run()
    assert stage.told == [Refused(480, None)]


async def test_no_media_refuses_the_call() -> None:
    async def app(call: Call) -> None:
        await call.answer()
        raise AssertionError("it was not answered")

    stage = acting(app, fails="full")
    await stage.run()
    assert stage.told == [Refused(503, None)]


async def test_a_call_without_an_offer_is_opened_by_the_answer() -> None:
    async def app(call: Call) -> None:
        await call.play("hello")

    stage = acting(app, offer=b"")
    await stage.run()
    assert stage.orders == ["invite", "answered their answer", "close"]


async def test_hanging_up_cancels_the_app_where_it_stands() -> None:
    steps: list[str] = []

    async def app(call: Call) -> None:
        try:
            await call.play("first", "second", "third")
        finally:
            await asyncio.sleep(0)
            steps.append("tidied")

    stage = acting(app, keys={"second": [HANG_UP]})
    await stage.run()
    assert (stage.heard, steps) == (["first", "second"], ["tidied"])
    assert stage.told == [Answered(b"ours")]
    assert stage.orders[-1] == "close"


async def test_a_key_that_is_asked_for_ends_the_prompt_and_others_do_not() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        found.append(await call.play("menu", "rest", keys="12"))
        found.append(await call.play("menu", "rest", keys="12"))

    stage = acting(app, keys={"menu": ["9", "2"]})
    await stage.run()
    assert (stage.heard, found) == (["menu", "rest", "menu"], ["", "2"])
    assert "stop" in stage.orders


async def test_keys_pressed_ahead_are_kept_until_they_are_asked_for() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        await call.play("enter")
        found.extend((await call.digits(12), await call.digits(2), await call.digits(1)))

    stage = acting(app, keys={"enter": ["4711#123"]})
    await stage.run()
    assert found == ["4711", "12", "3"]


async def test_nothing_pressed_is_nothing() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        found.append(await call.digits(4, wait=0.02))

    await acting(app).run()
    assert found == [""]


async def test_a_prompt_is_said_until_any_key_is_pressed_which_stays() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        await call.play_until_pressed("enter", "more")
        found.append(await call.digits(4))

    stage = acting(app, keys={"enter": ["82#"]})
    await stage.run()
    assert (stage.heard, found) == (["enter"], ["82"])


@pytest.mark.parametrize(
    ("says", "ended", "key", "seconds", "silent"),
    [
        (["speak 2", "press #"], "key", "#", 2.0, False),
        (["speak 1", "press 5", "speak 1", "press *"], "key", "*", 2.0, False),
        (["speak 1", "silence 9"], "silence", "", 4.0, False),
        (["silence 9"], "silence", "", 3.0, True),
        (["speak 1", "lost"], "lost", "", 1.0, False),
    ],
)
async def test_what_is_said_is_recorded_until_it_is_enough(
    says: list[str], ended: str, key: str, seconds: float, silent: bool
) -> None:
    found: list[Said] = []
    clip = Clip()

    async def app(call: Call) -> None:
        found.append(await call.record(clip, stop_on="#*", silence=3.0))
        await call.play(clip)

    stage = acting(app, says=[says])
    await stage.run()
    [said] = found
    assert (said.ended, said.key, said.silent) == (ended, key, silent)
    assert seconds - 0.01 <= said.seconds <= seconds + 0.5
    assert stage.heard == [f"sound {said.seconds:.1f}"]


async def test_a_recording_is_no_longer_than_it_may_be() -> None:
    found: list[Said] = []

    async def app(call: Call) -> None:
        found.append(await call.record(Clip(), longest=0.05, silence=1e9))

    await acting(app, says=[["speak 1"]]).run()
    assert found[0].ended == "longest"


async def test_a_sink_without_room_ends_it() -> None:
    class Full:
        async def write(self, pcm: bytes, rate: int) -> None:
            raise NoRoom("full")

    found: list[Said] = []

    async def app(call: Call) -> None:
        found.append(await call.record(Full()))

    await acting(app, says=[["speak 2"]]).run()
    assert (found[0].ended, found[0].seconds) == ("full", 0.0)


async def test_who_hangs_up_while_he_speaks_has_said_it() -> None:
    clip, recorded = Clip(), []

    async def app(call: Call) -> None:
        try:
            await call.record(clip)
        finally:
            recorded.append(call.recorded)

    await acting(app, says=[["speak 2", HANG_UP]]).run()
    [said] = recorded
    assert said is not None
    assert (clip.sound.seconds, said.seconds) == (pytest.approx(2.0), pytest.approx(2.0))


async def test_keys_by_info() -> None:
    found: list[str] = []

    async def app(call: Call) -> None:
        await call.answer()
        found.append(await call.digits(6))

    stage = acting(app)
    stage.begin()
    await stage.settle()
    for kind, body in (
        ("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n"),
        ("application/dtmf-relay; x=y", b"signal = 11"),
        ("application/dtmf", b"7"),
    ):
        stage.line.informed(kind, body)
    await stage.settle()
    assert found == ["5"]
    for kind, body in (
        ("text/plain", b"9"),
        ("application/dtmf-relay", b"Signal=99"),
        ("application/dtmf", b"\xff" * 9),
    ):
        stage.line.informed(kind, body)


async def test_a_new_offer_is_answered_and_one_that_cannot_be_is_refused() -> None:
    async def app(call: Call) -> None:
        await call.answer()
        await asyncio.Event().wait()

    stage = acting(app)
    stage.begin()
    await stage.settle()
    stage.line.offered(b"hold")
    await stage.settle()
    stage.fails = "description"
    stage.line.offered(b"bad")
    await stage.settle()
    assert stage.told == [Answered(b"ours"), OfferAnswered(b"ours"), OfferRefused(488)]
    stage.hang_up()
    await stage.settle()
    assert len(stage.host) == 0


async def test_when_the_engine_dies_its_leg_is_offered_and_what_played_plays_again() -> None:
    class Deaf(Stage):
        """An engine that does not end what it plays."""

        def play(self, leg, sound):
            self.heard.append(sound.pcm[:-1].decode())
            return f"t{len(self.heard)}"

    async def app(call: Call) -> None:
        await call.play("long")

    stage = Deaf(App("test", app))
    stage.begin()
    await stage.settle()
    stage.ends("t1", "lost")
    stage.host.restarted()
    await stage.settle()
    assert stage.told == [Answered(b"ours"), Offered(b"ours")]
    assert stage.heard == ["long"]
    stage.line.offer_answered(b"theirs")
    await stage.settle()
    assert stage.heard == ["long", "long"]
    stage.ends("t2")
    await stage.settle()
    assert stage.told[-1] == HungUp()


async def test_the_server_goes_down_and_every_app_ends() -> None:
    async def app(call: Call) -> None:
        await call.answer()
        await asyncio.Event().wait()

    stage = acting(app)
    stage.begin()
    await stage.settle()
    await stage.host.close()
    assert (stage.told[-1], len(stage.host)) == (HungUp(), 0)


async def test_a_moment_is_said() -> None:
    async def app(call: Call) -> None:
        await call.play(Spoken(call.clock.now()))

    stage = acting(app)
    await stage.run()
    assert stage.heard == ["a moment"]
