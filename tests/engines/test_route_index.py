"""Routes found by the beginning of their paths, as the framework finds them one after the other."""

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from unificx.api.route_index import RouteIndex

PATHS = {
    "/health": ["GET"],
    "/api/v1/calls": ["GET"],
    "/api/v1/calls/own": ["GET"],
    "/api/v1/calls/{call_id}": ["GET", "DELETE"],
    "/api/v1/calls/{call_id}/notes": ["PUT"],
    "/api/v1/callers": ["POST"],
}
REQUESTS = ["/", "/health", "/api/v1", *PATHS, "/api/v1/calls/1", "/api/v1/calls/1/notes", "/api/v1/calls/", "//calls"]


def _router() -> APIRouter:
    router = APIRouter()
    for path, methods in PATHS.items():

        async def name(path: str = path) -> str:
            return path

        router.add_api_route(path, name, methods=methods)
    return router


def test_a_request_reaches_the_same_route_as_without_the_index() -> None:
    plain, indexed = FastAPI(redirect_slashes=False), FastAPI(redirect_slashes=False)
    plain.router.routes.extend(_router().routes)
    indexed.router.routes.append(RouteIndex(_router().routes))
    answers: set[tuple[int, str]] = set()
    with TestClient(plain) as first, TestClient(indexed) as second:
        for path in REQUESTS:
            for method in ("GET", "PUT", "DELETE", "POST"):
                expected, found = first.request(method, path), second.request(method, path)
                assert (found.status_code, found.text) == (expected.status_code, expected.text), (method, path)
                assert found.headers.get("allow") == expected.headers.get("allow")
                answers.add((found.status_code, found.text))
    assert {status for status, _ in answers} == {200, 404, 405}


def test_a_route_that_it_could_not_find_is_refused() -> None:
    router = APIRouter()
    router.add_api_route("/api/{version}/calls", lambda: "", methods=["GET"])
    with pytest.raises(ValueError, match="version"):
        RouteIndex(router.routes)
