"""The web origin under which a browser loaded our pages."""

from urllib.parse import urlsplit

from fastapi import Request

from unificx.api.services import Services
from unificx.identity import WebOrigin

LONGEST = 260


def origin_of(services: Services, request: Request) -> WebOrigin:
    """Return the configured public origin; otherwise the browser's Origin, if it agrees with the requested host."""
    if services.address.given:
        parts = urlsplit(services.address.given)
        return WebOrigin(f"{parts.scheme}://{parts.netloc}")
    said = request.headers.get("origin", "")
    asked = f"{request.url.scheme}://{request.url.netloc}"
    # A reverse proxy may have terminated TLS: then only the browser knows the scheme.
    chosen = said if said in (asked, f"https://{request.url.netloc}") else asked
    return WebOrigin(chosen if len(chosen) <= LONGEST else "")
