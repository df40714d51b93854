"""Every refusal as application/problem+json (RFC 9457): one shape, no echo of what was sent, no traceback."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from unificx.kernel.errors import (
    Away,
    CannotStart,
    Conflict,
    Forbidden,
    Invalid,
    NoRoom,
    NotFound,
    Over,
    Refused,
    TooMany,
    Unauthenticated,
)
from unificx.web.wording import demanded

MEDIA_TYPE = "application/problem+json"

_STATUS: Mapping[type[Refused], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Over: 410,
    Invalid: 422,
    TooMany: 429,
    CannotStart: 503,
    Away: 503,
}

_TITLES: Mapping[int, str] = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not done this way",
    408: "The request took too long to arrive",
    409: "Conflict",
    410: "Over",
    413: "The request is too large",
    415: "Not a media type this takes",
    416: "Not within what there is",
    422: "A value cannot be accepted",
    429: "Too often",
    500: "Our mistake",
    503: "Not ready",
    507: "No room to keep it",
}

_HINTS: Mapping[int, str] = {
    404: "Look at /api/openapi.json for what there is.",
    405: "The Allow header says which methods there are.",
}


class FieldProblem(BaseModel):
    """One value of the request that cannot be accepted."""

    field: str = Field(description="Its name; empty for the body as a whole.")
    detail: str = Field(description="What is wrong, to follow the name.", examples=["must be 2 to 8 digits"])


class Problem(BaseModel):
    """What went wrong and what to do about it (RFC 9457)."""

    type: str = Field(description="A stable name of the kind of problem.", examples=["urn:unificx:problem:not-found"])
    code: str = Field(default="", description="The end of `type`, to tell problems by.", examples=["not-found"])
    title: str
    status: int
    detail: str = Field(description="What is wrong, in one sentence.")
    hint: str = Field(default="", description="What to do about it.")
    field: str = Field(default="", description="The value that is meant, as in the request.")
    incident: str = Field(default="", description="What to tell the operator: it finds the entry in the log.")
    errors: list[FieldProblem] = Field(default=[], description="Every value that cannot be accepted.")


class PayloadTooLarge(Refused):
    """The request's body is larger than anything we ask for."""

    code = "too-large"


class NotWithin(Refused):
    """A range that is not in what it was asked of, which has `size` bytes (RFC 9110 section 15.5.17)."""

    code = "not-within"

    def __init__(self, size: int) -> None:
        super().__init__("The range is not in it.", hint=f"It has {size} bytes.")
        self.size = size


class TooSlow(Refused):
    """The request's body did not arrive in time."""

    code = "too-slow"


def status_of(refusal: Refused) -> int:
    """The HTTP status of a refusal; 400 for one without a status of its own."""
    if isinstance(refusal, PayloadTooLarge):
        return 413
    if isinstance(refusal, TooSlow):
        return 408
    if isinstance(refusal, NotWithin):
        return 416
    if isinstance(refusal, NoRoom):
        return 507
    return next((status for kind, status in _STATUS.items() if isinstance(refusal, kind)), 400)


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Word a problem as the response to send."""
    return JSONResponse(
        problem.model_dump(exclude_defaults=True), problem.status, dict(headers or {}), media_type=MEDIA_TYPE
    )


def refusal_response(refusal: Refused) -> JSONResponse:
    """Answer a use case's refusal."""
    status = status_of(refusal)
    headers = {}
    if isinstance(refusal, TooMany):
        headers["Retry-After"] = str(max(1, round(refusal.retry_after)))
    if isinstance(refusal, NotWithin):
        headers["Content-Range"] = f"bytes */{refusal.size}"
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="unificx"'
    problem = Problem(
        type=f"urn:unificx:problem:{refusal.code}",
        code=refusal.code,
        title=_TITLES[status],
        status=status,
        detail=refusal.message,
        hint=refusal.hint,
        field=refusal.field,
    )
    return problem_response(problem, headers)


def incident_response(incident: str) -> JSONResponse:
    """Answer a mistake of ours: nothing about it but the id it was logged under."""
    return problem_response(
        Problem(
            type="urn:unificx:problem:our-mistake",
            code="our-mistake",
            title=_TITLES[500],
            status=500,
            detail="Something went wrong on our side; it has been noted.",
            hint="Try again; if it stays, tell your operator the incident's number.",
            incident=incident,
        )
    )


def log_incident(incident: str, fault: BaseException, *, method: str, route: str) -> None:
    """Note a mistake of ours: the kind of the fault and the places it went through, never its text or its values."""
    places = []
    trace = fault.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    structlog.get_logger().error(
        "request_failed", incident=incident, fault=type(fault).__qualname__, method=method, route=route, at=places[-12:]
    )


def _where(location: tuple[Any, ...]) -> str:
    """`("body", "items", 0, "name")` as `items.0.name`; bounded and sendable, for a peer may name its own fields."""
    text = ".".join(str(step) for step in location[1:])[:100]
    return text.encode("utf-8", "replace").decode("utf-8")


async def _on_refused(_: Request, refusal: Exception) -> JSONResponse:
    assert isinstance(refusal, Refused)
    return refusal_response(refusal)


async def _on_invalid(_: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, RequestValidationError)
    errors = [FieldProblem(field=_where(e["loc"]), detail=demanded(e)) for e in fault.errors()[:20]]
    if any(e["type"] == "json_invalid" for e in fault.errors()):
        errors = [FieldProblem(field="", detail="must be JSON")]
    first = errors[0]
    problem = Problem(
        type="urn:unificx:problem:invalid",
        code="invalid",
        title=_TITLES[422],
        status=422,
        detail=f"{first.field or 'The body'} {first.detail}.",
        hint="Compare the request with /api/openapi.json.",
        field=first.field,
        errors=errors,
    )
    return problem_response(problem)


async def _on_http(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, HTTPException)
    status = fault.status_code
    title = _TITLES.get(status, "Refused")
    problem = Problem(type="about:blank", title=title, status=status, detail=f"{title}.", hint=_HINTS.get(status, ""))
    headers = dict(fault.headers or {})
    if status == 405:
        # The framework names the first route of a path alone; the description knows the methods of all of them.
        path = getattr(request.scope.get("route"), "path", "")
        methods = request.app.openapi()["paths"].get(path, {})
        headers["Allow"] = ", ".join(sorted(method.upper() for method in methods)) or headers.get("Allow", "GET")
    return problem_response(problem, headers)


def add_handlers(app: FastAPI) -> None:
    """Let every refusal leave `app` as a problem. Mistakes of ours are the shell's business."""
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem responses of a route, as OpenAPI wants them declared."""
    return {status: _declared(status) for status in sorted({*statuses, 400, 413, 422, 500})}


def _declared(status: int) -> dict[str, Any]:
    declared: dict[str, Any] = {
        "description": _TITLES[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 429:
        declared["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return declared
