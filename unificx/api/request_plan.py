"""Plan of a request: the calls of a route's dependencies and its endpoint, with the parameters of each.

It is made of the declarations that describe the route. Dependencies are called in their order, each one once; a plain
function is called at once, not on a thread, where FastAPI would spend half a millisecond on it. No route needs
dependencies that `yield`, forms, background tasks or models of parameters, which a plan does not support.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any

from fastapi import Request
from fastapi._compat import ModelField, field_annotation_is_sequence, lenient_issubclass
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from starlette.datastructures import QueryParams
from starlette.responses import Response

Errors = list[Mapping[str, Any]]
_NOT_CALLED = object()
"""Result of a dependency with an invalid parameter, and of those that need it."""
_NO_QUERY = QueryParams()


class RequestPlan:
    """The calls for the requests of a route; the last one is that of its endpoint."""

    def __init__(self, endpoint: Dependant) -> None:
        self._calls: list[_Call] = []
        self._add(endpoint, {})
        if not self._calls[-1].is_coroutine:
            raise TypeError(f"{endpoint.call} is not a coroutine function")
        self._has_response = any(call.response_name for call in self._calls)

    def _add(self, dependant: Dependant, known: dict[Any, int]) -> int:
        """Append the calls of a dependency after those it needs; return its place."""
        place = known.get(dependant.call)
        if place is None:
            needed = tuple((each.name, self._add(each, known)) for each in dependant.dependencies)
            self._calls.append(_Call(dependant, needed))
            place = known[dependant.call] = len(self._calls) - 1
        return place

    async def run(self, request: Request, body: Any) -> tuple[Any, Response | None]:
        """Return the result of the endpoint, and the response whose status and headers its parameters have set.
        Raise RequestValidationError with all invalid values, once all dependencies without one were called."""
        errors: Errors = []
        response = _settable_response() if self._has_response else None
        results: list[Any] = []
        for call in self._calls:
            values = call.values(results, request, body, errors)
            if values is None:
                results.append(_NOT_CALLED)
                continue
            if call.response_name is not None:
                values[call.response_name] = response
            result = call.function(**values)
            results.append(await result if call.is_coroutine else result)
        if errors:
            raise RequestValidationError(errors, body=body)
        return results[-1], response


class _Call:
    """The call of a dependency or endpoint. `needed` are the names and places of the results that it needs."""

    def __init__(self, dependant: Dependant, needed: tuple[tuple[str | None, int], ...]) -> None:
        assert dependant.call is not None
        if dependant.background_tasks_param_name or dependant.security_scopes_param_name or _yields(dependant.call):
            raise TypeError(f"{dependant.call} has parameters that a plan does not support")
        self.function: Callable[..., Any] = dependant.call
        self.is_coroutine = _is_coroutine(dependant.call)
        self.response_name = dependant.response_param_name
        self._request_name = dependant.request_param_name or dependant.http_connection_param_name
        self._needed = needed
        self._path = [_Parameter(each, "path") for each in dependant.path_params]
        self._query = [_Parameter(each, "query") for each in dependant.query_params]
        self._headers = [_Parameter(each, "header") for each in dependant.header_params]
        self._cookies = [_Parameter(each, "cookie") for each in dependant.cookie_params]
        self._body = [_Parameter(each, "body") for each in dependant.body_params]

    def values(self, results: Sequence[Any], request: Request, body: Any, errors: Errors) -> dict[str, Any] | None:
        """Return the arguments of the call; None if one is invalid, or was not made because of an invalid one."""
        values: dict[str, Any] = {}
        is_valid = True
        for name, place in self._needed:
            value = results[place]
            if value is _NOT_CALLED:
                is_valid = False
            elif name is not None:
                values[name] = value
        before = len(errors)
        if self._path:
            _read(self._path, request.path_params, values, errors)
        if self._query:
            query = request.query_params if request.scope["query_string"] else _NO_QUERY
            _read(self._query, query, values, errors)
        if self._headers:
            _read(self._headers, request.headers, values, errors)
        if self._cookies:
            _read(self._cookies, request.cookies, values, errors)
        for parameter in self._body:
            parameter.set(body, values, errors)
        if self._request_name is not None:
            values[self._request_name] = request
        return values if is_valid and len(errors) == before else None


class _Parameter:
    """A parameter in the path, the query, a header or a cookie, or the body."""

    def __init__(self, field: ModelField, where: str) -> None:
        info = field.field_info
        is_body = where == "body"
        if (
            info.validate_default
            or info.default_factory
            or (not is_body and lenient_issubclass(info.annotation, BaseModel))
        ):
            raise TypeError(f"{field.name} is a parameter that a plan does not support")
        self._field, self._name = field, field.name
        self.alias = field.validation_alias or field.alias
        self._location = ("body",) if is_body else (where, self.alias)
        self.is_list = not is_body and field_annotation_is_sequence(info.annotation)
        self._default = PydanticUndefined if info.is_required() else info.default

    def set(self, value: Any, values: dict[str, Any], errors: Errors) -> None:
        """Add the validated value to `values`, or what is wrong with it to `errors`."""
        if value is PydanticUndefined:
            if self._default is PydanticUndefined:
                errors.append({"type": "missing", "loc": self._location})
            values[self._name] = deepcopy(self._default)
        else:
            values[self._name], invalid = self._field.validate(value, loc=self._location)
            errors.extend(invalid)


def _read(parameters: Sequence[_Parameter], given: Any, values: dict[str, Any], errors: Errors) -> None:
    for parameter in parameters:
        value = (given.getlist(parameter.alias) or None) if parameter.is_list else given.get(parameter.alias)
        parameter.set(PydanticUndefined if value is None else value, values, errors)


def _settable_response() -> Response:
    """Return a response without status and headers, for a parameter of an endpoint."""
    response = Response()
    response.status_code = None  # type: ignore[assignment]
    response.raw_headers.clear()
    return response


def _is_coroutine(call: Callable[..., Any]) -> bool:
    return iscoroutinefunction(call) or iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004


def _yields(call: Callable[..., Any]) -> bool:
    return isgeneratorfunction(call) or isasyncgenfunction(call)
