"""Signaling of an app's leg: sequential SDP offers and answers between the call and the media engine."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from unificx import sdp as descriptions
from unificx.calls import AppEvent, ConnectRequest, ConnectWithdrawn
from unificx.calls.events import Outcome
from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.media import MediaUnavailable
from unificx.media_worker.client import MediaEngineClient
from unificx.registrar import Caller
from unificx.sip.info_dtmf import parse_dtmf_digit
from unificx.sip.legs import Answered, ByeReceived, OfferAnswered, OfferReceived, OfferRejected, Rejected

log = structlog.get_logger()
TEMPORARILY_UNAVAILABLE = 480
SERVICE_UNAVAILABLE = 503
REQUEST_PENDING = 491
PENDING_RETRY = 1.0
"""Seconds until an offer is repeated that met one of the other side (RFC 3261 section 14.1)."""
MEDIA_SECONDS = 40.0
"""Seconds to wait for a new media engine, and then for the answer to the offer made with it, which may take 32 (timer
B)."""


@dataclass(frozen=True, slots=True)
class AppLegParams:
    """The leg of a call that an app handles: its id and SDP offer. `emit` receives the app's events; `on_ended` is
    called once, when the call ends, `on_party` with the call and the party that takes the place of the one before."""

    id: str
    offer: bytes
    emit: Callable[[AppEvent], None]
    on_ended: Callable[[], None]
    on_party: Callable[[str, Caller], None]


class AppMediaSession:
    """The media session of an app's leg. `on_digit` receives DTMF digits; `on_media_open` is called whenever the engine
    has (re)created the leg; `on_remote_sdp` with each new remote SDP."""

    def __init__(
        self,
        engine: MediaEngineClient,
        params: AppLegParams,
        on_digit: Callable[[str], None],
        on_media_open: Callable[[], None],
        on_remote_sdp: Callable[[], None],
    ) -> None:
        self.leg = params.id
        self._on_digit = on_digit
        self._on_media_open = on_media_open
        self._on_remote_sdp = on_remote_sdp
        self._on_ended = params.on_ended
        self._on_party = params.on_party
        self.receives_audio = _receives_audio(params.offer)
        """Whether the remote party receives audio: it is not holding the call."""
        self.hold_count = 0
        """How often the remote party has put the call on hold."""
        self.media_up = asyncio.Event()
        """Set while the engine has the leg, so that audio flows."""
        self._has_had_media = False
        self.is_over = False
        self.was_connected = False
        """Whether the call left the app because the party was connected to another one."""
        self._connecting: asyncio.Future[Outcome] | None = None
        self._engine = engine
        self._offer = params.offer
        self._emit = params.emit
        self._answered = False
        self._last_tones = ""
        """The key whose tones were detected last, until the phone sends a key by INFO."""
        self._sends_info = False
        self._lock = asyncio.Lock()  # orders the commands for the leg
        self._tasks = BackgroundTasks(Access("telephony", "call apps"))

    # ---- requests of the app

    async def answer(self) -> None:
        """Answer the call if it is not answered yet; return once media is established."""
        async with self._lock:
            if not self._answered and not self.is_over:
                self._answered = True
                try:
                    await self._open_and_answer()
                except MediaUnavailable:
                    self.is_over = True
                    self._emit(Rejected(SERVICE_UNAVAILABLE, None))
        await self.wait_for_media()

    async def wait_for_media(self) -> None:
        """Wait until an engine runs and has the leg of the answered call. If no media returns, hang up.

        Media that has never been up is waited for without limit: a call from here rings until its own limit, and a
        phone that called without an offer sends its answer in the ACK, which has a limit of its own."""
        try:
            async with asyncio.timeout(MEDIA_SECONDS):
                await self._engine.wait_until_running()
            async with asyncio.timeout(MEDIA_SECONDS if self._has_had_media else None):
                await self.media_up.wait()
        except TimeoutError:
            log.warning("call_app_without_media")
            self.hang_up()
            await asyncio.Event().wait()

    async def _open_and_answer(self) -> None:
        if self._offer:
            sdp = await self._engine.open(self.leg, self._offer)
            self._on_media_up()
        else:
            sdp = await self._engine.create_offer(self.leg)
        self._emit(Answered(sdp))

    def hang_up(self, status: int = TEMPORARILY_UNAVAILABLE) -> None:
        """Hang up, or reject the call with a status if it is not answered."""
        if not self.is_over:
            self.is_over = True
            self._emit(ByeReceived() if self._answered else Rejected(status, None))

    async def connect(self, request: ConnectRequest) -> Outcome:
        """Have the party connected to a destination; return why it did not answer. One at a time."""
        assert self._connecting is None
        self._connecting = waiting = asyncio.get_running_loop().create_future()
        self._emit(request)
        try:
            return await waiting
        except asyncio.CancelledError:
            if not self.is_over:
                self._emit(ConnectWithdrawn())
            raise
        finally:
            self._connecting = None

    def engine_restarted(self) -> None:
        """Re-offer the leg after the media engine restarted."""
        if self._answered and not self.is_over:
            self.media_up.clear()
            self._start(self._reoffer())

    async def settle(self) -> None:
        await self._tasks.join()

    # ---- AppEndpoint

    def acknowledged(self, sdp: bytes) -> None:
        self._on_sdp(sdp)
        self._start(self._complete_with(sdp))

    def offered(self, sdp: bytes) -> None:
        self._on_sdp(sdp)
        self._start(self._accept(sdp))

    def offer_answered(self, sdp: bytes) -> None:
        self._on_sdp(sdp)
        self._start(self._complete_with(sdp))

    def offer_rejected(self, status: int) -> None:
        """Repeat an offer that met one of the other side. Any other rejection is ignored: the engine keeps its session;
        if it was lost, the media timeout ends the call."""
        if status == REQUEST_PENDING:
            asyncio.get_running_loop().call_later(PENDING_RETRY, lambda: self._start(self._repeat_offer()))

    def info_received(self, content_type: str, body: bytes) -> None:
        for key in parse_dtmf_digit(content_type, body):
            already, self._last_tones, self._sends_info = self._last_tones, "", True
            if key != already:
                self._on_digit(key)

    def tones_detected(self, key: str) -> None:
        """Process a key whose tones were in the audio. A phone that sends INFO may send tones as well."""
        if not self._sends_info:
            self._last_tones = key
            self._on_digit(key)

    def connect_ended(self, outcome: Outcome) -> None:
        if outcome == "answered":
            self.was_connected = True
        elif self._connecting is not None and not self._connecting.done():
            self._connecting.set_result(outcome)

    def party_changed(self, call_id: str, caller: Caller) -> None:
        self._last_tones, self._sends_info = "", False
        self._on_party(call_id, caller)

    def ended(self) -> None:
        self.is_over = True
        self._on_ended()

    # ---- inside

    def _on_sdp(self, sdp: bytes) -> None:
        before, self.receives_audio = self.receives_audio, _receives_audio(sdp)
        self.hold_count += before and not self.receives_audio
        self._on_remote_sdp()

    def _on_media_up(self) -> None:
        self._has_had_media = True
        self._on_media_open()
        self.media_up.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.spawn(self._run_locked(work))

    async def _run_locked(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._lock:
            await work

    async def _complete_with(self, answer: bytes) -> None:
        try:
            await self._engine.accept_answer(self.leg, answer)
            self._on_media_up()
        except MediaUnavailable:
            self.hang_up()

    async def _accept(self, offer: bytes) -> None:
        try:
            sdp = await self._engine.open(self.leg, offer)
        except MediaUnavailable as fault:
            if not self.is_over:
                self._emit(OfferRejected(488 if fault.cause == "invalid_sdp" else 500))
            return
        if not self.is_over:
            self._on_media_up()
            self._emit(OfferAnswered(sdp))

    async def _repeat_offer(self) -> None:
        """Repeat an offer, unless the one of the other side has established media meanwhile."""
        if not self.is_over and not self.media_up.is_set():
            await self._reoffer()

    async def _reoffer(self) -> None:
        try:
            sdp = await self._engine.create_offer(self.leg)
        except MediaUnavailable:
            self.hang_up()
            return
        if not self.is_over:
            self._emit(OfferReceived(sdp))


async def wait_with_media(session: AppMediaSession, event: asyncio.Event) -> None:
    """Wait for an event, as long as there is media. If none returns, hang up."""
    while not event.is_set():
        try:
            async with asyncio.timeout(MEDIA_SECONDS):
                await event.wait()
        except TimeoutError:
            await session.wait_for_media()


def _receives_audio(sdp: bytes) -> bool:
    try:
        return not sdp or not descriptions.is_hold(descriptions.parse(sdp))
    except descriptions.SdpError:
        return True
