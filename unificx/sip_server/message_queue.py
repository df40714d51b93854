"""Queue of received messages while they arrive faster than they can be handled.

Messages are taken by urgency, not by arrival: what belongs to a call or a transaction first, because unfinished calls
cost the most; then REGISTER; then new requests with credentials; then other new requests. Within one urgency the order
of arrival is kept. A new request that has waited for too long is taken before all others, because the endpoint rejects
it at little cost (`OverloadControl.retry_after`).
"""

import re
from collections import deque
from typing import NamedTuple

from unificx.sip.flow import Flow
from unificx.sip.overload import MAX_WAIT

CAPACITY = 10_000
"""Maximum messages; the oldest of the least urgent ones are dropped."""
_NEW_DIALOG_METHODS = (b"INVITE ", b"SUBSCRIBE ", b"OPTIONS ", b"MESSAGE ", b"PUBLISH ", b"REFER ")
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
    if not data.startswith(_NEW_DIALOG_METHODS) or _to_tag(data) is not None:
        return 0
    return 2 if _CREDENTIALS in data else 3


class MessageQueue:
    """At most `capacity` messages. Times are monotonic seconds."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._by_urgency: tuple[deque[Message], ...] = (deque(), deque(), deque(), deque())
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, data: bytes, flow: Flow, now: float) -> None:
        """Append a message."""
        self._by_urgency[urgency_of(data)].append(Message(data, flow, now))
        if self._length < self._capacity:
            self._length += 1
        else:
            next(queue for queue in reversed(self._by_urgency) if queue).popleft()

    def take(self, now: float) -> Message | None:
        """Remove and return the next message, None if there is none."""
        if not self._length:
            return None
        self._length -= 1
        dialogs, registers, authenticated, new = self._by_urgency
        for queue in (new, authenticated):
            if queue and now - queue[0].received_at > MAX_WAIT:
                return queue.popleft()
        for queue in (dialogs, registers, authenticated):
            if queue:
                return queue.popleft()
        return new.popleft()
