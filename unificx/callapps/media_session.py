"""Signaling of an app's leg: sequential SDP offers and answers between the call and the media engine."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from unificx import sdp as descriptions
from unificx.callapps.ports import Engine
from unificx.core.background import BackgroundTasks
from unificx.media import MediaUnavailable
from unificx.sip.info_dtmf import parse_dtmf_digit
from unificx.sip.legs import Answered, ByeReceived, LegEvent, OfferAnswered, OfferReceived, OfferRejected, Rejected

log = structlog.get_logger()
NO_MEDIA = 503


class Line:
    """The media session of an app's leg. `on_digit` receives DTMF digits; `on_media_open` is called whenever the engine
    has (re)created the leg; `on_ended` once, when the call ends."""

    def __init__(self, engine: Engine, leg: str, offer: bytes, tell: Callable[[LegEvent], None]) -> None:
        self.leg = leg
        self.key: Callable[[str], None] = lambda key: None
        self.gone: Callable[[], None] = lambda: None
        self.opened: Callable[[], None] = lambda: None
        self.described: Callable[[], None] = lambda: None
        """Called with each new remote SDP."""
        self.hears = _hears(offer)
        """Whether the remote party receives audio: it is not holding the call."""
        self.missed = 0
        """How often the remote party has put the call on hold."""
        self.up = asyncio.Event()
        """Set while the engine has the leg, so that audio flows."""
        self.over = False
        self._engine = engine
        self._offer = offer
        self._tell = tell
        self._answered = False
        self._turn = asyncio.Lock()
        self._errands = BackgroundTasks()

    # ---- requests of the app

    async def answer(self) -> None:
        """Answer the call if it is not answered yet; return once media is established."""
        async with self._turn:
            if not self._answered and not self.over:
                self._answered = True
                try:
                    await self._take()
                except MediaUnavailable:
                    self.over = True
                    self._tell(Rejected(NO_MEDIA, None))
        await self.up.wait()

    async def _take(self) -> None:
        if self._offer:
            sdp = await self._engine.open(self.leg, self._offer)
            self._is_up()
        else:
            sdp = await self._engine.create_offer(self.leg)
        self._tell(Answered(sdp))

    def hang_up(self) -> None:
        """Hang up, or reject the call if it is not answered."""
        if not self.over:
            self.over = True
            self._tell(ByeReceived() if self._answered else Rejected(480, None))

    def engine_restarted(self) -> None:
        """Re-offer the leg after the media engine restarted."""
        if self._answered and not self.over:
            self.up.clear()
            self._begin(self._renew())

    async def settle(self) -> None:
        await self._errands.join()

    # ---- AppEndpoint

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
        """Ignored: the engine keeps its session; if it was lost, the media timeout ends the call."""

    def info_received(self, content_type: str, body: bytes) -> None:
        for key in parse_dtmf_digit(content_type, body):
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
        self._errands.spawn(self._in_turn(work))

    async def _in_turn(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._turn:
            await work

    async def _opened_by(self, answer: bytes) -> None:
        try:
            await self._engine.accept_answer(self.leg, answer)
            self._is_up()
        except MediaUnavailable:
            self.hang_up()

    async def _accept(self, offer: bytes) -> None:
        try:
            sdp = await self._engine.open(self.leg, offer)
        except MediaUnavailable as fault:
            if not self.over:
                self._tell(OfferRejected(488 if fault.cause == "description" else 500))
            return
        if not self.over:
            self._is_up()
            self._tell(OfferAnswered(sdp))

    async def _renew(self) -> None:
        try:
            sdp = await self._engine.create_offer(self.leg)
        except MediaUnavailable:
            self.hang_up()
            return
        if not self.over:
            self._tell(OfferReceived(sdp))


def _hears(sdp: bytes) -> bool:
    try:
        return not sdp or not descriptions.is_hold(descriptions.parse(sdp))
    except descriptions.SdpError:
        return True
