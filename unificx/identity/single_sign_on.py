"""Single sign-on with the OpenID Connect provider of a tenant."""

import json
from dataclasses import asdict

from unificx.identity import oidc
from unificx.identity.challenges import TokenSigner, ticket_expired
from unificx.identity.errors import SingleSignOnFailed
from unificx.identity.factor_records import FactorRecords
from unificx.identity.factor_schemas import SsoCallback, SsoRequest, SsoTest
from unificx.identity.first_factor import FirstFactor
from unificx.identity.policies import signed_tokens
from unificx.identity.repository import providers
from unificx.identity.repository.providers import StoredProvider
from unificx.identity.schemas import Principal, SignInContext, SignInResult
from unificx.identity.sso_links import SsoLinks
from unificx.identity.sso_providers import SsoProviders, no_provider
from unificx.identity.store import IdentityStore

_RANDOM_BYTES = 32


class SingleSignOn:
    """Authorization code flow, to sign in, to link an account, or to test the provider."""

    def __init__(
        self,
        store: IdentityStore,
        providers: SsoProviders,
        links: SsoLinks,
        factors: FactorRecords,
        *,
        first_factor: FirstFactor,
        signer: TokenSigner,
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._providers = providers
        self._links = links
        self._factors = factors
        self._first_factor = first_factor
        self._signer = signer

    async def start(self, tenant_id: str, redirect_uri: str) -> SsoRequest:
        """Start a sign-in at the provider. Raise NotFound, and SingleSignOnFailed if it does not answer."""
        return await self._start_flow(tenant_id, redirect_uri, "")

    async def start_link(self, principal: Principal, redirect_uri: str) -> SsoRequest:
        """Start linking the caller's account at the provider. Raise StepUpRequired too."""
        async with self._store.transaction() as tx:
            await self._factors.require_step_up(tx, principal)
        return await self._start_flow(principal.tenant_id, redirect_uri, principal.person_id)

    async def start_test(self, principal: Principal, tenant_id: str, redirect_uri: str) -> SsoRequest:
        """Start a test of the provider. Raise NotFound, and SingleSignOnFailed if it does not answer."""
        return await self._start_flow(tenant_id, redirect_uri, principal.person_id, is_test=True)

    async def finish(self, callback: SsoCallback, context: SignInContext) -> SignInResult | SsoTest | None:
        """Handle the authorization response: return a session or a ticket for one, or the result of a test; None after
        linking.

        Raise TicketExpired for a flow that this browser did not start, SingleSignOnFailed, NotLinked, Conflict.
        """
        flow = self._read_flow(callback)
        async with self._store.read() as session:
            provider = await providers.find(session, self._keys, flow.tenant_id)
        if provider is None or provider.issuer != flow.issuer:
            raise ticket_expired()
        try:
            found = await self._identity(provider, flow, callback)
        except oidc.ProviderError as error:
            if flow.is_test:
                return SsoTest(error.step)
            raise _sso_failed() from None
        if flow.is_test:
            async with self._store.transaction() as tx:
                return SsoTest(await self._links.test_identity(tx, provider, found, flow.person_id))
        if flow.person_id:
            await self._links.link(flow, found)
            return None
        async with self._store.transaction() as tx:
            account = await self._links.account_of_identity(tx, provider, found)
            return await self._first_factor.finish(tx, account, context)

    async def _identity(
        self, provider: StoredProvider, flow: oidc.AuthorizationFlow, callback: SsoCallback
    ) -> oidc.Identity:
        """Return the identity behind an authorization response. Raise ProviderError."""
        metadata = await self._providers.metadata(provider)
        asserted_issuer = callback.issuer if callback.issuer is not None or metadata.sends_issuer else provider.issuer
        if callback.error or not callback.code or asserted_issuer != provider.issuer:
            raise oidc.ProviderError("authorization")
        return await self._providers.fetch_identity(provider, flow, callback.code, self._signer.unix_time())

    async def _start_flow(
        self, tenant_id: str, redirect_uri: str, person_id: str, *, is_test: bool = False
    ) -> SsoRequest:
        async with self._store.read() as session:
            provider = await self._providers.stored(session, tenant_id)
        if not self._store.is_tenant_active(tenant_id):
            raise no_provider()
        try:
            metadata = await self._providers.metadata(provider)
        except oidc.ProviderError:
            raise _sso_failed() from None
        state, nonce, verifier = (signed_tokens.encode(self._clock.random_bytes(_RANDOM_BYTES)) for _ in range(3))
        flow = oidc.AuthorizationFlow(tenant_id, provider.issuer, redirect_uri, person_id, nonce, verifier, is_test)
        token = self._signer.sign(_flow_purpose(state), json.dumps(asdict(flow)).encode())
        return SsoRequest(
            oidc.authorization_url(metadata, provider.client_id, flow, state), signed_tokens.encode(token)
        )

    def _read_flow(self, callback: SsoCallback) -> oidc.AuthorizationFlow:
        """Return the flow this browser started. Raise TicketExpired."""
        token = signed_tokens.decode(callback.flow)
        return oidc.AuthorizationFlow(**json.loads(self._signer.unsign(_flow_purpose(callback.state), token)))


def _flow_purpose(state: str) -> str:
    return f"single sign-on {state}"


def _sso_failed() -> SingleSignOnFailed:
    return SingleSignOnFailed("Single sign-on failed.", hint="Try again, or use another sign-in method.")
