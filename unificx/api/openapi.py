"""The API description: what FastAPI derives from the routes, with examples, addresses and the live events."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from unificx.api.live_event_types import live_event_schema
from unificx.api.problems import Problem
from unificx.api.request_examples import EXAMPLES
from unificx.api.required_access import describe_access
from unificx.api.services import PublicAddress
from unificx.webhooks import EVENT_TYPES

EVENTS_TAG = {
    "name": "events",
    "description": (
        "Live events: the WebSocket `/api/v1/events` sends one JSON object (`LiveEvent`) per message. Authenticate by "
        'cookie, by `Authorization: Bearer`, or by `{"token": "…"}` as the first message. An event says that something '
        "has changed; the data is fetched from the API. Close codes: 4401 signed out, 4408 too slow, 4429 too many "
        "connections of one session."
    ),
}


def customize(app: FastAPI, described: Callable[[], str], address: PublicAddress) -> None:
    """Describe an app by its described routes. Without an address, as for the generated client, it names no server."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(json.loads(described()))
            made["info"] = {"title": app.title, "version": app.version, "description": app.description}
            made["tags"] = app.openapi_tags
            if address.url:
                made["servers"] = [{"url": address.url, "description": "This installation."}]
        return made

    app.openapi = openapi  # ty: ignore[invalid-assignment]


def describe(routes: Sequence[BaseRoute]) -> str:
    """Return the description of routes, as JSON. Takes a second."""
    # FastAPI names a page of call records `Page_CallRecord_`.
    schema = json.loads(_PAGE.sub(r"\1Page", json.dumps(get_openapi(title="", version="", routes=routes))))
    _complete(schema)
    for route in routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                schema["paths"][route.path_format][method.lower()] |= describe_access(route)
    return json.dumps(schema)


_PAGE = re.compile(r"Page[_\[]([A-Za-z]+)[_\]]")


def _complete(schema: dict[str, Any]) -> None:
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    # All errors refer to it; FastAPI cannot declare a second media type for a model.
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    schemas["LiveEvent"] = live_event_schema()
    schemas["WebhookMessage"] = _webhook_message_schema()
    for operations in schema.get("paths", {}).values():
        for operation in operations.values():
            _complete_operation(operation)


def _webhook_message_schema() -> dict[str, Any]:
    """Return the schema of the body of a message to a webhook, with an example of each type."""
    at, tenant_id = "2026-11-27T09:03:11+00:00", "0198c2a4-1b2c-7d3b-9a40-2f6b8e1d7c55"
    types = "; ".join(f"`{name}`: {each.description}" for name, each in EVENT_TYPES.items())
    return {
        "title": "WebhookMessage",
        "description": "The body of a message to a webhook.",
        "type": "object",
        "required": ["type", "timestamp", "tenant_id", "data"],
        "properties": {
            "type": {"type": "string", "description": f"{types} `webhook.test`: A requested test."},
            "timestamp": {"type": "string", "format": "date-time", "description": "Time of the event."},
            "tenant_id": {"type": "string"},
            "data": {"type": "object", "description": "Ids, states and times of the event."},
        },
        "examples": [
            {"type": name, "timestamp": at, "tenant_id": tenant_id, "data": each.example}
            for name, each in EVENT_TYPES.items()
        ],
    }


def _complete_operation(operation: dict[str, Any]) -> None:
    """Use the first sentence of the description as the summary, and add an example of the request."""
    summary, _, _ = " ".join(operation["description"].split()).partition(". ")
    operation["summary"] = summary.removesuffix(".")
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        example = EXAMPLES.get(content["schema"].get("$ref", "").rpartition("/")[2])
        if media_type == "application/json" and example is not None:
            content["example"] = example
