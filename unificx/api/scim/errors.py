"""Errors of SCIM (RFC 7644 section 3.12) in place of problem documents."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.responses import Response

from unificx.api.api_route import ApiRoute
from unificx.api.problems import retry_after_header, status_of
from unificx.core.errors import Conflict, DomainError, Invalid

ROOT = "/scim/v2"
MEDIA_TYPE = "application/scim+json"
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class MethodNotAllowed(DomainError):
    """The resource exists and does not take this method."""

    code = "method-not-allowed"


def error_response(status: int, detail: str, kind: str = "", headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an error. `kind`: its keyword (`scimType`), if it has one."""
    body = {"schemas": [_ERROR], "status": str(status), "detail": detail, **({"scimType": kind} if kind else {})}
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def refusal(fault: DomainError) -> JSONResponse:
    """Return the response for an error raised by a service."""
    status, kind, headers = status_of(fault), "", retry_after_header(fault)
    if isinstance(fault, Invalid):
        status, kind = 400, "invalidValue"
    elif isinstance(fault, Conflict) and fault.field:
        kind = "uniqueness"
    elif isinstance(fault, MethodNotAllowed):
        status = 405
    elif status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="unificx"'
    return error_response(status, f"{fault.message} {fault.hint}".strip(), kind, headers)


class ScimRoute(ApiRoute):
    """A route whose errors are those of SCIM."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except DomainError as fault:
                return refusal(fault)
            except RequestValidationError:
                return error_response(404, "There is no such resource.")
            except ValueError as fault:
                return _unreadable(fault)
            except Exception as fault:
                from scim2_models import SCIMException

                if not isinstance(fault, SCIMException):
                    raise
                return error_response(fault.status, fault.detail, fault.scim_type)

        return answered


def _unreadable(fault: ValueError) -> JSONResponse:
    if not isinstance(fault, ValidationError):
        raise fault
    from scim2_models import Error

    error = Error.from_validation_errors(fault)[0]
    return error_response(error.status or 400, error.detail or "", error.scim_type or "")
