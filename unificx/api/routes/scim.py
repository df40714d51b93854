"""SCIM 2.0 (RFC 7644): the identity provider of a tenant manages its accounts below /scim/v2. API keys with the scope
`scim` are its bearer tokens."""

from typing import Any

from fastapi import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from unificx.api.access import AccessScope, Id, ServicesDep, purpose
from unificx.api.acts import declare_person
from unificx.api.router import Router
from unificx.api.routes import scim_groups
from unificx.api.scim.errors import ROOT, MethodNotAllowed, ScimRoute
from unificx.api.scim_requests import answer, json_body, opened, root_of
from unificx.api.services import Services
from unificx.core.errors import NotFound
from unificx.identity import GroupPage, ProvisionedPage

router = Router(prefix=ROOT, include_in_schema=False, route_class=ScimRoute, dependencies=[purpose("administration")])


@router.get("/ServiceProviderConfig")
async def show_scim_service(request: Request, services: ServicesDep) -> Response:
    """Say what of SCIM is offered."""
    from unificx.api.scim import resources

    await opened(request, services)
    return answer(
        resources.dumped(resources.service_config(root_of(services)), resources.Context.RESOURCE_QUERY_RESPONSE)
    )


@router.get("/ResourceTypes")
@router.get("/ResourceTypes/{name}")
async def show_scim_types(request: Request, services: ServicesDep, name: str = "") -> Response:
    """Say which resources there are."""
    from unificx.api.scim import resources

    await opened(request, services)
    return _described(resources.resource_types(root_of(services)), resources.ResourceType, name)


@router.get("/Schemas")
@router.get("/Schemas/{name}")
async def show_scim_schemas(request: Request, services: ServicesDep, name: str = "") -> Response:
    """Say which attributes resources have."""
    from unificx.api.scim import resources

    await opened(request, services)
    return _described(resources.schemas(root_of(services)), resources.Schema, name)


@router.get("/Users")
async def list_scim_users(request: Request, services: ServicesDep) -> Response:
    """List accounts, or find one."""
    scope = await opened(request, services)
    return await _found(services, scope, dict(request.query_params))


@router.post("/Users/.search")
async def search_scim_users(request: Request, services: ServicesDep) -> Response:
    """List accounts, or find one, by a request with a body (RFC 7644 section 3.4.3)."""
    scope = await opened(request, services)
    return await _found(services, scope, await json_body(request))


@router.post("/.search")
async def search_scim_resources(request: Request, services: ServicesDep) -> Response:
    """List accounts and then groups, or find some of both (RFC 7644 section 3.4.3)."""
    from unificx.api.scim import groups, resources

    scope = await opened(request, services)
    search = resources.search_of(await json_body(request), resources.User | resources.Group)
    of_users, of_groups = groups.keys_of_both(search)
    start, count = resources.offset_of(search), resources.count_of(search)
    users, found = services.identity.provisioned, ProvisionedPage(0, ())
    if of_users is not None:
        found = await users.find(scope.tenant_id, *of_users)
        found = ProvisionedPage(found.total, found.items[start : start + count])
    elif search.filter is None:
        found = await users.page(scope.tenant_id, start, count)
    rest, left = max(0, start - found.total), count - len(found.items)
    more = GroupPage(0, ())
    if of_groups is not None:
        more = await services.identity.provisioned_groups.page(scope.tenant_id, rest, left, of_groups)
    return answer(groups.page_of_both(found, more, search, root_of(services)))


@router.post("/Users")
async def create_scim_user(request: Request, services: ServicesDep) -> Response:
    """Create an account."""
    from unificx.api.scim import resources

    scope = await opened(request, services)
    chosen = resources.chosen_attributes(request.query_params)
    values = resources.created(await json_body(request))
    made = await services.identity.provisioned.create(scope.tenant_id, values, _maker(scope))
    declare_person(services.identity, scope.tenant_id, made.person.id)
    user = resources.user_of(made, root_of(services))
    body = resources.dumped(user, resources.Context.RESOURCE_CREATION_RESPONSE, chosen)
    return answer(body, 201, Location=f"{root_of(services)}/Users/{made.person.id}")


@router.get("/Users/{person_id}")
async def show_scim_user(request: Request, services: ServicesDep, person_id: Id) -> Response:
    """Show an account."""
    from unificx.api.scim import resources

    scope = await opened(request, services)
    chosen = resources.chosen_attributes(request.query_params)
    found = await services.identity.provisioned.get(scope.tenant_id, person_id)
    user = resources.user_of(found, root_of(services))
    return answer(resources.dumped(user, resources.Context.RESOURCE_QUERY_RESPONSE, chosen))


@router.put("/Users/{person_id}")
@router.patch("/Users/{person_id}")
async def change_scim_user(request: Request, services: ServicesDep, person_id: Id) -> Response:
    """Replace an account (PUT), or change some of its attributes (PATCH)."""
    from unificx.api.scim import resources

    scope, root = await opened(request, services), root_of(services)
    chosen, payload = resources.chosen_attributes(request.query_params), await json_body(request)
    edit = resources.replaced if request.method == "PUT" else resources.patched
    changed = await services.identity.provisioned.change(
        scope.tenant_id, person_id, lambda before: edit(before, payload, root), _maker(scope)
    )
    user = resources.user_of(changed, root)
    return answer(resources.dumped(user, resources.Context.RESOURCE_REPLACEMENT_RESPONSE, chosen))


@router.delete("/Users/{person_id}")
async def close_scim_user(request: Request, services: ServicesDep, person_id: Id) -> Response:
    """Close an account, with its extensions and devices."""
    scope = await opened(request, services)
    await services.identity.provisioned.close(scope.tenant_id, person_id)
    return Response(status_code=204)


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def refuse_scim_request(request: Request, services: ServicesDep, path: str) -> Response:
    """Refuse what is not offered, such as bulk requests."""
    del path
    await opened(request, services)
    for route in (*scim_groups.router.routes, *router.routes[:-1]):
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            raise MethodNotAllowed("This resource does not take this method.")
    raise NotFound("There is no such resource.")


async def _found(services: Services, scope: AccessScope, parameters: Any) -> Response:
    from unificx.api.scim import resources

    search = resources.search_of(parameters)
    key, accounts = resources.key_of(search), services.identity.provisioned
    if key is not None:
        page = await accounts.find(scope.tenant_id, *key)
    else:
        page = await accounts.page(scope.tenant_id, resources.offset_of(search), resources.count_of(search))
    return answer(resources.page_of(page, search, root_of(services)))


def _described(found: list[Any], kind: Any, name: str) -> Response:
    from unificx.api.scim import resources

    if not name:
        return answer(resources.listed(found, len(found), kind=kind))
    one = next((each for each in found if each.id == name), None)
    if one is None:
        raise NotFound("There is no such resource.")
    return answer(resources.dumped(one, resources.Context.RESOURCE_QUERY_RESPONSE))


def _maker(scope: AccessScope) -> str:
    principal = scope.user.principal
    return principal.person_id or principal.maker_id
