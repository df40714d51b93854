"""Composition of the HTTP adapter: `build` makes a stateless ASGI app from services."""

from functools import cache

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.applications import Starlette
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from unificx import __version__
from unificx.api import client_files, events_websocket, openapi, pages
from unificx.api.head_requests import HeadRequests
from unificx.api.metrics import HttpMetrics
from unificx.api.middleware import ApiMiddleware
from unificx.api.problems import add_handlers
from unificx.api.route_index import RouteIndex
from unificx.api.routes import (
    access_copies,
    api_keys,
    assistants,
    attachments,
    audit,
    backups,
    billing,
    blocks,
    brand,
    breaches,
    breakouts,
    calendars,
    calls,
    campaigns,
    canaries,
    card_reports,
    carddav,
    cards,
    completions,
    contact_pictures,
    contacts,
    conversations,
    copy_imports,
    credit,
    devices,
    diagnostics_reports,
    directory,
    disclosures,
    emails,
    encryption,
    erasures,
    extensions,
    factors,
    feature_codes,
    fraud,
    greetings,
    groups,
    guests,
    health,
    history,
    holds,
    home,
    hours,
    insight,
    installation,
    invoice_runs,
    invoices,
    key_rotation,
    locations,
    mailboxes,
    meeting_invitations,
    meeting_links,
    menus,
    monitoring,
    numbers,
    outbound_routes,
    outside_erasures,
    own_calls,
    own_closing,
    own_notices,
    own_privacy,
    payments,
    people,
    persons,
    phone_settings,
    pictures,
    plans,
    policy,
    presence,
    privacy,
    privacy_requests,
    provisioning,
    push,
    queues,
    recordings,
    report_emails,
    reseller,
    resellers,
    retention,
    roles,
    room_videos,
    rooms,
    scim,
    scim_groups,
    sessions,
    sign_in,
    single_sign_on,
    sip_access,
    sounds,
    speed_dials,
    suggestions,
    support_access,
    suspension_reviews,
    suspensions,
    tenant_closings,
    tenants,
    trunks,
    voicemail,
    webhooks,
)
from unificx.api.services import Services

_TAGS = [
    {"name": "sessions", "description": "Sign-in, sign-out and session management."},
    {"name": "signing in", "description": "QR sign-in codes, invitations, account recovery, second factors, API keys."},
    {"name": "tenants", "description": "Tenants and their settings."},
    {"name": "resellers", "description": "Resellers: their brand, and their tenants."},
    {"name": "persons", "description": "User accounts."},
    {"name": "roles", "description": "Custom roles: permissions that an organisation gives to some of its people."},
    {"name": "extensions", "description": "Extensions of a tenant."},
    {"name": "directory", "description": "Names and numbers of all extensions of a tenant."},
    {"name": "presence", "description": "States of users, and where their calls are forwarded in each state."},
    {"name": "devices", "description": "Phones and programs that register with SIP."},
    {"name": "telephone", "description": "The UnifiCX client as a SIP phone."},
    {"name": "calls", "description": "Live calls."},
    {"name": "contacts", "description": "Company contacts, and the personal contacts of users."},
    {"name": "chat", "description": "Conversations of users, and their messages."},
    {"name": "history", "description": "Call history (CDR)."},
    {"name": "voicemail", "description": "Voicemail messages, mailboxes and greetings."},
    {"name": "sounds", "description": "Hold music and custom prompts."},
    {"name": "rooms", "description": "Conference rooms and meetings, their participants and videos."},
    {"name": "trunks", "description": "Trunks: connections to carriers."},
    {"name": "queues", "description": "Queues of waiting callers, and their agents."},
    {"name": "numbers", "description": "Public numbers, routes, block lists and limits of calls outside."},
    {"name": "menus", "description": "Menus that callers control with the keys of their telephone (IVR)."},
    {"name": "groups", "description": "Ring groups: extensions that ring under one number."},
    {"name": "hours", "description": "Opening hours, by which calls take one way or another."},
    {"name": "recordings", "description": "Call recordings and the control of running recordings."},
    {
        "name": "notices",
        "description": "Notices that users receive, e-mails that were sent, and campaigns.",
    },
    {"name": "push", "description": "Push notifications for clients that are not connected."},
    {"name": "billing", "description": "Plans, rate decks, charges, the cost of calls outside, and payments."},
    {"name": "card reports", "description": "Reports of the processor of payments by card."},
    {"name": "webhooks", "description": "Signed reports of events to other programs (`WebhookMessage`)."},
    {"name": "desk", "description": "Diagnostics reports sent by users to their administrators."},
    {"name": "requests", "description": "Requests about personal data, with their time limits."},
    {"name": "privacy", "description": "Inventory of the personal data, the privacy policy, and erasure."},
    openapi.EVENTS_TAG,
    {"name": "operation", "description": "Backups and health of the installation, for operators."},
    {"name": "health", "description": "Liveness and readiness."},
]

