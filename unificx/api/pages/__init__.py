"""Pages that need no account and no scripts: the start page, the terms, the privacy policy, the form for requests about
personal data, the sign-up of organisations, the certificate and the API reference."""

from fastapi import APIRouter

from unificx.api.access import purpose
from unificx.api.pages import (
    certificate,
    legal,
    privacy,
    reference,
    request_history,
    requests,
    security,
    sign_up,
    start,
    transparency,
    unsubscribe,
)

__all__ = []

router = APIRouter(include_in_schema=False, dependencies=[purpose("operations")])
_FORMS = (requests, request_history, sign_up, unsubscribe)
for _part in (start, legal, privacy, *_FORMS, security, transparency, certificate, reference):
    router.include_router(_part.router)
