"""Requests of identity providers (SCIM): access, bodies and answers."""

import json
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from unificx.api.access import AccessScope, authenticate_request, require_access
from unificx.api.scim.errors import MEDIA_TYPE, ROOT
from unificx.api.services import Services
from unificx.core.errors import Forbidden, Invalid
from unificx.core.json_texts import require_whole_characters
from unificx.identity import Action


async def opened(request: Request, services: Services) -> AccessScope:
    """Return the scope of the API key of a request. Raise Unauthenticated, Forbidden, TooManyRequests."""
    user = await authenticate_request(request)
    if not user.principal.key_id:
        raise Forbidden("Identity providers need an API key.", hint="Create one with the scope scim.")
    await services.identity.api_keys.count_request(user.principal)
    return await require_access(services, user, None, Action.SCIM)


async def json_body(request: Request) -> Any:
    """Return the JSON of a request. Raise Invalid."""
    try:
        found = json.loads(body := await request.body())
        require_whole_characters(found, body)
    except (ValueError, RecursionError):
        raise Invalid("The body is not JSON.") from None
    return found


def answer(body: dict[str, Any], status: int = 200, **headers: str) -> Response:
    """Return a resource or a list as a response."""
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def root_of(services: Services) -> str:
    """Return the address below which the resources are."""
    return services.public_address.url + ROOT
