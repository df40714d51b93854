"""State shared by client and server transactions: outgoing messages, events, timers, keys and tags."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from unificx.sip.flow import Flow
from unificx.sip.message import Request
from unificx.sip.timers import TimerWheel
from unificx.sip.transactions.events import Event


class Timed(Protocol):
    """An entry of the timer wheel."""

    def timer(self, now: float) -> None: ...


@dataclass(slots=True, eq=False)
class TransactionContext:
    """`tag` makes unguessable tokens; `node` identifies this process in every local tag and branch."""

    tag: Callable[[], str]
    node: str
    outbox: list[tuple[bytes, Flow]] = field(default_factory=list[tuple[bytes, Flow]])
    events: deque[Event] = field(default_factory=deque[Event])
    timers: TimerWheel[Timed] = field(default_factory=TimerWheel[Timed])
    key_counter: "count[int]" = field(default_factory=lambda: count(1))

    def new_tag(self) -> str:
        return f"{self.node}.{self.tag()}"

    def stateless_tag(self, request: Request) -> str:
        """Return a To tag that is equal for all retransmissions of the request and for its ACK."""
        number = (request.first("cseq") or "").partition(" ")[0]
        digest = hash((request.branch, request.first("call-id"), number))
        return f"{self.node}.{digest & 0xFFFF_FFFF_FFFF_FFFF:016x}"


class FlowIndex:
    """Index of transactions by the remote address of their flow."""

    __slots__ = ("_keys",)

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str, int], set[int]] = {}

    def add(self, flow: Flow, key: int) -> None:
        self._keys.setdefault(flow.peer, set()).add(key)

    def discard(self, flow: Flow, key: int) -> None:
        keys = self._keys.get(flow.peer)
        if keys is not None:
            keys.discard(key)
            if not keys:
                del self._keys[flow.peer]

    def keys_for(self, flow: Flow) -> Iterable[int]:
        """Return the keys of the transactions with this remote address, in order of creation."""
        return sorted(self._keys.get(flow.peer, ()))

    def __len__(self) -> int:
        return len(self._keys)
