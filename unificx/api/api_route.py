"""Routes of the API: requests are handled by a plan that is made once, before the first request of a route.

FastAPI works out for each request again what the dependencies of its route need, a fifth of the CPU time of a page of a
list. It still describes the routes, from the same declarations that the plan is made of. To read the declarations of
570 routes when a server starts would take a sixth of its start, and memory for the many that are never requested.
"""

import json
import warnings
from collections.abc import Callable, Coroutine, Mapping
from email.message import Message
from typing import Any

from fastapi import HTTPException, Request
from fastapi._compat import ModelField
from fastapi.datastructures import DefaultPlaceholder
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.routing import APIRoute
from pydantic.warnings import UnsupportedFieldAttributeWarning
from pydantic_core import PydanticUndefined
from starlette.responses import Response
from starlette.routing import compile_path, get_name
from starlette.types import Receive, Scope, Send

from unificx.api.request_plan import RequestPlan
from unificx.api.schemas.core import Versioned
from unificx.core.json_texts import require_whole_characters

_WITHOUT_BODY = frozenset({204, 205, 304})
"""Statuses whose responses have no body (RFC 9110 section 6.4.1)."""


class ApiRoute(APIRoute):
    """A route whose endpoint is a coroutine.

    At first it has what requests are compared with. The attributes that FastAPI derives from its declarations, and
    `app`, are made when one of them is read: for a request or the description of the API. That raises TypeError for
    declarations that a plan does not support.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        self.path, self.endpoint, self._settings = path, endpoint, settings
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in settings.get("methods") or ("GET",)}
        self.name = settings.get("name") or get_name(endpoint)

    def __getattr__(self, name: str) -> Any:
        """Complete the route, which had no such attribute yet; raise AttributeError if a complete one has none."""
        settings = self.__dict__.get("_settings")
        if settings is None:
            raise AttributeError(f"a route has no {name}")
        self._complete(settings)
        del self._settings
        return getattr(self, name)

    def _complete(self, settings: Mapping[str, Any]) -> None:
        super().__init__(self.path, self.endpoint, **settings)
        if self.body_field is not None:
            _build(self.body_field)
        handle = self.get_route_handler()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            response = await handle(Request(scope, receive, send))
            await response(scope, receive, send)

        self.app = app

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        if self._embed_body_fields:
            raise TypeError(f"{self.path} has several bodies")
        plan, has_body = RequestPlan(self.dependant), self.body_field is not None

        async def handle(request: Request) -> Response:
            body = await _json_body(request) if has_body else PydanticUndefined
            result, given = await plan.run(request, body)
            return result if isinstance(result, Response) else self._response(result, given)

        return handle

    def _response(self, result: Any, given: Response | None) -> Response:
        """Return the response with a result, and with status and headers of the one that was `given` to the
        endpoint."""
        status = self.status_code or 200
        if given is not None and given.status_code:
            status = given.status_code
        if self.response_field is not None:
            response = Response(self._json(result), status, media_type="application/json")
            if isinstance(result, Versioned):
                response.headers["ETag"] = f'"{result.version}"'
        else:
            kind = self.response_class
            response = (kind.value if isinstance(kind, DefaultPlaceholder) else kind)(jsonable_encoder(result), status)
        if status in _WITHOUT_BODY:
            response.body = b""
        if given is not None:
            response.raw_headers.extend(given.raw_headers)
        return response

    def _json(self, result: Any) -> bytes:
        field = self.response_field
        assert field is not None
        value, errors = field.validate(result, loc=("response",))
        if errors:
            raise ResponseValidationError(errors)
        return field.serialize_json(
            value, exclude_unset=self.response_model_exclude_unset, exclude_none=self.response_model_exclude_none
        )


def _build(body: ModelField) -> None:
    """Build the validator of a body, without pydantic's warning that a name, which FastAPI adds, has no effect."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)
        body.validate(None, loc=())


async def _json_body(request: Request) -> Any:
    """Return the JSON of a request; undefined without a body, and the bytes of a body of another media type. Raise
    RequestValidationError for other text than JSON, and for half of a surrogate pair, which cannot be encoded
    (RFC 8259 section 8.2)."""
    data = await request.body()
    if not data:
        return PydanticUndefined
    head = Message()
    head["content-type"] = request.headers.get("content-type", "")
    subtype = head.get_content_subtype()
    if head.get_content_maintype() != "application" or not (subtype == "json" or subtype.endswith("+json")):
        return data
    try:
        value = json.loads(data)
        require_whole_characters(value, data)
        return value
    except (json.JSONDecodeError, UnicodeEncodeError) as fault:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",)}]) from fault
    except (ValueError, RecursionError) as fault:
        raise HTTPException(400) from fault
