"""I/O driver of the SIP engine: passes incoming messages to endpoint and handler, and sends outgoing ones."""

import asyncio
from collections.abc import Callable
from math import inf

from unificx.core.clock import Clock
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.overload import OverloadControl
from unificx.sip_server.rate_limiter import Guard
from unificx.sip_server.request_handler import SipFace

LAG_EVERY = 0.1
SOONEST = 0.001
MOMENT = 0.02
"""Seconds by which a deadline may be late: the resolution of the transaction timers."""


class Shell:
    """`receive` and `lost` are called by the transports, `wake` by the endpoint and by calls that act without an
    incoming message.

    `send` takes one message and its flow and never raises. Must be started in a running event loop.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        face: SipFace,
        guard: Guard,
        send: Callable[[bytes, Flow], None],
        clock: Clock,
    ) -> None:
        self._endpoint = endpoint
        self._face = face
        self._guard = guard
        self._send = send
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._busy = False
        self._woken: asyncio.Handle | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = inf
        self._lag_timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the timers."""
        self._loop = asyncio.get_running_loop()
        if self._endpoint.overload is not None:
            self._measure(self._endpoint.overload, self._clock.monotonic())
        self._pump(self._clock.monotonic())

    def close(self) -> None:
        """Send the remaining messages and stop the timers."""
        if self._loop is not None:
            self._pump(self._clock.monotonic())
        self._loop = None
        for handle in (self._woken, self._alarm, self._lag_timer):
            if handle is not None:
                handle.cancel()

    def receive(self, data: bytes, flow: Flow) -> None:
        """Handle one incoming message."""
        now = self._clock.monotonic()
        if self._loop is not None and self._guard.hears(data, flow, now):
            self._endpoint.receive(data, flow, now)
            self._pump(now)

    def lost(self, flow: Flow) -> None:
        """Handle a lost connection or a failed send."""
        if self._loop is None:
            return
        now = self._clock.monotonic()
        self._endpoint.connection_lost(flow, now)
        self._face.lost(flow, now)
        self._pump(now)

    def wake(self) -> None:
        """Schedule sending and a new deadline, although nothing was received."""
        if not self._busy and self._woken is None and self._loop is not None:
            self._woken = self._loop.call_soon(self._on_wake)

    def _on_wake(self) -> None:
        self._woken = None
        self._pump(self._clock.monotonic())

    def _pump(self, now: float) -> None:
        self._busy = True
        try:
            while (event := self._endpoint.next_event()) is not None:
                self._face.handle(event, now)
            for data, flow in self._endpoint.to_send():
                self._send(data, flow)
        finally:
            self._busy = False
        self._arm(now)

    def _arm(self, now: float) -> None:
        """Set the single timer; one that fires too early is harmless and is not rescheduled.

        Under load it is always due within a moment, so deadlines need not be computed.
        """
        if self._alarm_at <= now + MOMENT:
            return
        due = self._endpoint.deadline()
        at = min(inf if due is None else due, self._face.deadline())
        if self._loop is None or at >= self._alarm_at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = at
        self._alarm = self._loop.call_later(max(SOONEST, at - now), self._on_alarm)

    def _on_alarm(self) -> None:
        self._alarm = None
        self._alarm_at = inf
        now = self._clock.monotonic()
        self._busy = True
        try:
            self._endpoint.timer(now)
            self._face.timer(now)
        finally:
            self._pump(now)

    def _measure(self, overload: OverloadControl, expected: float) -> None:
        """Measure the event loop lag, which indicates the overload."""
        if self._loop is None:
            return
        now = self._clock.monotonic()
        overload.record_lag(max(0.0, now - expected))
        self._lag_timer = self._loop.call_later(LAG_EVERY, self._measure, overload, now + LAG_EVERY)
