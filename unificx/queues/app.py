"""Call app of queues: callers hear music and announcements while agents ring."""

import asyncio
from dataclasses import dataclass
from functools import partial

from unificx.callapps import App, Call, SpokenValue, connect_with_ringback
from unificx.calls import QUEUE_APP
from unificx.core.errors import Invalid
from unificx.identity import DirectoryCache
from unificx.queues.machine.messages import Announce, Leave, Ring
from unificx.queues.manager import QueueManager
from unificx.queues.schemas import LeaveReason, Queue
from unificx.queues.service import QueueService
from unificx.queues.visits import CallbackWanted, QueuedCaller, QueueVisit
from unificx.routing import DestinationRef, Fork, GoTo, Plan, RingTarget, Step

CALLBACK_KEY = "1"
_KEY_SECONDS = 3.0
"""Seconds in which the key of an offer may be pressed after it was played."""
_CONFIRMATIONS = 2
"""Times a person who is called back is asked to confirm: a machine may have answered."""


@dataclass(frozen=True, slots=True)
class QueueDependencies:
    """The services that the app of queues uses."""

    queues: QueueService
    manager: QueueManager
    directory: DirectoryCache


def queue_app(deps: QueueDependencies) -> App:
    """The app of queues."""
    return App(QUEUE_APP, partial(_wait_in_queue, deps), goes_on=True)


async def _wait_in_queue(deps: QueueDependencies, call: Call) -> None:
    """Run a call in a queue, until it is answered or leaves."""
    manager, (queue_id, visit_id, priority) = deps.manager, (*call.arguments, "", "", "")[:3]
    queue = deps.queues.by_id(queue_id)
    if queue is None:
        await call.play("general/unavailable", "general/goodbye")
        return
    if visit_id:
        visit = await _reach(manager, call, queue_id, visit_id)
    else:
        await call.answer()
        visit = manager.join(queue, _queued(call), call.call_id, int(priority or 0))
    if visit is None:
        return
    try:
        reason = await _QueueCall(deps, call, visit).run()
    finally:
        visit.end(connected=call.was_connected)
    if reason is None:
        await call.play("queue/keeps-place", "general/goodbye")
    else:
        await _leave(call, queue, reason)


async def _reach(manager: QueueManager, call: Call, queue_id: str, visit_id: str) -> QueueVisit | None:
    """Ask a person who is called back to confirm; return their visit, None if they did not."""
    visit, reached = manager.visit(queue_id, visit_id), False
    if visit is None:
        return None
    try:
        await call.answer()
        for _ in range(_CONFIRMATIONS):
            prompts = "queue/callback", "queue/to-be-connected", f"press/{CALLBACK_KEY}"
            digit = await call.play(*prompts, escape_digits=CALLBACK_KEY) or await call.read_digit(_KEY_SECONDS)
            if digit == CALLBACK_KEY:
                reached = True
                visit.reached(call.call_id)
                return visit
        await call.play("general/goodbye")
        return None
    finally:
        if not reached:
            visit.not_reached()


async def _leave(call: Call, queue: Queue, reason: LeaveReason) -> None:
    """Connect a caller who leaves the queue to its other destination."""
    other = other_destination(queue)
    if other is not None:
        await connect_with_ringback(call, GoTo(other, calling_for=queue.reference).plan())
    await call.play("queue/full" if reason == "full" else "general/nobody-available", "general/goodbye")


def other_destination(queue: Queue) -> DestinationRef | None:
    """Return where callers go that no agent answers; None to hang up."""
    try:
        return DestinationRef.parse(queue.otherwise) if queue.otherwise else None
    except Invalid:  # stored by a later version
        return None


