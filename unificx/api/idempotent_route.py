"""Routes with support for the Idempotency-Key header: a POST with a key is executed once."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header, Request, Response

from unificx.api.access import access_of, authenticate_request
from unificx.api.api_route import ApiRoute
from unificx.api.idempotency import HEADER, StoredResponse, digest
from unificx.api.services import services_of
from unificx.core.access import stating
from unificx.core.errors import Invalid


class IdempotentRoute(ApiRoute):
    """A route whose POSTs accept an Idempotency-Key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if request.method != "POST" or key is None:
                return await handle(request)
            return await _handle_once(request, _validated(key), handle)

        return once


async def _handle_once(
    request: Request, key: str, handle: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    store = services_of(request).idempotency
    user = await authenticate_request(request)
    url = request.url
    request_digest = digest(request.method, url.path, url.query, (await request.body()).hex())
    with stating(access_of(request, "administration")):
        stored = await store.begin(user.principal, key, request_digest)
    if isinstance(stored, StoredResponse):
        return Response(stored.body, stored.status, {"Idempotency-Replayed": "true"}, "application/json")
    try:
        response = await handle(request)
    except Exception:
        await store.abandon(stored)
        raise
    await store.finish(stored, StoredResponse(response.status_code, bytes(response.body).decode()))
    return response


async def declare_idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=200,
            description="Chosen by the client. Repeated requests with the same key are executed once within 24 hours.",
        ),
    ] = None,
) -> None:
    """Declare the header in OpenAPI; `IdempotentRoute` implements it."""


def _validated(key: str) -> str:
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise Invalid("An Idempotency-Key must have 1 to 200 printable ASCII characters.", field=HEADER)
    return key
