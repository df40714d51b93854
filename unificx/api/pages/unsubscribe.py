"""Unsubscribing from advertising without signing in (RFC 8058): a page by GET, which changes nothing, and a POST.

The POST comes from the page or from a mail provider on behalf of its user, so it is accepted from any site: the proof
in the address is all the permission it needs, and it can only end advertising.
"""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from unificx.api.access import purpose
from unificx.api.pages.layout import language_for, language_query, page
from unificx.api.services import services_of
from unificx.notifications import MAX_PROOF_LENGTH

_TITLE = {"en": "Unsubscribe – UnifiCX", "de": "Abmelden – UnifiCX"}

router = APIRouter(prefix="/unsubscribe", dependencies=[purpose("administration")])
Proof = Annotated[str, Path(max_length=MAX_PROOF_LENGTH, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("/{proof}")
async def unsubscribe_form(request: Request, proof: Proof) -> Response:
    """Return the page with the button. Opening the link changes nothing: mail servers open links too."""
    if not services_of(request).notifications.advertising.is_proof(proof):
        return _unknown(request)
    action = escape(f"{request.url.path}{language_query(request)}")
    return _private(page(request, "unsubscribe", _TITLE, {"action": action}, has_form=True))


@router.post("/{proof}")
async def unsubscribe(request: Request, proof: Proof) -> Response:
    """Withdraw the consent and suppress the address. Idempotent; the body is not read."""
    if not await services_of(request).notifications.advertising.unsubscribe(proof, language_for(request)):
        return _unknown(request)
    return _private(page(request, "unsubscribed", _TITLE))


def _unknown(request: Request) -> Response:
    response = page(request, "unsubscribe-unknown", _TITLE)
    response.status_code = 404
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
