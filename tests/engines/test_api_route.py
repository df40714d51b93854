"""Routes of the API answer as those of FastAPI do, which works out for each request what a plan knows."""

import threading
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, BackgroundTasks, Cookie, Depends, FastAPI, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field

from unificx.api.problems import add_handlers
from unificx.api.router import Router
from unificx.core.errors import Unauthenticated


class Item(BaseModel):
    name: str = Field(max_length=5)
    at: datetime | None = None
    sizes: list[int] = []


_DEFAULT = Item(name="none", sizes=[])


class Filters:
    def __init__(self, state: Annotated[list[str] | None, Query(max_length=2)] = None, since: int = 7) -> None:
        self.given = (tuple(state or ()), since)


def _routes(router: Any) -> list[str]:
    """Add routes; return the list in which their dependencies note their calls."""
    calls: list[str] = []

    async def user(request: Request, agent: Annotated[str, Header(alias="X-Agent", max_length=3)] = "-") -> str:
        calls.append("user")
        if "refused" in request.url.path:
            raise Unauthenticated("Not signed in.")
        return agent

    async def scope(user: Annotated[str, Depends(user)], tenant: Annotated[str, Query(max_length=3)] = "own") -> str:
        calls.append("scope")
        return f"{user}/{tenant}"

    async def mark() -> None:
        calls.append("mark")

    @router.get("/items/{item_id}", dependencies=[Depends(mark)])
    @router.get("/refused/{item_id}", dependencies=[Depends(mark)])
    async def show(
        item_id: Annotated[int, Path(ge=1)],
        user: Annotated[str, Depends(user)],
        scope: Annotated[str, Depends(scope)],
        filters: Annotated[Filters, Depends(Filters)],
        session: Annotated[str | None, Cookie()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        needed: Annotated[bool | None, Query()] = None,
    ) -> dict[str, Any]:
        calls.append("show")
        return {"values": [item_id, user, scope, filters.given, session, limit, needed]}

    @router.post("/items", status_code=201)
    async def add(item: Item, response: Response, state: str) -> Item:
        response.headers["Location"] = f"/items/{state}"
        if state == "known":
            response.status_code = 200
        return item

    @router.put("/items", response_model_exclude_unset=True)
    async def change(item: Item = _DEFAULT) -> Item:
        item.sizes.append(1)
        return item

    @router.delete("/items", status_code=204)
    async def remove() -> None:
        calls.append("remove")

    @router.get("/nothing")
    async def nothing() -> None:
        calls.append("nothing")

    @router.get("/text", response_class=Response)
    async def text() -> Response:
        return Response("text", 202, {"X-Kind": "text"}, "text/plain")

    return calls


_REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/items/7", {}),
    ("GET", "/items/7?state=a&state=b&limit=9&since=3&needed=yes&tenant=abc", {"headers": {"X-Agent": "me"}}),
    ("GET", "/items/7?limit=&state=", {"headers": {"Cookie": "session=one; other=two"}}),
    ("GET", "/items/0?limit=x&state=a&state=b&state=c", {}),
    ("GET", "/items/x?tenant=long-one&since=much", {"headers": {"X-Agent": "too long"}}),
    ("GET", "/refused/x?limit=0", {}),
    ("GET", "/refused/7", {"headers": {"X-Agent": "too long"}}),
    ("POST", "/items?state=new", {"json": {"name": "one", "at": "2026-01-31T09:00:00Z", "sizes": ["1", 2]}}),
    ("POST", "/items?state=known", {"json": {"name": "one"}}),
    ("POST", "/items", {"json": {"name": "longer", "sizes": 5}}),
    ("POST", "/items?state=new", {"json": [1]}),
    ("POST", "/items?state=new", {}),
    ("POST", "/items?state=new", {"content": b"{", "headers": {"Content-Type": "application/json"}}),
    ("POST", "/items?state=new", {"content": b'"\xff"', "headers": {"Content-Type": "application/json"}}),
    ("POST", "/items?state=new", {"content": b"[" * 100_000, "headers": {"Content-Type": "application/json"}}),
    ("POST", "/items?state=new", {"content": b'{"name": "a"}', "headers": {"Content-Type": "application/x+json; a=b"}}),
    ("POST", "/items?state=new", {"content": b'{"name": "a"}', "headers": {"Content-Type": "text/plain"}}),
    ("POST", "/items?state=new", {"content": b'{"name": "a"}'}),
    ("PUT", "/items", {}),
    ("PUT", "/items", {}),
    ("DELETE", "/items", {}),
    ("GET", "/nothing", {}),
    ("GET", "/text", {}),
]


def _client(router: Any) -> httpx.AsyncClient:
    app = FastAPI()
    add_handlers(app)
    app.router.routes.extend(router.routes)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def _body(answer: httpx.Response) -> Any:
    """Return the body; its invalid values only once, which FastAPI finds for each use of a dependency."""
    if answer.status_code != 422:
        return answer.content
    problem = answer.json()
    unique = {each["field"]: each for each in problem["errors"]}
    return problem | {"errors": list(unique.values())}


def _headers(answer: httpx.Response) -> list[tuple[str, str]]:
    return sorted(each for each in answer.headers.multi_items() if each[0] != "content-length")


async def test_answers_and_calls_are_those_of_fastapi() -> None:
    planned, usual = Router(), APIRouter()
    calls, usual_calls = _routes(planned), _routes(usual)
    async with _client(planned) as ours, _client(usual) as theirs:
        for method, path, content in _REQUESTS:
            answer, expected = (
                await ours.request(method, path, **content),
                await theirs.request(method, path, **content),
            )
            where = (method, path, content)
            assert (where, answer.status_code, _body(answer)) == (where, expected.status_code, _body(expected))
            assert _headers(answer) == _headers(expected), where
            assert (where, calls) == (where, usual_calls)
    assert {"user", "scope", "mark", "show", "remove", "nothing"} == set(calls)
    assert _DEFAULT.sizes == []


async def test_a_plain_function_is_called_on_the_thread_of_the_event_loop() -> None:
    router = Router()

    def thread() -> int:
        return threading.get_ident()

    @router.get("/")
    async def show(thread: Annotated[int, Depends(thread)]) -> int:
        return thread

    async with _client(router) as http:
        assert (await http.get("/")).json() == threading.get_ident()


async def _yields() -> AsyncIterator[int]:
    yield 1


async def _two_bodies(one: Item, two: Item) -> None: ...


async def _model_of_parameters(wanted: Annotated[Item, Query()]) -> None: ...


async def _made_default(wanted: Annotated[list[str], Query(default_factory=list)]) -> None: ...


async def _in_background(tasks: BackgroundTasks) -> None: ...


async def _dependency_yields(one: Annotated[int, Depends(_yields)]) -> None: ...


def _on_a_thread() -> None: ...


@pytest.mark.parametrize(
    "endpoint", [_two_bodies, _model_of_parameters, _made_default, _in_background, _dependency_yields, _on_a_thread]
)
def test_a_plan_refuses_what_it_does_not_support(endpoint: Any) -> None:
    router = Router()
    router.post("/")(endpoint)
    [route] = router.routes
    with pytest.raises(TypeError):
        assert route.app  # type: ignore[attr-defined]
