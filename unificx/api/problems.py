"""Error responses as application/problem+json (RFC 9457): one format, without echoed input or tracebacks."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Scope

from unificx.api.languages import Language, language_of
from unificx.api.problem_texts import translated
from unificx.api.validation_fields import FieldError, field_errors
from unificx.api.validation_messages import validation_message
from unificx.core.errors import (
    Conflict,
    DomainError,
    Expired,
    Forbidden,
    Invalid,
    NotFound,
    ServiceUnavailable,
    StartupError,
    StorageFull,
    TooManyRequests,
    Unauthenticated,
)
from unificx.core.faults import code_locations
from unificx.core.phrases import Phrase
from unificx.db import ErasedSubject
from unificx.identity import AccountSuspended

MEDIA_TYPE = "application/problem+json"

_STATUS: Mapping[type[DomainError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Expired: 410,
    Invalid: 422,
    TooManyRequests: 429,
    StartupError: 503,
    ServiceUnavailable: 503,
}

_TITLES: Mapping[int, str] = {
    400: "Malformed request",
    401: "Sign-in required",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timed out",
    409: "Conflict",
    410: "Gone",
    412: "Precondition failed",
    413: "Request too large",
    415: "Unsupported media type",
    416: "Range not satisfiable",
    422: "Invalid value",
    429: "Too many requests",
    500: "Internal error",
    503: "Service unavailable",
    507: "Insufficient storage",
}

_HINTS: Mapping[int, str] = {
    404: "See /api/openapi.json for the available paths.",
    405: "See the Allow header for the supported methods.",
}


class FieldProblem(BaseModel):
    """One invalid value of the request."""

    field: str = Field(description="Name of the field; empty for the body as a whole.")
    detail: str = Field(description="The problem, phrased to follow the name.", examples=["must be 2 to 8 digits"])


class Problem(BaseModel):
    """A problem and its remedy (RFC 9457)."""

    type: str = Field(description="Stable URN of the problem type.", examples=["urn:unificx:problem:not-found"])
    code: str = Field(
        default="", description="Last part of `type`; use it to distinguish problems.", examples=["not-found"]
    )
    title: str
    status: int
    detail: str = Field(description="The problem, in one sentence.")
    hint: str = Field(default="", description="The remedy.")
    field: str = Field(default="", description="The field concerned, as named in the request.")
    incident: str = Field(default="", description="Incident id to report to the operator: it identifies the log entry.")
    reference: str = Field(
        default="", description="With `account_suspended`: gives access to the reason, see `/api/v1/suspensions/look`."
    )
    errors: list[FieldProblem] = Field(default=[], description="All invalid values.")


class PayloadTooLarge(DomainError):
    """The request body exceeds the limit."""

    code = "too-large"


class PreconditionFailed(DomainError):
    """A condition of the request is not met (If-Match, If-None-Match)."""

    code = "changed_meanwhile"


class RangeNotSatisfiable(DomainError):
    """The requested range is outside the resource of `size` bytes (RFC 9110 section 15.5.17)."""

    code = "not-within"

    def __init__(self, size: int) -> None:
        super().__init__("The requested range is out of bounds.", hint=Phrase("The length is {} bytes.", size))
        self.size = size


class RequestTimeout(DomainError):
    """The request body did not arrive in time."""

    code = "too-slow"


def status_of(refusal: DomainError) -> int:
    """Return the HTTP status of an error; 400 for a type without a status of its own."""
    if isinstance(refusal, PayloadTooLarge):
        return 413
    if isinstance(refusal, RequestTimeout):
        return 408
    if isinstance(refusal, PreconditionFailed):
        return 412
    if isinstance(refusal, RangeNotSatisfiable):
        return 416
    if isinstance(refusal, StorageFull):
        return 507
    return next((status for kind, status in _STATUS.items() if isinstance(refusal, kind)), 400)


def _language(scope: Scope) -> Language:
    return language_of(Headers(scope=scope).get("accept-language", ""))


def _json_response(problem: Problem, language: Language, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        problem.model_dump(exclude_defaults=True),
        problem.status,
        {**(headers or {}), "Content-Language": language},
        media_type=MEDIA_TYPE,
    )


def retry_after_header(refusal: DomainError) -> dict[str, str]:
    """Return the header that says when to repeat a refused request; none if that is unknown."""
    if isinstance(refusal, TooManyRequests | ServiceUnavailable) and refusal.retry_after is not None:
        return {"Retry-After": str(max(1, round(refusal.retry_after)))}
    return {}


def refusal_response(scope: Scope, refusal: DomainError) -> JSONResponse:
    """Return the response for an error raised by a service."""
    status, language = status_of(refusal), _language(scope)
    headers = retry_after_header(refusal)
    if isinstance(refusal, RangeNotSatisfiable):
        headers["Content-Range"] = f"bytes */{refusal.size}"
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="unificx"'
    problem = Problem(
        type=f"urn:unificx:problem:{refusal.code}",
        code=refusal.code,
        title=_TITLES[status],
        status=status,
        detail=translated(refusal.message, language),
        hint=translated(refusal.hint, language),
        field=refusal.field,
        reference=refusal.reference if isinstance(refusal, AccountSuspended) else "",
    )
    return _json_response(problem, language, headers)


def incident_response(scope: Scope, incident: str) -> JSONResponse:
    """Return the response for an internal error: only the id under which it was logged."""
    language = _language(scope)
    hint = "Try again. If the problem persists, report the incident id to your operator."
    problem = Problem(
        type="urn:unificx:problem:our-mistake",
        code="our-mistake",
        title=_TITLES[500],
        status=500,
        detail=translated("An internal error occurred and was logged.", language),
        hint=translated(hint, language),
        incident=incident,
    )
    return _json_response(problem, language)


def log_incident(incident: str, fault: BaseException, *, method: str, route: str) -> None:
    """Log an internal error: the exception type and the code locations only, never its text or values."""
    structlog.get_logger().error(
        "request_failed",
        incident=incident,
        fault=type(fault).__qualname__,
        method=method,
        route=route,
        at=code_locations(fault)[-12:],
    )


async def _on_refused(request: Request, refusal: Exception) -> JSONResponse:
    assert isinstance(refusal, DomainError)
    return refusal_response(request.scope, refusal)


async def _on_invalid(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, RequestValidationError)
    found = field_errors(fault.errors()[:20], fault.body)
    if any(e["type"] == "json_invalid" for e in fault.errors()):
        found = [FieldError("", {"type": "json_invalid"})]
    language = _language(request.scope)
    errors = [FieldProblem(field=e.field, detail=translated(validation_message(e.error), language)) for e in found]
    first = errors[0]
    problem = Problem(
        type="urn:unificx:problem:invalid",
        code="invalid",
        title=_TITLES[422],
        status=422,
        detail=f"{first.field or translated('The body', language)} {first.detail}.",
        hint=translated("Compare the request with /api/openapi.json.", language),
        field=first.field,
        errors=errors,
    )
    return _json_response(problem, language)


async def _on_http(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, HTTPException)
    status = fault.status_code
    title, language = _TITLES.get(status, "Refused"), _language(request.scope)
    detail, hint = translated(f"{title}.", language), translated(_HINTS.get(status, ""), language)
    problem = Problem(type="about:blank", title=title, status=status, detail=detail, hint=hint)
    headers = dict(fault.headers or {})
    if status == 405:
        # Starlette names the methods of the first matching route only; the OpenAPI document has those of all routes.
        path = getattr(request.scope.get("route"), "path", "")
        methods = request.app.openapi()["paths"].get(path, {})
        headers["Allow"] = ", ".join(sorted(method.upper() for method in methods)) or headers.get("Allow", "GET")
    return _json_response(problem, language, headers)


async def _on_erased(request: Request, fault: Exception) -> JSONResponse:
    """A person was erased while a request changed their data."""
    assert isinstance(fault, ErasedSubject)
    return await _on_refused(request, NotFound("The person was erased meanwhile.", hint="Load the page again."))


def add_handlers(app: FastAPI) -> None:
    """Register the handlers that return errors as problems. Internal errors are handled by the middleware."""
    app.add_exception_handler(DomainError, _on_refused)
    app.add_exception_handler(ErasedSubject, _on_erased)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problem responses of a route, as declared in OpenAPI."""
    return {status: _problem_response(status) for status in sorted({*statuses, 400, 413, 422, 500})}


@cache
def _problem_response(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": _TITLES[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 429:
        response["headers"] = {
            "Retry-After": {"description": "Seconds to wait before a retry.", "schema": {"type": "integer"}}
        }
    return response
