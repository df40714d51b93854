"""No request waits for a thread. Routes of the API call plain functions at once (`ApiRoute`); FastAPI, whose routes the
pages are, calls them on a thread."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIRouter

from unificx.api import client_files, pages, routes
from unificx.api.api_route import ApiRoute


def _routes(package: Any) -> Iterator[APIRoute]:
    for module in pkgutil.iter_modules(package.__path__):
        router = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "router", None)
        if isinstance(router, APIRouter):
            yield from (route for route in router.routes if isinstance(route, APIRoute))


def _dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for each in dependant.dependencies:
        yield each
        yield from _dependencies(each)


def _is_coroutine_function(call: object) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__)


def test_routes_of_the_api_are_planned() -> None:
    found = list(_routes(routes))
    assert len(found) > 500
    assert [route.path for route in found if not isinstance(route, ApiRoute)] == []
    assert all(route.app for route in found)  # raises TypeError for a declaration that no plan supports


def test_dependencies_of_pages_are_coroutine_functions() -> None:
    of_files = [route for route in client_files.router.routes if isinstance(route, APIRoute)]
    found = [each.call for route in [*_routes(pages), *of_files] for each in _dependencies(route.dependant)]
    assert len(found) > 10
    assert {repr(call) for call in found if not _is_coroutine_function(call)} == set()
