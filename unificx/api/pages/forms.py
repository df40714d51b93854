"""Forms of the pages: fields that are sent, and the answer to refused ones."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import Response

from unificx.api.languages import Language
from unificx.api.services import Services
from unificx.core.errors import DomainError, Expired, StorageFull, TooManyRequests

Errors = Mapping[str, Mapping[Language, str]]
"""Texts by field, and by `too-many`, `full` and `expired`."""


async def sent_fields(request: Request, names: Sequence[str], max_bytes: int) -> dict[str, str] | None:
    """Return the fields of a sent form, "" for missing ones; None if it is larger."""
    body = await request.body()
    if len(body) > max_bytes:
        return None
    try:
        found = dict(parse_qsl(body.decode("utf-8"), max_num_fields=20))
    except ValueError:
        found = {}
    return {**dict.fromkeys(names, ""), **found}


def require_storage(services: Services) -> None:
    """Raise StorageFull while nothing can be stored."""
    if services.live.readiness.is_storage_full():
        raise StorageFull("Out of storage.")


def answered(response: Response, refusal: DomainError | None) -> Response:
    """Return the page of a form with the status of its refusal."""
    if isinstance(refusal, TooManyRequests):
        response.status_code, response.headers["Retry-After"] = 429, str(round(refusal.retry_after))
    elif refusal is not None:
        response.status_code = 507 if isinstance(refusal, StorageFull) else 422
    return response


def error_html(errors: Errors, language: Language, refusal: DomainError | None, otherwise: str) -> str:
    """Return the error of a refused form; `otherwise` is the field of an error that names none."""
    match refusal:
        case None:
            return ""
        case TooManyRequests():
            reason = "too-many"
        case StorageFull():
            reason = "full"
        case Expired():
            reason = "expired"
        case _:
            reason = refusal.field if refusal.field in errors else otherwise
    return f'<p role="alert">{errors[reason][language]}</p>'
