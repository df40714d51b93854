"""Small OpenID Connect provider on a real port: code flow with PKCE, tokens signed with real keys.

Its responses can be altered to test validation.
"""

import asyncio
import base64
import contextlib
import hashlib
import json
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

import uvicorn
from joserfc import jws
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from unificx.core.clock import Clock

CLIENT_ID, CLIENT_SECRET = "unificx at acme", "a secret: 50% & more"


class OidcProvider:
    """`user_claims` are the claims of the user; others alter responses. `requests` lists the requested paths."""

    def __init__(self, issuer: str, clock: Clock) -> None:
        self.issuer, self.clock = issuer, clock
        self.user_claims: dict[str, Any] = {"sub": "0001", "email": "ada@example.com", "email_verified": True}
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.published_key = self.key
        self.further_keys: list[dict[str, Any]] = []
        self.sign: Callable[[dict[str, Any]], str] = self.encode
        self.discovery: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.extra_parameters: dict[str, Any] = {}
        self.unavailable = False
        self.requests: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discover),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/jwks", self._jwks),
            ]
        )

    def encode(self, claims: dict[str, Any], key: ECKey | None = None) -> str:
        """Return a valid ID token, or one signed by another key with the same key id."""
        return jws.serialize_compact({"alg": "ES256", "kid": "one"}, json.dumps(claims), key or self.key)

    async def _discover(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        if self.unavailable:
            return Response(status_code=503)
        described = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["ES256"],
        }
        return JSONResponse({**described, **self.discovery})

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        assert query["client_id"] == CLIENT_ID
        assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        parameters = {"code": code, "state": query["state"], **self.extra_parameters}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(parameters)}", 303)

    async def _token(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if self._client_credentials(request, form) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        query = self._codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if query is None or query["code_challenge"] != base64.urlsafe_b64encode(verifier).rstrip(b"=").decode():
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert form["redirect_uri"] == query["redirect_uri"]
        now = int(self.clock.now().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": query["nonce"]}
        claims = {
            name: value for name, value in {**claims, **self.user_claims, **self.claims}.items() if value is not None
        }
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self.sign(claims)})

    async def _jwks(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        [key] = KeySet([self.published_key]).as_dict(private=False)["keys"]
        return JSONResponse({"keys": [*self.further_keys, key]})

    @staticmethod
    def _client_credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            name, _, secret = base64.b64decode(value).decode().partition(":")
            return unquote(name), unquote(secret)
        return form.get("client_id", ""), form.get("client_secret", "")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):
        yield


@asynccontextmanager
async def running_provider(clock: Clock) -> AsyncIterator[OidcProvider]:
    """Run a provider on a local port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider = OidcProvider(f"http://127.0.0.1:{listener.getsockname()[1]}", clock)
        config = uvicorn.Config(provider.app, log_config=None, access_log=False, lifespan="off", ws="none")
        server = _Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield provider
        finally:
            server.should_exit = True
            await running
