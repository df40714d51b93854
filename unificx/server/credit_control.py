"""Credit control: calls outside of tenants with a limit are paid for in advance, warned, and ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from unificx.billing import STEP_SECONDS, Credit, CreditCall, CreditRefusal, is_due, is_warned
from unificx.calls import CreditedCalls, CreditedLeg, CreditReply, MusicOnHold
from unificx.cdr import destination_of
from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.core.faults import describe_fault
from unificx.db import log_and_continue
from unificx.media import MediaUnavailable
from unificx.media.sounds import Sound
from unificx.prompts import BEEP, Prompts
from unificx.routing import normalise
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.container import Container

log = structlog.get_logger()
CHECK_SECONDS = 1.0
"""Interval of the check of live calls: how exactly they end."""
REFRESH_SECONDS = 10.0
"""How long a limit that another node has set, or credit that was paid in, takes to be noticed."""
UNREAD_SECONDS = 60
"""How long a call lasts at least while its credit could not be read since its answer: what was granted before it was
dialled may be a single second."""
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class _Granted:
    """The reservation of a leg, in seconds since its answer. `asked`: when its credit was read last since then."""

    leg: CreditedLeg
    seconds: int = 0
    asked: float = _NEVER
    warned: bool = False

    @property
    def end(self) -> float:
        """The second in which the leg ends. After a restart, until its credit is read, nothing is known of it."""
        if self.asked > _NEVER:
            return self.seconds
        return max(self.seconds, UNREAD_SECONDS) if self.seconds else float("inf")

    def is_to_be_warned(self, talked: float) -> bool:
        """Whether the leg is warned now: not while its credit may be read soon."""
        is_unread = self.asked == _NEVER and talked < REFRESH_SECONDS
        return not self.warned and not is_unread and is_warned(self.seconds, talked)


class CreditControl:
    """Implements `calls.CallCredit`, and supervises the live calls of this node.

    `country_of`: by whose rules a tenant dials.
    """

    def __init__(
        self, credit: Credit, calls: CreditedCalls, country_of: Callable[[str], str], clock: Clock, tone: Sound
    ) -> None:
        self._credit, self._calls, self._country_of, self._clock, self._tone = credit, calls, country_of, clock, tone
        self._tasks = BackgroundTasks()
        # Owner: this node, whose calls they are. The reservations themselves are in the database.
        self._granted: dict[str, _Granted] = {}

    def is_limited(self, tenant_id: str) -> bool:
        return self._credit.is_limited(tenant_id)

    def request(self, leg: CreditedLeg, on_reply: Callable[[CreditReply], None]) -> None:
        self._tasks.spawn(self._decide(leg, on_reply))

    async def run(self) -> None:
        """Check the live calls regularly, until cancelled. They end in time although the database does not respond."""
        await asyncio.gather(
            _repeat(self._end_used_up, CHECK_SECONDS),
            _repeat(self.check, CHECK_SECONDS),
            _repeat(self._credit.refresh, REFRESH_SECONDS),
        )

    async def check(self) -> None:
        """Reserve further for live calls, warn those that are close to their end, end those without credit, and
        release what ended calls have not used. Calls end with what was granted even if the database is away."""
        live = {leg.id: leg for leg in self._calls.legs(self.is_limited)}
        over = [each.leg for key, each in self._granted.items() if key not in live]
        for leg in live.values():
            await self._check(leg)
        for leg in over:
            with log_and_continue("credit_not_released", tenant=leg.tenant_id):
                await self._credit.call_ended(leg.tenant_id, self._call(leg))
                del self._granted[leg.id]  # after that, so that a release that fails is repeated

    async def join(self) -> None:
        """Wait until pending decisions are made."""
        await self._tasks.join()

    # ---- inside

    async def _decide(self, leg: CreditedLeg, on_reply: Callable[[CreditReply], None]) -> None:
        try:
            seconds = await self._credit.reserve(leg.tenant_id, self._call(leg), 1)
        except Exception as fault:
            log.error("credit_not_reserved", **describe_fault(fault))
            seconds = "no_credit"
        if isinstance(seconds, int):
            self._granted[leg.id] = _Granted(leg, seconds)
        else:
            log.info("call_without_credit", tenant=leg.tenant_id, reason=seconds)
        on_reply(_reply(seconds))

    async def _check(self, leg: CreditedLeg) -> None:
        """Check a leg; after a restart of the process it has nothing granted yet."""
        granted = self._granted[leg.id] = replace(self._granted.get(leg.id) or _Granted(leg), leg=leg)
        if leg.answered is None:
            return
        now, talked = self._clock.monotonic(), self._talked(leg.answered)
        if is_due(granted.seconds, talked) and now - granted.asked >= REFRESH_SECONDS:
            granted = await self._extended(granted, int(talked) + STEP_SECONDS, now)
        if talked + CHECK_SECONDS >= granted.end:
            self._end(leg)
        elif granted.is_to_be_warned(talked):
            granted = replace(granted, warned=True)
            self._tasks.spawn(self._warn(leg))
        self._granted[leg.id] = granted

    async def _extended(self, granted: _Granted, wanted: int, now: float) -> _Granted:
        """Reserve further for a leg; return what is granted from now on. If no credit can be read, that is what was
        granted before, and the next check asks again; of a leg about which that is not known, after a restart, the
        wanted seconds."""
        leg = granted.leg
        try:
            found = await self._credit.reserve(leg.tenant_id, self._call(leg), wanted)
        except Exception as fault:
            log.error("credit_not_reserved", tenant=leg.tenant_id, **describe_fault(fault))
            return replace(granted, seconds=granted.seconds or wanted)
        seconds = found if isinstance(found, int) else granted.seconds
        return replace(granted, seconds=seconds, asked=now, warned=granted.warned and seconds == granted.seconds)

    async def _end_used_up(self) -> None:
        """End the calls whose credit is used up, by what is known of it: without the database."""
        for leg in self._calls.legs(self.is_limited):
            granted = self._granted.get(leg.id)
            if granted is None or leg.answered is None:
                continue
            if self._talked(leg.answered) + CHECK_SECONDS >= granted.end:
                self._end(leg)

    def _talked(self, answered: datetime) -> float:
        return (self._clock.now() - answered).total_seconds()

    def _end(self, leg: CreditedLeg) -> None:
        log.info("call_ended_by_credit", tenant=leg.tenant_id, call=leg.call_id)
        self._calls.end(leg.call_id)

    async def _warn(self, leg: CreditedLeg) -> None:
        try:
            await self._calls.warn(leg.call_id, self._tone)
        except MediaUnavailable:
            log.warning("call_not_warned", call=leg.call_id)

    def _call(self, leg: CreditedLeg) -> CreditCall:
        number = normalise(leg.number, self._country_of(leg.tenant_id))
        is_free = getattr(number, "kind", "") == "toll_free"
        return CreditCall(leg.id, leg.record_id, destination_of(leg.number), leg.answered, is_free)


async def _repeat(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception as fault:
            log.error("credit_not_checked", **describe_fault(fault))


def _reply(reserved: int | CreditRefusal) -> CreditReply:
    if isinstance(reserved, int):
        return "granted"
    return "no_credit" if reserved == "no_price" else reserved


def create_credit_control(container: Container, media: RtpEngine, hold: MusicOnHold) -> CreditControl:
    calls = CreditedCalls(container.calls, media, hold.interrupted)
    country_of = container.routing.outbound.store.country
    return CreditControl(container.billing.credit, calls, country_of, container.clock, Prompts().sound(BEEP, "en"))
