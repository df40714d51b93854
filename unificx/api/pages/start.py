"""The start page: leads to the phone or to the administration; signed-in browsers are sent there at once."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from unificx.api.pages.layout import CHOICE, language_for, language_query, page
from unificx.api.services import services_of
from unificx.api.sign_in_responses import START_COOKIE, START_PAGES

_TITLE = {"en": "UnifiCX", "de": "UnifiCX"}
_SIGN_UP = {"en": "Set up an organisation", "de": "Organisation einrichten"}

router = APIRouter()


@router.get("/")
async def start_page(request: Request) -> Response:
    """Return the start page, or redirect a browser that has signed in. A link with a language always shows the page."""
    program = request.cookies.get(START_COOKIE, "")
    if program in START_PAGES and CHOICE not in request.query_params:
        headers = {"Cache-Control": "no-store", "Vary": "Cookie"}
        return RedirectResponse(f"/{program}/", status_code=303, headers=headers)
    return page(request, "start", _TITLE, {"sign_up": _sign_up_link(request)})


def _sign_up_link(request: Request) -> str:
    services = services_of(request)
    if services.public_address.sign_up == "closed" or not services.sign_up.can_send:
        return ""
    return f'<p><a href="/sign-up{language_query(request)}">{_SIGN_UP[language_for(request)]}</a></p>'
