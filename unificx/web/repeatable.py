"""Routes whose POSTs may be sent again: what carries an Idempotency-Key is done once."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.routing import APIRoute

from unificx.kernel.errors import Invalid
from unificx.web.access import asker_of
from unificx.web.idempotency import HEADER, Answer, digest
from unificx.web.services import services_of


class RepeatableRoute(APIRoute):
    """A route whose POSTs may carry an Idempotency-Key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if request.method != "POST" or key is None:
                return await handle(request)
            return await _once(request, _checked(key), handle)

        return once


async def _once(request: Request, key: str, handle: Callable[[Request], Coroutine[Any, Any, Response]]) -> Response:
    answers = services_of(request).answers
    asker = await asker_of(request)
    url = request.url
    asked = digest(request.method, url.path, url.query, (await request.body()).hex())
    known = await answers.begin(asker.principal, key, asked)
    if isinstance(known, Answer):
        return Response(known.body, known.status, {"Idempotency-Replayed": "true"}, "application/json")
    try:
        response = await handle(request)
    except Exception:
        await answers.abandon(known)
        raise
    await answers.finish(known, Answer(response.status_code, bytes(response.body).decode()))
    return response


def declare_key(
    idempotency_key: Annotated[
        str | None,
        Header(max_length=200, description="Chosen by the client; the same request under it is done once a day."),
    ] = None,
) -> None:
    """Put the header into the interface's description; `RepeatableRoute` does the work."""


def _checked(key: str) -> str:
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise Invalid("An Idempotency-Key is 1 to 200 printable ASCII characters.", field=HEADER)
    return key
