"""I/O driver of the SIP engine: passes incoming messages to endpoint and handler, and sends outgoing ones."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from math import inf

from unificx.core.clock import TIMER_RESOLUTION, Clock
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.overload import OverloadControl
from unificx.sip_server.message_queue import MessageQueue
from unificx.sip_server.rate_limiter import RateLimiter
from unificx.sip_server.request_handler import SipRequestHandler

LAG_INTERVAL = 0.1
TICK = 0.02
"""Seconds by which a deadline may be late: the resolution of the transaction timers. While messages arrive, the timers
run this often, because computing the next deadline after every message costs more."""

BUSY_LAG = 0.005
"""Lag of the event loop in seconds from which messages are queued and taken by urgency."""
MAX_DIRECT = 50
"""Messages handled where they arrive, without a queue, per `TICK`: a peer may send hundreds in one segment."""
SLICE = 0.004
"""Seconds for queued messages per turn of the event loop."""


class SipDriver:
    """`receive` and `connection_lost` are called by the transports, `wake` by the endpoint and by calls that act
    without an incoming message.

    Queued messages, timers and `process` run in the context of `start`, with its purpose, also if a request of HTTP
    caused them. `send` takes one message and its flow and never raises; `read_pending` passes all messages that have
    arrived to `receive`. Must be started in a running event loop.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        handler: SipRequestHandler,
        rate_limiter: RateLimiter,
        send: Callable[[bytes, Flow], None],
        clock: Clock,
        *,
        read_pending: Callable[[], None] = lambda: None,
    ) -> None:
        self._endpoint = endpoint
        self._handler = handler
        self._rate_limiter = rate_limiter
        self._send = send
        self._clock = clock
        self._read_pending = read_pending
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = copy_context()
        self._busy = False
        self._wake_handle: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf
        self._lag_timer: asyncio.TimerHandle | None = None
        self._lag = 0.0
        self._direct = 0
        self._queue = MessageQueue()
        self._queue_handle: asyncio.Handle | None = None

    def start(self) -> None:
        """Start the timers."""
        self._loop = asyncio.get_running_loop()
        self._context = copy_context()
        if self._endpoint.overload is not None:
            self._measure_lag(self._endpoint.overload, self._clock.monotonic())
        self._pump(self._clock.monotonic())

    def close(self) -> None:
        """Send the remaining messages and stop the timers."""
        if self._loop is not None:
            self._pump(self._clock.monotonic())
        self._loop = None
        for handle in (self._wake_handle, self._timer, self._lag_timer, self._queue_handle):
            if handle is not None:
                handle.cancel()

    def receive(self, data: bytes, flow: Flow) -> None:
        """Handle one incoming message."""
        now = self._clock.monotonic()
        if self._loop is None or not self._rate_limiter.accepts(data, flow, now):
            return
        if self._lag > BUSY_LAG or self._direct >= MAX_DIRECT or self._queue_handle is not None:
            self._queue.put(data, flow, now)
            if self._queue_handle is None:
                self._queue_handle = self._loop.call_soon(self._process_queue, context=self._context)
        else:
            self._direct += 1
            self._endpoint.receive(data, flow, now)
            self._pump(now)

    def _process_queue(self) -> None:
        try:
            self._read_pending()
        finally:  # whatever is raised, the queue becomes shorter
            self._process_queued()

    def _process_queued(self) -> None:
        try:
            now = self._clock.monotonic()
            end = now + SLICE
            while now < end and (message := self._queue.take(now)) is not None:
                # Those before it may have used up the tokens of its source.
                if self._rate_limiter.accepts(message.data, message.flow, now):
                    waited = now - message.received_at if self._queue.overloaded else 0.0
                    self._endpoint.receive(message.data, message.flow, now, waited)
                    self._pump(now)
                now = self._clock.monotonic()
        finally:
            self._queue_handle = None
            if self._queue and self._loop is not None:
                self._queue_handle = self._loop.call_soon(self._process_queue, context=self._context)

    def connection_lost(self, flow: Flow) -> None:
        """Handle a lost connection or a failed send."""
        if self._loop is None:
            return
        now = self._clock.monotonic()
        self._endpoint.connection_lost(flow)
        self._handler.connection_lost(flow, now)
        self._pump(now)

    def page_closed(self, flow: Flow) -> None:
        """Handle the end of a page that had calls over this connection."""
        if self._loop is None:
            return
        now = self._clock.monotonic()
        self._handler.page_closed(flow, now)
        self._pump(now)

    def wake(self) -> None:
        """Schedule sending and a new deadline, although nothing was received."""
        if not self._busy and self._wake_handle is None and self._loop is not None:
            self._wake_handle = self._loop.call_soon(self._on_wake, context=self._context)

    def process(self, function: Callable[..., None], *args: object) -> None:
        """Call a function that acts without an incoming message, and send its output at once: cheaper than `wake`."""
        if self._busy or self._loop is None:
            function(*args)
        else:
            self._context.run(self._process, function, args)

    def _process(self, function: Callable[..., None], args: tuple[object, ...]) -> None:
        self._busy = True
        try:
            function(*args)
        finally:
            self._pump(self._clock.monotonic())

    def _on_wake(self) -> None:
        self._wake_handle = None
        self._pump(self._clock.monotonic())

    def _pump(self, now: float) -> None:
        events = self._endpoint.events
        self._busy = True
        try:
            while events:
                self._handler.handle(events.popleft(), now)
            for data, flow in self._endpoint.to_send():
                self._send(data, flow)
        finally:
            self._busy = False
        if self._timer_at > now + TICK:
            self._set_timer(now + TICK, now)

    def _set_timer(self, at: float, now: float) -> None:
        """Set the single timer; one that fires too early is harmless."""
        if self._loop is None or at >= self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = self._loop.call_later(max(TIMER_RESOLUTION, at - now), self._on_timer, context=self._context)

    def _on_timer(self) -> None:
        self._timer = None
        self._direct = 0
        now = self._timer_at = self._clock.monotonic()  # until the next deadline is known
        self._busy = True
        try:
            self._endpoint.timer(now)
            self._handler.timer(now)
        finally:
            self._pump(now)
            self._timer_at = inf
            due = self._endpoint.deadline()
            self._set_timer(min(inf if due is None else due, self._handler.deadline()), now)

    def _measure_lag(self, overload: OverloadControl, expected: float) -> None:
        """Measure the event loop lag, which indicates the overload."""
        if self._loop is None:
            return
        now = self._clock.monotonic()
        self._lag = max(0.0, now - expected)
        overload.record_lag(self._lag, now)
        self._lag_timer = self._loop.call_later(LAG_INTERVAL, self._measure_lag, overload, now + LAG_INTERVAL)
