"""The signalling of an app's leg: its descriptions, one after the other, between the call and the media engine."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from unificx import sdp as descriptions
from unificx.apps.ports import Engine
from unificx.kernel.background import Background
from unificx.media import MediaUnavailable
from unificx.sip.keys import key_in
from unificx.sip.legs import Answered, HungUp, LegEvent, OfferAnswered, Offered, OfferRefused, Refused

log = structlog.get_logger()
NO_MEDIA = 503


class Line:
    """An app's end of its leg. `key` takes what was pressed; `opened` is called whenever the engine has the leg anew;
    `gone` once, when the call is over."""

    def __init__(self, engine: Engine, leg: str, offer: bytes, tell: Callable[[LegEvent], None]) -> None:
        self.leg = leg
        self.key: Callable[[str], None] = lambda key: None
        self.gone: Callable[[], None] = lambda: None
        self.opened: Callable[[], None] = lambda: None
        self.described: Callable[[], None] = lambda: None
        """The other side has said anew how it wants its media."""
        self.hears = _hears(offer)
        """Whether the other side wants to hear anything: it has not put us on hold."""
        self.missed = 0
        """How often it has stopped to."""
        self.up = asyncio.Event()
        """Whether the engine has the leg, so that it hears and is heard."""
        self.over = False
        self._engine = engine
        self._offer = offer
        self._tell = tell
        self._answered = False
        self._turn = asyncio.Lock()
        self._errands = Background()

    # ---- what the app wants

    async def answer(self) -> None:
        """Take the call, if it is not taken yet; returns once both ends hear each other."""
        async with self._turn:
            if not self._answered and not self.over:
                self._answered = True
                try:
                    await self._take()
                except MediaUnavailable:
                    self.over = True
                    self._tell(Refused(NO_MEDIA, None))
        await self.up.wait()

    async def _take(self) -> None:
        if self._offer:
            sdp = await self._engine.open(self.leg, self._offer)
            self._is_up()
        else:
            sdp = await self._engine.invite(self.leg)
        self._tell(Answered(sdp))

    def hang_up(self) -> None:
        """The app is done with the call."""
        if not self.over:
            self.over = True
            self._tell(HungUp() if self._answered else Refused(480, None))

    def engine_restarted(self) -> None:
        """The engine that had the leg is gone: tell the other side where it is now."""
        if self._answered and not self.over:
            self.up.clear()
            self._begin(self._renew())

    async def settle(self) -> None:
        await self._errands.settle()

    # ---- what the call tells: calls.FarEnd

    def acknowledged(self, sdp: bytes) -> None:
        self._describes(sdp)
        self._begin(self._opened_by(sdp))

    def offered(self, sdp: bytes) -> None:
        self._describes(sdp)
        self._begin(self._accept(sdp))

    def offer_answered(self, sdp: bytes) -> None:
        self._describes(sdp)
        self._begin(self._opened_by(sdp))

    def offer_refused(self, status: int) -> None:
        """The engine keeps what it had; if that was lost, silence will end the call."""

    def informed(self, content_type: str, body: bytes) -> None:
        for key in key_in(content_type, body):
            self.key(key)

    def ended(self) -> None:
        self.over = True
        self.gone()

    # ---- inside

    def _describes(self, sdp: bytes) -> None:
        before, self.hears = self.hears, _hears(sdp)
        self.missed += before and not self.hears
        self.described()

    def _is_up(self) -> None:
        self.opened()
        self.up.set()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._errands.begin(self._in_turn(work))

    async def _in_turn(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._turn:
            await work

    async def _opened_by(self, answer: bytes) -> None:
        try:
            await self._engine.answered(self.leg, answer)
            self._is_up()
        except MediaUnavailable:
            self.hang_up()

    async def _accept(self, offer: bytes) -> None:
        try:
            sdp = await self._engine.open(self.leg, offer)
        except MediaUnavailable as fault:
            if not self.over:
                self._tell(OfferRefused(488 if fault.cause == "description" else 500))
            return
        if not self.over:
            self._is_up()
            self._tell(OfferAnswered(sdp))

    async def _renew(self) -> None:
        try:
            sdp = await self._engine.invite(self.leg)
        except MediaUnavailable:
            self.hang_up()
            return
        if not self.over:
            self._tell(Offered(sdp))


def _hears(sdp: bytes) -> bool:
    try:
        return not sdp or not descriptions.is_hold(descriptions.parse(sdp))
    except descriptions.BadDescription:
        return True
