"""Requests generated from the OpenAPI document: no internal errors, and all responses match the document."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import httpx
import pytest
import requests
import schemathesis
import uvicorn
from http_world import FakeCall, World, open_world
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from unificx.api import tus
from unificx.api.middleware import MAX_BODY, as_operator
from unificx.api.uploads import ACCEPTED_TYPES
from unificx.identity import NewExtension, NewPerson

CHECKED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
]

HOW = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

SAME = settings(HOW, max_examples=1)
"""For requests of which all examples are the same."""

PARTS = 6
"""Parts of the operations, tested side by side: on a busy machine each is far below the time limit of a test."""
KNOWN: dict[str, str] = {}
"""A valid value for each path parameter, so that requests get past the first lookup."""


schemathesis.serializer.alias([*ACCEPTED_TYPES, tus.OFFSET_TYPE, "application/zip"], "application/octet-stream")


async def settle(world: World) -> None:
    """Create objects for the path parameters."""
    made = await world.identity.extensions.create(world.acme.id, NewExtension("1001", "Reception"))
    person = await world.identity.users.create(world.acme.id, NewPerson("Ada", "ada@acme.example"))
    KNOWN.update(tenant="acme", extension="1001", person_id=person.id, device_id=made.device.id)
    KNOWN["call_id"] = await world.record_call(world.acme, "1001", "1001")
    world.calls.live_calls = [FakeCall(KNOWN["call_id"], world.acme.id, world.clock.now())]


def serve(folder: Path, template: bytes, listener: socket.socket, stop: threading.Event) -> None:
    async def run() -> None:
        async with open_world(folder, template) as world:
            await settle(world)
            config = uvicorn.Config(
                as_operator(world.app), log_config=None, access_log=False, ws="none", lifespan="off"
            )
            server = uvicorn.Server(config)
            running = asyncio.create_task(server.serve(sockets=[listener]))
            await asyncio.to_thread(stop.wait)
            server.should_exit = True
            await running

    asyncio.run(run())


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes) -> Iterator[str]:
    """A real server on a free port where all clients have operator rights."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()
    arguments = (tmp_path_factory.mktemp("served"), sqlite_template, listener, stop)
    thread = threading.Thread(target=copy_context().run, args=(serve, *arguments))
    thread.start()
    at = f"http://127.0.0.1:{listener.getsockname()[1]}"
    # Until then the thread imports modules, which create loggers, while pytest iterates over all loggers when a test begins.
    httpx.get(f"{at}/api/openapi.json", timeout=60).raise_for_status()
    yield at
    stop.set()
    thread.join()


@pytest.fixture(scope="module")
def operations(address: str) -> list[APIOperation]:
    """All operations of the document."""
    interface = schemathesis.openapi.from_url(f"{address}/api/openapi.json", timeout=60)
    return [found.ok() for found in interface.get_all_operations()]


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Connections that are kept: a new one and its settings take as much CPU time as the request itself."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_responses_match_the_openapi_document(
    operations: list[APIOperation],
    session: requests.Session,
    mode: GenerationMode,
    part: int,
    subtests: pytest.Subtests,
) -> None:
    """Valid and invalid requests for every operation."""
    load_all_checks()
    checks = CHECKS.get_by_names(CHECKED)
    if mode is GenerationMode.NEGATIVE:
        operations = [one for one in operations if one.body or one.query or one.path_parameters]
    assert len(operations) > 25

    for operation in operations[part::PARTS]:

        @(SAME if mode is GenerationMode.POSITIVE and is_always_the_same(operation) else HOW)
        @given(case=operation.as_strategy(generation_mode=mode))
        def answer_is_as_described(case: schemathesis.Case) -> None:
            if mode is GenerationMode.POSITIVE:
                lead_somewhere(case)
            session.cookies.clear()  # each request stands alone
            response = case.call(session=session)
            if response.status_code == 413:  # not known to these checks, like 412
                assert len(response.request.body or b"") > MAX_BODY
            elif response.status_code == 412:
                assert response.request.headers.get("Tus-Resumable") != tus.VERSION
            else:
                case.validate_response(response, checks=checks)

        with subtests.test(operation.label):
            answer_is_as_described()


def is_always_the_same(operation: APIOperation) -> bool:
    """Whether valid requests differ only in what `lead_somewhere` replaces, and in ids of things that do not exist."""
    return operation.method == "get" and {one.name for one in operation.query} <= {"tenant"}


def lead_somewhere(case: schemathesis.Case) -> None:
    """Use existing objects in the case, except for deletions: other cases need the objects."""
    if "tenant" in {one.name for one in case.operation.query}:
        case.query = {**(case.query or {}), "tenant": KNOWN["tenant"]}
    if case.method != "DELETE":
        case.path_parameters = {name: KNOWN.get(name, value) for name, value in (case.path_parameters or {}).items()}
