"""MESSAGE requests (RFC 3428) from authenticated devices. A 202 is sent once the text is stored.

The transaction absorbs retransmissions meanwhile; one that arrives after a restart has the same Call-ID and CSeq, by
which the inbox recognises it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Protocol
from weakref import WeakValueDictionary

import structlog

from unificx.core.access import SIP_ACCESS
from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.core.errors import DomainError, Forbidden, Invalid, NotFound, TooManyRequests
from unificx.core.faults import describe_fault
from unificx.identity import DeviceAuth
from unificx.sip.endpoint import Endpoint
from unificx.sip.fields import Headers
from unificx.sip.message import respond
from unificx.sip.page_mode import ACCEPT, UnsupportedBody, text_of
from unificx.sip.transactions.events import RequestReceived

MAX_WAITING = 500
"""Messages that are being stored at a time; further ones are answered with 503."""
OVERLOAD_SECONDS = 5.0
_STATUSES: Sequence[tuple[type[DomainError], int]] = ((NotFound, 404), (Forbidden, 403), (Invalid, 400))

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ReceivedText:
    """A text that a device sends to `target`, the user part of the Request-URI. `call_id` and `cseq` identify it."""

    target: str = field(repr=False)
    text: str = field(repr=False)
    call_id: str = field(repr=False)
    cseq: int


class TextInbox(Protocol):
    """Stores texts as chat messages; implemented by the composition root."""

    async def store(self, device: DeviceAuth, received: ReceivedText) -> None:
        """Store a text, once for each device, Call-ID and CSeq. Raise NotFound, Forbidden, Invalid, TooManyRequests."""
        ...


class TextReceiver:
    """Answers MESSAGE requests. Those of one device are stored in the order in which they arrive."""

    def __init__(self, endpoint: Endpoint, inbox: TextInbox, clock: Clock) -> None:
        self._endpoint, self._inbox, self._clock = endpoint, inbox, clock
        self._tasks = BackgroundTasks(SIP_ACCESS)
        # Owner: the node that received the requests.
        self._order: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By device; a lock is referred to by the tasks that hold it or wait for it."""

    def receive(self, event: RequestReceived, device: DeviceAuth) -> None:
        """Check a MESSAGE and start to store its text. Raise RemoteProtocolError."""
        request = event.request
        if required := request.values("require"):
            self._answer(event, 420, (("Unsupported", ", ".join(required)),))
            return
        try:
            text = text_of(request)
        except UnsupportedBody:
            self._answer(event, 415, (("Accept", ACCEPT), ("Accept-Encoding", "identity")))
            return
        if len(self._tasks) >= MAX_WAITING:
            self._answer(event, 503, _retry_after(OVERLOAD_SECONDS))
            return
        received = ReceivedText(request.target.number, text, request.call_id, request.cseq_number)
        lock = self._order.setdefault(device.device_id, asyncio.Lock())
        self._tasks.spawn(self._store(event, device, received, lock))

    async def close(self) -> None:
        """Wait for the messages that are being stored."""
        await self._tasks.close(seconds=3)

    async def _store(
        self, event: RequestReceived, device: DeviceAuth, received: ReceivedText, lock: asyncio.Lock
    ) -> None:
        status, headers = 202, Headers()
        async with lock:
            try:
                await self._inbox.store(device, received)
            except TooManyRequests as fault:
                status, headers = 503, _retry_after(fault.retry_after)
            except DomainError as fault:
                status = next((status for kind, status in _STATUSES if isinstance(fault, kind)), 500)
            except Exception as fault:
                log.error("text_not_stored", **describe_fault(fault))
                status = 500
        self._answer(event, status, headers)

    def _answer(self, event: RequestReceived, status: int, headers: Headers = ()) -> None:
        response = respond(event.request, status, to_tag=self._endpoint.new_tag(), headers=headers)
        self._endpoint.respond(event.key, response, self._clock.monotonic())


def _retry_after(seconds: float) -> Headers:
    return (("Retry-After", str(max(1, ceil(seconds)))),)
