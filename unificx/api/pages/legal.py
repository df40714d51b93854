"""The terms of use and the privacy policy that users accept at sign-in."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from unificx.api.pages.layout import page
from unificx.identity import POLICY_VERSION, TERMS_VERSION

_PRIVACY = {"en": "Privacy policy – UnifiCX", "de": "Datenschutzerklärung – UnifiCX"}
_TERMS = {"en": "Terms of use – UnifiCX", "de": "Nutzungsbedingungen – UnifiCX"}

router = APIRouter()


@router.get("/privacy")
async def privacy_page(request: Request) -> Response:
    """Return the privacy policy."""
    return page(request, "privacy", _PRIVACY, {"policy_version": POLICY_VERSION})


@router.get("/terms")
async def terms_page(request: Request) -> Response:
    """Return the terms of use."""
    return page(request, "terms", _TERMS, {"terms_version": TERMS_VERSION})
