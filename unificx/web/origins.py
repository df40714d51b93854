"""Where a browser has our pages from."""

from urllib.parse import urlsplit

from fastapi import Request

from unificx.people import WebOrigin
from unificx.web.services import Services

LONGEST = 260


def origin_of(services: Services, request: Request) -> WebOrigin:
    """The address set for this installation; else what the browser says, as far as the host it asked agrees."""
    if services.address.given:
        parts = urlsplit(services.address.given)
        return WebOrigin(f"{parts.scheme}://{parts.netloc}")
    said = request.headers.get("origin", "")
    asked = f"{request.url.scheme}://{request.url.netloc}"
    # A proxy in front of us may have taken off the TLS: then the scheme is known to the browser alone.
    chosen = said if said in (asked, f"https://{request.url.netloc}") else asked
    return WebOrigin(chosen if len(chosen) <= LONGEST else "")
