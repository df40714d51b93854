"""Listens for silence: a call whose media has died ends, one whose sound goes one way only ends too.

rtpengine itself notices only when every stream of a call is silent, and tells nobody; so the figures of every call are
asked for now and then.
"""

import asyncio

from unificx.calls.conductor import Conductor
from unificx.calls.contracts import CallSettings
from unificx.calls.ports import MediaAnchor
from unificx.calls.rules import words
from unificx.calls.rules.descriptions import hears, sends
from unificx.calls.rules.states import Talking
from unificx.calls.rules.words import CALLER
from unificx.calls.run import Run
from unificx.kernel.clock import Clock
from unificx.media import MediaReport, MediaUnavailable


class Watch:
    """Asks the anchor about every call that talks, spread over `watch_every` seconds."""

    def __init__(self, conductor: Conductor, media: MediaAnchor, clock: Clock, settings: CallSettings) -> None:
        self._conductor = conductor
        self._media = media
        self._clock = clock
        self._settings = settings

    async def run(self) -> None:
        """Go round for ever."""
        while True:
            began = self._clock.monotonic()
            await self.go_round(self._settings.watch_every)
            await asyncio.sleep(max(began + self._settings.watch_every - self._clock.monotonic(), 0.1))

    async def go_round(self, seconds: float = 0.0) -> None:
        """Look at every call once, taking about so many seconds for all of them."""
        began = self._clock.monotonic()
        calls = [run for run in self._conductor.runs.values() if isinstance(run.state, Talking)]
        for number, run in enumerate(calls, 1):
            await self._look(run)
            due = began + seconds * number / len(calls)
            await asyncio.sleep(max(due - self._clock.monotonic(), 0) if number % 10 == 0 else 0)

    async def _look(self, run: Run) -> None:
        state = run.state
        if not isinstance(state, Talking) or state.exchange is not None:
            return
        try:
            report = await self._media.query(run.anchor(state.callee))
        except MediaUnavailable:
            return
        if run.state is not state:
            return
        # An engine that does not know the call's anchor has lost it: it is made anew.
        seen = self._judge(run, state, report) if report is not None else words.MediaRestarted()
        if seen is not None:
            self._conductor.tell(run, seen, self._clock.monotonic())
            self._conductor.wake()

    def _judge(self, run: Run, state: Talking, report: MediaReport) -> words.MediaSilent | None:
        legs = run.legs.get(CALLER), run.legs.get(state.callee)
        caller, callee = (report.party(leg.id) if leg is not None else None for leg in legs)
        if caller is None or callee is None:
            return None
        if not all(sends(sdp) and hears(sdp) for sdp in (state.caller_sdp, state.callee_sdp)):
            return None  # on hold: most phones that say they send then send nothing; the session timer watches them
        ages = caller.last_packet_age, callee.last_packet_age
        if min(ages) >= self._settings.silence:
            return words.MediaSilent(both=True)
        return words.MediaSilent(both=False) if max(ages) >= self._settings.one_way else None
