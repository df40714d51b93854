"""Single sign-on with the OpenID Connect provider of a tenant.

Accounts are found by an alias of issuer and subject, or, if the tenant allows it, linked once by a verified e-mail
address. No accounts are created.
"""

import json
from dataclasses import asdict
from urllib.parse import urlsplit

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.identity import oidc
from unificx.identity.errors import NotLinked, SingleSignOnFailed
from unificx.identity.factor_schemas import NewProvider, Provider, SsoCallback, SsoRequest
from unificx.identity.passkeys import CHALLENGE_LIFETIME, ticket_expired
from unificx.identity.policies import provider_validation as rules
from unificx.identity.policies import signed_tokens, validation
from unificx.identity.repository import credentials, providers
from unificx.identity.schemas import Principal, SignInContext, SignInResult
from unificx.identity.service_base import Dependencies, Transaction
from unificx.identity.step_up import StepUp

SSO_ALIAS = "single_sign_on"
"""Alias kind of an SSO identity."""
METADATA_CACHE_SECONDS = 300.0
"""How long provider metadata is cached."""
_MAX_CACHED = 200
_RANDOM_BYTES = 32


class SingleSignOn(StepUp):
    """Single sign-on."""

    def __init__(self, tools: Dependencies) -> None:
        super().__init__(tools)
        self._fetch = tools.fetch
        self._metadata: dict[tuple[str, bool], tuple[float, oidc.ProviderMetadata]] = {}

    # the provider of a tenant

    async def set_provider(self, tenant_id: str, new: NewProvider) -> Provider:
        """Set the provider of the tenant, after checking that it answers. Raise Invalid."""
        issuer = rules.issuer(new.issuer, inside=new.inside)
        client_id = rules.client_id(new.client_id)
        secret = rules.client_secret(new.client_secret) if new.client_secret is not None else None
        self._tenant(tenant_id)
        try:
            found = await oidc.discover(self._fetch, issuer, inside=new.inside)
        except oidc.ProviderError:
            raise Invalid(
                "No sign-in provider answers at this address.",
                hint="It has to serve /.well-known/openid-configuration over HTTPS.",
                field="issuer",
            ) from None
        async with self._transaction() as tx:
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
                subject=before.subject if before is not None else self._clock.new_id(),
                issuer=found.issuer,
                client_id=client_id,
                link_by_email=new.link_by_email,
                inside=new.inside,
                changed=self._clock.now(),
                client_secret=secret if secret is not None else before.client_secret if before is not None else "",
            )
            await providers.replace(tx.session, self._keys, stored)
        return _to_public(stored)

    async def provider(self, tenant_id: str) -> Provider:
        """Return the provider of the tenant. Raise NotFound."""
        async with self._database.read() as session:
            return _to_public(_require_provider(await providers.find(session, self._keys, tenant_id)))

    async def delete_provider(self, tenant_id: str) -> None:
        """Remove the provider. Raise NotFound."""
        async with self._transaction() as tx:
            if not await providers.delete_provider(tx.session, tenant_id):
                raise _no_provider()

    async def has_provider(self, tenant_id: str) -> bool:
        """Whether the tenant offers single sign-on."""
        async with self._database.read() as session:
            return self._is_tenant_active(tenant_id) and await providers.exists(session, tenant_id)

    # sign-in

    async def start_sso(self, tenant_id: str, redirect_uri: str) -> SsoRequest:
        """Start a sign-in at the provider. Raise NotFound, and SingleSignOnFailed if it does not answer."""
        return await self._start_flow(tenant_id, redirect_uri, "")

    async def start_sso_link(self, principal: Principal, redirect_uri: str) -> SsoRequest:
        """Start linking the caller's account at the provider. Raise StepUpRequired too."""
        async with self._transaction() as tx:
            await self._require_step_up(tx, principal)
        return await self._start_flow(principal.tenant_id, redirect_uri, principal.person_id)

    async def is_linked(self, principal: Principal) -> bool:
        """Whether an SSO identity is linked to the caller's account."""
        subject = self.directory.person_subject(principal.person_id)
        return subject is not None and self._keys.is_bound(principal.tenant_id, SSO_ALIAS, subject)

    async def unlink(self, principal: Principal) -> None:
        """Unlink the caller's account. Raise StepUpRequired; Conflict without another sign-in method."""
        async with self._transaction() as tx:
            await self._require_step_up(tx, principal)
            account = await self._account(tx, principal.tenant_id, principal.person_id)
            if account.hash is None:
                raise Conflict("This is your only sign-in method.", hint="Set a password first.")
        self._keys.unbind_all(account.tenant_id, SSO_ALIAS, account.subject)
        self._run_in_background(self._notify(account.tenant_id, account.person_id, "factor_changed", ""))

    async def finish_sso(self, callback: SsoCallback, context: SignInContext) -> SignInResult | None:
        """Handle the authorization response: return a session or a ticket for one; None after linking.

        Raise TicketExpired for a flow that this browser did not start, SingleSignOnFailed, NotLinked, Conflict.
        """
        flow = self._read_flow(callback)
        async with self._database.read() as session:
            provider = await providers.find(session, self._keys, flow.tenant_id)
        if provider is None or provider.issuer != flow.issuer:
            raise ticket_expired()
        try:
            metadata = await self._provider_metadata(provider)
            asserted_issuer = (
                callback.issuer if callback.issuer is not None or metadata.sends_issuer else provider.issuer
            )
            if callback.error or not callback.code or asserted_issuer != provider.issuer:
                raise oidc.ProviderError("answer")
            found = await oidc.fetch_identity(
                self._fetch, metadata, provider, flow, code=callback.code, now=self._unix_time()
            )
        except oidc.ProviderError:
            raise _sso_failed() from None
        if flow.person_id:
            await self._link(flow, found)
            return None
        async with self._transaction() as tx:
            account = await self._account_for_identity(tx, provider, found)
            return await self._finish_first_factor(tx, account, context)

    # internal helpers

    async def _start_flow(self, tenant_id: str, redirect_uri: str, person_id: str) -> SsoRequest:
        async with self._database.read() as session:
            provider = _require_provider(await providers.find(session, self._keys, tenant_id))
        if not self._is_tenant_active(tenant_id):
            raise _no_provider()
        try:
            metadata = await self._provider_metadata(provider)
        except oidc.ProviderError:
            raise _sso_failed() from None
        state, nonce, verifier = (signed_tokens.encode(self._clock.random_bytes(_RANDOM_BYTES)) for _ in range(3))
        flow = oidc.AuthorizationFlow(tenant_id, provider.issuer, redirect_uri, person_id, nonce, verifier)
        expires = self._unix_time() + int(CHALLENGE_LIFETIME.total_seconds())
        token = signed_tokens.sign(
            self._signing_secret, _flow_purpose(state), json.dumps(asdict(flow)).encode(), expires
        )
        return SsoRequest(
            oidc.authorization_url(metadata, provider.client_id, flow, state), signed_tokens.encode(token)
        )

    def _read_flow(self, callback: SsoCallback) -> oidc.AuthorizationFlow:
        """Return the flow this browser started. Raise TicketExpired."""
        token = signed_tokens.decode(callback.flow)
        payload = signed_tokens.unsign(self._signing_secret, _flow_purpose(callback.state), token, self._unix_time())
        if payload is None:
            raise ticket_expired()
        return oidc.AuthorizationFlow(**json.loads(payload))

    async def _provider_metadata(self, provider: providers.StoredProvider) -> oidc.ProviderMetadata:
        key, now = (provider.issuer, provider.inside), self._clock.monotonic()
        cached = self._metadata.get(key)
        if cached is not None and cached[0] > now:
            return cached[1]
        found = await oidc.discover(self._fetch, provider.issuer, inside=provider.inside)
        if found.issuer != provider.issuer:
            raise oidc.ProviderError("issuer")
        if len(self._metadata) >= _MAX_CACHED:
            self._metadata.clear()
        self._metadata[key] = (now + METADATA_CACHE_SECONDS, found)
        return found

    async def _account_for_identity(
        self, tx: Transaction, provider: providers.StoredProvider, found: oidc.Identity
    ) -> credentials.SignInAccount:
        """Return the account of the identity. Raise NotLinked."""
        tenant_id, name = provider.tenant_id, _alias_of(found)
        account = await self._linked_to(tx, tenant_id, name)
        if account is None and provider.link_by_email and found.email:
            owner = await self._owner_of_email(tx.session, tenant_id, validation.email_key(found.email))
            account = await self._account_of(tx, tenant_id, owner)
            if account is not None:
                self._bind_identity(tx, account, found)
        if account is None:
            raise NotLinked(
                "Your single sign-on identity is not linked to an account.",
                hint="Sign in another way and link it, or ask your administrator.",
            )
        return account

    async def _link(self, flow: oidc.AuthorizationFlow, found: oidc.Identity) -> None:
        async with self._transaction() as tx:
            account = await self._account(tx, flow.tenant_id, flow.person_id)
            other = await self._linked_to(tx, flow.tenant_id, _alias_of(found))
            if other is not None and other.person_id != account.person_id:
                raise Conflict("This identity is linked to another account.", hint="Ask your administrator.")
            self._bind_identity(tx, account, found)

    async def _linked_to(self, tx: Transaction, tenant_id: str, name: str) -> credentials.SignInAccount | None:
        return await self._account_of(tx, tenant_id, self._keys.find(tenant_id, SSO_ALIAS, name))

    async def _account_of(
        self, tx: Transaction, tenant_id: str, subject: str | None
    ) -> credentials.SignInAccount | None:
        account = await credentials.account(tx.session, self._keys, subject or "")
        return account if account is not None and account.tenant_id == tenant_id else None

    def _bind_identity(self, tx: Transaction, account: credentials.SignInAccount, found: oidc.Identity) -> None:
        """Link the identity exclusively to the account, and notify its user."""
        name = _alias_of(found)
        if self._keys.find(account.tenant_id, SSO_ALIAS, name) != account.subject:
            self._keys.unbind(account.tenant_id, SSO_ALIAS, name)
            self._keys.bind(account.tenant_id, SSO_ALIAS, name, account.subject)
        account_key, provider_host = (account.tenant_id, account.person_id), urlsplit(found.issuer).netloc
        tx.on_commit.append(
            lambda: self._run_in_background(self._notify(*account_key, "factor_changed", provider_host))
        )


def _alias_of(found: oidc.Identity) -> str:
    return f"{found.issuer} {found.subject}"


def _flow_purpose(state: str) -> str:
    return f"single sign-on {state}"


def _to_public(stored: providers.StoredProvider) -> Provider:
    return Provider(stored.issuer, stored.client_id, stored.link_by_email, stored.changed)


def _require_provider(stored: providers.StoredProvider | None) -> providers.StoredProvider:
    if stored is None:
        raise _no_provider()
    return stored


def _no_provider() -> NotFound:
    return NotFound("Single sign-on is not set up.", hint="Sign in with your password.")


def _sso_failed() -> SingleSignOnFailed:
    return SingleSignOnFailed("Single sign-on failed.", hint="Try again, or use another sign-in method.")
