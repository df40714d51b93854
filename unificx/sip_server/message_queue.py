"""Queue of received messages while they arrive faster than they can be handled.

Messages are taken by urgency, not by arrival: what belongs to a call or a transaction first, because unfinished calls
cost the most; then REGISTER; then new requests with credentials; then other new requests; then what begins like no
message of SIP. Within one urgency the order of arrival is kept.

In an overload a new request that has waited for too long is to be rejected by the endpoint at little cost
(`OverloadControl.retry_after`). Every second message taken may be one of these. If even that is too slow they are
dropped, the oldest first; their clients repeat them. A queue that builds up in a stall and then empties is not an
overload: only a standing queue is (RFC 8289 section 4.1).
"""

import re
from collections import deque
from typing import NamedTuple

from unificx.sip.flow import Flow
from unificx.sip.overload import MAX_WAIT

CAPACITY = 10_000
"""Maximum messages; the oldest of the least urgent ones are dropped."""
CAPACITY_BYTES = 16 << 20
"""Maximum size of all messages; usual ones have about 1 kB, and a datagram up to 64."""
STANDING_WAIT = 0.1
"""Seconds that the oldest new request waits in a standing queue."""
STANDING_SECONDS = 0.5
"""Seconds after which a queue with this wait counts as an overload."""
DROP_WAIT = 2 * MAX_WAIT
"""Seconds after which a new request is dropped in an overload: its client has repeated it."""
_NEW_DIALOG_METHODS = (b"INVITE ", b"SUBSCRIBE ", b"OPTIONS ", b"MESSAGE ", b"PUBLISH ", b"REFER ")
_IN_DIALOG = (b"SIP/2.0 ", b"ACK ", b"BYE ", b"CANCEL ", b"PRACK ", b"UPDATE ", b"INFO ", b"NOTIFY ")
_CREDENTIALS = b"uthorization:"
_to_tag = re.compile(rb"\r\n(?:to|t)[ \t]*+:[^\r\n]*;[ \t]*+tag[ \t]*+=", re.I).search


class Message(NamedTuple):
    """A message and when it was received, in monotonic seconds."""

    data: bytes
    flow: Flow
    received_at: float


def urgency_of(data: bytes) -> int:
    """Return the urgency of an unparsed message, 0 for the most urgent."""
    if data.startswith(b"REGISTER "):
        return 1
    if data.startswith(_IN_DIALOG):
        return 0
    if not data.startswith(_NEW_DIALOG_METHODS):
        return 4
    if _to_tag(data) is not None:
        return 0
    return 2 if _CREDENTIALS in data else 3


class MessageQueue:
    """At most `capacity` messages of `capacity_bytes` together. Times are monotonic seconds."""

    def __init__(self, capacity: int = CAPACITY, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._capacity = capacity
        self._capacity_bytes = capacity_bytes
        self._bytes = 0
        self._by_urgency: tuple[deque[Message], ...] = (deque(), deque(), deque(), deque(), deque())
        self._new = self._by_urgency[2:4]
        self._standing_since: float | None = None
        self._overloaded = False
        self._rejects = False

    def __len__(self) -> int:
        return sum(map(len, self._by_urgency))

    def put(self, data: bytes, flow: Flow, now: float) -> None:
        """Append a message."""
        if not any(self._new):
            self._standing_since = None
        self._by_urgency[urgency_of(data)].append(Message(data, flow, now))
        self._bytes += len(data)
        while len(self) > self._capacity or self._bytes > self._capacity_bytes:
            self._pop(next(queue for queue in reversed(self._by_urgency) if queue))

    @property
    def overloaded(self) -> bool:
        """Whether new requests have had to wait for some time."""
        return self._overloaded

    def take(self, now: float) -> Message | None:
        """Remove and return the next message, None if there is none."""
        self._check_wait(now)
        if self._overloaded:
            reject = self._next_expired(now)
            if reject is not None:
                return reject
        for queue in self._by_urgency:
            if queue:
                return self._pop(queue)
        return None

    def _pop(self, queue: deque[Message]) -> Message:
        message = queue.popleft()
        self._bytes -= len(message.data)
        return message

    def _check_wait(self, now: float) -> None:
        oldest = min((queue[0].received_at for queue in self._new if queue), default=now)
        if now - oldest <= STANDING_WAIT:
            self._standing_since = None
        elif self._standing_since is None:
            self._standing_since = now
        self._overloaded = self._standing_since is not None and now - self._standing_since >= STANDING_SECONDS

    def _next_expired(self, now: float) -> Message | None:
        """Drop the new requests that are too old; return one to reject, if it is time for one."""
        authenticated, new = self._new
        for queue in (authenticated, new):
            while queue and now - queue[0].received_at > DROP_WAIT:
                self._pop(queue)
        self._rejects = not self._rejects
        if self._rejects:
            for queue in (new, authenticated):
                if queue and now - queue[0].received_at > MAX_WAIT:
                    return self._pop(queue)
        return None
