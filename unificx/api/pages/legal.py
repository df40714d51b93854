"""The terms of use that users accept at sign-in."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from unificx.api.pages.layout import page
from unificx.identity import TERMS_VERSION

_TERMS = {"en": "Terms of use – UnifiCX", "de": "Nutzungsbedingungen – UnifiCX"}

router = APIRouter()


@router.get("/terms")
async def terms_page(request: Request) -> Response:
    """Return the terms of use."""
    return page(request, "terms", _TERMS, {"terms_version": TERMS_VERSION})