_PARTS = (
    sessions,
    sign_in,
    own_closing,
    own_privacy,
    own_notices,
    support_access,
    campaigns,
    emails,
    factors,
    single_sign_on,
    api_keys,
    tenants,
    tenant_closings,
    resellers,
    reseller,
    brand,
    backups,
    installation,
    persons,
    people,
    roles,
    extensions,
    directory,
    pictures,
    feature_codes,
    presence,
    devices,
    access_copies,
    canaries,
    erasures,
    outside_erasures,
    provisioning,
    phone_settings,
    calendars,
    calls,
    completions,
    contact_pictures,
    contacts,
    copy_imports,
    conversations,
    encryption,
    attachments,
    own_calls,
    history,
    holds,
    insight,
    locations,
    voicemail,
    mailboxes,
    guests,
    meeting_invitations,
    meeting_links,
    menus,
    greetings,
    sounds,
    speed_dials,
    suggestions,
    suspension_reviews,
    suspensions,
    breakouts,
    room_videos,
    rooms,
    groups,
    hours,
    trunks,
    queues,
    numbers,
    outbound_routes,
    blocks,
    fraud,
    recordings,
    report_emails,
    key_rotation,
    retention,
    monitoring,
    sip_access,
    diagnostics_reports,
    disclosures,
    breaches,
    push,
    billing,
    payments,
    credit,
    plans,
    invoice_runs,
    invoices,
    cards,
    card_reports,
    webhooks,
    privacy,
    privacy_requests,
    policy,
    audit,
    home,
    health,
)
"""Modules with a router, in the order of the API description."""


class _Api(FastAPI):
    """FastAPI with the layers that the API needs. It lacks telemetry, whose settings are read for each request, and the
    handling of internal errors, which `ApiMiddleware` does."""

    def build_middleware_stack(self) -> ASGIApp:
        services: Services = self.state.services
        # Pages are routes of FastAPI itself, which need the stack of what is closed after them.
        handling = ExceptionMiddleware(AsyncExitStackMiddleware(self.router), self.exception_handlers)
        return ApiMiddleware(
            HeadRequests(handling),
            clock=services.clock,
            metrics=HttpMetrics(services.metrics),
            audit=services.audit,
            accesses=services.accesses,
            full=services.live.readiness.is_storage_full,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Starlette.__call__(self, scope, receive, send)


def build(services: Services) -> FastAPI:
    """Return the ASGI app of the API and its pages."""
    app = _Api(
        title="UnifiCX",
        version=__version__,
        description="A cloud PBX with privacy enforced in code.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_tags=_TAGS,
    )
    app.state.services = services
    add_handlers(app)
    app.router.routes.append(RouteIndex(_routes()))
    users = events_websocket.EventsWebSocket(services.identity, services.event_hub)
    guests = events_websocket.GuestWebSocket(services.guests, services.event_hub)
    for path, endpoint in ((events_websocket.PATH, users), (events_websocket.GUEST_PATH, guests)):
        app.router.routes.append(WebSocketRoute(path, endpoint))
    app.router.routes.extend(carddav.router.routes)
    app.router.routes.extend(scim_groups.router.routes)
    app.router.routes.extend(scim.router.routes)
    app.router.routes.extend(assistants.router.routes)
    app.include_router(pages.router)
    app.include_router(client_files.router)
    openapi.customize(app, _described, services.public_address)
    return app


def _routes() -> list[BaseRoute]:
    return [route for part in _PARTS for route in part.router.routes]


@cache
def _described() -> str:
    """Return the description of the routes: the same for all apps of a process."""
    return openapi.describe(_routes())
