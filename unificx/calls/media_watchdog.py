"""Media watchdog: ends calls without media, or with one-way media.

rtpengine detects only that all streams of a call are silent, and does not report it, so the statistics of every call
are polled.
"""

import asyncio

from unificx.calls.call import Run
from unificx.calls.manager import Conductor
from unificx.calls.ports import MediaAnchor
from unificx.calls.rules import messages
from unificx.calls.rules.messages import CALLER
from unificx.calls.rules.sdp_inspection import hears, sends
from unificx.calls.rules.states import Talking
from unificx.calls.schemas import CallSettings
from unificx.core.clock import Clock
from unificx.media import MediaUnavailable
from unificx.rtpengine.ng import MediaReport


class Watch:
    """Polls the anchor of every established call, spread over `check_interval` seconds."""

    def __init__(self, manager: Conductor, media: MediaAnchor, clock: Clock, settings: CallSettings) -> None:
        self._conductor = manager
        self._media = media
        self._clock = clock
        self._settings = settings

    async def run(self) -> None:
        """Poll forever."""
        while True:
            began = self._clock.monotonic()
            await self.go_round(self._settings.watch_every)
            await asyncio.sleep(max(began + self._settings.watch_every - self._clock.monotonic(), 0.1))

    async def go_round(self, seconds: float = 0.0) -> None:
        """Check every call once, spread over about `seconds`."""
        began = self._clock.monotonic()
        calls = [call for call in self._conductor.runs.values() if isinstance(call.state, Talking)]
        for number, call in enumerate(calls, 1):
            await self._look(call)
            due = began + seconds * number / len(calls)
            await asyncio.sleep(max(due - self._clock.monotonic(), 0) if number % 10 == 0 else 0)

    async def _look(self, call: Run) -> None:
        state = call.state
        if not isinstance(state, Talking) or state.exchange is not None:
            return
        try:
            report = await self._media.query(call.anchor(state.callee))
        except MediaUnavailable:
            return
        if call.state is not state:
            return
        # An anchor that is unknown to the engine was lost: re-anchor the media.
        event = self._judge(call, state, report) if report is not None else messages.MediaRestarted()
        if event is not None:
            self._conductor.tell(call, event, self._clock.monotonic())
            self._conductor.wake()

    def _judge(self, call: Run, state: Talking, report: MediaReport) -> messages.MediaSilent | None:
        legs = call.legs.get(CALLER), call.legs.get(state.callee)
        caller, callee = (report.party(leg.id) if leg is not None else None for leg in legs)
        if caller is None or callee is None:
            return None
        if not all(sends(sdp) and hears(sdp) for sdp in (state.caller_sdp, state.callee_sdp)):
            return None  # on hold: most phones do not send media then; the session timer supervises the call
        ages = caller.last_packet_age, callee.last_packet_age
        if min(ages) >= self._settings.silence:
            return messages.MediaSilent(both=True)
        return messages.MediaSilent(both=False) if max(ages) >= self._settings.one_way else None
