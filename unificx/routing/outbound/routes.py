"""Routes: create, change and delete the ways to numbers outside."""

import re
from dataclasses import replace
from functools import partial

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.names import is_name
from unificx.core.phrases import Phrase
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Page, lock_scope
from unificx.routing.outbound import repository
from unificx.routing.outbound.patterns import parse_pattern
from unificx.routing.outbound.schemas import NewRoute, Route, RouteChange
from unificx.routing.outbound.store import OutboundDependencies, OutboundStore

MAX_ROUTES = 2_000
"""Routes of one tenant."""
MAX_TRUNKS = 20
"""Trunks of one route."""
NAME_LENGTH = 60
MAX_WEIGHT = 1_000
_PREPENDED = re.compile(r"\+?[0-9*#]{0,20}\Z")


class RouteService:
    """All routes of the installation, served from memory."""

    def __init__(self, deps: OutboundDependencies, store: OutboundStore) -> None:
        self._deps = deps
        self._store = store

    def find(self, tenant_id: str, reference: str) -> Route:
        """Return a route by id or name. Raises NotFound."""
        route = self._store.routes.find(tenant_id, reference)
        if route is None:
            raise NotFound("Route not found.")
        return route

    def list(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[Route]:
        """Return a page of routes. Raises Invalid for an invalid cursor."""
        return self._store.routes.page(tenant_id, cursor, limit)

    async def create(self, tenant_id: str, new: NewRoute) -> Route:
        """Create a route. Raises Invalid; Conflict if the name is in use."""
        async with self._deps.database.begin() as uow:
            await lock_scope(uow.session, "outbound routes", tenant_id)
            route = Route(
                id=self._deps.clock.new_id(),
                tenant_id=tenant_id,
                name=check_name(new.name),
                pattern=parse_pattern(new.pattern).text,
                trunks=self._trunk_ids(tenant_id, new.trunks),
                created=self._deps.clock.now(),
                position=new.position,
                strip=new.strip,
                prepend=_check_prepended(new.prepend),
                caller_number_id=self._number_id(tenant_id, new.caller_id),
                weights=new.weights,
            )
            _check_weights(route)
            known = await repository.routes_of(uow.session, tenant_id)
            if len(known) >= MAX_ROUTES:
                raise Conflict(Phrase("A tenant has at most {} routes.", MAX_ROUTES))
            _require_free_name(known, route)
            await repository.insert_route(uow.session, route)
            uow.after_commit.append(partial(self._store.put_route, route))
        return route

    async def update(self, route: Route, change: RouteChange, condition: Precondition[Route] = unconditional) -> Route:
        """Change a route. Raises Invalid; Conflict; NotFound for a deleted route; what `condition` raises."""
        async with self._deps.database.begin() as uow:
            await lock_scope(uow.session, "outbound routes", route.tenant_id)
            known = await repository.routes_of(uow.session, route.tenant_id)
            before = _stored(known, route)
            condition(before)
            after = self._changed(before, change)
            _check_weights(after)
            _require_free_name(known, after)
            await repository.update_route(uow.session, after)
            uow.after_commit.append(partial(self._store.put_route, after))
        return after

    async def delete(self, route: Route, condition: Precondition[Route] = unconditional) -> None:
        """Delete a route. Raises NotFound; what `condition` raises."""
        async with self._deps.database.begin() as uow:
            await lock_scope(uow.session, "outbound routes", route.tenant_id)
            condition(_stored(await repository.routes_of(uow.session, route.tenant_id), route))
            await repository.delete_route(uow.session, route.tenant_id, route.id)
            uow.after_commit.append(partial(self._store.drop_route, route))

    # ---- inside

    def _changed(self, route: Route, change: RouteChange) -> Route:
        trunks, caller_id, weights = change.trunks, change.caller_id, change.weights
        return replace(
            route,
            name=route.name if change.name is None else check_name(change.name),
            pattern=route.pattern if change.pattern is None else parse_pattern(change.pattern).text,
            trunks=route.trunks if trunks is None else self._trunk_ids(route.tenant_id, trunks),
            position=route.position if change.position is None else change.position,
            strip=route.strip if change.strip is None else change.strip,
            prepend=route.prepend if change.prepend is None else _check_prepended(change.prepend),
            caller_number_id=(
                route.caller_number_id if caller_id is None else self._number_id(route.tenant_id, caller_id)
            ),
            weights=weights if weights is not None else route.weights if trunks is None else (),
        )

    def _trunk_ids(self, tenant_id: str, references: tuple[str, ...]) -> tuple[str, ...]:
        if not 1 <= len(references) <= MAX_TRUNKS:
            raise Invalid(Phrase("A route has 1 to {} trunks.", MAX_TRUNKS), field="trunks")
        found = tuple([self._deps.trunk_id(tenant_id, reference, "trunks") for reference in references])
        if len(set(found)) < len(found):
            raise Invalid("Each trunk can be named once.", field="trunks")
        return found

    def _number_id(self, tenant_id: str, caller_id: str) -> str:
        """Return the id of the public number that is shown. Raises Invalid for one that the tenant does not own."""
        if not caller_id:
            return ""
        owned = self._store.dialled_number(tenant_id, caller_id)
        if owned is None:
            hint = "Add it as a number first, in the form +49301234500."
            raise Invalid("Only a number of your own can be shown.", field="caller_id", hint=hint)
        return owned.id


def _stored(known: list[Route], route: Route) -> Route:
    for one in known:
        if one.id == route.id:
            return one
    raise NotFound("Route not found.")


def check_name(text: str) -> str:
    """Validate the name of a route: up to 60 printable characters without a comma."""
    name = text.strip()
    if not is_name(name, NAME_LENGTH) or "," in name:
        raise Invalid(Phrase("A name has 1 to {} characters and no comma.", NAME_LENGTH), field="name")
    return name


def _require_free_name(known: list[Route], route: Route) -> None:
    if any(one.name == route.name and one.id != route.id for one in known):
        raise Conflict("There is already a route with this name.", field="name")


def _check_weights(route: Route) -> None:
    if not route.weights:
        return
    if len(route.weights) != len(route.trunks) or not any(route.weights):
        hint = "For two trunks, 3,1 gives the first one three of four calls; one with 0 is tried after the others."
        raise Invalid("Give one weight for each trunk, at least one of them above 0.", field="weights", hint=hint)
    if not all(0 <= one <= MAX_WEIGHT for one in route.weights):
        raise Invalid(Phrase("A weight is between 0 and {}.", MAX_WEIGHT), field="weights")


def _check_prepended(text: str) -> str:
    if not _PREPENDED.match(text):
        raise Invalid("Up to 20 digits can be put before a number, after a + if needed.", field="prepend")
    return text
