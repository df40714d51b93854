"""Credit control: calls outside of tenants with a limit are paid for in advance, warned, and ended."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from unificx.billing import STEP_SECONDS, Credit, CreditCall, CreditRefusal, is_due, is_warned
from unificx.calls import CreditedCalls, CreditedLeg, CreditReply, MusicOnHold
from unificx.cdr import destination_of
from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.core.faults import describe_fault
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


@dataclass(frozen=True, slots=True)
class _Granted:
    """The reservation of a leg, in seconds since its answer. `asked`: when more was asked for last."""

    leg: CreditedLeg
    seconds: int
    asked: float
    warned: bool = False


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
        """Check the live calls regularly, until cancelled."""
        refreshed = self._clock.monotonic()
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                if self._clock.monotonic() - refreshed >= REFRESH_SECONDS:
                    refreshed = self._clock.monotonic()
                    await self._credit.refresh()
                await self.check()
            except Exception as fault:
                log.error("credit_not_checked", **describe_fault(fault))

    async def check(self) -> None:
        """Reserve further for live calls, warn those that are close to their end, end those without credit, and
        release what ended calls have not used. Calls end with what was granted even if the database is away."""
        live = {leg.id: leg for leg in self._calls.legs(self.is_limited)}
        over = [each.leg for key, each in self._granted.items() if key not in live]
        for leg in live.values():
            await self._check(leg)
        for leg in over:
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
            self._granted[leg.id] = _Granted(leg, seconds, asked=float("-inf"))
        else:
            log.info("call_without_credit", tenant=leg.tenant_id, reason=seconds)
        on_reply(_reply(seconds))

    async def _check(self, leg: CreditedLeg) -> None:
        """Check a leg; after a restart of the process it has nothing granted yet."""
        known = self._granted.get(leg.id) or _Granted(leg, 0, asked=float("-inf"))
        granted = self._granted[leg.id] = replace(known, leg=leg)
        if leg.answered is None:
            return
        now, talked = self._clock.monotonic(), (self._clock.now() - leg.answered).total_seconds()
        if is_due(granted.seconds, talked) and now - granted.asked >= REFRESH_SECONDS:
            seconds = await self._extended(granted, int(talked) + STEP_SECONDS)
            granted = replace(granted, seconds=seconds, asked=now, warned=granted.warned and seconds == granted.seconds)
        if talked + CHECK_SECONDS >= granted.seconds:
            log.info("call_ended_by_credit", tenant=leg.tenant_id, call=leg.call_id)
            self._calls.end(leg.call_id)
        elif is_warned(granted.seconds, talked) and not granted.warned:
            granted = replace(granted, warned=True)
            self._tasks.spawn(self._warn(leg))
        self._granted[leg.id] = granted

    async def _extended(self, granted: _Granted, wanted: int) -> int:
        """Reserve further for a leg; return the seconds that are granted from now on. If no credit can be read, they
        are those of before; of a leg about which that is not known, after a restart, the wanted ones."""
        leg = granted.leg
        try:
            found = await self._credit.reserve(leg.tenant_id, self._call(leg), wanted)
        except Exception as fault:
            log.error("credit_not_reserved", tenant=leg.tenant_id, **describe_fault(fault))
            return granted.seconds or wanted
        return found if isinstance(found, int) else granted.seconds

    async def _warn(self, leg: CreditedLeg) -> None:
        try:
            await self._calls.warn(leg.call_id, self._tone)
        except MediaUnavailable:
            log.warning("call_not_warned", call=leg.call_id)

    def _call(self, leg: CreditedLeg) -> CreditCall:
        number = normalise(leg.number, self._country_of(leg.tenant_id))
        is_free = getattr(number, "kind", "") == "toll_free"
        return CreditCall(leg.id, leg.record_id, destination_of(leg.number), leg.answered, is_free)


def _reply(reserved: int | CreditRefusal) -> CreditReply:
    if isinstance(reserved, int):
        return "granted"
    return "no_credit" if reserved == "no_price" else reserved


def create_credit_control(container: Container, media: RtpEngine, hold: MusicOnHold) -> CreditControl:
    calls = CreditedCalls(container.calls, media, hold.interrupted)
    country_of = container.routing.outbound.store.country
    return CreditControl(container.billing.credit, calls, country_of, container.clock, Prompts().sound(BEEP, "en"))
