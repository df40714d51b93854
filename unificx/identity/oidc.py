"""OpenID Connect relying party: discovery, code flow with PKCE, ID token validation.

Core 1.0 section 3.1, Discovery 1.0 section 4, RFC 7636, RFC 9207. Stateless; network access is passed in.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from unificx.identity.policies import provider_validation
from unificx.identity.ports import Fetch
from unificx.identity.repository.providers import StoredProvider

SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Public-key signatures only: tokens with a shared secret or without a signature could be forged."""
LEEWAY_SECONDS = 60
LONGEST_SUBJECT = 255
_DISCOVERY = "/.well-known/openid-configuration"


class ProviderFault(Exception):
    """The provider did not answer or violated the protocol. Its answer is not included."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """Provider metadata. `sends_issuer`: authorization responses carry `iss` (RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    takes_basic: bool
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """Authorization request in progress. `person_id`: the user who links their account; "" for a sign-in."""

    tenant_id: str
    issuer: str
    redirect_uri: str
    person_id: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity asserted by the provider; `email` is set only if the provider verified it."""

    issuer: str
    subject: str = field(repr=False)
    email: str = field(repr=False)


async def discover(fetch: Fetch, issuer: str, *, inside: bool) -> Metadata:
    """Fetch the provider metadata. Raise ProviderError."""
    found = await _json(fetch, issuer.rstrip("/") + _DISCOVERY, inside=inside)
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    texts = [found.get(name) for name in names]
    if not all(isinstance(each, str) and provider_validation.reachable(each, inside=inside) for each in texts):
        raise ProviderFault("discovery")
    if not provider_validation.same(found["issuer"], issuer):
        raise ProviderFault("issuer")
    methods = str(found.get("token_endpoint_auth_methods_supported", "client_secret_basic"))
    return Metadata(
        *(str(each) for each in texts),
        takes_basic="client_secret_basic" in methods or "client_secret_post" not in methods,
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )


def departure(metadata: Metadata, client_id: str, flow: Flow, state: str) -> str:
    """Return the authorization URL for the browser."""
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


async def identity(
    fetch: Fetch, metadata: Metadata, provider: StoredProvider, flow: Flow, *, code: str, now: int
) -> Identity:
    """Exchange the code and validate the ID token. Raise ProviderError."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": flow.redirect_uri,
        "code_verifier": flow.verifier,
    }
    login = None
    if provider.client_secret and metadata.takes_basic:
        # RFC 6749 section 2.3.1: both values are form-encoded first.
        login = (quote(provider.client_id, safe=""), quote(provider.client_secret, safe=""))
    else:
        form["client_id"] = provider.client_id
        if provider.client_secret:
            form["client_secret"] = provider.client_secret
    answer = await _json(fetch, metadata.token_endpoint, form=form, login=login, inside=provider.inside)
    keys = await _json(fetch, metadata.jwks_uri, inside=provider.inside)
    claims = _claims(answer, keys, flow, provider.client_id, now)
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise ProviderFault("subject")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        email = ""
    return Identity(metadata.issuer, subject, email)


def _claims(answer: dict[str, Any], keys: Any, flow: Flow, client_id: str, now: int) -> dict[str, Any]:
    try:
        token = jwt.decode(answer["id_token"], KeySet.import_key_set(keys), algorithms=SIGNATURES)
        options: Any = {
            "iss": {"essential": True, "value": flow.issuer},
            "aud": {"essential": True, "value": client_id},
            "nonce": {"essential": True, "value": flow.nonce},
        }
        params = {"nonce": flow.nonce, "client_id": client_id, "access_token": answer.get("access_token")}
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(now, LEEWAY_SECONDS)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as fault:
        # From None: the error may quote the token.
        raise ProviderFault(type(fault).__name__) from None
    return dict(claims)


async def _json(fetch: Fetch, url: str, **how: Any) -> dict[str, Any]:
    try:
        found = json.loads(await fetch(url, **how))
    except (OSError, ValueError, RecursionError):
        raise ProviderFault("no answer") from None
    if not isinstance(found, dict):
        raise ProviderFault("no object")
    return found
