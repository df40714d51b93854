"""Queues: their settings, and the agents with their sign-in state."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from unificx.core.errors import Invalid, NotFound
from unificx.core.names import check_name
from unificx.core.phrases import Phrase
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Database, MemoryCopy, Page, PageById, UnitOfWork, lock_scope
from unificx.identity import DirectoryCache, allocate_number, release_number
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.privacy import KeyStore
from unificx.queues import repository
from unificx.queues.events import QueueChanged, QueueCreated, QueueDeleted
from unificx.queues.history import QueueHistory
from unificx.queues.machine import values
from unificx.queues.schemas import (
    Agent,
    AgentChange,
    AgentEvent,
    AgentEventKind,
    NewAgent,
    NewQueue,
    PauseReason,
    Queue,
    QueueChange,
)
from unificx.routing import DestinationDirectory, DestinationRef
from unificx.routing.events import DestinationDeleted

EVENT_KINDS: Mapping[AgentChange, AgentEventKind] = {
    "sign_in": "signed_in",
    "sign_out": "signed_out",
    "pause": "paused",
    "resume": "resumed",
}


class QueueService:
    """All queues of the installation. Call `start` first; lookups are served from memory.

    `publish` receives the signal `QueueChanged`; `destinations` checks where callers continue that no agent answers.
    """

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        directory: DirectoryCache,
        history: QueueHistory,
        *,
        destinations: DestinationDirectory,
        publish: Callable[[object], None] = lambda event: None,
    ) -> None:
        self._database = database
        self._keys = keys
        self._directory = directory
        self._clock = database.clock
        self._history = history
        self._publish = publish
        self._destinations = destinations
        self._queues = MemoryCopy[Queue](lambda queue: queue.number)

    async def start(self) -> None:
        """Load all queues."""
        async with self._database.read() as session:
            for queue in await repository.all_queues(session, self._keys):
                self._queues.put(queue)

    # ---- lookups

    def by_id(self, queue_id: str) -> Queue | None:
        return self._queues.get(queue_id)

    def by_number(self, tenant_id: str, number: str) -> Queue | None:
        """Return the queue with a number."""
        return self._queues.named(tenant_id, number)

    def find(self, tenant_id: str, reference: str) -> Queue:
        """Return a queue by id or number. Raises NotFound."""
        queue = self._queues.find(tenant_id, reference)
        if queue is None:
            raise NotFound("Queue not found.")
        return queue

    def all(self) -> Sequence[Queue]:
        """Return all queues."""
        return tuple(self._queues)

    def queues_of_tenant(self, tenant_id: str) -> Sequence[Queue]:
        """Return the queues of a tenant in order of creation."""
        return self._queues.of_tenant(tenant_id)

    def queues_of_agent(self, extension_id: str) -> Sequence[Queue]:
        """Return the queues that an extension is an agent of, in order of creation."""
        found = [one for one in self._queues if one.agent(extension_id) is not None]
        return sorted(found, key=lambda one: one.id)

    def list(
        self, tenant_id: str, cursor: str | None = None, limit: int = 100, *, agents: Collection[str] | None = None
    ) -> Page[Queue]:
        """Return a page of queues; with `agents` only those of which one of these extensions is an agent.

        Raises Invalid for an invalid cursor."""
        found = self._queues.of_tenant(tenant_id)
        if agents is not None:
            found = [one for one in found if any(agent.extension_id in agents for agent in one.agents)]
        return PageById.parse(cursor, limit).of_list(found, lambda one: one.id)

    # ---- changes

    async def create(self, tenant_id: str, new: NewQueue) -> Queue:
        """Create a queue. Raises Invalid; Conflict if the number is in use."""
        async with self._database.begin() as uow:
            await self._destinations.lock(uow, tenant_id)
            queue = Queue(
                id=self._clock.new_id(),
                tenant_id=tenant_id,
                number=new.number,
                name=check_name(new.name or new.number),
                created=self._clock.now(),
                settings=values.check_settings(new.settings),
                otherwise=self._checked(tenant_id, new.number, new.otherwise),
                agents=self._agents(tenant_id, new.agents, {}),
            )
            await allocate_number(uow.session, tenant_id, new.number, "queue")
            await repository.insert_queue(uow.session, self._keys, queue)
            uow.publish(QueueCreated(self._clock.new_id(), tenant_id, queue.id))
            uow.after_commit.append(partial(self._changed, queue))
        return queue

    async def update(self, queue: Queue, change: QueueChange, condition: Precondition[Queue] = unconditional) -> Queue:
        """Change a queue. Agents that stay keep their sign-in state. Raises Invalid, NotFound; what `condition`
        raises."""
        async with self._database.begin() as uow:
            await self._destinations.lock(uow, queue.tenant_id)
            before = await self._lock(uow, queue)
            condition(before)
            known = {one.extension_id: one for one in before.agents}
            after = replace(
                before,
                name=before.name if change.name is None else check_name(change.name),
                otherwise=before.otherwise
                if change.otherwise is None
                else self._checked(queue.tenant_id, queue.number, change.otherwise),
                settings=values.check_settings(replace(before.settings, **change.settings)),
                agents=before.agents if change.agents is None else self._agents(queue.tenant_id, change.agents, known),
            )
            await repository.update_queue(uow.session, self._keys, after)
            uow.after_commit.append(partial(self._changed, after))
        return after

    async def delete(self, queue: Queue, condition: Precondition[Queue] = unconditional) -> None:
        """Delete a queue with its history and release its number. Raises NotFound; Conflict if another destination
        leads to it; what `condition` raises."""
        async with self._database.begin() as uow:
            await self._destinations.lock(uow, queue.tenant_id)
            condition(await self._lock(uow, queue))
            self._destinations.require_unused(queue.tenant_id, DestinationRef.parse(queue.reference))
            await repository.delete_queue(uow.session, queue.tenant_id, queue.id)
            await self._history.delete_queue(queue, uow)
            await release_number(uow.session, queue.tenant_id, queue.number)
            uow.publish(QueueDeleted(self._clock.new_id(), queue.tenant_id, queue.id))
            uow.publish(DestinationDeleted(self._clock.new_id(), queue.tenant_id, queue.reference))
            uow.after_commit.append(partial(self._removed, queue))

    async def change_agent(
        self, queue: Queue, extension_id: str, change: AgentChange, reason: PauseReason | None = None
    ) -> Queue:
        """Sign an agent in or out, or pause or resume them. Durable. Raises NotFound for another extension.

        Signing in or out ends a pause.
        """
        async with self._database.begin() as uow:
            before = await self._lock(uow, queue)
            agent = before.agent(extension_id)
            if agent is None:
                raise NotFound("This extension is not an agent of the queue.", hint="Add it to the agents first.")
            changed = replace(agent, **_state_after(agent, change, reason), since=self._clock.now())
            if _state(changed) == _state(agent):
                return before
            agents = tuple([changed if one.extension_id == extension_id else one for one in before.agents])
            after = replace(before, agents=agents)
            await repository.update_agent(uow.session, queue, changed)
            uow.after_commit.append(partial(self._changed, after))
            uow.after_commit.append(partial(self._note, after, changed, change))
        return after

    # ---- deletion

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Remove a deleted extension from all queues and their history. Outbox handler."""
        affected = self.queues_of_agent(event.extension_id)
        for queue in affected:
            await lock_scope(uow.session, "queue", queue.id)
        await repository.delete_agent(uow.session, event.tenant, event.extension_id)
        await self._history.forget_agent(event.tenant, event.extension_id, uow)
        for queue in affected:  # as stored: they may have changed until they were locked
            left = await repository.get_queue(uow.session, self._keys, event.tenant, queue.id)
            if left is not None:
                uow.after_commit.append(partial(self._changed, left))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the queues of a deleted tenant and their history. Outbox handler."""
        await repository.delete_tenant_queues(uow.session, event.tenant)
        await self._history.delete_tenant(event.tenant, uow)
        for queue in self.queues_of_tenant(event.tenant):
            uow.after_commit.append(partial(self._removed, queue))

    # ---- inside

    async def _lock(self, uow: UnitOfWork, queue: Queue) -> Queue:
        """Lock a queue until the commit and return it as stored now. Raises NotFound."""
        await lock_scope(uow.session, "queue", queue.id)
        found = await repository.get_queue(uow.session, self._keys, queue.tenant_id, queue.id)
        if found is None:
            raise NotFound("Queue not found.")
        return found

    def _checked(self, tenant_id: str, number: str, otherwise: str) -> str:
        """Return the text of an existing destination that does not lead back. Raises Invalid."""
        if not otherwise:
            return ""
        to = DestinationRef.parse(otherwise, "otherwise")
        self._destinations.check(tenant_id, DestinationRef("queue", number), [to], "otherwise")
        return str(to)

    def _agents(self, tenant_id: str, new: Sequence[NewAgent], known: Mapping[str, Agent]) -> tuple[Agent, ...]:
        """Return the agents of a list; those known already keep their state. Raises Invalid."""
        if len(new) > values.MAX_AGENTS:
            raise Invalid(Phrase("A queue has at most {} agents.", values.MAX_AGENTS), field="agents")
        if len({one.extension_id for one in new}) < len(new):
            raise Invalid("An agent is listed twice.", field="agents")
        found: list[Agent] = []
        for one in new:
            extension = self._directory.extension_by_id(one.extension_id)
            if extension is None or extension.tenant_id != tenant_id:
                raise Invalid("An agent must be an extension of the same tenant.", field="agents")
            fresh = Agent(extension.id, static=one.static, signed_in=one.static, since=self._clock.now())
            before = known.get(extension.id, fresh)
            found.append(replace(before, penalty=values.check_penalty(one.penalty), static=one.static))
        return tuple(found)

    def _note(self, queue: Queue, agent: Agent, change: AgentChange) -> None:
        now, kind = self._clock.now(), EVENT_KINDS[change]
        identity = self._clock.new_id(), queue.tenant_id, queue.id, agent.extension_id
        self._history.record_event(AgentEvent(*identity, now, kind, agent.reason))

    def _changed(self, queue: Queue) -> None:
        self._queues.put(queue)
        self._publish(QueueChanged(queue))

    def _removed(self, queue: Queue) -> None:
        self._queues.drop(queue)
        self._publish(QueueChanged(queue))


def _state(agent: Agent) -> tuple[bool, bool, PauseReason | None]:
    return agent.signed_in, agent.paused, agent.reason


def _state_after(agent: Agent, change: AgentChange, reason: PauseReason | None) -> dict[str, object]:
    match change:
        case "sign_in" | "sign_out":
            return {"signed_in": change == "sign_in", "paused": False, "reason": None}
        case "pause":
            return {"signed_in": agent.signed_in, "paused": True, "reason": reason}
        case "resume":
            return {"signed_in": agent.signed_in, "paused": False, "reason": None}
