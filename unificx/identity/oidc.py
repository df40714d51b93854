"""OpenID Connect relying party: discovery, code flow with PKCE, ID token validation.

Core 1.0 section 3.1, Discovery 1.0 section 4, RFC 7636, RFC 9207. Stateless; network access is passed in.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from unificx.core.names import is_printable
from unificx.identity.factor_schemas import ProviderStep
from unificx.identity.policies import provider_validation
from unificx.identity.ports import HttpFetch
from unificx.identity.repository.providers import StoredProvider

ALLOWED_ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
"""Public-key signatures only: tokens with a shared secret or without a signature could be forged."""
LEEWAY_SECONDS = 60
MAX_SUBJECT_LENGTH = 255
_DISCOVERY_PATH = "/.well-known/openid-configuration"


class ProviderError(Exception):
    """The provider did not answer or violated the protocol. Its answer is not included."""

    def __init__(self, step: ProviderStep, reason: str = "") -> None:
        super().__init__(step, reason)
        self.step: ProviderStep = step


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """Provider metadata. `sends_issuer`: authorization responses carry `iss` (RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    supports_basic_auth: bool
    sends_issuer: bool


@dataclass(frozen=True, slots=True)
class AuthorizationFlow:
    """Authorization request in progress. `person_id`: the user who links their account, or who tests the provider; ""
    for a sign-in."""

    tenant_id: str
    issuer: str
    redirect_uri: str
    person_id: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity asserted by the provider; `email` is set only if the provider verified it."""

    issuer: str
    subject: str = field(repr=False)
    email: str = field(repr=False)


async def discover(fetch: HttpFetch, issuer: str, *, inside: bool) -> ProviderMetadata:
    """Fetch the provider metadata. Raise ProviderError."""
    found = await _fetch_json(fetch, issuer.rstrip("/") + _DISCOVERY_PATH, "discovery", inside=inside)
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    texts = [found.get(name) for name in names]
    if not all(isinstance(each, str) and provider_validation.is_allowed_url(each, inside=inside) for each in texts):
        raise ProviderError("discovery")
    if not provider_validation.is_same_issuer(found["issuer"], issuer):
        raise ProviderError("discovery", "issuer")
    methods = str(found.get("token_endpoint_auth_methods_supported", "client_secret_basic"))
    return ProviderMetadata(
        *(str(each) for each in texts),
        supports_basic_auth="client_secret_basic" in methods or "client_secret_post" not in methods,
        sends_issuer=found.get("authorization_response_iss_parameter_supported") is True,
    )


def authorization_url(metadata: ProviderMetadata, client_id: str, flow: AuthorizationFlow, state: str) -> str:
    """Return the authorization URL for the browser."""
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    return prepare_grant_uri(
        metadata.authorization_endpoint,
        client_id,
        "code",
        redirect_uri=flow.redirect_uri,
        scope="openid email",
        state=state,
        nonce=flow.nonce,
        code_challenge=create_s256_code_challenge(flow.verifier),
        code_challenge_method="S256",
    )


async def fetch_identity(
    fetch: HttpFetch,
    metadata: ProviderMetadata,
    provider: StoredProvider,
    flow: AuthorizationFlow,
    *,
    code: str,
    now: int,
) -> Identity:
    """Exchange the code and validate the ID token. Raise ProviderError."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": flow.redirect_uri,
        "code_verifier": flow.verifier,
    }
    login = None
    if provider.client_secret and metadata.supports_basic_auth:
        # RFC 6749 section 2.3.1: both values are form-encoded first.
        login = (quote(provider.client_id, safe=""), quote(provider.client_secret, safe=""))
    else:
        form["client_id"] = provider.client_id
        if provider.client_secret:
            form["client_secret"] = provider.client_secret
    token_response = await _fetch_json(
        fetch, metadata.token_endpoint, "token", form=form, login=login, inside=provider.inside
    )
    keys = await _fetch_json(fetch, metadata.jwks_uri, "keys", inside=provider.inside)
    claims = _validate_id_token(token_response, keys, flow, provider.client_id, now)
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH or not is_printable(subject):
        raise ProviderError("identity", "subject")
    if claims.get("email_verified") is not True or not isinstance(email, str) or not is_printable(email):
        email = ""
    return Identity(metadata.issuer, subject, email)


def _validate_id_token(
    token_response: dict[str, Any], keys: Any, flow: AuthorizationFlow, client_id: str, now: int
) -> dict[str, Any]:
    from authlib.oidc.core import CodeIDToken

    try:
        token = jwt.decode(token_response["id_token"], _understood_keys(keys), algorithms=ALLOWED_ALGORITHMS)
        options: Any = {
            "iss": {"essential": True, "value": flow.issuer},
            "aud": {"essential": True, "value": client_id},
            "nonce": {"essential": True, "value": flow.nonce},
        }
        params = {"nonce": flow.nonce, "client_id": client_id, "access_token": token_response.get("access_token")}
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(now, LEEWAY_SECONDS)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        # From None: the error may quote the token.
        raise ProviderError("identity", type(error).__name__) from None
    return dict(claims)


def _understood_keys(keys: Any) -> KeySet:
    """Return the keys of a set without those that are not understood, such as one of another curve (RFC 7517 section
    5), and without private ones: to check one of RSA takes a tenth of a second."""
    found: list[Key] = []
    for each in keys["keys"]:
        with suppress(JoseError, ValueError, KeyError, TypeError):
            if "d" not in each:
                found.append(JWKRegistry.import_key(each))
    return KeySet(found)


async def _fetch_json(fetch: HttpFetch, url: str, step: ProviderStep, **options: Any) -> dict[str, Any]:
    try:
        found = json.loads(await fetch(url, **options))
    except (OSError, ValueError, RecursionError):
        raise ProviderError(step, "no answer") from None
    if not isinstance(found, dict):
        raise ProviderError(step, "no object")
    return found
