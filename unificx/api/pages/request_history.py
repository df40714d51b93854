"""The page of a request for its sender without an account: what was written, and a form for a message.

The proof in the link, which was sent to the e-mail address of the request, is all the permission it needs.
"""

from collections.abc import Mapping
from datetime import tzinfo
from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from unificx.api.access import purpose, reject_cross_site
from unificx.api.languages import Language
from unificx.api.pages.forms import Errors, answered, error_html, require_storage, sent_fields
from unificx.api.pages.layout import language_for, language_query, page
from unificx.api.pages.request_texts import KINDS, STATES, STEPS
from unificx.api.services import services_of
from unificx.core.errors import Conflict, DomainError, Expired
from unificx.support.rights import OF_SENDER, PROOF_LENGTH, RequestHistory, RequestMessages, StepRecord, last_day

_TITLE = {"en": "Your request – UnifiCX", "de": "Ihre Anfrage – UnifiCX"}
_MAX_BODY = 64 << 10
_ERRORS: Errors = {
    "text": {"en": "Write at most 10,000 characters.", "de": "Schreiben Sie höchstens 10.000 Zeichen."},
    "closed": {
        "en": "This request is closed. Please send a new one.",
        "de": "Diese Anfrage ist abgeschlossen. Bitte senden Sie eine neue.",
    },
    "full": {"en": "This server cannot store messages now.", "de": "Der Server kann gerade nichts speichern."},
}

router = APIRouter(prefix="/privacy/request/history", dependencies=[purpose("requests")])
Proof = Annotated[str, Path(min_length=PROOF_LENGTH, max_length=PROOF_LENGTH, pattern=r"^[a-z2-7]+$")]


@router.get("/{proof}")
async def request_history(request: Request, proof: Proof) -> Response:
    """Return the page of a request."""
    return await _page(request, proof)


@router.post("/{proof}")
async def write_to_request(request: Request, proof: Proof) -> Response:
    """Add a message to a request."""
    reject_cross_site(request)
    services = services_of(request)
    values = await sent_fields(request, ("text",), _MAX_BODY) or {"text": "x" * _MAX_BODY}
    try:
        require_storage(services)
        await RequestMessages(services.rights.requests).write_outside(proof, values["text"])
    except DomainError as refusal:
        return await _page(request, proof, values["text"], refusal)
    return RedirectResponse(f"{request.url.path}{language_query(request)}", status_code=303)


async def _page(request: Request, proof: str, text: str = "", refusal: DomainError | None = None) -> Response:
    try:
        found = await RequestMessages(services_of(request).rights.requests).outside(proof)
    except Expired:
        response = page(request, "request-unknown", _TITLE)
        response.status_code = 404
        return _private(response)
    zone = services_of(request).identity.directory.time_zone(found.request.tenant_id)
    values = _values(found, language_for(request), zone)
    form = {"action": escape(f"{request.url.path}{language_query(request)}"), "text": escape(text[:10_000])}
    error = error_html(
        _ERRORS, language_for(request), refusal, otherwise="closed" if isinstance(refusal, Conflict) else "text"
    )
    return _private(
        answered(page(request, "request-history", _TITLE, {**values, **form, "error": error}, has_form=True), refusal)
    )


def _values(found: RequestHistory, language: Language, zone: tzinfo | None) -> Mapping[str, str]:
    request = found.request
    title = request.topic or KINDS[request.kind][language]
    return {
        "topic": escape(title),
        "state": STATES[request.state][language],
        "due": last_day(request.due, zone).isoformat() if request.closed is None else "–",
        "sent": escape(request.text) or "–",
        "steps": "".join(_step(each, language) for each in found.steps),
    }


def _step(step: StepRecord, language: Language) -> str:
    note = KINDS[step.note][language] if step.step == "convert" else step.note
    side = "own" if step.step in OF_SENDER else "answer"
    text = f'<p class="sent">{escape(note)}</p>' if note else ""
    return f'<li class="{side}"><b>{STEPS[step.step][language]}</b>, {step.at:%Y-%m-%d %H:%M} UTC{text}</li>'


def _private(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
