"""Queues: administrators manage them, agents sign in and out, and both see who is waiting."""

from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import Depends, Path, Query, status

from unificx import queues
from unificx.api.access import (
    AccessScope,
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.objections import is_counted
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import queues as models
from unificx.api.services import Services
from unificx.core.errors import Forbidden, Invalid, NotFound
from unificx.identity import Action, Extension, may

router = Router(
    prefix="/api/v1/queues", tags=["queues"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)

AgentReference = Annotated[str, Path(max_length=64, pattern=core.REFERENCE)]
Since = Annotated[datetime | None, Query(description="Start of the period; the start of the day if omitted.")]
Until = Annotated[datetime | None, Query(description="End of the period; now if omitted.")]
_NOT_SETTINGS = {"number", "name", "agents", "otherwise"}


@router.get("", responses=problem_responses(401, 403, 404))
async def list_queues(
    services: ServicesDep,
    user: CurrentUserDep,
    *,
    own: Annotated[bool, Query(description="Only queues of which an extension of the user is an agent.")] = False,
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.Queue]:
    """List the queues of a tenant."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    agents = services.identity.directory.extension_ids_of(scope.user.principal.person_id) if own else None
    page = services.queues.service.list(scope.tenant_id, cursor, limit, agents=agents)
    return core.Page(items=[_queue_schema(services, scope, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_queue(
    services: ServicesDep, user: CurrentUserDep, new: models.NewQueue, tenant: TenantQuery = None
) -> models.Queue:
    """Create a queue."""
    scope = await require_access(services, user, tenant, Action.QUEUES_CHANGE)
    wanted = queues.NewQueue(
        number=new.number,
        name=new.name or "",
        settings=queues.QueueSettings(**new.model_dump(exclude=_NOT_SETTINGS)),
        otherwise=new.otherwise,
        agents=_new_agents(services, scope, new.agents),
    )
    return _queue_schema(services, scope, await services.queues.service.create(scope.tenant_id, wanted))


@router.get("/{queue}", responses=problem_responses(401, 403, 404))
async def show_queue(
    services: ServicesDep, user: CurrentUserDep, queue: Id, tenant: TenantQuery = None
) -> models.Queue:
    """Show a queue, by id or number."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    return _queue_schema(services, scope, services.queues.service.find(scope.tenant_id, queue))


@router.patch("/{queue}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_queue(
    services: ServicesDep,
    user: CurrentUserDep,
    queue: Id,
    change: models.QueueChange,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Queue:
    """Change a queue. Waiting callers stay. Agents that stay in the list keep their sign-in state."""
    scope = await require_access(services, user, tenant, Action.QUEUES_CHANGE)
    known = services.queues.service.find(scope.tenant_id, queue)
    wanted = queues.QueueChange(
        name=change.name,
        otherwise=change.otherwise,
        settings=change.model_dump(exclude=_NOT_SETTINGS, exclude_none=True),
        agents=None if change.agents is None else _new_agents(services, scope, change.agents),
    )
    schema = partial(_queue_schema, services, scope)
    return schema(await services.queues.service.update(known, wanted, unchanged(if_match, schema)))


@router.delete("/{queue}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409, 412))
async def delete_queue(
    services: ServicesDep, user: CurrentUserDep, queue: Id, tenant: TenantQuery = None, if_match: IfMatch = None
) -> None:
    """Delete a queue with its history. Waiting callers continue at its other destination."""
    scope = await require_access(services, user, tenant, Action.QUEUES_CHANGE)
    condition = unchanged(if_match, partial(_queue_schema, services, scope))
    await services.queues.service.delete(services.queues.service.find(scope.tenant_id, queue), condition)


@router.patch("/{queue}/agents/{agent}", responses=problem_responses(401, 403, 404))
async def change_agent(
    services: ServicesDep,
    user: CurrentUserDep,
    queue: Id,
    *,
    agent: AgentReference,
    change: models.AgentChange,
    tenant: TenantQuery = None,
) -> models.QueueAgent:
    """Sign an agent in or out, or pause or resume them: `agent` is a number or an id. For agents themselves and for
    administrators."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    known, extension = services.queues.service.find(scope.tenant_id, queue), _extension(services, scope, agent)
    is_own = scope.user.is_person(extension.person_id)
    if not (is_own or may(scope.user.principal, Action.QUEUES_CHANGE, scope.tenant_id)):
        raise Forbidden("You can change only your own state in a queue.")
    if change.signed_in is not None:
        wanted = "sign_in" if change.signed_in else "sign_out"
        known = await services.queues.service.change_agent(known, extension.id, wanted)
    if change.paused is not None:
        wanted = "pause" if change.paused else "resume"
        known = await services.queues.service.change_agent(known, extension.id, wanted, change.reason)
    found = known.agent(extension.id)
    if found is None:
        raise NotFound("This extension is not an agent of the queue.", hint="Add it to the agents first.")
    return _agent_schema(services, scope, found)


@router.get("/{queue}/live", responses=problem_responses(401, 403, 404))
async def show_live_queue(
    services: ServicesDep, user: CurrentUserDep, queue: Id, tenant: TenantQuery = None
) -> models.LiveQueue:
    """Show who is waiting, the states of the agents, and the figures of today. For agents and administrators. The event
    `queue` on `/api/v1/events` reports changes."""
    scope, known = await _observed_queue(services, user, queue, tenant)
    now = services.clock.now()
    figures, of_agents = await services.queues.history.statistics(known, _day(services, scope, now), now + _TICK)
    agents: list[models.LiveAgent] = []
    for one in services.queues.live.agents(known):
        extension = services.identity.directory.extension_by_id(one.extension_id)
        if extension is not None:
            of_agent, counted = of_agents.get(extension.id), is_counted(services, scope, extension)
            answered, missed = (of_agent.answered, of_agent.missed) if of_agent is not None else (0, 0)
            agents.append(
                models.LiveAgent(
                    **_identity(services, extension),
                    state=one.state,
                    seconds=one.seconds,
                    paused=one.paused,
                    reason=one.reason,
                    answered=answered if counted else None,
                    missed=missed if counted else None,
                    own=scope.user.is_person(extension.person_id),
                )
            )
    waiting = [_caller_schema(services, one) for one in services.queues.live.waiting(known)]
    return models.LiveQueue(
        **asdict(figures),
        id=known.id,
        number=known.number,
        name=known.name,
        waiting=waiting,
        agents=agents,
        expected_wait=services.queues.live.expected_wait(known),
    )


@router.patch("/{queue}/callers/{caller}", responses=problem_responses(401, 403, 404))
async def change_queue_caller(
    services: ServicesDep,
    user: CurrentUserDep,
    queue: Id,
    *,
    caller: Id,
    change: models.CallerChange,
    tenant: TenantQuery = None,
) -> models.WaitingCaller:
    """Give a waiting caller another priority: `caller` is the id from the live view. Callers of the same priority are
    served in the order of their arrival."""
    scope = await require_access(services, user, tenant, Action.CALLS_CONTROL)
    known = services.queues.service.find(scope.tenant_id, queue)
    return _caller_schema(services, services.queues.live.move(known, caller, change.priority))


@router.get("/{queue}/statistics", responses=problem_responses(401, 403, 404))
async def show_queue_statistics(
    services: ServicesDep,
    user: CurrentUserDep,
    queue: Id,
    *,
    since: Since = None,
    until: Until = None,
    tenant: TenantQuery = None,
) -> models.QueueReport:
    """Show the statistics of a queue and its agents, of at most 92 days. For agents and administrators. Agents who have
    objected are counted in the queue, but not listed."""
    scope, known = await _observed_queue(services, user, queue, tenant)
    now = services.clock.now()
    period = since or _day(services, scope, now), until or now + _TICK
    figures, of_agents = await services.queues.history.statistics(known, *period)
    agents: list[models.AgentStatistics] = []
    for extension_id, one in of_agents.items():
        extension = services.identity.directory.extension_by_id(extension_id)
        if extension is not None and is_counted(services, scope, extension):
            counts = {"answered": one.answered, "missed": one.missed}
            talked = {"talked": one.talked, "average_talk": one.average_talk}
            agents.append(models.AgentStatistics.model_validate(_identity(services, extension) | counts | talked))
    return models.QueueReport(**asdict(figures), agents=agents)


@router.get("/{queue}/history", responses=problem_responses(401, 403, 404), dependencies=[purpose("history")])
async def list_queue_visits(
    services: ServicesDep,
    user: CurrentUserDep,
    queue: Id,
    *,
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.QueueVisit]:
    """List the callers of a queue, newest first."""
    scope = await require_access(services, user, tenant, Action.HISTORY_READ)
    page = await services.queues.history.visits(services.queues.service.find(scope.tenant_id, queue), cursor, limit)
    items = [
        models.QueueVisit(
            id=one.id,
            call_id=one.call_id,
            arrived=one.arrived,
            outcome=one.outcome,
            waited=one.waited,
            talked=one.talked,
            agent=next(iter(services.identity.directory.extension_numbers([one.agent_id or ""])), None),
            number=one.number,
            name=one.name,
            erased=one.erased,
        )
        for one in page.items
    ]
    return core.Page(items=items, next=page.next)


@router.get("/{queue}/events", responses=problem_responses(401, 403, 404))
async def list_agent_events(
    services: ServicesDep,
    user: CurrentUserDep,
    queue: Id,
    *,
    agent: Annotated[str | None, Query(max_length=64, pattern=core.REFERENCE)] = None,
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.AgentEvent]:
    """List when agents signed in and out, paused, resumed and missed calls, newest first; of all agents or of one.
    Users see their own events, administrators those of agents who have not objected."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    extension = _extension(services, scope, agent) if agent is not None else None
    is_own = extension is not None and scope.user.is_person(extension.person_id)
    if not (is_own or may(scope.user.principal, Action.HISTORY_READ, scope.tenant_id)):
        raise Forbidden("You can see only your own events.", hint="Give your extension as `agent`.")
    known = services.queues.service.find(scope.tenant_id, queue)
    extension_id = extension.id if extension is not None else None
    page = await services.queues.history.events(known, extension_id, cursor, limit)
    directory = services.identity.directory
    items = [
        models.AgentEvent(id=one.id, at=one.at, agent=found.number, kind=one.kind, reason=one.reason)
        for one in page.items
        if (found := directory.extension_by_id(one.extension_id)) and is_counted(services, scope, found)
    ]
    return core.Page(items=items, next=page.next)


_TICK = timedelta(seconds=1)
"""Added to the present time, so that a visit of this moment is in the period."""


async def _observed_queue(
    services: Services, user: CurrentUserDep, queue: str, tenant: str | None
) -> tuple[AccessScope, queues.Queue]:
    """Return a queue that the user may observe: as an agent, or as someone who may read active calls."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    known = services.queues.service.find(scope.tenant_id, queue)
    own = services.identity.directory.extension_ids_of(scope.user.principal.person_id)
    is_agent = any(known.agent(one) is not None for one in own)
    if not (is_agent or may(scope.user.principal, Action.CALLS_READ, scope.tenant_id)):
        raise Forbidden("Only the agents of the queue can see who is waiting.")
    return scope, known


def _day(services: Services, scope: AccessScope, now: datetime) -> datetime:
    """Return the start of the day in the tenant's time zone."""
    local = now.astimezone(services.identity.directory.time_zone(scope.tenant_id))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _extension(services: Services, scope: AccessScope, reference: str) -> Extension:
    extension = services.identity.directory.find_extension(scope.tenant_id, reference)
    if extension is None:
        raise NotFound("There is no such extension.")
    return extension


def _new_agents(
    services: Services, scope: AccessScope, new: "list[str | models.NewAgent]"
) -> tuple[queues.NewAgent, ...]:
    agents = [models.NewAgent(extension=one, penalty=0) if isinstance(one, str) else one for one in new]
    try:
        found = [_extension(services, scope, one.extension) for one in agents]
    except NotFound:
        raise Invalid("An agent must be an extension of the same tenant.", field="agents") from None
    return tuple(
        [queues.NewAgent(extension.id, one.penalty, one.static) for extension, one in zip(found, agents, strict=True)]
    )


def _caller_schema(services: Services, caller: queues.WaitingStatus) -> models.WaitingCaller:
    ringing = services.identity.directory.extension_numbers(caller.ringing)
    return models.WaitingCaller(**{**asdict(caller), "ringing": ringing})


def _identity(services: Services, extension: Extension) -> dict[str, str]:
    name = services.identity.directory.display_name(extension)
    return {"extension": extension.number, "extension_id": extension.id, "name": name}


def _agent_schema(services: Services, scope: AccessScope, agent: queues.Agent) -> models.QueueAgent:
    extension = services.identity.directory.extension_by_id(agent.extension_id)
    if extension is None:
        raise NotFound("There is no such extension.")
    values = asdict(agent)
    del values["extension_id"]
    return models.QueueAgent(**_identity(services, extension), **values, own=scope.user.is_person(extension.person_id))


def _queue_schema(services: Services, scope: AccessScope, queue: queues.Queue) -> models.Queue:
    """Return a queue as its API schema."""
    directory = services.identity.directory
    agents = [one for one in queue.agents if directory.extension_by_id(one.extension_id) is not None]
    return models.Queue(
        id=queue.id,
        tenant_id=queue.tenant_id,
        number=queue.number,
        name=queue.name,
        created=queue.created,
        agents=[_agent_schema(services, scope, one) for one in agents],
        otherwise=queue.otherwise,
        **asdict(queue.settings),
    )
