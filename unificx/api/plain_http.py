"""The app on port 80 of a public domain: answers ACME challenges (RFC 8555 section 8.3), redirects the rest to TLS."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

PREFIX = "/.well-known/acme-challenge/"


class PlainHttp:
    """ASGI app. `answers` by token; all other paths are redirected to `public_url`, an address without a path."""

    def __init__(self, answers: Mapping[str, str], public_url: str) -> None:
        self._answers = answers
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._response(Request(scope))(scope, receive, send)

    def _response(self, request: Request) -> Response:
        path = request.url.path
        if path.startswith(PREFIX):
            answer = self._answers.get(path.removeprefix(PREFIX))
            return PlainTextResponse("unknown" if answer is None else answer, 404 if answer is None else 200)
        # Only the path is kept: a query may contain what should not be sent without encryption twice.
        return RedirectResponse(f"{self._public_url}{path}", status_code=308)
