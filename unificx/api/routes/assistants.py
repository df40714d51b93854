"""Assistants (Model Context Protocol) at /mcp, with API keys of the scope `assistant`."""

from fastapi import Request
from starlette.responses import Response

from unificx.api.access import ServicesDep, authenticate_request, purpose
from unificx.api.router import Router
from unificx.core.errors import Forbidden
from unificx.identity import Action, may

PATH = "/mcp"
router = Router(include_in_schema=False, dependencies=[purpose("directory")])


@router.post(PATH)
async def serve_assistant(request: Request, services: ServicesDep) -> Response:
    """Answer a request of an assistant. Its tools are requests of their own, with the rights of the key."""
    user = await authenticate_request(request)
    principal, identity = user.principal, services.identity
    if not principal.key_id or not may(principal, Action.ASSISTANT, principal.tenant_id):
        raise Forbidden("Assistants need an API key with the scope assistant.", hint="Create one for the assistant.")
    tenant = await identity.tenants.get(principal.tenant_id)
    if not tenant.assistants:
        raise Forbidden("This organisation does not allow assistants.", hint="Ask your administrator.")
    await identity.api_keys.count_request(principal)

    from unificx.api.assistants.own_api import OwnApi
    from unificx.api.assistants.server import AssistantResponse

    address = request.client.host if request.client else ""
    return AssistantResponse(OwnApi(request.app, user.token, address), principal.scopes or frozenset())
