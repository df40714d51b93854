"""The visit of one caller to a queue, as its call app sees it: instructions in, reports out."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from unificx.queues.machine.messages import (
    Announce,
    CallbackFailed,
    CallbackReached,
    CallbackRequested,
    CallerMoved,
    Event,
    Leave,
    Ring,
    RingEnded,
)
from unificx.queues.machine.values import check_priority
from unificx.queues.schemas import Queue


@dataclass(frozen=True, slots=True)
class CallbackWanted:
    """The caller has accepted the offer to be called back."""


Instruction = Ring | Announce | Leave | CallbackWanted


@dataclass(frozen=True, slots=True)
class QueuedCaller:
    """A caller. `subject` is None and `extension_id` "" for a caller from outside."""

    subject: str | None
    extension_id: str
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


class QueueVisit:
    """One caller in a queue. `arrived`: wall-clock and monotonic time; `report` passes an event to the machine;
    `on_change` is called when another caller has the place, `on_end` when the app has ended, with whether the caller is
    connected to an agent or another phone."""

    def __init__(
        self,
        id_: str,
        queue: Queue,
        caller: QueuedCaller,
        *,
        arrived: tuple[datetime, float],
        report: Callable[[str, Event], None],
        on_change: "Callable[[QueueVisit], None]",
        on_end: "Callable[[QueueVisit, bool], None]",
    ) -> None:
        self.id = id_
        self.queue = queue
        self.caller = caller
        self.arrived, self.arrived_monotonic = arrived
        self.call_id = ""
        """The call of the caller; for a callback, the call that reaches them."""
        self.is_callback = False
        """Whether the caller has hung up and waits to be called back."""
        self._report = report
        self._on_change = on_change
        self._on_end = on_end
        self._instructions: asyncio.Queue[Instruction] = asyncio.Queue()

    async def next_instruction(self) -> Instruction:
        """Return the next instruction."""
        return await self._instructions.get()

    def instruct(self, instruction: Instruction) -> None:
        """Add an instruction for the app."""
        self._instructions.put_nowait(instruction)

    def move(self, priority: int) -> None:
        """Give the caller another priority in the queue. Raises Invalid."""
        self._report(self.queue.id, CallerMoved(self.id, check_priority(priority)))

    def ring_ended(self) -> None:
        """Report that no agent has answered."""
        self._report(self.queue.id, RingEnded(self.id))

    def replace_caller(self, caller: QueuedCaller, call_id: str) -> None:
        """Give the place to another caller, in another call."""
        self.caller, self.call_id = caller, call_id
        self._on_change(self)

    def request_callback(self) -> None:
        """Keep the place: the caller hangs up and is called back."""
        self.is_callback = True
        self._report(self.queue.id, CallbackRequested(self.id))

    def reached(self, call_id: str) -> None:
        """Report that the caller has answered the callback."""
        self.is_callback, self.call_id = False, call_id
        self._report(self.queue.id, CallbackReached(self.id))

    def not_reached(self) -> None:
        """Report that the caller has not answered the callback."""
        self._report(self.queue.id, CallbackFailed(self.id))

    def end(self, *, connected: bool) -> None:
        """Report the end of the app. `connected`: because the caller is connected to an agent or another phone."""
        self._on_end(self, connected)

    def anonymize(self) -> None:
        """Forget number and name of an erased caller."""
        self.caller = QueuedCaller(None, self.caller.extension_id)
