"""No request of the API waits for a thread: FastAPI calls plain functions on one."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIRouter

from unificx.api import routes


def _api_routes() -> Iterator[APIRoute]:
    for module in pkgutil.iter_modules(routes.__path__):
        router = getattr(importlib.import_module(f"{routes.__name__}.{module.name}"), "router", None)
        if isinstance(router, APIRouter):
            yield from (route for route in router.routes if isinstance(route, APIRoute))


def _dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for each in dependant.dependencies:
        yield each
        yield from _dependencies(each)


def _is_coroutine_function(call: object) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__)


def test_dependencies_of_routes_are_coroutine_functions() -> None:
    found = [each.call for route in _api_routes() for each in _dependencies(route.dependant)]
    assert len(found) > 1_000
    assert {repr(call) for call in found if not _is_coroutine_function(call)} == set()
