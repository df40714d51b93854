"""The web origin under which a browser loaded our pages."""

from urllib.parse import urlsplit

from fastapi import Request

from unificx.api.services import Services
from unificx.identity import WebOrigin

MAX_LENGTH = 260


def origin_of(services: Services, request: Request) -> WebOrigin:
    """Return the configured public origin; otherwise the browser's Origin, if it agrees with the requested host."""
    if services.public_address.configured:
        parts = urlsplit(services.public_address.configured)
        return WebOrigin(f"{parts.scheme}://{parts.netloc}")
    claimed = request.headers.get("origin", "")
    requested = f"{request.url.scheme}://{request.url.netloc}"
    # A reverse proxy may have terminated TLS: then only the browser knows the scheme.
    chosen = claimed if claimed in (requested, f"https://{request.url.netloc}") else requested
    return WebOrigin(chosen if len(chosen) <= MAX_LENGTH else "")
