"""Responses to a sign-in: tokens for API clients, cookies for browsers."""

from datetime import datetime
from typing import TypedDict

from fastapi import Request, Response, status
from fastapi.responses import JSONResponse

from unificx.api.access import COOKIE, REFRESH_COOKIE, REFRESH_PATH, reject_cross_site, source_of
from unificx.api.acts import declare_sign_in
from unificx.api.problems import problem_responses
from unificx.api.schemas import sign_in as models
from unificx.api.services import Services
from unificx.identity import Role, SignedIn, SignInContext, SignInDevice, SignInResult, TokenDelivery

START_COOKIE = "__Host-unificx-start"
"""Names the program in which the browser has signed in, for the start page: no secret, and no proof of anything."""
START_PAGES = ("app", "portal")


class _RouteDeclaration(TypedDict):
    status_code: int
    response_model: type[models.SignedIn]
    responses: dict


def sign_in_declaration(*statuses: int) -> _RouteDeclaration:
    """Return the OpenAPI declaration of a sign-in route; `statuses` are its possible errors."""
    half = {"model": models.SecondFactorNeeded, "description": "A second factor is required"}
    return {
        "status_code": status.HTTP_201_CREATED,
        "response_model": models.SignedIn,
        "responses": {202: half, **problem_responses(*statuses)},
    }


def sign_in_context(request: Request, body: models.SignInRequest) -> SignInContext:
    """Return the context of a sign-in. Raise Forbidden if another site made the browser send it."""
    if body.keep == "cookie":
        reject_cross_site(request)
    return SignInContext(source_of(request), SignInDevice(body.device.name, body.device.kind), body.keep)


def sign_in_response(services: Services, outcome: SignInResult, keep: TokenDelivery) -> JSONResponse:
    """Return 201 with a session, or 202 with a ticket for the second factor."""
    if isinstance(outcome, SignedIn):
        declare_sign_in(services.identity, outcome.principal)
        return session_response(services, outcome, keep, status.HTTP_201_CREATED)
    needed = models.SecondFactorNeeded.model_validate(outcome)
    return JSONResponse(needed.model_dump(mode="json"), status.HTTP_202_ACCEPTED)


def session_response(
    services: Services, signed: SignedIn, keep: TokenDelivery, code: int = status.HTTP_200_OK
) -> JSONResponse:
    """Return the session, with its two tokens in the body or in cookies."""
    tokens_in_body = keep == "token"
    answer = models.SignedIn(
        person_id=signed.principal.person_id,
        tenant_id=signed.principal.tenant_id,
        role=signed.principal.role,
        session_id=signed.principal.session_id,
        expires=signed.expires,
        must_change=signed.must_change,
        acceptance_needed=signed.acceptance_needed,
        token=signed.token if tokens_in_body else None,
        refresh=signed.refresh if tokens_in_body else None,
    )
    response = JSONResponse(answer.model_dump(mode="json"), code)
    if not tokens_in_body:
        set_cookies(services, response, signed)
    return response


def set_cookies(services: Services, response: Response, signed: SignedIn) -> None:
    """Set the session cookies."""
    now = services.clock.now()
    _set_cookie(response, COOKIE, signed.token, "/", _seconds_left(signed.expires, now))
    seconds = _seconds_left(signed.refresh_expires, now)
    _set_cookie(response, REFRESH_COOKIE, signed.refresh, REFRESH_PATH, seconds)
    start = START_PAGES[signed.principal.role is Role.OPERATOR]
    _set_cookie(response, START_COOKIE, start, "/", seconds)


def delete_cookies(response: Response) -> None:
    """Delete the session cookies."""
    for name, path in ((COOKIE, "/"), (REFRESH_COOKIE, REFRESH_PATH), (START_COOKIE, "/")):
        response.delete_cookie(name, path=path, secure=True, httponly=True, samesite="strict")


def _set_cookie(response: Response, name: str, value: str, path: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path=path, secure=True, httponly=True, samesite="strict")


def _seconds_left(until: datetime, now: datetime) -> int:
    return max(0, int((until - now).total_seconds()))
