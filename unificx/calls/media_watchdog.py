"""Media watchdog: finds calls whose phones have vanished.

The statistics of every call are polled. A call is never ended for silence alone, since a muted phone may send nothing:
phones that have sent no RTP or RTCP for a while are asked in their dialogs, and only those that do not answer count as
lost. A phone that talks is not asked.
"""

import asyncio
from math import inf

from unificx.calls.call import Call
from unificx.calls.machine import events
from unificx.calls.machine.states import CALLER, Talking
from unificx.calls.manager import CallManager
from unificx.calls.schemas import CallSettings
from unificx.core.clock import Clock
from unificx.media import MediaUnavailable
from unificx.rtpengine.ng import MediaReport
from unificx.rtpengine.supervisor import RtpEngine
from unificx.sdp import is_receiving, is_sending

PROBE_INTERVAL = 60.0
"""Seconds between two probes of a call that remains silent: longer than a request may stay unanswered."""
HELD_TIMEOUT = 900.0
"""Seconds without media until the phones of a call on hold are probed: most send none, but one that is lost and has no
session timer would hold the call for hours."""


class MediaWatchdog:
    """Polls the anchor of every established call, spread over `check_interval` seconds."""

    def __init__(self, manager: CallManager, media: RtpEngine, clock: Clock, settings: CallSettings) -> None:
        self._manager = manager
        self._media = media
        self._clock = clock
        self._settings = settings
        # Owner: the node that holds the call.
        self._probed_at: dict[str, float] = {}
        """Monotonic time of the last probe of silent calls."""

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
        self._probed_at = {call.id: self._probed_at[call.id] for call in calls if call.id in self._probed_at}
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
        # An anchor that is unknown to the engine was lost; one that is known may be incomplete.
        if report is None or state.awaits_restoration:
            event = events.RelayRestarted(again=state.awaits_restoration)
        else:
            event = self._judge(call, state, report)
        if event is not None:
            self._manager.dispatch(call, event, self._clock.monotonic())
            self._manager.on_pending_output()

    def _judge(self, call: Call, state: Talking, report: MediaReport) -> events.MediaSilent | None:
        active = all(is_sending(sdp) and is_receiving(sdp) for sdp in (state.caller_sdp, state.callee_sdp))
        timeout = self._settings.silence_timeout if active else HELD_TIMEOUT
        silent = tuple(name for name in (CALLER, state.callee) if self._is_silent(call, name, report, timeout))
        now = self._clock.monotonic()
        if not silent:
            self._probed_at.pop(call.id, None)
            return None
        if now - self._probed_at.get(call.id, -inf) < PROBE_INTERVAL:
            return None
        self._probed_at[call.id] = now
        return events.MediaSilent(silent)

    def _is_silent(self, call: Call, name: str, report: MediaReport, timeout: float) -> bool:
        leg = call.leg(name)
        party = report.party(leg.id) if leg is not None and not call.is_app(name) else None
        return party is not None and party.last_packet_age >= timeout
