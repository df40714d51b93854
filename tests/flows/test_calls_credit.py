"""Calls outside of a tenant with a limit: dialled once credit is reserved, refused without it, warned and ended."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from carriers import Outside
from ladder import play, play_on
from steps import cancels
from world import World

from unificx.billing import CreditCall, CreditRefusal
from unificx.calls import CallControl, CreditedCalls, CreditedLeg, CreditReply
from unificx.core.clock import ManualClock
from unificx.media.sounds import Sound
from unificx.server.credit_control import CreditControl

CALLED = "+493098765432"
NUMBERS = {
    "03098765432": Outside(CALLED, "carrier", "second"),
    "112": Outside("112", "carrier", emergency=True),
}
PARTICIPANTS = "alice 1001, carrier +491710000001 udp trunk, second +491710000002 udp trunk"
ANSWERS = """
    carrier <- INVITE [alice]
    carrier -> 200 [outside]
    carrier <- ACK
    alice <- 200 [outside]
    alice -> ACK
"""
UP = "alice -> INVITE 03098765432 [alice]" + ANSWERS
ENDED = """
    alice <- BYE
    carrier <- BYE
    history <- answered 102 alice +493098765432
"""
pytestmark = pytest.mark.promise("U4")


@dataclass
class Bank:
    """Credit of the tenant in seconds, by default with increments of a minute; `asked` are the calls that credit was
    reserved for, and `ended` those that it was told the end of."""

    seconds: int
    refusal: CreditRefusal = "no_credit"
    asked: list[CreditCall] = field(default_factory=list[CreditCall])
    ended: list[CreditCall] = field(default_factory=list[CreditCall])
    is_away: bool = False
    """Whether the database does not answer."""
    increment: int = 60
    responds: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared while the database hangs."""

    def __post_init__(self) -> None:
        self.responds.set()

    def is_limited(self, tenant_id: str) -> bool:
        return tenant_id == "t1"

    async def refresh(self) -> None: ...

    async def reserve(self, tenant_id: str, call: CreditCall, seconds: int) -> int | CreditRefusal:
        del tenant_id
        await asyncio.sleep(0)
        self.asked.append(call)
        await self.responds.wait()
        if self.is_away:
            raise ConnectionError
        granted = min(self.seconds, -(-seconds // self.increment) * self.increment)
        return granted or self.refusal

    async def call_ended(self, tenant_id: str, call: CreditCall) -> None:
        del tenant_id
        if self.is_away:
            raise ConnectionError
        self.ended.append(call)


class Player:
    """Notes what is played to which leg, and for how long music on hold is replaced."""

    def __init__(self) -> None:
        self.played: list[tuple[str, Sound]] = []
        self.interrupted: list[tuple[str, str, float]] = []

    async def play(self, anchor: str, tag: str, sound: Sound, *, times: int = 1, start: float = 0.0) -> float:
        del anchor, times, start
        self.played.append((tag, sound))
        return 0.4

    async def stop(self, anchor: str, tag: str) -> None: ...

    def interrupt(self, call_id: str, tag: str, seconds: float) -> None:
        self.interrupted.append((call_id, tag, seconds))


TONE = Sound(b"\0\0")


async def start(seconds: int) -> tuple[World, Bank, CreditControl, Player]:
    """Return phones and carriers of a tenant that can pay for calls of this length."""
    bank, player = Bank(seconds), Player()
    calls, clock = CallControl(), ManualClock()
    credit = CreditControl(
        bank,  # pyright: ignore[reportArgumentType]
        CreditedCalls(calls, player, player.interrupt),
        lambda tenant_id: "DE",
        clock,
        TONE,
    )
    world = await play(PARTICIPANTS, numbers=NUMBERS, credit=credit, clock=clock)
    calls.attach(world.manager)
    return world, bank, credit, player


async def pass_time(world: World, credit: CreditControl, seconds: int) -> None:
    for _ in range(seconds):
        await world.pass_time(1.0)
        await credit.check()
    await credit.join()


def faults(log: list[dict[str, object]]) -> set[object]:
    return {each["event"] for each in log if each["log_level"] == "error"}


@pytest.mark.promise("U4")
async def test_a_call_is_warned_before_its_credit_is_used_up_and_then_ended() -> None:
    world, bank, credit, player = await start(180)
    await play_on(world, UP)
    assert [(one.destination, one.answered) for one in bank.asked] == [("49309876", None)]
    await pass_time(world, credit, 119)
    assert not player.played
    await pass_time(world, credit, 2)
    [call] = world.manager.calls.values()
    warned = call.existing_leg("a").id
    assert player.played == [(warned, TONE)]
    assert player.interrupted == [(call.id, warned, 0.4)]
    await pass_time(world, credit, 58)
    await play_on(world, ENDED)
    await credit.check()
    [ended] = bank.ended
    assert (ended.id, ended.call_id) == (bank.asked[0].id, call.id)
    assert ended.answered is not None
    assert len(player.played) == 1


@pytest.mark.promise("U4")
async def test_a_call_ends_with_its_credit_also_while_the_database_is_away(
    no_fault_in_the_log: list[dict[str, object]],
) -> None:
    world, bank, credit, player = await start(60)
    await play_on(world, UP)
    bank.is_away = True
    await pass_time(world, credit, 58)
    assert world.manager.calls
    assert len(player.played) == 1
    await pass_time(world, credit, 1)
    await play_on(world, ENDED)
    await credit.check()
    bank.is_away = False
    for _ in range(2):
        await credit.check()
    assert len(bank.ended) == 1, "its reservation is released once that is possible"
    assert faults(no_fault_in_the_log) == {"credit_not_reserved", "credit_not_released"}
    no_fault_in_the_log.clear()


@pytest.mark.promise("U4")
async def test_a_call_by_the_second_goes_on_if_its_credit_cannot_be_read_at_its_answer(
    no_fault_in_the_log: list[dict[str, object]],
) -> None:
    """A single second was granted before it was dialled; the next check reads the credit, and there is no warning."""
    world, bank, credit, player = await start(3_600)
    bank.increment = 1
    await play_on(world, UP)
    bank.is_away = True
    await pass_time(world, credit, 1)
    bank.is_away = False
    await pass_time(world, credit, 120)
    assert world.manager.calls
    assert not player.played
    assert faults(no_fault_in_the_log) == {"credit_not_reserved"}
    no_fault_in_the_log.clear()


@pytest.mark.promise("U4")
@pytest.mark.parametrize(("is_read", "lasts"), [(False, 60), (True, 45)])
async def test_without_the_database_a_call_by_the_second_ends_with_the_credit_that_was_read_or_after_a_minute(
    no_fault_in_the_log: list[dict[str, object]], is_read: bool, lasts: int
) -> None:
    world, bank, credit, player = await start(45)
    bank.increment = 1
    await play_on(world, UP)
    bank.is_away = not is_read
    await pass_time(world, credit, 1)
    bank.is_away = True
    await pass_time(world, credit, lasts - 3)
    assert world.manager.calls
    assert len(player.played) == 1
    await pass_time(world, credit, 1)
    await play_on(world, ENDED)
    assert faults(no_fault_in_the_log) == {"credit_not_reserved"}
    no_fault_in_the_log.clear()


@pytest.mark.promise("U4")
async def test_a_call_ends_with_its_credit_although_the_database_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unificx.server.credit_control.CHECK_SECONDS", 0.001)
    world, bank, credit, _ = await start(60)
    await play_on(world, UP)
    bank.responds.clear()
    checks = asyncio.create_task(credit.run())
    while len(bank.asked) < 2:
        await asyncio.sleep(0.001)
    await world.pass_time(60)
    while world.manager.calls:
        await asyncio.sleep(0.001)
        await world.settle()
    checks.cancel()
    await asyncio.wait([checks])
    await play_on(world, ENDED)


async def test_a_release_that_fails_does_not_hold_up_those_of_other_calls(
    no_fault_in_the_log: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, bank, credit, _ = await start(600)
    for _ in range(2):
        await play_on(world, cancels("carrier", "03098765432", CALLED))
    first = bank.asked[0].id
    call_ended = bank.call_ended

    async def fail_for_the_first(tenant_id: str, call: CreditCall) -> None:
        if call.id == first:
            raise ConnectionError
        await call_ended(tenant_id, call)

    with monkeypatch.context() as patched:
        patched.setattr(bank, "call_ended", fail_for_the_first)
        await credit.check()
    assert [one.id for one in bank.ended] == [bank.asked[1].id]
    await credit.check()
    assert [one.id for one in bank.ended] == [bank.asked[1].id, first]
    assert faults(no_fault_in_the_log) == {"credit_not_released"}
    no_fault_in_the_log.clear()


async def test_credit_that_is_paid_in_meanwhile_lets_a_call_go_on() -> None:
    world, bank, credit, player = await start(60)
    await play_on(world, UP)
    await pass_time(world, credit, 20)
    bank.seconds = 3_600
    await pass_time(world, credit, 70)
    assert len(player.played) == 1
    assert world.manager.calls
    assert len(bank.asked) < 10


@pytest.mark.promise("U4")
@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        ("no_credit", "Not enough credit for this call"),
        ("no_price", "Not enough credit for this call"),
        ("trial_ended", "The trial has ended"),
        ("unpaid", "An invoice is overdue"),
    ],
)
async def test_without_credit_no_carrier_is_called_and_the_caller_gets_the_reason(
    refusal: CreditRefusal, text: str
) -> None:
    world, bank, credit, _ = await start(0)
    bank.refusal = refusal
    await play_on(
        world,
        f"""
        alice -> INVITE 03098765432 [alice]
        history <- failed 21 alice +493098765432
        alice <- 402
          Reason: Q.850;cause=21;text="{text}"
        """,
    )
    await credit.check()
    assert not world.sent_outside
    assert not bank.ended


async def test_an_emergency_call_needs_no_credit() -> None:
    world, bank, credit, _ = await start(0)
    await play_on(world, "alice -> INVITE 112 [alice]" + ANSWERS)
    await pass_time(world, credit, 5)
    assert world.manager.calls
    assert not bank.asked


async def test_the_next_carrier_takes_the_reservation_over_and_a_cancelled_call_gives_it_back() -> None:
    world, bank, credit, _ = await start(60)
    await play_on(
        world,
        """
        alice -> INVITE 03098765432 [alice]
        carrier <- INVITE [alice]
        carrier -> 503
        second <- INVITE [alice]
        second -> 180
        alice <- 180
        """,
    )
    await credit.check()
    assert {one.id for one in bank.asked} == {bank.asked[0].id}
    await play_on(
        world,
        """
        alice -> CANCEL
        history <- cancelled 16 alice +493098765432
        second <- CANCEL
        alice <- 487
        """,
    )
    await credit.check()
    assert [(one.id, one.answered) for one in bank.ended] == [(bank.asked[0].id, None)]


async def test_a_caller_who_hangs_up_while_credit_is_reserved_reaches_no_carrier() -> None:
    world, _, _, _ = await start(60)
    replies: list[Callable[[CreditReply], None]] = []

    class Slow:
        def is_limited(self, tenant_id: str) -> bool:
            return bool(tenant_id)

        def request(self, leg: CreditedLeg, on_reply: Callable[[CreditReply], None]) -> None:
            del leg
            replies.append(on_reply)

    world = await play(PARTICIPANTS, numbers=NUMBERS, credit=Slow())
    await play_on(
        world,
        """
        alice -> INVITE 03098765432 [alice]
        alice -> CANCEL
        history <- cancelled 16 alice +493098765432
        alice <- 487
        """,
    )
    for each in replies:
        each("granted")
    await world.settle()
    assert len(replies) == 1
    assert not world.sent_outside
