"""Static files of the built client under `/app` and `/portal`, with a content security policy for this server only.

Files under `assets` have a content hash in their names and are cached by browsers without limit; all others are
revalidated on each use. Precompressed copies are made by the build: nothing is compressed here.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from unificx.api.access import COOKIE, purpose
from unificx.api.brand import branded_manifest, branded_page, reseller_of
from unificx.core.errors import NotFound
from unificx.resale import Reseller

BUILD_DIRECTORY = Path(__file__).parents[2] / "client" / "dist"

POLICY = "; ".join(
    (
        "default-src 'none'",
        # The QR reader is WebAssembly.
        "script-src 'self' 'wasm-unsafe-eval'",
        # The components set sizes and colors in style attributes and elements; scripts cannot be injected this way.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": (
        "camera=(self), microphone=(self), accelerometer=(self), gyroscope=(self), speaker-selection=(self), "
        "screen-wake-lock=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), "
        "display-capture=(self), geolocation=(), payment=(), usb=()"
    ),
}
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tflite": "application/octet-stream",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
}
SIGNED_OUT = "signed-out"
"""Server-Timing of a page that was requested without a session, so that the client need not ask for it."""
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"

router = APIRouter(include_in_schema=False, dependencies=[purpose("authentication")])


@router.get("/app")
@router.get("/portal")
async def redirect_to_directory(request: Request) -> Response:
    """Redirect to the directory, so that the scope of the service workers is limited to it."""
    return RedirectResponse(request.url.path + "/", status_code=308)


@router.get("/app/{path:path}")
async def app_page(request: Request, path: str) -> Response:
    """Return a file of the mobile client, or its page, which routes the rest of the path."""
    if path == "manifest.webmanifest" and (manifest := _branded(request, f"app/{path}", branded_manifest)) is not None:
        return manifest
    return _file(request, f"app/{path}") or _page(request, "app")


@router.get("/portal/{path:path}")
async def portal_page(request: Request, path: str) -> Response:
    """Return the portal's page, which routes the rest of the path."""
    return _page(request, "portal")


@router.get("/assets/{name}")
async def asset(request: Request, name: str) -> Response:
    """Return an asset of the client."""
    found = _file(request, f"assets/{name}")
    if found is None:
        raise NotFound("There is no such file.", hint="Reload the page: the client was updated.")
    return found


@router.get("/embed/call.js")
async def call_button(request: Request) -> Response:
    """Return the script of the call button, which other sites load."""
    found = _file(request, "embed/call.js")
    if found is None:
        raise NotFound("The client is not built yet.", hint="Run script/bootstrap.")
    found.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return found


@cache
def _files() -> frozenset[str]:
    """Return the relative paths of all built files: a closed list, so that a request cannot name any other file."""
    return frozenset(str(path.relative_to(BUILD_DIRECTORY)) for path in BUILD_DIRECTORY.rglob("*") if path.is_file())


def _page(request: Request, entry: str) -> Response:
    page = _branded(request, f"{entry}/index.html", branded_page) or _file(request, f"{entry}/index.html")
    if page is None:
        return PlainTextResponse("The client is not built yet. Run script/bootstrap.\n", status_code=503)
    # Our cookies are not sent with a page that another site led to, so only then their absence says something.
    own_request = request.headers.get("sec-fetch-site") in ("none", "same-origin")
    if own_request and COOKIE not in request.cookies:
        page.headers["Server-Timing"] = SIGNED_OUT
    return page


def _branded(request: Request, name: str, change: Callable[[str, Reseller], str]) -> Response | None:
    """Return a file with the brand of the host name; None without a brand or file."""
    reseller = reseller_of(request)
    if reseller is None or name not in _files():
        return None
    text = change((BUILD_DIRECTORY / name).read_text("utf-8"), reseller)
    headers = {**_HEADERS, "Cache-Control": _REVALIDATE, "Vary": "Host"}
    return Response(text, media_type=_TYPES[Path(name).suffix], headers=headers)


def _file(request: Request, name: str) -> Response | None:
    kind = _TYPES.get(Path(name).suffix)
    if kind is None or name not in _files():
        return None
    headers = {**_HEADERS, "Cache-Control": _IMMUTABLE if name.startswith("assets/") else _REVALIDATE}
    accepted = request.headers.get("accept-encoding", "")
    for encoding, suffix in _ENCODINGS:
        if name + suffix in _files():
            headers["Vary"] = "Accept-Encoding"
            if encoding in accepted:
                headers["Content-Encoding"] = encoding
                return FileResponse(BUILD_DIRECTORY / (name + suffix), media_type=kind, headers=headers)
    return FileResponse(BUILD_DIRECTORY / name, media_type=kind, headers=headers)
