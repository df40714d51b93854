"""Puts the HTTP face together: `build` makes an ASGI app from services, and holds nothing itself."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from unificx import __version__
from unificx.web import client, events, pages
from unificx.web.metrics import HttpMetrics
from unificx.web.problems import Problem, add_handlers
from unificx.web.routes import (
    calls,
    desk,
    devices,
    directory,
    extensions,
    factors,
    greetings,
    health,
    history,
    mailboxes,
    own_calls,
    persons,
    privacy,
    push,
    recordings,
    rooms,
    sessions,
    signing,
    single_sign_on,
    sip_access,
    sounds,
    tenants,
    voicemail,
)
from unificx.web.services import Services
from unificx.web.shell import Shell

_TAGS = [
    {"name": "sessions", "description": "Coming in and going out."},
    {"name": "signing in", "description": "Codes to scan, invitations, the way back in."},
    {"name": "tenants", "description": "Organisations."},
    {"name": "persons", "description": "People with accounts."},
    {"name": "extensions", "description": "The numbers of an organisation."},
    {"name": "directory", "description": "The names and numbers of colleagues."},
    {"name": "devices", "description": "Telephones and programs that may register."},
    {"name": "telephone", "description": "Our own client as a telephone."},
    {"name": "calls", "description": "The calls going on now."},
    {"name": "history", "description": "The calls that were."},
    {"name": "voicemail", "description": "Messages left for those who did not answer."},
    {"name": "sounds", "description": "Music on hold, and prompts in a voice of one's own."},
    {"name": "rooms", "description": "Conference rooms, and who is in them."},
    {"name": "recordings", "description": "Recorded calls, and the recording of calls, with everyone told."},
    {"name": "push", "description": "Being reached while the client sleeps."},
    {"name": "desk", "description": "What people send to those who look after the installation."},
    {"name": "privacy", "description": "What is held of people, and why."},
    {"name": "health", "description": "Whether it works."},
]


def build(services: Services) -> FastAPI:
    """The ASGI app of the API and its pages."""
    app = FastAPI(
        title="UnifiCX",
        version=__version__,
        description="A cloud PBX whose privacy promises are kept by code.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_tags=_TAGS,
        generate_unique_id_function=_operation_id,
        middleware=[
            Middleware(Shell, clock=services.clock, metrics=HttpMetrics(services.metrics), full=services.parts.full)
        ],
    )
    app.state.services = services
    add_handlers(app)
    for part in (
        sessions,
        signing,
        factors,
        single_sign_on,
        tenants,
        persons,
        extensions,
        directory,
        devices,
        calls,
        own_calls,
        history,
        voicemail,
        mailboxes,
        greetings,
        sounds,
        rooms,
        recordings,
        sip_access,
        desk,
        push,
        privacy,
        health,
    ):
        app.include_router(part.router)
    app.router.routes.append(WebSocketRoute(events.PATH, events.Events(services.people, services.hub)))
    app.include_router(pages.router)
    app.include_router(client.router)
    _describe_problems(app)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _describe_problems(app: FastAPI) -> None:
    """Add the one schema every refusal points to; FastAPI itself knows no second media type for a model."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        schema = described()
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs", {}))
            schemas["Problem"] = problem
        return schema

    app.openapi = openapi  # ty: ignore[invalid-assignment]