class _QueueCall:
    """A call while it waits."""

    def __init__(self, deps: QueueDependencies, call: Call, visit: QueueVisit) -> None:
        self._deps = deps
        self._call = call
        self._visit = visit
        self._announcements: asyncio.Queue[Announce] = asyncio.Queue()
        self._ringing: asyncio.Task[None] | None = None

    async def run(self) -> LeaveReason | None:
        """Follow the instructions of the queue. Return why the caller leaves it; None to be called back."""
        async with asyncio.TaskGroup() as tasks:
            playing, parties = tasks.create_task(self._play()), tasks.create_task(self._follow_parties())
            reason = await self._follow(tasks)
            for task in (playing, parties, self._ringing):
                if task is not None:
                    task.cancel()
        return reason

    async def _follow(self, tasks: asyncio.TaskGroup) -> LeaveReason | None:
        while True:
            match await self._visit.next_instruction():
                case Ring() as ring:
                    await self._stop_ringing()
                    self._ringing = tasks.create_task(self._ring(ring))
                case Announce() as announcement:
                    self._announcements.put_nowait(announcement)
                case CallbackWanted():
                    await self._stop_ringing()
                    self._visit.request_callback()
                    return None
                case Leave(_, reason):
                    return reason

    async def _ring(self, ring: Ring) -> None:
        await self._call.connect(_plan(self._deps.directory, ring), displayed_name=self._shown)
        self._visit.ring_ended()

    def _shown(self) -> str:
        caller = self._call.caller if self._call.handovers.count else self._visit.caller
        return f"{self._visit.queue.name}: {caller.name or caller.number}".rstrip(": ")

    async def _follow_parties(self) -> None:
        """Give the place to each party that takes the caller's place by an attended transfer."""
        while True:
            await self._call.handovers.next()
            self._visit.replace_caller(_queued(self._call), self._call.call_id)

    async def _stop_ringing(self) -> None:
        ringing, self._ringing = self._ringing, None
        if ringing is not None and not ringing.done():
            ringing.cancel()
            await asyncio.wait((ringing,))

    async def _play(self) -> None:
        """Play music, interrupted by announcements."""
        while True:
            music = asyncio.create_task(self._call.music())
            try:
                announcement = await self._announcements.get()
            finally:
                music.cancel()
                await asyncio.wait((music,))
            await self._announce(announcement)

    async def _announce(self, announcement: Announce) -> None:
        call, spoken = self._call, _spoken(announcement)
        if not (announcement.offer and self._deps.manager.can_call_back(self._visit)):
            await call.play(*spoken)
            return
        while await call.read_digit(0.0):  # pressed before the offer
            pass
        offer = "queue/to-be-called-back", f"press/{CALLBACK_KEY}"
        digit = await call.play(*spoken, *offer, escape_digits=CALLBACK_KEY) or await call.read_digit(_KEY_SECONDS)
        if digit == CALLBACK_KEY:
            self._visit.instruct(CallbackWanted())


def _queued(call: Call) -> QueuedCaller:
    caller = call.caller
    return QueuedCaller(caller.subject, caller.extension_id, caller.number, caller.name)


def _plan(directory: DirectoryCache, ring: Ring) -> Plan:
    """Return the plan that rings agents."""
    found = [directory.extension_by_id(one) for one in ring.agents]
    extensions = [one for one in found if one is not None]
    longest = max([float(one.max_call_seconds) for one in extensions], default=0.0)
    targets = tuple([RingTarget(one) for one in extensions])
    return Plan((Step(Fork(targets, ring.seconds, longest, decline_ends=False)),))


def _spoken(announcement: Announce) -> list[str | SpokenValue]:
    """Return the prompts of an announcement, without the offer of a callback."""
    spoken: list[str | SpokenValue] = ["queue/all-busy"] if announcement.prompt else []
    if announcement.position == 1:
        spoken.append("queue/next")
    elif announcement.position is not None:
        spoken += ["queue/position", SpokenValue(announcement.position)]
    if announcement.wait is not None and announcement.wait < 60:
        spoken.append("queue/short-wait")
    elif announcement.wait is not None:
        spoken += ["queue/wait-in-minutes", SpokenValue(round(announcement.wait / 60))]
    return spoken
