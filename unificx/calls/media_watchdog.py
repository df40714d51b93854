"""Media watchdog: ends calls without media, or with one-way media.

rtpengine detects only that all streams of a call are silent, and does not report it, so the statistics of every call
are polled.
"""

import asyncio

from unificx.calls.call import Call
from unificx.calls.machine import messages
from unificx.calls.machine.messages import CALLER
from unificx.calls.machine.states import Talking
from unificx.calls.manager import CallManager
from unificx.calls.ports import MediaAnchor
from unificx.calls.schemas import CallSettings
from unificx.core.clock import Clock
from unificx.media import MediaUnavailable
from unificx.rtpengine.ng import MediaReport
from unificx.sdp import is_receiving, is_sending


class MediaWatchdog:
    """Polls the anchor of every established call, spread over `check_interval` seconds."""

    def __init__(self, manager: CallManager, media: MediaAnchor, clock: Clock, settings: CallSettings) -> None:
        self._manager = manager
        self._media = media
        self._clock = clock
        self._settings = settings

    async def run(self) -> None:
        """Poll forever."""
        while True:
            began = self._clock.monotonic()
            await self.check_all(self._settings.check_interval)
            await asyncio.sleep(max(began + self._settings.check_interval - self._clock.monotonic(), 0.1))

    async def check_all(self, seconds: float = 0.0) -> None:
        """Check every call once, spread over about `seconds`."""
        began = self._clock.monotonic()
        calls = [call for call in self._manager.calls.values() if isinstance(call.state, Talking)]
        for number, call in enumerate(calls, 1):
            await self._check(call)
            due = began + seconds * number / len(calls)
            await asyncio.sleep(max(due - self._clock.monotonic(), 0) if number % 10 == 0 else 0)

    async def _check(self, call: Call) -> None:
        state = call.state
        if not isinstance(state, Talking) or state.exchange is not None:
            return
        try:
            report = await self._media.query(call.anchor_id(state.callee))
        except MediaUnavailable:
            return
        if call.state is not state:
            return
        # An anchor that is unknown to the engine was lost: re-anchor the media.
        event = self._judge(call, state, report) if report is not None else messages.MediaRestarted()
        if event is not None:
            self._manager.dispatch(call, event, self._clock.monotonic())
            self._manager.on_pending_output()

    def _judge(self, call: Call, state: Talking, report: MediaReport) -> messages.MediaSilent | None:
        legs = call.leg(CALLER), call.leg(state.callee)
        caller, callee = (report.party(leg.id) if leg is not None else None for leg in legs)
        if caller is None or callee is None:
            return None
        if not all(is_sending(sdp) and is_receiving(sdp) for sdp in (state.caller_sdp, state.callee_sdp)):
            return None  # on hold: most phones do not send media then; the session timer supervises the call
        ages = caller.last_packet_age, callee.last_packet_age
        if min(ages) >= self._settings.silence_timeout:
            return messages.MediaSilent(both=True)
        return messages.MediaSilent(both=False) if max(ages) >= self._settings.one_way_timeout else None
