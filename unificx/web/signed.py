"""Answers a sign-in: with tokens for a program, with cookies for a browser."""

from datetime import datetime
from typing import TypedDict

from fastapi import Request, Response, status
from fastapi.responses import JSONResponse

from unificx.people import Admission, Arrival, Keep, SignedIn, SignInDevice
from unificx.web.access import COOKIE, REFRESH_COOKIE, REFRESH_PATH, refuse_foreign_site, source_of
from unificx.web.models import signing as models
from unificx.web.problems import refusals
from unificx.web.services import Services


class _Declared(TypedDict):
    status_code: int
    response_model: type[models.SignedIn]
    responses: dict


def admissions(*statuses: int) -> _Declared:
    """How a route that signs somebody in is declared; `statuses` are those it refuses with."""
    half = {"model": models.SecondFactorNeeded, "description": "A second factor is needed"}
    return {
        "status_code": status.HTTP_201_CREATED,
        "response_model": models.SignedIn,
        "responses": {202: half, **refusals(*statuses)},
    }


def arrival_of(request: Request, entering: models.Entering) -> Arrival:
    """How somebody comes in. Raises Forbidden if another site makes a browser sign in here."""
    if entering.keep == "cookie":
        refuse_foreign_site(request)
    return Arrival(source_of(request), SignInDevice(entering.device.name, entering.device.kind), entering.keep)


def admitted(services: Services, outcome: Admission, keep: Keep) -> JSONResponse:
    """201 and a session, or 202 and a ticket."""
    if isinstance(outcome, SignedIn):
        return signed_in(services, outcome, keep, status.HTTP_201_CREATED)
    needed = models.SecondFactorNeeded.model_validate(outcome)
    return JSONResponse(needed.model_dump(mode="json"), status.HTTP_202_ACCEPTED)


def signed_in(services: Services, signed: SignedIn, keep: Keep, code: int = status.HTTP_200_OK) -> JSONResponse:
    """The session's two tokens, where they are to be kept."""
    told = keep == "token"
    answer = models.SignedIn(
        person_id=signed.principal.person_id,
        tenant_id=signed.principal.tenant_id,
        role=signed.principal.role,
        session_id=signed.principal.session_id,
        expires=signed.expires,
        must_change=signed.must_change,
        acceptance_needed=signed.acceptance_needed,
        token=signed.token if told else None,
        refresh=signed.refresh if told else None,
    )
    response = JSONResponse(answer.model_dump(mode="json"), code)
    if not told:
        set_cookies(services, response, signed)
    return response


def set_cookies(services: Services, response: Response, signed: SignedIn) -> None:
    """Let the browser keep the session."""
    now = services.clock.now()
    _keep(response, COOKIE, signed.token, "/", _left(signed.expires, now))
    _keep(response, REFRESH_COOKIE, signed.refresh, REFRESH_PATH, _left(signed.refresh_expires, now))


def drop_cookies(response: Response) -> None:
    """Let the browser forget the session."""
    for name, path in ((COOKIE, "/"), (REFRESH_COOKIE, REFRESH_PATH)):
        response.delete_cookie(name, path=path, secure=True, httponly=True, samesite="strict")


def _keep(response: Response, name: str, value: str, path: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path=path, secure=True, httponly=True, samesite="strict")


def _left(until: datetime, now: datetime) -> int:
    return max(0, int((until - now).total_seconds()))
