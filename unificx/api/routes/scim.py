"""SCIM 2.0 (RFC 7644): the identity provider of a tenant manages its accounts below /scim/v2. API keys with the scope
`scim` are its bearer tokens."""

import json
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.responses import Response
from starlette.routing import Match, Route

from unificx.api.access import AccessScope, Id, ServicesDep, authenticate_request, purpose, require_access
from unificx.api.acts import declare_person
from unificx.api.router import Router
from unificx.api.scim.errors import MEDIA_TYPE, ROOT, MethodNotAllowed, ScimRoute
from unificx.api.services import Services
from unificx.core.errors import Forbidden, Invalid, NotFound
from unificx.identity import Action

router = Router(prefix=ROOT, include_in_schema=False, route_class=ScimRoute, dependencies=[purpose("administration")])


@router.get("/ServiceProviderConfig")
async def show_scim_service(request: Request, services: ServicesDep) -> Response:
    """Say what of SCIM is offered."""
    from unificx.api.scim import resources

    await _opened(request, services)
    return _answer(
        resources.dumped(resources.service_config(_root(services)), resources.Context.RESOURCE_QUERY_RESPONSE)
    )


@router.get("/ResourceTypes")
@router.get("/ResourceTypes/{name}")
async def show_scim_types(request: Request, services: ServicesDep, name: str = "") -> Response:
    """Say which resources there are."""
    from unificx.api.scim import resources

    await _opened(request, services)
    return _described(resources.resource_types(_root(services)), resources.ResourceType, name)


@router.get("/Schemas")
@router.get("/Schemas/{name}")
async def show_scim_schemas(request: Request, services: ServicesDep, name: str = "") -> Response:
    """Say which attributes resources have."""
    from unificx.api.scim import resources

    await _opened(request, services)
    return _described(resources.schemas(_root(services)), resources.Schema, name)


@router.get("/Users")
async def list_scim_users(request: Request, services: ServicesDep) -> Response:
    """List accounts, or find one."""
    scope = await _opened(request, services)
    return await _found(services, scope, dict(request.query_params))


@router.post("/Users/.search")
@router.post("/.search")
async def search_scim_users(request: Request, services: ServicesDep) -> Response:
    """List accounts, or find one, by a request with a body (RFC 7644 section 3.4.3)."""
    scope = await _opened(request, services)
    return await _found(services, scope, await _body(request))


@router.post("/Users")
async def create_scim_user(request: Request, services: ServicesDep) -> Response:
    """Create an account."""
    from unificx.api.scim import resources

    scope = await _opened(request, services)
    chosen = resources.chosen_attributes(request.query_params)
    values = resources.created(await _body(request))
    made = await services.identity.provisioned.create(scope.tenant_id, values, _maker(scope))
    declare_person(services.identity, scope.tenant_id, made.person.id)
    user = resources.user_of(made, _root(services))
    body = resources.dumped(user, resources.Context.RESOURCE_CREATION_RESPONSE, chosen)
    return _answer(body, 201, Location=f"{_root(services)}/Users/{made.person.id}")


@router.get("/Users/{person_id}")
async def show_scim_user(request: Request, services: ServicesDep, person_id: Id) -> Response:
    """Show an account."""
    from unificx.api.scim import resources

    scope = await _opened(request, services)
    chosen = resources.chosen_attributes(request.query_params)
    found = await services.identity.provisioned.get(scope.tenant_id, person_id)
    user = resources.user_of(found, _root(services))
    return _answer(resources.dumped(user, resources.Context.RESOURCE_QUERY_RESPONSE, chosen))


@router.put("/Users/{person_id}")
@router.patch("/Users/{person_id}")
async def change_scim_user(request: Request, services: ServicesDep, person_id: Id) -> Response:
    """Replace an account (PUT), or change some of its attributes (PATCH)."""
    from unificx.api.scim import resources

    scope, root = await _opened(request, services), _root(services)
    chosen, payload = resources.chosen_attributes(request.query_params), await _body(request)
    edit = resources.replaced if request.method == "PUT" else resources.patched
    changed = await services.identity.provisioned.change(
        scope.tenant_id, person_id, lambda before: edit(before, payload, root), _maker(scope)
    )
    user = resources.user_of(changed, root)
    return _answer(resources.dumped(user, resources.Context.RESOURCE_REPLACEMENT_RESPONSE, chosen))


@router.delete("/Users/{person_id}")
async def close_scim_user(request: Request, services: ServicesDep, person_id: Id) -> Response:
    """Close an account, with its extensions and devices."""
    scope = await _opened(request, services)
    await services.identity.provisioned.close(scope.tenant_id, person_id)
    return Response(status_code=204)


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def refuse_scim_request(request: Request, services: ServicesDep, path: str) -> Response:
    """Refuse what is not offered, such as groups."""
    del path
    await _opened(request, services)
    for route in router.routes[:-1]:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            raise MethodNotAllowed("This resource does not take this method.")
    raise NotFound("There is no such resource.")


async def _opened(request: Request, services: Services) -> AccessScope:
    """Return the scope of the API key of a request. Raise Unauthenticated, Forbidden, TooManyRequests."""
    user = await authenticate_request(request)
    if not user.principal.key_id:
        raise Forbidden("Identity providers need an API key.", hint="Create one with the scope scim.")
    await services.identity.api_keys.count_request(user.principal)
    return await require_access(services, user, None, Action.SCIM)


async def _found(services: Services, scope: AccessScope, parameters: Any) -> Response:
    from unificx.api.scim import resources

    search = resources.search_of(parameters)
    key, accounts = resources.key_of(search), services.identity.provisioned
    if key is not None:
        page = await accounts.find(scope.tenant_id, *key)
    else:
        count = resources.MAX_PAGE if search.count is None else min(search.count, resources.MAX_PAGE)
        page = await accounts.page(scope.tenant_id, search.start_index_0 or 0, count)
    return _answer(resources.page_of(page, search, _root(services)))


def _described(found: list[Any], kind: Any, name: str) -> Response:
    from unificx.api.scim import resources

    if not name:
        return _answer(resources.listed(found, len(found), kind=kind))
    one = next((each for each in found if each.id == name), None)
    if one is None:
        raise NotFound("There is no such resource.")
    return _answer(resources.dumped(one, resources.Context.RESOURCE_QUERY_RESPONSE))


async def _body(request: Request) -> Any:
    """Return the JSON of a request. Raise Invalid."""
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Invalid("The body is not JSON.") from None


def _answer(body: dict[str, Any], status: int = 200, **headers: str) -> Response:
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def _maker(scope: AccessScope) -> str:
    principal = scope.user.principal
    return principal.person_id or principal.maker_id


def _root(services: Services) -> str:
    return services.public_address.url + ROOT
