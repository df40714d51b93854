"""Groups of the identity provider (SCIM 2.0, RFC 7644) below /scim/v2/Groups."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from unificx.api.access import AccessScope, Id, ServicesDep, purpose
from unificx.api.router import Router
from unificx.api.scim.errors import ROOT, ScimRoute
from unificx.api.scim_requests import answer, json_body, opened, root_of
from unificx.api.services import Services

router = Router(
    prefix=f"{ROOT}/Groups", include_in_schema=False, route_class=ScimRoute, dependencies=[purpose("administration")]
)


@router.get("")
async def list_scim_groups(request: Request, services: ServicesDep) -> Response:
    """List groups, or find some."""
    scope = await opened(request, services)
    return await _found(services, scope, dict(request.query_params))


@router.post("/.search")
async def search_scim_groups(request: Request, services: ServicesDep) -> Response:
    """List groups, or find some, by a request with a body (RFC 7644 section 3.4.3)."""
    scope = await opened(request, services)
    return await _found(services, scope, await json_body(request))


@router.post("")
async def create_scim_group(request: Request, services: ServicesDep) -> Response:
    """Create a group. It is linked to no role."""
    from unificx.api.scim import groups, resources

    scope, root = await opened(request, services), root_of(services)
    chosen = resources.chosen_attributes(request.query_params, resources.Group)
    made = await services.identity.provisioned_groups.create(scope.tenant_id, groups.created(await json_body(request)))
    body = resources.dumped(groups.group_of(made, root), resources.Context.RESOURCE_CREATION_RESPONSE, chosen)
    return answer(body, 201, Location=f"{root}/Groups/{made.id}")


@router.get("/{group_id}")
async def show_scim_group(request: Request, services: ServicesDep, group_id: Id) -> Response:
    """Show a group."""
    from unificx.api.scim import groups, resources

    scope = await opened(request, services)
    chosen = resources.chosen_attributes(request.query_params, resources.Group)
    group = groups.group_of(
        await services.identity.provisioned_groups.get(scope.tenant_id, group_id), root_of(services)
    )
    return answer(resources.dumped(group, resources.Context.RESOURCE_QUERY_RESPONSE, chosen))


@router.put("/{group_id}")
@router.patch("/{group_id}")
async def change_scim_group(request: Request, services: ServicesDep, group_id: Id) -> Response:
    """Replace a group (PUT), or change its name or some of its members (PATCH)."""
    from unificx.api.scim import groups, resources

    scope, root = await opened(request, services), root_of(services)
    chosen, payload = resources.chosen_attributes(request.query_params, resources.Group), await json_body(request)
    edit = groups.replaced if request.method == "PUT" else groups.patched
    changed = await services.identity.provisioned_groups.change(
        scope.tenant_id, group_id, lambda before: edit(before, payload, root)
    )
    body = resources.dumped(groups.group_of(changed, root), resources.Context.RESOURCE_REPLACEMENT_RESPONSE, chosen)
    return answer(body)


@router.delete("/{group_id}")
async def delete_scim_group(request: Request, services: ServicesDep, group_id: Id) -> Response:
    """Delete a group. Its members stay, without the role that it was linked to."""
    scope = await opened(request, services)
    await services.identity.provisioned_groups.remove(scope.tenant_id, group_id)
    return Response(status_code=204)


async def _found(services: Services, scope: AccessScope, parameters: Any) -> Response:
    from unificx.api.scim import groups, resources

    search = resources.search_of(parameters, resources.Group)
    page = await services.identity.provisioned_groups.page(
        scope.tenant_id, resources.offset_of(search), resources.count_of(search), groups.keys_of(search)
    )
    return answer(groups.page_of(page, search, root_of(services)))
