"""OpenID Connect providers of tenants."""

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.clock import random_id
from unificx.core.errors import Invalid, NotFound
from unificx.identity import oidc
from unificx.identity.factor_schemas import NewProvider, Provider
from unificx.identity.policies import provider_validation as rules
from unificx.identity.ports import HttpFetch
from unificx.identity.repository import providers
from unificx.identity.store import IdentityStore

METADATA_CACHE_SECONDS = 300.0
"""How long provider metadata is cached."""
_MAX_CACHED = 200


class SsoProviders:
    """Management of a tenant's provider, and requests to it."""

    def __init__(self, store: IdentityStore, fetch: HttpFetch) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._fetch = fetch
        # Owner: this node: a cache of public metadata for a few minutes.
        self._metadata: dict[tuple[str, bool], tuple[float, oidc.ProviderMetadata]] = {}

    async def set(self, tenant_id: str, new: NewProvider) -> Provider:
        """Set the provider of the tenant, after checking that it answers. Raise Invalid."""
        issuer = rules.issuer(new.issuer, inside=new.inside)
        client_id = rules.client_id(new.client_id)
        secret = rules.client_secret(new.client_secret) if new.client_secret is not None else None
        self._store.tenant(tenant_id)
        try:
            found = await oidc.discover(self._fetch, issuer, inside=new.inside)
        except oidc.ProviderError:
            raise Invalid(
                "No sign-in provider answers at this address.",
                hint="It has to serve /.well-known/openid-configuration over HTTPS.",
                field="issuer",
            ) from None
        async with self._store.transaction() as tx:
            before = await providers.find(tx.session, self._keys, tenant_id)
            same = before is not None and (before.issuer, before.client_id) == (found.issuer, client_id)
            if before is not None and before.client_secret and secret is None and not same:
                raise Invalid(
                    "The stored secret belongs to the previous client. Enter the new client's secret.",
                    hint="Pass an empty secret for a public client.",
                    field="client_secret",
                )
            stored = providers.StoredProvider(
                tenant_id=tenant_id,
                subject=before.subject if before is not None else random_id(self._clock),
                issuer=found.issuer,
                client_id=client_id,
                link_by_email=new.link_by_email,
                inside=new.inside,
                changed=self._clock.now(),
                client_secret=secret if secret is not None else before.client_secret if before is not None else "",
            )
            await providers.replace(tx.session, self._keys, stored)
        return _to_public(stored)

    async def get(self, tenant_id: str) -> Provider:
        """Return the provider of the tenant. Raise NotFound."""
        async with self._store.read() as session:
            return _to_public(await self.stored(session, tenant_id))

    async def delete(self, tenant_id: str) -> None:
        """Remove the provider. Raise NotFound."""
        async with self._store.transaction() as tx:
            if not await providers.delete_provider(tx.session, tenant_id):
                raise no_provider()

    async def is_offered(self, tenant_id: str) -> bool:
        """Whether the tenant offers single sign-on."""
        async with self._store.read() as session:
            return self._store.is_tenant_active(tenant_id) and await providers.exists(session, tenant_id)

    async def stored(self, session: AsyncSession, tenant_id: str) -> providers.StoredProvider:
        """Return the provider with its secret. Raise NotFound."""
        found = await providers.find(session, self._keys, tenant_id)
        if found is None:
            raise no_provider()
        return found

    async def fetch_identity(
        self, provider: providers.StoredProvider, flow: oidc.AuthorizationFlow, code: str, now: int
    ) -> oidc.Identity:
        """Return the identity behind an authorization code. `now`: seconds since 1970. Raise ProviderError."""
        metadata = await self.metadata(provider)
        return await oidc.fetch_identity(self._fetch, metadata, provider, flow, code=code, now=now)

    async def metadata(self, provider: providers.StoredProvider) -> oidc.ProviderMetadata:
        """Return the metadata of the provider, cached. Raise ProviderError."""
        key, now = (provider.issuer, provider.inside), self._clock.monotonic()
        cached = self._metadata.get(key)
        if cached is not None and cached[0] > now:
            return cached[1]
        found = await oidc.discover(self._fetch, provider.issuer, inside=provider.inside)
        if found.issuer != provider.issuer:
            raise oidc.ProviderError("discovery", "issuer")
        if len(self._metadata) >= _MAX_CACHED:
            self._metadata.clear()
        self._metadata[key] = (now + METADATA_CACHE_SECONDS, found)
        return found


def _to_public(stored: providers.StoredProvider) -> Provider:
    return Provider(stored.issuer, stored.client_id, stored.link_by_email, stored.changed, bool(stored.client_secret))


def no_provider() -> NotFound:
    """Return the error for a tenant without single sign-on."""
    return NotFound("Single sign-on is not set up.", hint="Sign in with your password.")
